// SPDX-License-Identifier: MIT
#include "cli/application.hpp"

#include "cli/help.hpp"
#include "cli/parser.hpp"
#include "cli/process_context.hpp"

#include <fmt/core.h>

namespace asyncz::cli {
namespace {

// Without a command: how things stand, and what one can do next.
constexpr std::string_view default_command = "status";

Result<ExitStatus> obey(Invocation& invocation, Context& context)
{
  switch (invocation.wish) {
    case Invocation::Wish::version:
      context.out("asyncz " ASYNCZ_VERSION "\n");
      return 0;
    case Invocation::Wish::help:
      context.out(invocation.row == nullptr ? help_text() : help_text(*invocation.row));
      return 0;
    case Invocation::Wish::run:
      break;
  }
  return invocation.command->run(context);
}

}  // namespace

ExitStatus run_application(const std::vector<std::string>& arguments)
{
  Result<Invocation> invocation = parse(arguments);
  ProcessContext context{invocation ? invocation->globals : Globals{}};
  if (!invocation) {
    context.error(invocation.error());
    return static_cast<ExitStatus>(invocation.error().kind);
  }
  Result<ExitStatus> status = obey(*invocation, context);
  if (!status) context.error(status.error());
  const Status written = context.finish();
  if (!written) context.error(written.error());
  if (!status) return static_cast<ExitStatus>(status.error().kind);
  return *status == 0 && !written ? static_cast<ExitStatus>(written.error().kind) : *status;
}

}  // namespace asyncz::cli
