// SPDX-License-Identifier: MIT
#include "cli/application.hpp"

#include "cli/help.hpp"
#include "cli/parser.hpp"
#include "cli/process_context.hpp"
#include "cli/views/overview.hpp"

namespace asyncz::cli {
namespace {

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
  if (invocation.row == nullptr) return print_overview(context);
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
  if (!status) {
    const auto own = invocation->command ? invocation->command->failure_status() : std::nullopt;
    return own.value_or(static_cast<ExitStatus>(status.error().kind));
  }
  return *status == 0 && !written ? static_cast<ExitStatus>(written.error().kind) : *status;
}

}  // namespace asyncz::cli
