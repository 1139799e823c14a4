// SPDX-License-Identifier: MIT
#include "run/metrics.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace asyncz {
namespace {

constexpr std::array late_bounds{0.001, 0.005, 0.01, 0.05, 0.1,   0.5,    1.0,
                                 5.0,   10.0,  30.0, 60.0, 300.0, 1800.0, 3600.0};
constexpr std::array run_bounds{0.01, 0.05, 0.1,   0.5,   1.0,    5.0,    10.0,
                                30.0, 60.0, 300.0, 600.0, 1800.0, 3600.0, 21600.0};
constexpr std::array answer_bounds{0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0};

double seconds_of(Duration duration)
{
  return std::chrono::duration<double>{std::max(duration, Duration{0})}.count();
}

std::string_view kind_text(ErrorKind kind)
{
  switch (kind) {
    case ErrorKind::unavailable:
      return "unavailable";
    case ErrorKind::corrupt:
      return "corrupt";
    case ErrorKind::denied:
      return "denied";
    case ErrorKind::failed:
    case ErrorKind::usage:
    case ErrorKind::not_found:
    case ErrorKind::conflict:
      break;
  }
  return "failed";
}

// What a healthy store answers as well.
bool is_answer(ErrorKind kind)
{
  return kind == ErrorKind::not_found || kind == ErrorKind::conflict || kind == ErrorKind::usage;
}

}  // namespace

Metrics::Queue::Queue() : lateness{late_bounds}, duration{run_bounds} {}

Metrics::Metrics() : event_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {}

// A first attempt tells how late its due time was served; later ones wait on purpose.
void Metrics::started(const Run& run)
{
  {
    const std::lock_guard lock{mutex_};
    ++running_;
    auto& queue = queues_[run.queue];
    if (run.attempt == 1 && run.start) queue.lateness.add(seconds_of(*run.start - run.scheduled));
  }
  tell();
}

void Metrics::ended()
{
  const std::lock_guard lock{mutex_};
  --running_;
}

void Metrics::recorded(const Run& run)
{
  {
    const std::lock_guard lock{mutex_};
    auto& queue = queues_[run.queue];
    const auto times = run.stretch ? run.stretch->count.value_or(1) : 1;
    queue.outcomes[run.state] += static_cast<std::uint64_t>(times);
    if (run.start && run.end) queue.duration.add(seconds_of(*run.end - *run.start));
  }
  tell();
}

void Metrics::reservation_lost()
{
  const std::lock_guard lock{mutex_};
  ++lost_;
}

void Metrics::store_answered(std::string_view operation, Duration took, const Error* error)
{
  const bool failed = error != nullptr && !is_answer(error->kind);
  const std::lock_guard lock{mutex_};
  const auto found = answers_.find(operation);
  auto& answers = found != answers_.end()
                      ? found->second
                      : answers_.emplace(operation, Histogram{answer_bounds}).first->second;
  answers.add(seconds_of(took));
  if (failed) ++errors_[{std::string{operation}, error->kind}];
}

void Metrics::tell()
{
  if (told_.exchange(true)) return;
  const std::uint64_t one = 1;
  static_cast<void>(::write(event_.get(), &one, sizeof one) < 0);
}

void Metrics::clear()
{
  std::uint64_t count = 0;
  static_cast<void>(::read(event_.get(), &count, sizeof count) < 0);
  told_ = false;
}

void Metrics::write(Exposition& exposition) const
{
  const std::lock_guard lock{mutex_};
  exposition.begin_gauge("asyncz_running", "Runs that are under way in this worker.");
  exposition.sample({}, static_cast<double>(running_));

  exposition.begin_counter("asyncz_runs", "Runs that this worker has recorded, each attempt one.");
  for (const auto& [name, queue] : queues_) {
    for (const auto& [state, count] : queue.outcomes) {
      exposition.sample({{"queue", name}, {"outcome", run_state_text(state)}},
                        static_cast<double>(count));
    }
  }
  exposition.begin_histogram("asyncz_run_lateness_seconds",
                             "From the due time to the start of its first attempt.");
  for (const auto& [name, queue] : queues_) exposition.sample({{"queue", name}}, queue.lateness);
  exposition.begin_histogram("asyncz_run_duration_seconds", "From the start of a run to its end.");
  for (const auto& [name, queue] : queues_) exposition.sample({{"queue", name}}, queue.duration);

  exposition.begin_counter("asyncz_reservations_lost",
                           "Reservations that ended before their run was settled.");
  exposition.sample({}, static_cast<double>(lost_));
  exposition.begin_histogram("asyncz_store_operation_seconds",
                             "How long the store took to answer.");
  for (const auto& [operation, answers] : answers_) {
    exposition.sample({{"operation", operation}}, answers);
  }
  exposition.begin_counter("asyncz_store_errors", "What the store could not do.");
  for (const auto& [what, count] : errors_) {
    exposition.sample({{"operation", what.first}, {"kind", kind_text(what.second)}},
                      static_cast<double>(count));
  }
}

}  // namespace asyncz
