// SPDX-License-Identifier: MIT
#include "vault/waiters.hpp"

#include "base/text.hpp"
#include "task/dependency.hpp"
#include "vault/kept_task.hpp"

#include <algorithm>
#include <deque>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace asyncz {
namespace {

bool is_gone(const Error& error) { return error.kind == ErrorKind::not_found; }

// The last that the history says of a task.
Result<std::optional<Run>> last_run_of(Vault& vault, std::string_view id)
{
  std::optional<Run> last;
  const auto visited = vault.runs(id, {}, [&](Result<Run> run) {
    if (run) last = *std::move(run);
    return !last;
  });
  if (!visited) return visited.error();
  return last;
}

// What the end of one task brings about, step by step. A cancelled waiter is recorded before its
// own waiters learn of it, and removed after them.
class Consequences {
 public:
  Consequences(Vault& vault, Instant now, const Random& random)
      : vault_{vault}, now_{now}, random_{random}
  {
  }

  void add(const StoredTask& parent, bool success)
  {
    for (const auto& waiter : parent.progress.waiters) {
      open_.push_back({waiter, parent.task.id, success});
    }
  }
  void add(std::string waiter, std::string parent, bool success)
  {
    open_.push_back({std::move(waiter), std::move(parent), success});
  }

  Status follow()
  {
    for (;;) {
      while (!open_.empty()) {
        const auto step = std::move(open_.front());
        open_.pop_front();
        if (auto told = tell(step); !told) return told;
      }
      if (cancelled_.empty()) return {};
      if (auto removed = remove_last(); !removed) return removed;
    }
  }

 private:
  struct Step {
    std::string waiter;
    std::string parent;
    bool success;
  };

  Status remove_last()
  {
    auto& last = cancelled_.back();
    const auto removed = vault_.remove(last);
    if (!removed && removed.error().kind == ErrorKind::conflict) {
      // Somebody has changed it; others may wait for it by now.
      auto changed = vault_.get(last.task.id);
      if (!changed && !is_gone(changed.error())) return changed.error();
      if (changed && !changed->reserved_or_interrupted()) {
        last = *std::move(changed);
        add(last, false);
        return {};
      }
    } else if (!removed && !is_gone(removed.error())) {
      return removed;
    }
    cancelled_.pop_back();
    return {};
  }

  Status tell(const Step& step)
  {
    auto waiter = vault_.get(step.waiter);
    if (!waiter) return is_gone(waiter.error()) ? Status{} : Status{waiter.error()};
    auto struck = waiter->task;
    switch (strike_out(struck, step.parent, step.success)) {
      case Condition::unchanged:
        return {};
      case Condition::impossible:
        return cancel(*std::move(waiter), step.parent);
      case Condition::met:
        break;
    }
    const auto written = vault_.update(step.waiter, [&](StoredTask& task) -> Status {
      const bool waited = waits(task.task);
      if (strike_out(task.task, step.parent, step.success) != Condition::met) return {};
      return waited && !waits(task.task) ? plan(task, now_, random_) : Status{};
    });
    if (written || is_gone(written.error())) return {};
    // Its schedule has nothing left to come.
    if (written.error().kind == ErrorKind::usage) return cancel(*std::move(waiter), step.parent);
    return written.error();
  }

  Status cancel(StoredTask waiter, const std::string& parent)
  {
    if (waiter.reserved_or_interrupted()) return {};  // somebody runs it all the same
    auto run = cancelled_waiter(waiter, parent, now_);
    if (is_kept(waiter, run.state)) run.task_record = kept_task(waiter.task);
    if (auto recorded = vault_.record_run(run); !recorded) return recorded;
    add(waiter, false);
    cancelled_.push_back(std::move(waiter));
    return {};
  }

