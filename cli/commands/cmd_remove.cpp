// SPDX-License-Identifier: MIT
// asyncz remove: takes tasks out of the store.
#include "cli/commands.hpp"
#include "cli/tasks/selection.hpp"
#include "cli/tasks/task_removal.hpp"
#include "cli/terminal/progress.hpp"
#include "cli/views/json.hpp"

#include <string>
#include <utility>

namespace asyncz::cli {
namespace {

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
    Progress progress{context, "tasks removed", ids->size()};
    std::size_t done = 0;
    for (const std::string& id : *ids) {
      progress.show(done++);
      const Status removed = remove_task(*open, id, context.clock().now());
      if (removed) removed_.emplace_back(ValueMap{{"id", id}});
      if (removed) continue;
      context.error(removed.error());
      status = static_cast<ExitStatus>(removed.error().kind);
    }
    if (context.globals().json) print_json(context, std::move(removed_));
    return status;
  }

 private:
  ValueList removed_;
  Selection selection_;
};

}  // namespace

std::unique_ptr<Command> make_remove() { return std::make_unique<Remove>(); }

}  // namespace asyncz::cli
