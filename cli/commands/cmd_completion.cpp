// SPDX-License-Identifier: MIT
// asyncz completion: what makes a shell complete asyncz command lines.
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/completion/completion.hpp"

#include <fmt/core.h>

#include <string>
#include <vector>

namespace asyncz::cli {
namespace {

class Completion final : public Command {
 public:
  void declare(Options& options) override
  {
    options.words("bash|zsh|fish", shells_, 1, 1, "The shell", WordKind::text);
  }

  Result<ExitStatus> run(Context& context) override
  {
    const std::string& shell = shells_.front();
    if (shell == "bash") {
      context.out(bash_completion());
    } else if (shell == "zsh") {
      context.out(zsh_completion());
    } else if (shell == "fish") {
      context.out(fish_completion());
    } else {
      return Error{ErrorKind::usage,
                   fmt::format("there is no completion for {}", shell_quoted(printable(shell))),
                   "name bash, zsh or fish"};
    }
    return 0;
  }

 private:
  std::vector<std::string> shells_;
};

}  // namespace

std::unique_ptr<Command> make_completion() { return std::make_unique<Completion>(); }

}  // namespace asyncz::cli
