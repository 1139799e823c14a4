// SPDX-License-Identifier: MIT
// asyncz remove: takes tasks out of the store.
#include "cli/commands.hpp"
#include "cli/selection.hpp"

#include <string>

namespace asyncz::cli {
namespace {

constexpr int most_tries = 100;

class Remove final : public Command {
 public:
  void declare(Options& options) override { selection_.declare(options); }

  Result<ExitStatus> run(Context& context) override
  {
    Result<OpenStore> open = context.open(Access::read);
    if (!open) return open.error();
    ExitStatus status = 0;
    const auto ids = selection_.choose(context, *open, "remove", status);
    if (!ids) return ids.error();
    for (const std::string& id : *ids) {
      const Status removed = remove(*open, id, context.clock().now());
      if (removed) continue;
      context.error(removed.error());
      status = static_cast<ExitStatus>(removed.error().kind);
    }
    return status;
  }

 private:
  // A run that is under way ends first and is recorded; the worker removes the task then.
  static Status remove(OpenStore& open, const std::string& id, Instant now)
  {
    Status removed;
    for (int tries = 0; tries < most_tries; ++tries) {
      const Result<StoredTask> task = open.vault->get(id);
      if (!task) return task.error();
      if (status_of(*open.store, *task, now).state == TaskState::running) {
        return leave_to_worker(open, id);
      }
      removed = open.vault->remove(*task);
      if (removed || removed.error().kind != ErrorKind::conflict) return removed;
    }
    return removed;
  }

  static Status leave_to_worker(OpenStore& open, const std::string& id)
  {
    const auto marked = open.vault->update(id, [](StoredTask& task) -> Status {
      task.progress.remove_after_run = true;
      return {};
    });
    return marked ? Status{} : Status{marked.error()};
  }

  Selection selection_;
};

}  // namespace

std::unique_ptr<Command> make_remove() { return std::make_unique<Remove>(); }

}  // namespace asyncz::cli
