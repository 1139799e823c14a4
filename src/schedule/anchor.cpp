// SPDX-License-Identifier: MIT
#include "schedule/anchor.hpp"

#include <utility>

namespace asyncz {

void give_starts(Trigger& trigger, Instant now)
{
  for (auto& child : trigger.children) {
    if (child.kind == TriggerKind::interval && !child.start) child.start = trigger.start;
    give_starts(child, now);
  }
  if (trigger.kind != TriggerKind::interval || trigger.start) return;
  trigger.start = saturated_sum(now, trigger.every);
}

Trigger anchored(Trigger read, const Trigger& later, const Trigger& present)
{
  if (read.kind != present.kind || read.every != present.every) return read;
  if (read.at != later.at) read.at = present.at;
  if (read.start != later.start) read.start = present.start;
  if (read.end != later.end) read.end = present.end;
  if (read.children.size() != present.children.size()) return read;
  for (std::size_t i = 0; i < read.children.size(); ++i) {
    read.children[i] =
        anchored(std::move(read.children[i]), later.children[i], present.children[i]);
  }
  return read;
}

}  // namespace asyncz
