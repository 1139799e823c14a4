// SPDX-License-Identifier: MIT
#include "task/cron_dialect.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

namespace asyncz {
namespace {

constexpr std::array<std::string_view, 5> dialects{"cronie", "vixie", "busybox", "dcron", "bsd"};

constexpr std::array<std::string_view, 12> months{"jan", "feb", "mar", "apr", "may", "jun",
                                                  "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> weekdays{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

struct Field {
  std::string_view name;
  int low;
  int high;
  std::span<const std::string_view> names;
};

constexpr std::array<Field, 5> known_fields{{
    {"minute", 0, 59, {}},
    {"hour", 0, 23, {}},
    {"day-of-month", 1, 31, {}},
    {"month", 1, 12, months},
    {"day-of-week", 0, 7, weekdays},
}};
constexpr std::size_t day = 2;
constexpr std::size_t weekday = 4;

// How a cron reads what crons disagree on; the defaults are cronie's.
struct Rules {
  enum class Backwards : std::uint8_t { never, refused, wraps };
  Backwards backwards = Backwards::never;
  enum class LargeStep : std::uint8_t { first_value, refused, one };
  LargeStep large_step = LargeStep::first_value;  // a step larger than its range
  bool sunday_ends = true;                        // as in `fri-sun`
  bool lone_step_is_ignored = false;  // `5/15` is 5, and a step of 0 leaves the first value
  bool counts_over = false;           // 60 is 0, weekday 7 is 0
  bool seven_is_sunday = true;
  bool days_from_zero = false;  // `*/2` is the even days
  bool upper_case = true;       // names may have capitals
  bool trailing_comma = false;
};

constexpr Rules our_rules{.backwards = Rules::Backwards::refused,
                          .large_step = Rules::LargeStep::refused};

Rules rules_of(CronDialect dialect)
{
  Rules rules;
  switch (dialect) {
    case CronDialect::cronie:
    case CronDialect::bsd:
      break;
    case CronDialect::vixie:
      rules.backwards = Rules::Backwards::refused;
      rules.large_step = Rules::LargeStep::one;
      rules.sunday_ends = false;
      break;
    case CronDialect::dcron:
      rules.counts_over = rules.trailing_comma = true;
      rules.upper_case = false;
      [[fallthrough]];
    case CronDialect::busybox:
      rules.backwards = Rules::Backwards::wraps;
      rules.seven_is_sunday = rules.sunday_ends = false;
      rules.lone_step_is_ignored = rules.days_from_zero = true;
      break;
  }
  return rules;
}

using Values = std::array<bool, 60>;

std::optional<int> number(std::string_view text)
{
  int value = 0;
  const auto* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  const bool good = error == std::errc{} && stop == end && value >= 0;
  return good ? std::optional{value} : std::nullopt;
}

// Reads one field by the rules of one cron.
class FieldReader {
 public:
  FieldReader(const Field& field, Rules rules) : field_{field}, rules_{rules}
  {
    low_ = rules.days_from_zero && field.low == 1 && field.high == 31 ? 0 : field.low;
    high_ = field.high == 7 && !rules.seven_is_sunday ? 6 : field.high;
    size_ = (field.high == 7 ? 7 : field.high + 1) - low_;
  }

  // Nothing: the cron refuses the field.
  std::optional<Values> read(std::string_view text)
  {
    if (rules_.trailing_comma && text.ends_with(',')) text.remove_suffix(1);
    for (const auto item : split(text, ',')) {
      if (!read_item(item)) return std::nullopt;
    }
    if (field_.high == 7 && values_[7]) values_[0] = true;
    values_[7] = values_[7] && field_.high != 7;
    if (field_.low == 1) values_[0] = false;
    return values_;
  }

 private:
  [[nodiscard]] std::optional<int> value(std::string_view text) const
  {
    const auto word = rules_.upper_case ? lower(text) : std::string{text};
    const auto name = std::ranges::find(field_.names, word);
    if (name != field_.names.end()) {
      return static_cast<int>(name - field_.names.begin()) + field_.low;
    }
    const auto given = number(text);
    if (!given) return std::nullopt;
    if (rules_.counts_over && *given >= low_ + size_) return *given % size_;
    return *given >= low_ && *given <= high_ ? given : std::nullopt;
  }

  bool read_item(std::string_view item)
  {
    const auto slash = item.find('/');
    const auto range = item.substr(0, slash);
    const auto dash = range.find('-');
    const bool star = range == "*";
    const auto first = star ? std::optional{low_} : value(range.substr(0, dash));
    auto last = star ? std::optional{field_.high == 7 ? 6 : field_.high} : first;
    if (dash != std::string_view::npos) {
      const auto end = range.substr(dash + 1);
      last = rules_.sunday_ends && lower(end) == "sun" && field_.high == 7 ? 7 : value(end);
    }
    if (!first || !last) return false;
    if (slash == std::string_view::npos) return set(*first, *last, 1);
    const auto step = number(item.substr(slash + 1));
    if (!step) return false;
    const bool lone = !star && dash == std::string_view::npos;
    if (!lone && *step > 0) return set(*first, *last, *step);
    return rules_.lone_step_is_ignored && !star && set(*first, *first, 1);
  }

  bool set(int first, int last, int step)
  {
    if (first > last && rules_.backwards == Rules::Backwards::refused) return false;
    if (first > last && rules_.backwards == Rules::Backwards::never) return true;
    if (first > last) last += size_;
    const bool large = step > 1 && step > last - first;
    if (large && rules_.large_step == Rules::LargeStep::refused) return false;
    if (large && rules_.large_step == Rules::LargeStep::one) step = 1;
    for (int i = first; i <= last; i += step) {
      values_.at(static_cast<std::size_t>(i > field_.high ? low_ + (i - low_) % size_ : i)) = true;
    }
    return true;
  }

  const Field& field_;
  Rules rules_;
  int low_;
  int high_;
  int size_;
  Values values_{};
};

bool is_all(const Field& field, const Values& values)
{
  const int last = field.high == 7 ? 6 : field.high;
  return std::all_of(values.begin() + field.low, values.begin() + last + 1,
                     [](bool it) { return it; });
}

// The values as a list of numbers and ranges.
std::string list_of(const Field& field, const Values& values)
{
  std::string text;
  const auto at = [&](int i) { return i <= field.high && values.at(static_cast<std::size_t>(i)); };
  for (int first = field.low; first <= field.high; ++first) {
    if (!at(first)) continue;
    int last = first;
    while (at(last + 1)) ++last;
    if (!text.empty()) text += ',';
    text += std::to_string(first);
    if (last > first) text += (last == first + 1 ? "," : "-") + std::to_string(last);
    first = last;
  }
  return text;
}

Error no_such_times(const Field& field, std::string_view text, CronDialect dialect,
                    std::string_view what)
{
  return {
      ErrorKind::usage,
      fmt::format("{}: {} {} '{}'", field.name, cron_dialect_text(dialect), what, printable(text)),
      "write the values that are meant"};
}

// Where both day fields are given, a cron that knows the rule of the star lets one that begins with
// `*` restrict the other.
Result<std::vector<std::string>> with_both_days(std::vector<std::string> translated,
                                                const std::vector<std::string>& fields,
                                                CronDialect dialect)
{
  if (dialect == CronDialect::dcron) {
    return Error{ErrorKind::usage, "dcron reads both day fields together as the n-th weekday",
                 "write it as in 1#2, the second Monday"};
  }
  for (const auto i : {day, weekday}) {
    const Field& field = known_fields.at(i);
    if (!fields.at(i).starts_with('*')) continue;
    if (dialect == CronDialect::busybox) {
      translated.at(i) = list_of(field, *FieldReader{field, rules_of(dialect)}.read(fields.at(i)));
    } else if (translated.at(i) != fields.at(i)) {
      return no_such_times(field, fields.at(i), dialect, "has a reading of its own of");
    }
  }
  return translated;
}

}  // namespace

std::optional<CronDialect> parse_cron_dialect(std::string_view text)
{
  const auto* const found = std::ranges::find(dialects, text);
  if (found == dialects.end()) return std::nullopt;
  return static_cast<CronDialect>(found - dialects.begin());
}

std::string_view cron_dialect_text(CronDialect dialect)
{
  return dialects.at(static_cast<std::size_t>(dialect));
}

bool has_percent_rule(CronDialect dialect)
{
  return dialect != CronDialect::busybox && dialect != CronDialect::dcron;
}

Result<std::vector<std::string>> translated_fields(const std::vector<std::string>& fields,
                                                   CronDialect dialect)
{
  const auto rules = rules_of(dialect);
  const bool random = dialect == CronDialect::cronie || dialect == CronDialect::bsd;
  std::vector<std::string> result;
  std::array<bool, 5> limited{};
  for (std::size_t i = 0; i < known_fields.size(); ++i) {
    const Field& field = known_fields.at(i);
    const auto& text = fields.at(i);
    if (random && text.find('~') != std::string::npos) {
      result.push_back(text);
      limited.at(i) = true;
      continue;
    }
    const auto theirs = FieldReader{field, rules}.read(text);
    if (!theirs) return no_such_times(field, text, dialect, "does not accept");
    if (*theirs == Values{}) return no_such_times(field, text, dialect, "accepts and never runs");
    const auto ours = FieldReader{field, our_rules}.read(text);
    limited.at(i) = !is_all(field, *theirs);
    result.push_back(ours == theirs ? text : limited.at(i) ? list_of(field, *theirs) : "*");
  }
  if (!limited[day] || !limited[weekday]) return result;
  return with_both_days(std::move(result), fields, dialect);
}

}  // namespace asyncz
