// SPDX-License-Identifier: MIT
// asyncz timeline: the coming runs of all tasks in the order of time.
#include "base/task_id.hpp"
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/tasks/selection.hpp"
#include "cli/terminal/chart.hpp"
#include "cli/terminal/table.hpp"
#include "cli/views/json.hpp"
#include "cli/views/run_view.hpp"
#include "cli/views/task_view.hpp"
#include "cli/views/zones.hpp"
#include "time/human_time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace asyncz::cli {
namespace {

constexpr std::int64_t usual_per_task = 10;
constexpr std::size_t most_per_task = 1'000'000;

// The times of a task that lie in the window.
struct TaskTimes {
  Task task;
  std::vector<Instant> times;
};

struct Window {
  Instant from;
  Instant until;  // exclusive
  std::size_t per_task = most_per_task;
  bool overdue = true;   // what has been due before belongs to it
  bool charted = false;  // all times, as far as a chart shows them
};

Result<std::vector<Instant>> times_of(const StoredTask& stored, const TaskStatus& status,
                                      const Zone& zone, const Window& window)
{
  std::vector<Instant> times;
  if (!status.next_run_time) return times;
  const Instant next = *status.next_run_time;
  const bool comes = (window.overdue || next >= window.from) && next < window.until;
  if (comes && window.per_task > 0) times.push_back(next);
  if (!stored.task.recurring()) return times;
  const auto schedule = compile(stored.task.trigger, zone, stored.task.id);
  if (!schedule) return schedule.error();
  Instant after = std::max(next, window.from - Duration{1});
  if (window.charted) {
    const auto more = charted_times(**schedule, after + Duration{1}, window.until);
    if (!more) return more.error();
    times.insert(times.end(), more->begin(), more->end());
    return times;
  }
  while (times.size() < window.per_task) {
    const auto time = (*schedule)->next(after);
    if (!time) return time.error();
    if (!*time || **time >= window.until) break;
    times.push_back(after = **time);
  }
  return times;
}

class Timeline final : public Command {
 public:
  void declare(Options& options) override
  {
    options.value("--from", from_, "TIME", "Begin here, inclusive, instead of now");
    options.value("--until", until_, "TIME", "End before this time (a day after the beginning)");
    options.value("--per-task", per_task_, "N",
                  "At most so many runs of each task; 0 is all (10, in a chart all)");
    options.flag("--chart", chart_, "Draw them, a row for each task");
    filter_.declare(options);
  }

  Result<ExitStatus> run(Context& context) override
  {
    now_ = context.clock().now();
    zone_ = zones_.named(local_zone_name());
    const auto window = read_window(context);
    if (!window) return window.error();
    auto open = context.open(Access::read);
    if (!open) return open.error();
    ExitStatus status = 0;
    const auto all = collect(context, *open, *window, status);
    if (!all) return all.error();
    if (chart_ && !context.globals().json) {
      draw(context, *all, *window);
    } else {
      print(context, *all);
    }
    return status;
  }

 private:
  Result<Instant> read_time(Context& context, std::string_view option, const std::string& text,
                            TimeSense sense) const
  {
    const auto time = parse_time(text, now_, zone_, sense);
    if (!time) return time.error().in(option);
    for (const std::string& warning : time->warnings) context.warn(warning);
    return time->at;
  }

  Result<Window> read_window(Context& context) const
  {
    Window window{.from = now_, .until = {}, .overdue = !from_};
    if (from_) {
      const auto from = read_time(context, "--from", *from_, TimeSense::any);
      if (!from) return from.error();
      window.from = *from;
    }
    window.until = saturated_sum(window.from, std::chrono::days{1});
    if (until_) {
      const auto until = read_time(context, "--until", *until_, TimeSense::coming);
      if (!until) return until.error();
      window.until = *until;
    }
    if (window.until <= window.from) {
      return Error{ErrorKind::usage, "--until is not after the beginning", ""};
    }
    std::int64_t count = chart_ ? 0 : usual_per_task;
    if (per_task_) {
      const auto given = parse_count("--per-task", *per_task_);
      if (!given) return given.error();
      count = *given;
    }
    window.charted = chart_ && count == 0;
    if (count > 0) window.per_task = std::min(static_cast<std::size_t>(count), most_per_task);
    return window;
  }

