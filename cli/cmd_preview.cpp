// SPDX-License-Identifier: MIT
// asyncz preview: the next run times of a task, or of a schedule that is only being considered.
#include "base/text.hpp"
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/json.hpp"
#include "cli/run_view.hpp"
#include "cli/schedule_options.hpp"
#include "time/human_time.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace asyncz::cli {
namespace {

constexpr std::int64_t usual_count = 10;
constexpr std::int64_t largest_count = 1'000'000;

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
    schedule_.declare(options, false);
    options.value("--from", from_, "TIME", "Begin here, inclusive, instead of now", WordKind::text);
    options.value("--count", count_, "N", "How many times (10)", WordKind::text);
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
    if (schedule_.given()) {
      return Error{ErrorKind::usage, "a task and a schedule exclude each other", ""};
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
    if (context.globals().json) {
      print_document(context, subject, times, exhausted);
    } else {
      for (const Instant time : times) context.out(time_text(time, subject.zone) + '\n');
    }
    return 0;
  }

  static void print_document(Context& context, const Subject& subject,
                             const std::vector<Instant>& times, bool exhausted)
  {
    ValueList texts;
    ValueList numbers;
    for (const Instant time : times) {
      texts.emplace_back(time_text(time, subject.zone));
      numbers.emplace_back(us_of(time));
    }
    print_json(context, ValueMap{{"timezone", subject.zone.name()},
                                 {"run_times", std::move(texts)},
                                 {"run_times_us", std::move(numbers)},
                                 {"exhausted", exhausted}});
  }

  std::vector<std::string> ids_;
  ScheduleOptions schedule_;
  std::optional<std::string> from_;
  std::optional<std::string> count_;
};

}  // namespace

std::unique_ptr<Command> make_preview() { return std::make_unique<Preview>(); }

}  // namespace asyncz::cli
