// SPDX-License-Identifier: MIT
// asyncz preview: the next run times of a task, or of a schedule that is only being considered.
#include "base/text.hpp"
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/tasks/schedule_options.hpp"
#include "cli/terminal/chart.hpp"
#include "cli/views/json.hpp"
#include "cli/views/run_view.hpp"
#include "schedule/explain.hpp"
#include "time/human_time.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace asyncz::cli {
namespace {

constexpr std::int64_t usual_count = 10;
constexpr std::int64_t largest_count = 1'000'000;
constexpr std::size_t most_notes = 10;
constexpr int charted_days = 7;

// What is previewed: a schedule in its zone, and the id that stable choices depend on.
struct Subject {
  Trigger trigger;
  Zone zone;
  std::string id;
};

class Preview final : public Command {
 public:
  void declare(Options& options) override
  {
    options.words("ID", ids_, 0, 1, "A task of the store, instead of a schedule", WordKind::task);
    schedule_.declare(options, true);
    options.value("--from", from_, "TIME", "Begin here, inclusive, instead of now", WordKind::text);
    options.value("--count", count_, "N", "How many times (10)", WordKind::text);
    options.flag("--chart", chart_, "Draw a week of them, a row a day");
    options.flag("--explain", explain_, "Say in words what the schedule means");
  }

  Result<ExitStatus> run(Context& context) override
  {
    const Instant now = context.clock().now();
    std::int64_t count = usual_count;
    if (count_) {
      const Result<std::int64_t> given = parse_count("--count", *count_);
      if (!given) return given.error();
      count = std::min(*given, largest_count);
    }
    const Result<Subject> subject = ids_.empty() ? given_schedule(context, now) : stored(context);
    if (!subject) return subject.error();
    Instant from = now;
    if (from_) {
      const Result<HumanTime> time = parse_time(*from_, now, subject->zone, TimeSense::any);
      if (!time) return time.error().in("--from");
      for (const std::string& warning : time->warnings) context.warn(warning);
      from = time->at;
    }
    if (chart_ && !context.globals().json) return draw(context, *subject, from);
    return print(context, *subject, from, count);
  }

 private:
  Result<Subject> given_schedule(Context& context, Instant now) const
  {
    if (!schedule_.given()) {
      return Error{ErrorKind::usage, "nothing says what to preview",
                   "name a task, or a schedule such as --cron '30 2 * * *'"};
    }
    Result<Zone> zone = zone_named(schedule_.timezone());
    if (!zone) return zone.error();
    Result<GivenSchedule> given = schedule_.read(now, *zone);
    if (!given) return given.error();
    for (const std::string& warning : given->warnings) context.warn(warning);
    return Subject{std::move(given->trigger), std::move(*zone), ""};
  }

  Result<Subject> stored(Context& context) const
  {
    if (schedule_.given() || schedule_.timezone()) {
      return Error{ErrorKind::usage, "a task and a schedule exclude each other",
                   "a task is shown by its own schedule, in its own time zone"};
    }
    Result<OpenStore> open = context.open(Access::read);
    if (!open) return open.error();
    const Result<std::string> id = open->vault->resolve(ids_.front());
    if (!id) return id.error();
    Result<StoredTask> task = open->vault->get(*id);
    if (!task) return task.error();
    Result<Zone> zone = Zone::load(task->task.timezone);
    if (!zone) return zone.error();
    return Subject{std::move(task->task.trigger), std::move(*zone), *id};
  }

  Result<ExitStatus> print(Context& context, const Subject& subject, Instant from,
                           std::int64_t count) const
  {
    const auto schedule = compile(subject.trigger, subject.zone, subject.id);
    if (!schedule) return schedule.error();
    std::vector<Instant> times;
    bool exhausted = false;
    Instant after = from - Duration{1};
    while (std::cmp_less(times.size(), count) && !exhausted) {
      const auto next = (*schedule)->next(after);
      if (!next) return next.error();
      exhausted = !*next;
      if (*next) times.push_back(after = **next);
    }
    std::vector<std::string> explanation;
    if (explain_) explanation = explain(subject, from, times);
    if (context.globals().json) {
      print_document(context, subject, times, exhausted, explanation);
      return 0;
    }
    for (const Instant time : times) context.out(time_text(time, subject.zone) + '\n');
    context.flush();
    if (exhausted) context.note(times.empty() ? "no time is to come" : "no more times are to come");
    for (const std::string& line : explanation) context.note(line);
    return 0;
  }

  // Each day by its local times of day, so that what a change of clocks moves stands out.
  static Result<ExitStatus> draw(Context& context, const Subject& subject, Instant from)
  {
    const auto schedule = compile(subject.trigger, subject.zone, subject.id);
    if (!schedule) return schedule.error();
    const auto first = std::chrono::floor<std::chrono::days>(subject.zone.local(from));
    Chart chart{hour_ticks(), {}, false};
    for (int day = 0; day < charted_days; ++day) {
      chart.rows.push_back({day_text(first + std::chrono::days{day}), {}});
    }
    // A day may be longer than 24 hours by what clocks go back.
    const Instant until = saturated_sum(from, std::chrono::days{charted_days + 1});
    const auto times = charted_times(**schedule, from, until);
    if (!times) return times.error();
    for (const Instant time : *times) {
      const auto local = subject.zone.local(time);
      const auto day = std::chrono::floor<std::chrono::days>(local);
      const auto row = (day - first).count();
      if (row < 0 || row >= charted_days) break;
      const double place = static_cast<double>((local - day).count()) /
                           static_cast<double>(Duration{std::chrono::days{1}}.count());
      chart.rows[static_cast<std::size_t>(row)].marks.push_back(place);
    }
    const auto columns = static_cast<std::size_t>(std::max(context.columns(), 0));
    context.out(drawn(chart, columns, locale_has_utf8()));
    return 0;
  }

  static std::vector<std::string> explain(const Subject& subject, Instant from,
                                          const std::vector<Instant>& times)
  {
    const auto& [trigger, zone, id] = subject;
    std::vector<std::string> lines{describe(trigger, zone, id)};
    if (!times.empty()) {
      std::ranges::move(dst_notes(trigger, zone, id, from, times.back(), most_notes),
                        std::back_inserter(lines));
    }
    std::ranges::move(advice(trigger, zone, id), std::back_inserter(lines));
    return lines;
  }

  void print_document(Context& context, const Subject& subject, const std::vector<Instant>& times,
                      bool exhausted, const std::vector<std::string>& explanation) const
  {
    ValueList texts;
    ValueList numbers;
    for (const Instant time : times) {
      texts.emplace_back(time_text(time, subject.zone));
      numbers.emplace_back(us_of(time));
    }
    ValueMap document{{"timezone", subject.zone.name()},
                      {"run_times", std::move(texts)},
                      {"run_times_us", std::move(numbers)},
                      {"exhausted", exhausted}};
    if (explain_) {
      ValueList lines;
      for (const std::string& line : explanation) lines.emplace_back(line);
      document.emplace_back("explanation", std::move(lines));
    }
    print_json(context, document);
  }

  std::vector<std::string> ids_;
  ScheduleOptions schedule_;
  std::optional<std::string> from_;
  std::optional<std::string> count_;
  bool chart_ = false;
  bool explain_ = false;
};

}  // namespace

std::unique_ptr<Command> make_preview() { return std::make_unique<Preview>(); }

}  // namespace asyncz::cli
