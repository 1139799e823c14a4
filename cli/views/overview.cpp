// SPDX-License-Identifier: MIT
#include "cli/views/overview.hpp"

#include "cli/views/json.hpp"

namespace asyncz::cli {
namespace {

std::string_view advice(const StoreStatus& status)
{
  if (status.tasks() == 0) {
    return "asyncz add -- COMMAND adds a task, asyncz worker runs what is due";
  }
  if (status.workers.empty()) return "no worker is live: asyncz worker runs what is due";
  return "asyncz list shows the tasks, asyncz history what has run, asyncz help everything else";
}

}  // namespace

Result<StoreStatus> print_status(Context& context, OpenStore& open)
{
  const Instant now = context.clock().now();
  auto status = read_status(open, now);
  if (!status) return status;
  if (context.globals().json) {
    print_json(context, status_value(*status));
  } else {
    context.out(status_text(context, *status, now));
  }
  return status;
}

Result<ExitStatus> print_overview(Context& context)
{
  auto open = context.open(Access::read);
  if (!open) return open.error();
  const auto status = print_status(context, *open);
  if (!status) return status.error();
  if (context.globals().json) return 0;
  context.flush();
  context.note(advice(*status));
  return 0;
}

}  // namespace asyncz::cli