  // What cannot be read, or has a schedule that is not known here, is told and left out.
  Result<std::vector<TaskTimes>> collect(Context& context, OpenStore& open, const Window& window,
                                         ExitStatus& status)
  {
    std::vector<TaskTimes> all;
    const auto leave_out = [&](const Error& error) {
      context.warn(error.what);
      status = static_cast<ExitStatus>(error.kind);
      return true;
    };
    const auto visited = open.vault->each([&](std::string_view id, Result<StoredTask> stored) {
      if (!stored) return leave_out(stored.error());
      if (parent_of_instance(id)) return true;
      if (!filter_.matches(stored->task)) return true;
      const auto now = status_of(*open.vault, *stored, now_);
      if (!filter_.matches(now.state)) return true;
      auto times = times_of(*stored, now, zones_.named(stored->task.timezone), window);
      if (!times) return leave_out(times.error().in(id));
      if (!times->empty()) all.push_back({std::move(stored->task), std::move(*times)});
      return true;
    });
    if (!visited) return visited.error();
    // By what comes first in the window, not now.
    std::ranges::stable_sort(all, {}, [](const TaskTimes& each) { return each.times.front(); });
    return all;
  }

  void print(Context& context, const std::vector<TaskTimes>& all)
  {
    std::vector<std::pair<Instant, const Task*>> runs;
    for (const TaskTimes& each : all) {
      for (const Instant time : each.times) runs.emplace_back(time, &each.task);
    }
    std::ranges::sort(runs, [](const auto& a, const auto& b) {
      return std::tie(a.first, a.second->id) < std::tie(b.first, b.second->id);
    });
    JsonArray array{context};
    Table table{context, {"TIME", {"ID", Fit::prefix}, "QUEUE", {"NAME", Fit::cut}}};
    for (const auto& [time, task] : runs) {
      const Zone& zone = zones_.named(task->timezone);
      if (context.globals().json) {
        ValueMap map;
        add_time(map, "time", time, zone);
        map.emplace_back("id", task->id);
        map.emplace_back("name", task->name);
        map.emplace_back("queue", task->queue);
        array.add(std::move(map));
      } else {
        table.row({time_text(time, zone), task->id, task->queue, task->name});
      }
    }
    context.globals().json ? array.end() : table.end();
  }

  void draw(Context& context, const std::vector<TaskTimes>& all, const Window& window) const
  {
    const auto columns = static_cast<std::size_t>(std::max(context.columns(), 0));
    const auto whole = static_cast<double>((window.until - window.from).count());
    Chart chart{time_ticks(window.from, window.until, zone_, columns), {}, all.size() > 1};
    for (const TaskTimes& each : all) {
      ChartRow row{each.task.id, {}};
      for (const Instant time : each.times) {
        row.marks.push_back(static_cast<double>((time - window.from).count()) / whole);
      }
      chart.rows.push_back(std::move(row));
    }
    context.out(fmt::format("{} to {}, {}\n", time_text(window.from, zone_),
                            time_text(window.until, zone_), zone_.name()));
    context.out(drawn(chart, columns, locale_has_utf8()));
  }

  std::optional<std::string> from_;
  std::optional<std::string> until_;
  std::optional<std::string> per_task_;
  bool chart_ = false;
  TaskFilter filter_;
  Zones zones_;
  Zone zone_;
  Instant now_;
};

}  // namespace

std::unique_ptr<Command> make_timeline() { return std::make_unique<Timeline>(); }

}  // namespace asyncz::cli
