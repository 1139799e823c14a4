// SPDX-License-Identifier: MIT
// asyncz migrate: the tasks and the history of a store in another one.
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/terminal/progress.hpp"
#include "cli/views/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace asyncz::cli {
namespace {

constexpr std::size_t tasks_at_once = 500;

Status check_no_worker(OpenStore& open)
{
  const auto workers = open.vault->workers();
  if (!workers) return workers.error();
  if (workers->empty()) return {};
  const auto& one = workers->front();
  return Error{ErrorKind::conflict,
               fmt::format("the worker {} (process {} on {}) is at work on {}", printable(one.name),
                           one.pid, printable(one.host), open.url),
               "stop it first; one that has died is forgotten when its lease has ended"};
}

// One migration, and what it came to so far.
class Migration {
 public:
  Migration(Context& context, OpenStore& from, OpenStore& to)
      : context_{context}, from_{from}, to_{to}
  {
  }

  // The history goes first, so that no task is there without it and run again.
  Status copy()
  {
    if (auto copied = copy_history(); !copied) return copied;
    if (auto copied = copy_tasks(); !copied) return copied;
    const auto paused = from_.vault->paused_queues();
    if (!paused) return paused.error();
    for (const auto& pause : *paused) {
      if (auto done = to_.vault->pause_queue(pause); !done) return done;
    }
    return {};
  }

  // Removes from the source what the other store has as it is; what has changed since stays.
  Status remove_copied()
  {
    std::vector<StoredTask> tasks;
    const auto read = from_.vault->each([&](std::string_view, const Result<StoredTask>& task) {
      if (task) tasks.push_back(*task);
      return true;
    });
    if (!read) return read;
    Progress progress{context_, "tasks removed", tasks.size()};
    for (const auto& task : tasks) {
      const auto copy = to_.vault->get(task.task.id);
      if (!copy || copy->revision != task.revision) continue;
      const auto removed = from_.vault->remove(task);
      if (!removed) fail(task.task.id, removed.error());
      progress.show(++removed_);
    }
    return failed_ ? Status{} : from_.store->prune_runs(first_instant, 0);
  }

  ExitStatus end()
  {
    if (context_.globals().json) {
      print_json(
          context_,
          ValueMap{{"tasks", count(tasks_)}, {"runs", count(runs_)}, {"present", count(present_)}});
    } else {
      context_.note(fmt::format("copied {} tasks and {} runs to {}; {} tasks were there already",
                                tasks_, runs_, to_.url, present_));
    }
    return failed_ ? static_cast<ExitStatus>(*failed_) : 0;
  }

 private:
  static std::int64_t count(std::size_t number) { return static_cast<std::int64_t>(number); }

  Status copy_history()
  {
    Progress progress{context_, "runs copied"};
    return to_.vault->copy_history(*from_.vault, [&] { progress.show(++runs_); });
  }

  Status copy_tasks()
  {
    Progress progress{context_, "tasks copied"};
    std::vector<StoredTask> batch;
    Status status;
    const auto read = from_.vault->each([&](std::string_view id, Result<StoredTask> task) {
      if (task) {
        batch.push_back(std::move(*task));
      } else {
        fail(id, task.error());
      }
      if (batch.size() == tasks_at_once) status = add(batch);
      progress.show(tasks_ + present_);
      return bool{status};
    });
    if (!read) return read;
    return status ? add(batch) : status;
  }

  Status add(std::vector<StoredTask>& batch)
  {
    const auto copied = to_.vault->add_copies(batch);
    for (std::size_t i = 0; i < copied.size(); ++i) {
      if (copied[i]) {
        ++(*copied[i] == Vault::Copied::now ? tasks_ : present_);
      } else if (copied[i].error().kind == ErrorKind::unavailable) {
        return copied[i].error();
      } else {
        fail(batch[i].task.id, copied[i].error());
      }
    }
    batch.clear();
    return {};
  }

  void fail(std::string_view id, const Error& error)
  {
    context_.error(error.in("task " + printable(id)));
    // What cannot be read counts most.
    if (failed_ != ErrorKind::corrupt) failed_ = error.kind;
  }

  Context& context_;
  OpenStore& from_;
  OpenStore& to_;
  std::size_t tasks_ = 0;
  std::size_t runs_ = 0;
  std::size_t present_ = 0;
  std::size_t removed_ = 0;
  std::optional<ErrorKind> failed_;
};

class Migrate final : public Command {
 public:
  void declare(Options& options) override
  {
    options.value("--to", to_, "STORE", "Where the tasks and their history go", WordKind::store);
    options.flag("--move", move_, "Remove from this store what the other has");
  }

  Result<ExitStatus> run(Context& context) override
  {
    if (!to_) return Error{ErrorKind::usage, "migrate needs --to STORE", ""};
    auto from = context.open(Access::read);
    if (!from) return from.error();
    auto to = context.open(*to_, Access::create);
    if (!to) return to.error();
    if (from->url == to->url) {
      return Error{ErrorKind::usage, "both are the same store, " + from->url,
                   "name another one with --to"};
    }
    for (auto* open : {&*to, &*from}) {
      if (open == &*from && !move_) continue;
      if (auto checked = check_no_worker(*open); !checked) return checked.error();
    }
    Migration migration{context, *from, *to};
    if (auto copied = migration.copy(); !copied) return copied.error();
    if (move_) {
      if (auto removed = migration.remove_copied(); !removed) return removed.error();
    }
    return migration.end();
  }

 private:
  std::optional<std::string> to_;
  bool move_ = false;
};

}  // namespace

std::unique_ptr<Command> make_migrate() { return std::make_unique<Migrate>(); }

}  // namespace asyncz::cli
