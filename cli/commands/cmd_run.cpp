// SPDX-License-Identifier: MIT
// asyncz run: one more run of a task, now. Manual: man/asyncz-run.1.
#include "cli/commands.hpp"
#include "cli/runs/resolve.hpp"
#include "cli/runs/run_now.hpp"
#include "cli/views/json.hpp"
#include "cli/worker/foreground.hpp"

#include <string>
#include <utility>

namespace asyncz::cli {
namespace {

class RunCommand final : public Command {
 public:
  void declare(Options& options) override
  {
    options.flag("--foreground", foreground_,
                 "Run it here, with its output and its exit status, and wait for it");
    options.words("TASK", tasks_, 1, 1, "The task to run", WordKind::task);
  }

  [[nodiscard]] std::optional<ExitStatus> failure_status() const override
  {
    return foreground_ ? std::optional{125} : std::nullopt;
  }

  Result<ExitStatus> run(Context& context) override
  {
    auto open = context.open(Access::read);
    if (!open) return open.error();
    const auto id = open->vault->resolve(tasks_.front());
    if (!id) return id.error();
    if (foreground_) return run_in_foreground(context, *open, *id);

    const auto task = open->vault->get(*id);
    if (!task) return task.error();
    const auto now = context.clock().now();
    const auto added = run_now(*open, *task, now, now);
    if (!added) return added.error();
    if (context.globals().json) {
      print_json(context, ValueMap{{"id", *added}});
    } else {
      context.out(*added + "\n");
    }
    return 0;
  }

 private:
  bool foreground_ = false;
  std::vector<std::string> tasks_;
};

}  // namespace

std::unique_ptr<Command> make_run() { return std::make_unique<RunCommand>(); }

}  // namespace asyncz::cli
