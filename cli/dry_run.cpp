// SPDX-License-Identifier: MIT
#include "cli/dry_run.hpp"

#include "cli/new_task.hpp"

#include <utility>

namespace asyncz::cli {

Result<DryRun> DryRun::of(Context& context, bool replace)
{
  DryRun dry_run{replace};
  auto open = context.open(Access::read);
  if (!open && open.error().kind != ErrorKind::not_found) return open.error();
  if (open) dry_run.open_ = *std::move(open);
  return dry_run;
}

Status DryRun::add(const std::string& id)
{
  if (replace_) return {};
  bool taken = !added_.insert(id).second;
  if (!taken && open_) {
    const auto found = open_->store->lookup_task(id);
    if (!found && found.error().kind != ErrorKind::not_found) return found.error();
    taken = static_cast<bool>(found);
  }
  return taken ? Status{is_taken(id)} : Status{};
}

}  // namespace asyncz::cli
