// SPDX-License-Identifier: MIT
// asyncz list: the tasks of the store by their next run time.
#include "base/task_id.hpp"
#include "base/text.hpp"
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/tasks/selection.hpp"
#include "cli/terminal/table.hpp"
#include "cli/views/json.hpp"
#include "cli/views/run_view.hpp"
#include "cli/views/task_view.hpp"
#include "cli/views/zones.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace asyncz::cli {
namespace {

// A task, or why it cannot be read, with its place in the list.
struct Row {
  std::string id;
  Result<StoredTask> task;
  TaskStatus status;

  // Those without a next run time come last.
  [[nodiscard]] Instant next() const { return status.next_run_time.value_or(never); }
};

// The first is the one that comes next.
struct Later {
  bool operator()(const Row& a, const Row& b) const
  {
    return std::pair{a.next(), std::string_view{a.id}} >
           std::pair{b.next(), std::string_view{b.id}};
  }
};

// Rows in the form that was asked for.
class Printer {
 public:
  Printer(Context& context, Vault& vault, Instant now)
      : context_{context},
        now_{now},
        last_runs_{vault},
        array_{context},
        table_{context,
               {{"ID", Fit::prefix},
                "STATE",
                "NEXT RUN",
                "QUEUE",
                {"SCHEDULE", Fit::cut},
                {"NAME", Fit::cut}}}
  {
  }

  void print(const Row& row)
  {
    if (context_.globals().json) {
      array_.add(document(row));
    } else if (row.task) {
      print_cells(*row.task, row.status);
    } else {
      table_.row({row.id, {"unreadable", Tone::bad}, "-", "-", "-", row.task.error().what});
    }
  }

  void end()
  {
    if (context_.globals().json) {
      array_.end();
    } else {
      table_.end();
    }
  }

 private:
  Value document(const Row& row)
  {
    if (!row.task) return unreadable_document(row.id, row.task.error());
    return task_document(*row.task, row.status, last_runs_.of(*row.task),
                         zones_.named(row.task->task.timezone), now_, false);
  }

  void print_cells(const StoredTask& stored, const TaskStatus& status)
  {
    const Task& task = stored.task;
    const Zone& zone = zones_.named(task.timezone);
    const std::string next =
        status.next_run_time ? table_time(context_, *status.next_run_time, zone) : "-";
    table_.row({task.id,
                {task_state_text(status.state), tone_of(status.state)},
                next,
                task.queue,
                trigger_text(task.trigger, zone),
                task.name});
  }

  Context& context_;
  Instant now_;
  LastRuns last_runs_;
  JsonArray array_;
  Table table_;
  Zones zones_;
};

std::string_view kind_text(TriggerKind kind)
{
  switch (kind) {
    case TriggerKind::date:
      return "date";
    case TriggerKind::interval:
      return "interval";
    case TriggerKind::cron:
      return "cron";
    case TriggerKind::calendar:
      return "calendar";
    case TriggerKind::boot:
      return "boot";
    case TriggerKind::shutdown:
      return "shutdown";
    case TriggerKind::any:
      return "any";
    case TriggerKind::all:
      return "all";
  }
  return "";
}

class List final : public Command {
 public:
  void declare(Options& options) override
  {
    filter_.declare(options);
    options.choice("--trigger", trigger_,
                   {"date", "interval", "cron", "calendar", "boot", "shutdown", "any", "all"},
                   "Only tasks with this kind of trigger");
    options.value("--query", query_, "TEXT", "Only tasks whose id, name or command contains this",
                  WordKind::text);
    options.choice("--sort", sort_,
                   {"next_run_time", "id", "name", "queue", "state", "priority", "created"},
                   "Order by this field (next_run_time)");
    options.flag("--desc", descending_, "Reverse the order");
    options.value("--limit", limit_, "N", "At most this many; 0 is all", WordKind::text);
  }

  Result<ExitStatus> run(Context& context) override
  {
    std::size_t limit = std::numeric_limits<std::size_t>::max();
    if (limit_) {
      const Result<std::int64_t> given = parse_count("--limit", *limit_);
      if (!given) return given.error();
      if (*given > 0) limit = static_cast<std::size_t>(*given);
    }
    Result<OpenStore> open = context.open(Access::read);
    if (!open) return open.error();

    const Instant now = context.clock().now();
    Printer printer{context, *open->vault, now};
    std::size_t printed = 0;
    const auto print = [&](const Row& row) {
      if (printed < limit) printer.print(row);
      return ++printed < limit;
    };
    const Status listed = sort_ || descending_ ? list_sorted(*open, now, print)
                                               : list_by_next_run_time(*open, now, print);
    printer.end();
    if (!listed) return listed.error();
    return unreadable_ ? static_cast<ExitStatus>(ErrorKind::corrupt) : 0;
  }

