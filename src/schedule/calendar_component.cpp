// SPDX-License-Identifier: MIT
#include "schedule/calendar_component.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

namespace asyncz {
namespace {

Error refused(std::string what, std::string hint = {})
{
  return {ErrorKind::usage, std::move(what), std::move(hint)};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes from the front of a text.
struct Scanner {
  std::string_view rest;

  bool take(std::string_view wanted)
  {
    if (!rest.starts_with(wanted)) return false;
    rest.remove_prefix(wanted.size());
    return true;
  }

  [[nodiscard]] bool at_digit() const { return !rest.empty() && is_digit(rest.front()); }

  // Requires: at_digit().
  int take_digit()
  {
    const int digit = rest.front() - '0';
    rest.remove_prefix(1);
    return digit;
  }
};

// A number in the component's unit. Of a fraction six digits count, and the seventh rounds.
Result<std::int64_t> take_number(Scanner& in, const Component& part)
{
  std::int64_t value = 0;
  int digits = 0;
  for (; in.at_digit() && digits < 9; ++digits) value = value * 10 + in.take_digit();
  if (digits == 0) {
    return refused(
        fmt::format("{}: expected a number before \"{}\"", part.name, printable(in.rest)),
        "write it as in Mon..Fri *-*-* 09:00:00");
  }
  value *= part.unit;
  const bool has_fraction = in.rest.size() > 1 && in.rest[0] == '.' && is_digit(in.rest[1]);
  if (part.unit == 1 || !has_fraction) return value;
  in.take(".");
  for (auto place = part.unit; place > 1 && in.at_digit();) {
    place /= 10;
    value += place * in.take_digit();
  }
  if (in.at_digit()) value += in.take_digit() >= 5 ? 1 : 0;
  while (in.at_digit()) in.take_digit();
  return value;
}

// 12 is 2012, 76 is 1976.
std::int64_t with_century(const Component& part, std::int64_t value)
{
  if (part.high != last_year || value >= 100) return value;
  return value + (value < 70 ? 2000 : 1900);
}

// `a`, `a..b`, with `/n`.
struct Item {
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::int64_t step = 0;  // 0: none was given
  bool range = false;
};

Result<Item> take_item(Scanner& in, const Component& part)
{
  Item item;
  const auto first = take_number(in, part);
  if (!first) return first.error();
  item.first = item.last = with_century(part, *first);
  if (in.take("..")) {
    const auto last = take_number(in, part);
    if (!last) return last.error();
    item.last = with_century(part, *last);
    item.range = true;
  }
  if (in.take("/")) {
    const auto step = take_number(in, part);
    if (!step) return step.error();
    if (*step == 0) return refused(fmt::format("{}: the repetition is 0", part.name));
    item.step = *step;
  }
  return item;
}

Status check_range(const Item& item, const Component& part)
{
  for (const auto value : {item.first, item.last}) {
    if (value >= part.low && value <= part.high) continue;
    return refused(fmt::format("{}: {} is out of range", part.name, value / part.unit),
                   fmt::format("numbers are {}-{}", part.low / part.unit, part.high / part.unit));
  }
  if (item.first <= item.last) return {};
  const auto first = item.first / part.unit;
  const auto last = item.last / part.unit;
  return refused(
      fmt::format("{}: {}..{} runs backwards", part.name, first, last),
      fmt::format("write {}..{},{}..{}", first, part.high / part.unit, part.low / part.unit, last));
}

// What an item names. A repetition without a range goes on to the component's end, or, counted from
// the month's end, down to the last day, 1; that of a range, however large, hits its first.
Result<Progression> numbers_of(const Item& item, const Component& part, bool from_end)
{
  if (auto range = check_range(item, part); !range) return range.error();
  const auto step = item.step == 0 ? part.unit : item.step;
  if (item.step == 0 && item.first < item.last && item.last - item.first < step) {
    return refused(fmt::format("{}: a range of less than one", part.name),
                   "write a repetition, as in 0..0.9/0.1");
  }
  if (item.range || item.step == 0) {
    return Progression{item.first, item.last - (item.last - item.first) % step, step};
  }
  const auto room = from_end ? item.first - part.low : part.high - item.first;
  if (step > room) {
    return refused(fmt::format("{}: the repetition is larger than its range", part.name),
                   "leave the repetition out");
  }
  if (from_end) return Progression{part.low + room % step, item.first, step};
  return Progression{item.first, part.high, step};
}

}  // namespace

Result<Numbers> parse_component(std::string_view text, const Component& part, bool from_end)
{
  if (text == "*") return Numbers{{part.low, part.high, part.unit}};
  Scanner in{text};
  Numbers out;
  do {
    const auto item = take_item(in, part);
    if (!item) return item.error();
    const auto numbers = numbers_of(*item, part, from_end);
    if (!numbers) return numbers.error();
    out.push_back(*numbers);
  } while (in.take(","));
  if (!in.rest.empty()) {
    return refused(fmt::format("{}: cannot read \"{}\"", part.name, printable(in.rest)));
  }
  return out;
}

std::uint64_t component_bits(const Numbers& numbers)
{
  std::uint64_t bits = 0;
  for (const auto& part : numbers) {
    for (auto value = part.first; value <= part.last; value += part.step) bits |= 1ULL << value;
  }
  return bits;
}

}  // namespace asyncz
