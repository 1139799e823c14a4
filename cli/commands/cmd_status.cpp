// SPDX-License-Identifier: MIT
// asyncz status: how things stand, once or as they change.
#include "cli/commands.hpp"
#include "cli/runs/interruption.hpp"
#include "cli/runs/store_changes.hpp"
#include "cli/terminal/screen.hpp"
#include "cli/views/json.hpp"
#include "cli/views/overview.hpp"
#include "run/wait.hpp"

#include <array>
#include <optional>
#include <string>

namespace asyncz::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto redraw_interval = 1s;  // for what changes with time alone
constexpr auto breath = 200ms;        // a burst of changes is one picture

class StatusCommand final : public Command {
 public:
  void declare(Options& options) override
  {
    options.flag("-w,--watch", watch_, "Go on, and show each change");
  }

  Result<ExitStatus> run(Context& context) override
  {
    auto open = context.open(Access::read);
    if (!open) return open.error();
    if (watch_) return watch(context, *open);
    const auto printed = print_status(context, *open);
    if (!printed) return printed.error();
    return 0;
  }

 private:
  static Result<std::string> present(Context& context, OpenStore& open)
  {
    const Instant now = context.clock().now();
    const auto status = read_status(open, now);
    if (!status) return status.error();
    if (context.globals().json) return json_text(status_value(*status)) + '\n';
    return status_text(context, *status, now);
  }

  // On a terminal in place; elsewhere one after the other.
  static Result<ExitStatus> watch(Context& context, OpenStore& open)
  {
    const Interruption interruption;
    auto changes = StoreChanges::of(*open.store);
    if (!changes) return changes.error();
    const bool in_place = context.stdout_is_terminal() && !context.globals().json;
    std::optional<Screen> screen;
    if (in_place) screen.emplace(context);
    std::string shown;
    for (;;) {
      const auto text = present(context, open);
      if (!text) return text.error();
      if (screen) {
        screen->draw(*text);
      } else if (*text != shown) {
        context.out(*text);
        context.flush();
      }
      shown = *text;
      if (rest(interruption, *changes, in_place)) return 0;
    }
  }

  // Until there may be something new to show. Whether it is to end.
  static bool rest(const Interruption& interruption, StoreChanges& changes, bool in_place)
  {
    wait_for(std::array{interruption.fd()}, from_now(breath));
    if (interruption.signal()) return true;
    std::optional<Steady::time_point> until;
    if (in_place || changes.fd() < 0) until = from_now(redraw_interval);
    wait_for(std::array{interruption.fd(), changes.fd()}, until);
    static_cast<void>(changes.take());
    return interruption.signal().has_value();
  }

  bool watch_ = false;
};

}  // namespace

std::unique_ptr<Command> make_status() { return std::make_unique<StatusCommand>(); }

}  // namespace asyncz::cli
