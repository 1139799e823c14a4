// SPDX-License-Identifier: MIT
#include "schedule/combined_schedule.hpp"

#include <algorithm>

namespace asyncz {
namespace {

// How often the children of an `all` are asked together. Of two: a day's worth of `every 1s`
// against another second, or 270 years of days.
constexpr std::size_t most_questions = 200'000;

using Time = std::optional<Instant>;

class AnyOf final : public Schedule {
 public:
  explicit AnyOf(Schedules children) : children_{std::move(children)} {}

  Result<Time> next(Instant after) const override
  {
    Time earliest;
    for (const auto& child : children_) {
      const auto time = child->next(after);
      if (!time) return time;
      if (*time && (!earliest || **time < *earliest)) earliest = *time;
    }
    return earliest;
  }

  Result<Time> last(Instant not_after) const override
  {
    Time latest;
    for (const auto& child : children_) {
      const auto time = child->last(not_after);
      if (!time) return time;
      if (*time && (!latest || **time > *latest)) latest = *time;
    }
    return latest;
  }

 private:
  Schedules children_;
};

class AllOf final : public Schedule {
 public:
  explicit AllOf(Schedules children) : children_{std::move(children)} {}

  // Each round asks every child for its first time not before the latest that one has answered.
  Result<Time> next(Instant after) const override
  {
    auto candidate = saturated_sum(after, Duration{1});
    for (std::size_t asked_so_far = 0; asked_so_far < most_questions;
         asked_so_far += children_.size()) {
      const auto asked = candidate;
      for (const auto& child : children_) {
        const auto time = child->next(candidate - Duration{1});
        if (!time || !*time) return time;
        candidate = **time;
      }
      if (candidate == asked) return Time{candidate};
    }
    return no_agreement();
  }

  Result<Time> last(Instant not_after) const override
  {
    auto candidate = not_after;
    for (std::size_t asked_so_far = 0; asked_so_far < most_questions;
         asked_so_far += children_.size()) {
      const auto asked = candidate;
      for (const auto& child : children_) {
        const auto time = child->last(candidate);
        if (!time || !*time) return time;
        candidate = **time;
      }
      if (candidate == asked) return Time{candidate};
    }
    return no_agreement();
  }

 private:
  static Error no_agreement()
  {
    return {ErrorKind::usage, "the schedules of \"all\" were not found to agree on any time",
            "check that they share a time of day: preview each alone"};
  }

  Schedules children_;
};

class Within final : public Schedule {
 public:
  Within(std::unique_ptr<const Schedule> schedule, Time start, Time end)
      : schedule_{std::move(schedule)}, start_{start}, end_{end}
  {
  }

  Result<Time> next(Instant after) const override
  {
    if (start_) after = std::max(after, *start_ - Duration{1});
    if (end_ && after >= *end_) return Time{};
    const auto time = schedule_->next(after);
    if (time && *time && end_ && **time > *end_) return Time{};
    return time;
  }

  Result<Time> last(Instant not_after) const override
  {
    if (end_) not_after = std::min(not_after, *end_);
    if (start_ && not_after < *start_) return Time{};
    const auto time = schedule_->last(not_after);
    if (time && *time && start_ && **time < *start_) return Time{};
    return time;
  }

 private:
  std::unique_ptr<const Schedule> schedule_;
  Time start_;
  Time end_;
};

}  // namespace

std::unique_ptr<const Schedule> any_of(Schedules children)
{
  return std::make_unique<AnyOf>(std::move(children));
}

std::unique_ptr<const Schedule> all_of(Schedules children)
{
  return std::make_unique<AllOf>(std::move(children));
}

std::unique_ptr<const Schedule> within(std::unique_ptr<const Schedule> schedule, Time start,
                                       Time end)
{
  if (!start && !end) return schedule;
  return std::make_unique<Within>(std::move(schedule), start, end);
}

}  // namespace asyncz
