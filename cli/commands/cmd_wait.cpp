// SPDX-License-Identifier: MIT
// asyncz wait: until tasks have ended.
#include "cli/commands.hpp"
#include "cli/runs/waiting.hpp"
#include "cli/tasks/selection.hpp"
#include "cli/views/json.hpp"
#include "cli/views/run_view.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace asyncz::cli {
namespace {

class Wait final : public Command {
 public:
  void declare(Options& options) override
  {
    selection_.declare(options, "ID|RUN", "Tasks or runs that are to end", WordKind::run);
    options.value("--timeout", timeout_, "DURATION", "Wait no longer than this");
  }

  [[nodiscard]] std::optional<ExitStatus> failure_status() const override { return 125; }

  Result<ExitStatus> run(Context& context) override
  {
    const auto by_condition = selection_.by_condition();
    if (!by_condition) return by_condition.error();
    WaitOptions options;
    if (timeout_) {
      const auto timeout = parse_duration(*timeout_);
      if (!timeout) return timeout.error().in("--timeout");
      options.timeout = *timeout;
    }
    auto open = context.open(Access::read);
    if (!open) return open.error();
    ExitStatus spoiled = 0;
    auto awaited = *by_condition ? selected(context, *open, spoiled) : named(*open->vault);
    if (!awaited) return awaited.error();
    const auto status = wait_for_all(context, *open, *awaited, options);
    if (!status) return status;
    if (context.globals().json) print(context, *awaited);
    return spoiled != 0 && *status == 0 ? 125 : *status;
  }

 private:
  Result<std::vector<Awaited>> named(Vault& vault) const
  {
    std::vector<Awaited> all;
    for (const std::string& word : selection_.words()) {
      auto awaited = Awaited::named(vault, word);
      if (!awaited) return awaited.error();
      all.push_back(std::move(*awaited));
    }
    return all;
  }

  Result<std::vector<Awaited>> selected(Context& context, OpenStore& open, ExitStatus& status) const
  {
    const auto ids = selection_.matching(context, open, "wait for", status);
    if (!ids) return ids.error();
    std::vector<Awaited> all;
    for (const std::string& id : *ids) {
      auto awaited = Awaited::task(*open.vault, id);
      // What has ended since it was selected need not be waited for.
      if (!awaited && awaited.error().kind == ErrorKind::not_found) continue;
      if (!awaited) return awaited.error();
      all.push_back(std::move(*awaited));
    }
    return all;
  }

  static void print(Context& context, const std::vector<Awaited>& awaited)
  {
    JsonArray array{context};
    for (const Awaited& each : awaited) {
      array.add(each.run() ? Value{run_value(*each.run(), Zone{})} : Value{});
    }
    array.end();
  }

  Selection selection_;
  std::optional<std::string> timeout_;
};

}  // namespace

std::unique_ptr<Command> make_wait() { return std::make_unique<Wait>(); }

}  // namespace asyncz::cli
