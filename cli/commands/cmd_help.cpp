// SPDX-License-Identifier: MIT
// asyncz help: what a command does and which options it has.
#include "base/hint.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/help.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <vector>

namespace asyncz::cli {
namespace {

class Help final : public Command {
 public:
  void declare(Options& options) override
  {
    options.words("COMMAND", names_, 0, 1, "The command to explain; without it all are listed",
                  WordKind::text);
  }

  Result<ExitStatus> run(Context& context) override
  {
    if (names_.empty()) {
      context.out(help_text());
      return 0;
    }
    std::vector<std::string_view> known;
    for (const CommandRow& row : commands()) {
      known.push_back(row.name);
      if (row.name != names_.front()) continue;
      context.out(help_text(row));
      return 0;
    }
    const auto meant = did_you_mean(names_.front(), known);
    return Error{ErrorKind::usage,
                 fmt::format("there is no command {}", shell_quoted(printable(names_.front()))),
                 hint_at(meant, "asyncz help lists the commands")};
  }

 private:
  std::vector<std::string> names_;
};

}  // namespace

std::unique_ptr<Command> make_help() { return std::make_unique<Help>(); }

}  // namespace asyncz::cli
