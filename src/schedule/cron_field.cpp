// SPDX-License-Identifier: MIT
#include "schedule/cron_field.hpp"

#include "base/number.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace asyncz {
namespace {

constexpr std::array<std::string_view, 12> months{"jan", "feb", "mar", "apr", "may", "jun",
                                                  "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> from_sunday{"sun", "mon", "tue", "wed",
                                                      "thu", "fri", "sat"};
constexpr std::array<std::string_view, 7> from_monday{"mon", "tue", "wed", "thu",
                                                      "fri", "sat", "sun"};

std::optional<int> number_in(std::string_view text)
{
  return text.starts_with('-') ? std::nullopt : parse_number<int>(text);
}

bool is_word(std::string_view text)
{
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

Error unknown_word(const CronField& field, std::string_view text)
{
  if (text == "?") return field_error(field, "? is not known here", "write *");
  if (field.words.empty() || !is_word(text)) {
    return field_error(field, fmt::format("cannot read \"{}\"", printable(text)),
                       fmt::format("numbers are {}-{}", field.low, field.high));
  }
  const auto word = lower(text);
  auto meant = did_you_mean(word, field.words);
  for (const auto known : field.words) {
    if (word.starts_with(known)) meant = known;  // `june`, `monday`
  }
  return field_error(
      field, fmt::format("no such name: {}", printable(text)),
      meant ? fmt::format("write {}", *meant)
            : fmt::format("names are {} to {}", field.words.front(), field.words.back()));
}

// The last number of the field that is not another's second name.
int last_of(const CronField& field) { return field.seven_is_sunday ? field.high - 1 : field.high; }

std::string range_text(int first, int last)
{
  return first == last ? fmt::format("{}", first) : fmt::format("{}-{}", first, last);
}

// `22-4` → `22-23,0-4`; with a step, the numbers that it would hit.
std::string wrapped_text(const CronField& field, int first, int last, int step)
{
  const int high = last_of(field);
  if (field.seven_is_sunday && last == 0) return range_text(first, 7);
  if (step == 1) return range_text(first, high) + "," + range_text(field.low, last);
  const int size = high - field.low + 1;
  std::string out;
  for (int value = first; value <= last + size; value += step) {
    out += fmt::format("{}{}", out.empty() ? "" : ",", field.low + (value - field.low) % size);
  }
  return out;
}

Error backwards(const CronField& field, std::string_view text, int first, int last, int step)
{
  return field_error(field, fmt::format("{} runs backwards", printable(text)),
                     "write " + wrapped_text(field, first, last, step));
}

Error step_too_large(const CronField& field, int first, int step, std::string_view shown)
{
  auto hint = fmt::format("write {}", first);
  if (!field.unit.empty()) hint += fmt::format(", or use --every {}{}", step, field.unit);
  return field_error(field,
                     fmt::format("the step of {} is larger than its range", printable(shown)),
                     std::move(hint));
}

struct Range {
  int first;
  int last;
};

// What stands before the step: `*`, `a`, `a-b`.
Result<Range> parse_range(const CronField& field, std::string_view text, bool has_step)
{
  if (text == "*") return Range{field.low, field.high};
  const auto dash = text.find('-', 1);
  if (dash == std::string_view::npos) {
    const auto value = parse_field_value(field, text);
    if (!value) return value.error();
    return Range{*value, has_step ? field.high : *value};
  }
  const auto first = parse_field_value(field, text.substr(0, dash));
  if (!first) return first.error();
  const auto end = text.substr(dash + 1);
  const auto last = parse_field_value(field, end);
  if (!last) return last.error();
  const bool ends_on_sunday = field.seven_is_sunday && lower(end) == "sun" && *first > 0;
  return Range{*first, ends_on_sunday ? 7 : *last};
}

}  // namespace

const std::span<const std::string_view> month_words = months;
const std::span<const std::string_view> days_from_sunday = from_sunday;
const std::span<const std::string_view> days_from_monday = from_monday;

Error field_error(const CronField& field, std::string_view what, std::string hint)
{
  return {ErrorKind::usage, fmt::format("{} field: {}", field.name, what), std::move(hint)};
}

Result<int> parse_field_value(const CronField& field, std::string_view text)
{
  const auto word = lower(text);
  const auto found = std::find(field.words.begin(), field.words.end(), word);
  if (found != field.words.end()) {
    return field.low + static_cast<int>(found - field.words.begin());
  }
  if (text.empty()) {
    return field_error(field, "a number is missing", "no blanks beside , - and /");
  }
  const auto value = number_in(text);
  if (!value) return unknown_word(field, text);
  if (*value < field.low || *value > field.high) {
    return field_error(field, fmt::format("{} is out of range", *value),
                       fmt::format("numbers are {}-{}", field.low, field.high));
  }
  return *value;
}

Result<int> parse_field_step(const CronField& field, std::string_view text, int first, int last,
                             std::string_view shown)
{
  const auto step = number_in(text);
  if (!step || *step == 0) {
    return field_error(field, fmt::format("the step of {} is no number above 0", printable(shown)),
                       "write it as in */5");
  }
  if (*step > 1 && *step > last - first) return step_too_large(field, first, *step, shown);
  return *step;
}

Result<Progression> parse_field_item(const CronField& field, std::string_view text)
{
  const auto slash = text.find('/');
  const bool has_step = slash != std::string_view::npos;
  const auto range = parse_range(field, text.substr(0, slash), has_step);
  if (!range) return range.error();
  const auto [first, last] = *range;
  if (first > last) {
    const auto step = has_step ? number_in(text.substr(slash + 1)).value_or(1) : 1;
    return backwards(field, text, first, last, std::max(step, 1));
  }
  if (!has_step) return Progression{first, last, 1};
  const auto step = parse_field_step(field, text.substr(slash + 1), first, last, text);
  if (!step) return step.error();
  return Progression{first, last, *step};
}

std::uint64_t bits_of(const CronField& field, const Progression& numbers)
{
  std::uint64_t bits = 0;
  for (auto value = numbers.first; value <= numbers.last; value += numbers.step) {
    bits |= std::uint64_t{1} << (field.seven_is_sunday ? value % 7 : value);
  }
  return bits;
}

}  // namespace asyncz