 private:
  using Print = std::function<bool(const Row&)>;

  // The store gives records by the moment at which they need a worker. Where that is not the next
  // run time (while a task runs), the row waits for its place.
  Status list_by_next_run_time(OpenStore& open, Instant now, const Print& print)
  {
    std::vector<Row> waiting;
    bool more = true;
    const auto print_until = [&](Instant until) {
      while (more && !waiting.empty() && waiting.front().next() <= until) {
        std::ranges::pop_heap(waiting, Later{});
        more = print(waiting.back());
        waiting.pop_back();
      }
    };
    const Status visited = visit(open, now, [&](Row row, Instant moment) {
      print_until(std::min(moment, never - Duration{1}));
      if (more && row.next() <= moment && row.next() != never) {
        more = print(row);
      } else {
        waiting.push_back(std::move(row));
        std::ranges::push_heap(waiting, Later{});
      }
      return more;
    });
    print_until(never);
    return visited;
  }

  Status list_sorted(OpenStore& open, Instant now, const Print& print)
  {
    std::vector<Row> rows;
    const Status visited = visit(open, now, [&rows](Row row, Instant) {
      rows.push_back(std::move(row));
      return true;
    });
    std::ranges::sort(rows, [this](const Row& a, const Row& b) {
      return descending_ ? before(b, a) : before(a, b);
    });
    for (const Row& row : rows) {
      if (!print(row)) break;
    }
    return visited;
  }

  // By the field, then as without --sort. What cannot be read comes last.
  [[nodiscard]] bool before(const Row& a, const Row& b) const
  {
    if (!a.task || !b.task) return static_cast<bool>(a.task) > static_cast<bool>(b.task);
    const Task& x = a.task->task;
    const Task& y = b.task->task;
    if (sort_ == "name" && x.name != y.name) return x.name < y.name;
    if (sort_ == "queue" && x.queue != y.queue) return x.queue < y.queue;
    if (sort_ == "priority" && x.priority != y.priority) return x.priority > y.priority;
    if (sort_ == "state" && a.status.state != b.status.state)
      return a.status.state < b.status.state;
    if (sort_ == "created" && a.task->progress.created != b.task->progress.created) {
      return a.task->progress.created < b.task->progress.created;
    }
    if (sort_ == "id") return a.id < b.id;
    return Later{}(b, a);
  }

  // Gives each task that is wanted once, with the moment of the record where it was met: its own,
  // or that of an instance of it which comes before.
  template <class Visit>
  Status visit(OpenStore& open, Instant now, const Visit& take)
  {
    std::set<std::string, std::less<>> met_by_instance;
    return open.vault->each([&](std::string_view id, Result<StoredTask> task) {
      if (!task) return take_unreadable({std::string{id}, std::move(task), {}}, take);
      const Instant moment = task->progress.moment;
      if (const auto parent = parent_of_instance(id)) {
        if (met_by_instance.contains(*parent)) return true;
        task = open.vault->get(*parent);
        // It has gone, or is met where it stands.
        if (!task || task->progress.moment <= moment) return true;
        met_by_instance.emplace(*parent);
      } else if (met_by_instance.contains(id)) {
        return true;
      }
      if (!matches(task->task)) return true;
      Row row{task->task.id, std::move(task), {}};
      row.status = status_of(*open.vault, *row.task, now);
      return filter_.matches(row.status.state) ? take(std::move(row), moment) : true;
    });
  }

  template <class Visit>
  bool take_unreadable(Row row, const Visit& take)
  {
    unreadable_ = true;
    row.status.state = TaskState::unreadable;
    const bool wanted = !trigger_ && !query_ && filter_.matches(row.status.state);
    return wanted ? take(std::move(row), never) : true;
  }

  [[nodiscard]] bool matches(const Task& task) const
  {
    if (!filter_.matches(task)) return false;
    if (trigger_ && kind_text(task.trigger.kind) != *trigger_) return false;
    if (!query_) return true;
    const auto contains = [this](std::string_view text) {
      return text.find(*query_) != std::string_view::npos;
    };
    return contains(task.id) || contains(task.name) || contains(joined(task.argv, " "));
  }

  TaskFilter filter_;
  std::optional<std::string> trigger_;
  std::optional<std::string> query_;
  std::optional<std::string> sort_;
  std::optional<std::string> limit_;
  bool descending_ = false;
  bool unreadable_ = false;
};

}  // namespace

std::unique_ptr<Command> make_list() { return std::make_unique<List>(); }

}  // namespace asyncz::cli
