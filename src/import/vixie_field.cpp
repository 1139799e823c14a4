// SPDX-License-Identifier: MIT
#include "base/text.hpp"
#include "import/cron_field_parsers.hpp"

#include <algorithm>

namespace asyncz {
namespace {

using Outcome = FieldReading::Outcome;

// What they disagree on; the defaults are cronie's.
struct VixieRules {
  enum class Backwards : std::uint8_t { never, refused };
  Backwards backwards = Backwards::never;
  enum class LargeStep : std::uint8_t { first_value, refused, one };
  LargeStep large_step = LargeStep::first_value;  // a step larger than its range
  bool sunday_ends = true;                        // as in `fri-sun`
};

constexpr VixieRules our_rules{.backwards = VixieRules::Backwards::refused,
                               .large_step = VixieRules::LargeStep::refused};

constexpr VixieRules rules_of(CronDialect dialect)
{
  if (dialect != CronDialect::vixie) return {};
  return {.backwards = VixieRules::Backwards::refused,
          .large_step = VixieRules::LargeStep::one,
          .sunday_ends = false};
}

class VixieField {
 public:
  VixieField(const CronField& field, VixieRules rules) : field_{field}, rules_{rules} {}

  // Nothing: the cron refuses the field.
  std::optional<std::uint64_t> read(std::string_view text)
  {
    for (const auto item : split(text, ',')) {
      if (!read_item(item)) return std::nullopt;
    }
    if (is_week(field_) && (values_ & bit(7)) != 0) values_ = (values_ | bit(0)) & ~bit(7);
    return values_;
  }

 private:
  [[nodiscard]] std::optional<int> value(std::string_view text) const
  {
    const auto word = std::ranges::find(field_.words, lower(text));
    if (word != field_.words.end()) {
      return field_.low + static_cast<int>(word - field_.words.begin());
    }
    const auto given = cron_number(text);
    return given && *given >= field_.low && *given <= field_.high ? given : std::nullopt;
  }

  bool read_item(std::string_view item)
  {
    const auto slash = item.find('/');
    const auto range = item.substr(0, slash);
    const auto dash = range.find('-');
    const bool star = range == "*";
    const bool lone = !star && dash == std::string_view::npos;
    const auto first = star ? std::optional{field_.low} : value(range.substr(0, dash));
    auto last = star ? std::optional{field_.high} : first;
    if (!star && !lone) {
      const auto end = range.substr(dash + 1);
      const bool sunday = rules_.sunday_ends && is_week(field_) && lower(end) == "sun";
      last = sunday ? std::optional{7} : value(end);
    }
    if (!first || !last) return false;
    if (slash == std::string_view::npos) return set(*first, *last, 1);
    const auto step = cron_number(item.substr(slash + 1));
    return step && *step > 0 && !lone && set(*first, *last, *step);
  }

  bool set(int first, int last, int step)
  {
    if (first > last) return rules_.backwards == VixieRules::Backwards::never;
    if (step > 1 && step > last - first) {
      if (rules_.large_step == VixieRules::LargeStep::refused) return false;
      if (rules_.large_step == VixieRules::LargeStep::one) step = 1;
    }
    for (; first <= last; first += std::min(step, 60)) values_ |= bit(first);
    return true;
  }

  const CronField& field_;
  VixieRules rules_;
  std::uint64_t values_ = 0;
};

}  // namespace

FieldReading read_vixie_field(std::size_t column, std::string_view text, CronDialect dialect)
{
  if (dialect != CronDialect::vixie && text.find('~') != std::string_view::npos) {
    return {.outcome = Outcome::drawn};
  }
  if (dialect == CronDialect::vixie && column == day_column && text == "$") return {};
  const auto& field = crontab_columns.at(column);
  const auto values = VixieField{field, rules_of(dialect)}.read(text);
  if (!values) return {.outcome = Outcome::refused};
  return {Outcome::read, *values, text.starts_with('*')};
}

std::optional<std::uint64_t> undisputed_values(std::size_t column, std::string_view text)
{
  return VixieField{crontab_columns.at(column), our_rules}.read(text);
}

}  // namespace asyncz
