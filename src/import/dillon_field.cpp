// SPDX-License-Identifier: MIT
#include "base/text.hpp"
#include "import/cron_field_parsers.hpp"

#include <algorithm>

namespace asyncz {
namespace {

using Outcome = FieldReading::Outcome;

// Walks a ring of values from the first to the last of a range; where it never meets the last, it
// has seen them all when it gives up.
class DillonField {
 public:
  DillonField(const CronField& field, bool busybox) : field_{field}, busybox_{busybox}
  {
    const bool days = field.high == 31;
    offset_ = field.low == 1 && !days ? -1 : 0;
    size_ = days ? 32 : is_week(field) ? 7 : field.high + 1 + offset_;
  }

  FieldReading read(std::string_view text)
  {
    rest_ = text;
    bool good = read_item();
    while (good && rest_.starts_with(',')) {
      rest_.remove_prefix(1);
      if (rest_.empty() && !busybox_) break;
      good = read_item();
    }
    FieldReading reading;
    if (!good || !rest_.empty()) reading.outcome = busybox_ ? Outcome::logged : Outcome::refused;
    reading.all = values_ == bit(size_) - 1;
    reading.values = offset_ < 0 ? values_ << 1U : values_;
    if (field_.low == 1) reading.values &= ~bit(0);
    return reading;
  }

 private:
  // A number or a name at the front; it is taken.
  std::optional<int> take_value()
  {
    const auto digits = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    if (digits > 0) {
      const auto value = cron_number(rest_.substr(0, digits));
      rest_.remove_prefix(digits);
      return value.value_or(1'000'000) + offset_;
    }
    const auto word = busybox_ ? lower(rest_.substr(0, 3)) : std::string{rest_.substr(0, 3)};
    const auto name = std::ranges::find(field_.words, word);
    if (name == field_.words.end()) return std::nullopt;
    rest_.remove_prefix(3);
    return static_cast<int>(name - field_.words.begin());
  }

  bool read_item()
  {
    int first = -1;
    int last = -1;
    if (rest_.starts_with('*')) {
      rest_.remove_prefix(1);
      first = 0;
      last = size_ - 1;
    } else {
      for (;;) {
        const auto value = take_value();
        if (!value) return false;
        (first < 0 ? first : last) = *value;  // month 0 is none, so that `0-3` is 3
        if (!rest_.starts_with('-') || last >= 0) break;
        rest_.remove_prefix(1);
      }
      if (last < 0) last = first;
    }
    return walk(first, busybox_ ? last : last % size_, take_step());
  }

  int take_step()
  {
    if (!rest_.starts_with('/')) return 1;
    rest_.remove_prefix(1);
    const auto digits = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    const auto step = cron_number(rest_.substr(0, digits));
    rest_.remove_prefix(digits);
    return step.value_or(0);
  }

  // A step of 0 is met once.
  bool walk(int first, int last, int step)
  {
    constexpr int patience = 1024;
    if (first < 0) return true;
    for (int i = 0; i < patience; ++i) {
      const int value = (first + i) % size_;
      if (step == 0 ? i == 0 : i % step == 0) values_ |= bit(value);
      if (value == last) return true;
    }
    return false;
  }

  const CronField& field_;
  bool busybox_;
  int offset_ = 0;
  int size_ = 0;
  std::string_view rest_;
  std::uint64_t values_ = 0;
};

}  // namespace

FieldReading read_dillon_field(std::size_t column, std::string_view text, CronDialect dialect)
{
  return DillonField{crontab_columns.at(column), dialect == CronDialect::busybox}.read(text);
}

}  // namespace asyncz
