// SPDX-License-Identifier: MIT
// asyncz pause and resume: keep tasks or queues from running, and let them go on.
#include "base/task_id.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/tasks/new_task.hpp"
#include "cli/tasks/selection.hpp"
#include "cli/terminal/progress.hpp"
#include "cli/views/json.hpp"

#include <fmt/core.h>

#include <string>
#include <utility>

namespace asyncz::cli {
namespace {

class Pause final : public Command {
 public:
  explicit Pause(bool pauses) : pauses_{pauses} {}

  void declare(Options& options) override { selection_.declare(options); }

  Result<ExitStatus> run(Context& context) override
  {
    const bool queue = selection_.is_queue_alone();
    Result<OpenStore> open = context.open(queue ? Access::create : Access::read);
    if (!open) return open.error();
    if (queue) return change_queue(context, *open, *selection_.filter().queue());

    ExitStatus status = 0;
    const auto ids = selection_.choose(context, *open, pauses_ ? "pause" : "resume", status);
    if (!ids) return ids.error();
    Progress progress{context, pauses_ ? "tasks paused" : "tasks resumed", ids->size()};
    std::size_t done = 0;
    for (const std::string& id : *ids) {
      progress.show(done++);
      const auto changed = open->vault->update(
          id, [&](StoredTask& task) { return change_pause(task, pauses_, context.clock().now()); });
      if (changed) changed_.emplace_back(ValueMap{{"id", id}});
      if (changed) continue;
      context.error(changed.error());
      status = static_cast<ExitStatus>(changed.error().kind);
    }
    if (context.globals().json) print_json(context, std::move(changed_));
    return status;
  }

 private:
  Result<ExitStatus> change_queue(Context& context, OpenStore& open, const std::string& queue) const
  {
    if (const Status named = check_queue_name(queue); !named) return named.error();
    const Status done = pauses_
                            ? open.vault->pause_queue({queue, who_we_are(), context.clock().now()})
                            : open.vault->resume_queue(queue);
    if (!done) return done.error();
    if (context.globals().json) print_json(context, ValueMap{{"queue", queue}});
    context.note(fmt::format("queue {} {}", printable(queue), pauses_ ? "is paused" : "goes on"));
    return 0;
  }

  bool pauses_;
  ValueList changed_;
  Selection selection_;
};

}  // namespace

std::unique_ptr<Command> make_pause() { return std::make_unique<Pause>(true); }
std::unique_ptr<Command> make_resume() { return std::make_unique<Pause>(false); }

}  // namespace asyncz::cli