  Vault& vault_;
  Instant now_;
  const Random& random_;
  std::deque<Step> open_;
  std::vector<StoredTask> cancelled_;
};

// Whether `id` waits for `wanted`, itself or through others.
Result<bool> waits_for(Vault& vault, const std::string& id, const std::string& wanted)
{
  std::set<std::string> seen;
  std::vector<std::string> open{id};
  while (!open.empty()) {
    const auto next = std::move(open.back());
    open.pop_back();
    if (next == wanted) return true;
    if (!seen.insert(next).second) continue;
    const auto task = vault.get(next);
    if (!task && is_gone(task.error())) continue;
    if (!task) return task.error();
    for (const auto& parent : task->task.after) {
      if (!parent.met) open.push_back(parent.id);
    }
  }
  return false;
}

//   usage  `parent` waits for `id`
Status check_no_circle(Vault& vault, const std::string& id, const std::string& parent)
{
  const auto circle = waits_for(vault, parent, id);
  if (!circle) return circle.error();
  if (!*circle) return {};
  return Error{ErrorKind::usage,
               "task " + printable(parent) + " waits for " + printable(id) + " itself",
               {}};
}

// Lists `waiter` with a parent that is in the store.
//   not_found  it is not there
Status list_with(Vault& vault, const std::string& parent, const std::string& waiter)
{
  const auto written = vault.update(parent, [&](StoredTask& task) -> Status {
    if (task.task.recurring()) return never_ends(parent);
    auto& waiters = task.progress.waiters;
    if (std::find(waiters.begin(), waiters.end(), waiter) == waiters.end()) {
      waiters.push_back(waiter);
    }
    return {};
  });
  return written ? Status{} : Status{written.error()};
}

}  // namespace

Error no_parent(std::string_view parent)
{
  return {ErrorKind::not_found,
          "there is no task " + printable(parent) + " to wait for, nor was there one",
          {}};
}

Error never_ends(std::string_view parent)
{
  return {ErrorKind::usage, "task " + printable(parent) + " is recurring and never ends for good",
          "give it a hook: asyncz update " + shell_quoted(parent) + " --on-success …"};
}

Status check_parent(Vault& vault, const std::string& id, const std::string& parent)
{
  if (auto straight = check_no_circle(vault, id, parent); !straight) return straight;
  const auto stored = vault.get(parent);
  if (stored) return stored->task.recurring() ? Status{never_ends(parent)} : Status{};
  if (!is_gone(stored.error())) return stored.error();
  const auto last = last_run_of(vault, parent);
  if (!last) return last.error();
  return *last ? Status{} : Status{no_parent(parent)};
}

Status join_parents(Vault& vault, StoredTask& task, Instant now, const Random& random)
{
  const auto& id = task.task.id;
  for (const auto& parent : std::vector{task.task.after}) {
    if (auto straight = check_no_circle(vault, id, parent.id); !straight) return straight;
    auto listed = list_with(vault, parent.id, id);
    if (listed) continue;
    if (!is_gone(listed.error())) return listed;
    const auto last = last_run_of(vault, parent.id);
    if (!last) return last.error();
    if (!*last) return no_parent(parent.id);
    strike_out(task.task, parent.id, (*last)->state == RunState::succeeded);
  }
  return plan(task, now, random);
}

Result<bool> settle_waiter(Vault& vault, std::string_view id, Instant now, const Random& random)
{
  const auto task = vault.get(id);
  if (!task) return is_gone(task.error()) ? Result{false} : task.error();
  Consequences consequences{vault, now, random};
  for (const auto& parent : task->task.after) {
    if (parent.met) continue;
    const auto stored = vault.get(parent.id);
    if (stored) continue;
    if (!is_gone(stored.error())) return stored.error();
    const auto last = last_run_of(vault, parent.id);
    if (!last) return last.error();
    const bool success = *last && (*last)->state == RunState::succeeded;
    consequences.add(task->task.id, parent.id, success);
  }
  if (auto followed = consequences.follow(); !followed) return followed.error();
  const auto after = vault.get(id);
  return after || !is_gone(after.error());
}

Status tell_waiters(Vault& vault, const StoredTask& parent, bool success, Instant now,
                    const Random& random)
{
  Consequences consequences{vault, now, random};
  consequences.add(parent, success);
  return consequences.follow();
}

}  // namespace asyncz
