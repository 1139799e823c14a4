// SPDX-License-Identifier: MIT
#include "cli/runs/waiting.hpp"

#include "base/text.hpp"
#include "cli/runs/interruption.hpp"
#include "cli/runs/store_changes.hpp"
#include "cli/runs/task_output.hpp"
#include "cli/views/json.hpp"
#include "cli/views/run_view.hpp"
#include "cli/views/worker_view.hpp"
#include "run/wait.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>

namespace asyncz::cli {
namespace {

constexpr auto poll_interval = std::chrono::seconds{1};  // where a store announces nothing
constexpr ExitStatus out_of_time = 124;

class Waiting {
 public:
  Waiting(Context& context, OpenStore& open, std::vector<Awaited>& awaited,
          const WaitOptions& options, StoreChanges changes)
      : context_{context},
        open_{open},
        awaited_{awaited},
        options_{options},
        changes_{std::move(changes)}
  {
    if (options.timeout) deadline_ = from_now(*options.timeout);
  }

  Result<ExitStatus> operator()()
  {
    if (options_.output != nullptr) options_.output->pass_on();
    Changes changes{.unknown = true, .ids = {}, .notes = true, .unreadable = {}};
    for (;;) {
      if (const auto looked = look(changes); !looked) return looked.error();
      if (std::ranges::all_of(awaited_, &Awaited::ended)) return exit_status_of(awaited_);
      if (changes.notes || changes.unknown) tell_of_obstacles();
      rest_until_change();
      if (const auto signal = interruption_.signal()) return 128 + *signal;
      if (deadline_ && has_come(*deadline_)) return out_of_time;
      auto taken = changes_.take();
      if (!taken) return taken.error();
      changes = std::move(*taken);
    }
  }

 private:
  Status look(const Changes& changes)
  {
    for (Awaited& each : awaited_) {
      if (!each.concerned_by(changes)) continue;
      if (const auto looked = each.look(*open_.vault); !looked) return looked;
      if (each.ended()) tell_of_end(each);
    }
    return {};
  }

  void rest_until_change()
  {
    auto until = deadline_;
    if (changes_.fd() < 0) {
      const auto again = from_now(poll_interval);
      until = until ? std::min(*until, again) : again;
    }
    const int output = options_.output == nullptr ? -1 : options_.output->fd();
    const auto ready = wait_for(std::array{interruption_.fd(), changes_.fd(), output}, until);
    if (ready[2]) options_.output->pass_on();
  }

  void tell_of_end(const Awaited& each)
  {
    if (!each.run()) {
      context_.warn(fmt::format("task {} has left the store and no run is recorded", each.id()));
    } else if (each.run()->state != RunState::succeeded) {
      const Run& run = *each.run();
      const auto reason = run.reason.empty() ? "" : ": " + run.reason;
      context_.note(fmt::format("{} {}{}", run.id(), run_state_text(run.state), reason));
    }
  }

  // Each once, until it is out of the way.
  void tell_of_obstacles()
  {
    const auto workers = open_.vault->workers();
    const auto pauses = open_.vault->paused_queues();
    if (!workers || !pauses) return;
    for (const Awaited& each : awaited_) {
      if (each.ended() || each.queue().empty()) continue;
      const auto stored = open_.vault->get(each.id());
      if (stored && stored->task.paused) tell(fmt::format("task {} is paused", each.id()));
      const auto takes = [&](const WorkerInfo& worker) { return serves(worker, each.queue()); };
      const bool paused =
          std::ranges::find(*pauses, each.queue(), &QueuePause::queue) != pauses->end();
      if (paused) tell("queue " + each.queue() + " is paused");
      if (std::ranges::none_of(*workers, takes)) {
        tell("no live worker serves queue " + each.queue());
      }
    }
  }

  void tell(const std::string& clause)
  {
    if (told_.insert(clause).second) context_.warn(clause);
  }

  Context& context_;
  OpenStore& open_;
  std::vector<Awaited>& awaited_;
  const WaitOptions& options_;
  StoreChanges changes_;
  Interruption interruption_;
  std::optional<Steady::time_point> deadline_;
  std::set<std::string> told_;
};

}  // namespace

Result<ExitStatus> wait_for_all(Context& context, OpenStore& open, std::vector<Awaited>& awaited,
                                const WaitOptions& options)
{
  auto changes = StoreChanges::of(*open.store);
  if (!changes) return changes.error();
  return Waiting{context, open, awaited, options, *std::move(changes)}();
}

Result<ExitStatus> wait_with_output(Context& context, OpenStore& open, const StoredTask& task)
{
  auto output = TaskOutput::of(context, *open.vault, task.task.id, task.fence);
  if (!output) return output.error();
  std::vector<Awaited> awaited{Awaited::added(task)};
  const bool json = context.globals().json;
  const auto status = wait_for_all(context, open, awaited, {{}, json ? nullptr : &*output});
  if (!status) return status;
  if (json) {
    const auto& run = awaited.front().run();
    print_json(context, run ? Value{run_value(*run, Zone{})} : Value{});
  } else if (const auto finished = output->finish(); !finished) {
    return finished.error();
  }
  return status;
}

}  // namespace asyncz::cli
