// SPDX-License-Identifier: MIT
// What became of one due time of a task.
#include "cli/runs/why.hpp"
#include "cli/views/run_view.hpp"
#include "cli/views/task_view.hpp"
#include "schedule/explain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace asyncz::cli {
namespace {

using std::chrono::floor;
using std::chrono::seconds;

constexpr std::size_t most_notes = 3;

// Nobody writes microseconds: a time to the second means all of that second.
bool is_meant(Instant due, Instant at)
{
  return due == at || (floor<seconds>(at) == at && floor<seconds>(due) == at);
}

class InquiryAt {
 public:
  InquiryAt(Vault& vault, const Question& question, Instant at)
      : vault_{vault}, question_{question}, at_{at}
  {
  }

  Result<Reasons> operator()()
  {
    if (const auto read = read_history(); !read) return read.error();
    if (!reasons_.empty()) return std::move(reasons_);
    if (!question_.stored) return only("unknown", "the history holds nothing of that time");
    return of_stored(*question_.stored);
  }

 private:
  static Result<Reasons> only(std::string_view code, std::string text)
  {
    return Reasons{{std::string{code}, std::move(text)}};
  }

  [[nodiscard]] std::string text(Instant instant) const
  {
    return time_text(instant, question_.zone);
  }

  // What is recorded of this time, oldest first; else the first run for a later one.
  Status read_history()
  {
    const auto visited = vault_.runs(question_.id, {}, [&](const Result<Run>& run) {
      if (!run) return true;
      const bool covered =
          run->stretch ? run->stretch->first <= at_ + seconds{1} && at_ <= run->stretch->last
                       : is_meant(run->scheduled, at_);
      if (covered) {
        reasons_.push_back(
            {std::string{run_state_text(run->state)}, run_sentence(*run, question_.zone)});
      } else if (!run->stretch && run->scheduled > at_) {
        later_ = *run;
      }
      return true;
    });
    std::ranges::reverse(reasons_);
    return visited;
  }

  Result<Reasons> of_stored(const StoredTask& stored)
  {
    const Task& task = stored.task;
    const auto& progress = stored.progress;
    if (!task.recurring()) {
      if (is_meant(task.trigger.at, at_)) return reasons_now(vault_, question_);
      return only("not-due", "it is due once, at " + text(task.trigger.at));
    }
    const auto schedule = compile(task.trigger, question_.zone, task.id);
    if (!schedule) return schedule.error();
    const auto due = (*schedule)->next(at_ - Duration{1});
    if (!due) return due.error();
    if (!*due || !is_meant(**due, at_)) return not_due(task, **schedule, *due);
    if (**due > question_.now) return to_come(stored, **due);
    if (**due < progress.created) {
      return only("not-added", "the task was added later, at " + text(progress.created));
    }
    if (progress.paused_since && *progress.paused_since <= **due) {
      return reasons_now(vault_, question_);
    }
    const bool running = stored.reserved_or_interrupted() && progress.due <= **due;
    if (running || (progress.due && *progress.due <= **due)) {
      return reasons_now(vault_, question_);
    }
    if (task.coalesce && later_) {
      return only("coalesced", fmt::format("several due times became one run: {}",
                                           run_sentence(*later_, question_.zone)));
    }
    return only("unknown",
                "nothing is recorded: the schedule was another one then, it was paused, or the "
                "history has been pruned");
  }

  Result<Reasons> not_due(const Task& task, const Schedule& schedule, std::optional<Instant> next)
  {
    const auto last = schedule.last(at_);
    if (!last) return last.error();
    auto words = fmt::format("the schedule does not name {}: {}", text(at_),
                             describe(task.trigger, question_.zone, task.id));
    if (*last) words += "; the time before is " + text(**last);
    if (next) words += "; the time after is " + text(*next);
    Reasons reasons{{"not-due", std::move(words)}};
    const Instant from = last->value_or(at_);
    for (auto& note :
         dst_notes(task.trigger, question_.zone, task.id, from, next.value_or(at_), most_notes)) {
      reasons.push_back({"clock-change", std::move(note)});
    }
    return reasons;
  }

  Result<Reasons> to_come(const StoredTask& stored, Instant due)
  {
    Reasons reasons{{"to-come", fmt::format("{} is to come, {}", text(due),
                                            distance_text(due, question_.now))}};
    if (stored.task.paused) {
      auto paused = reasons_now(vault_, question_);
      if (!paused) return paused;
      std::ranges::move(*paused, std::back_inserter(reasons));
    }
    return reasons;
  }

  Vault& vault_;
  const Question& question_;
  Instant at_;
  Reasons reasons_;
  std::optional<Run> later_;
};

}  // namespace

Result<Reasons> reasons_at(Vault& vault, const Question& question, Instant at)
{
  return InquiryAt{vault, question, at}();
}

}  // namespace asyncz::cli
