// SPDX-License-Identifier: MIT
#include "cli/worker/worker_report.hpp"

#include "base/text.hpp"
#include "run/environment.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace asyncz::cli {
namespace {

using namespace std::chrono_literals;

// Looking at all tasks of a large store takes long: it is done for a tenth of the time at most.
constexpr Duration look_interval = 5s;
constexpr int look_share = 10;
constexpr Duration reach_interval = 1s;
constexpr Duration pulse_patience = 2s;

double seconds_of(Duration duration) { return std::chrono::duration<double>{duration}.count(); }

HttpResponse plain(int status, std::string_view text)
{
  HttpResponse response;
  response.status = status;
  response.body = printable(text) + "\n";
  return response;
}

}  // namespace

WorkerReport::WorkerReport(OpenStore& store, const Clock& clock, const Metrics& metrics,
                           const WorkerOptions& options)
    : store_{store}, clock_{clock}, metrics_{metrics}, options_{options}, since_{clock.now()}
{
}

HttpResponse WorkerReport::answer(const HttpRequest& request)
{
  if (request.path == "/healthz") return health();
  if (request.path == "/readyz") return readiness();
  if (request.path != "/metrics") return plain(404, "there are /metrics, /healthz and /readyz");
  const bool open = request.accept.find("application/openmetrics-text") != std::string_view::npos;
  const auto format = open ? MetricsFormat::openmetrics : MetricsFormat::prometheus;
  return {200, std::string{content_type(format)}, metrics(format)};
}

HttpResponse WorkerReport::health()
{
  return worker_->pulse(pulse_patience) == Worker::Pulse::none
             ? plain(503, "the worker does not answer")
             : plain(200, "ok");
}

HttpResponse WorkerReport::readiness()
{
  switch (worker_->pulse(pulse_patience)) {
    case Worker::Pulse::none:
      return plain(503, "the worker does not answer");
    case Worker::Pulse::stopping:
      return plain(503, "the worker is stopping");
    case Worker::Pulse::troubled:
      return plain(503, "the store cannot be written");
    case Worker::Pulse::starved:
      return plain(503, "no run can be started");
    case Worker::Pulse::working:
      break;
  }
  const std::lock_guard lock{mutex_};
  if (has_come(reach_due_)) {
    const auto answered = store_.vault->paused_queues();
    reached_ = answered ? Status{} : answered.error();
    reach_due_ = from_now(reach_interval);
  }
  return reached_ ? plain(200, "ok") : plain(503, reached_.error().what);
}

std::string WorkerReport::metrics(MetricsFormat format)
{
  const std::lock_guard lock{mutex_};
  if (has_come(look_due_)) look();
  Exposition exposition{format};
  write_worker(exposition);
  metrics_.write(exposition);
  write_store(exposition, clock_.now());
  return std::move(exposition).finish();
}

void WorkerReport::expire()
{
  const std::lock_guard lock{mutex_};
  look_due_ = {};
}

void WorkerReport::look()
{
  const auto begin = clock_.now();
  auto status = read_present_status(store_, begin);
  seen_.reset();
  if (status) seen_ = *std::move(status);
  look_due_ = from_now(std::max(look_interval, (clock_.now() - begin) * look_share));
}

void WorkerReport::write_worker(Exposition& exposition) const
{
  exposition.begin_gauge("asyncz_worker_info", "This worker.");
  exposition.sample(
      {{"worker", options_.name}, {"host", this_host().name}, {"version", options_.version}}, 1);
  exposition.begin_gauge("asyncz_worker_start_time_seconds", "When it began, in Unix time.");
  exposition.sample({}, seconds_of(since_.time_since_epoch()));
  exposition.begin_gauge("asyncz_worker_concurrency", "How many runs it has at a time at most.");
  exposition.sample({}, static_cast<double>(worker_->slots()));
}

void WorkerReport::write_store(Exposition& exposition, Instant now) const
{
  exposition.begin_gauge("asyncz_store_up",
                         "Whether the store answered when it was last looked at.");
  exposition.sample({}, seen_ ? 1 : 0);
  if (!seen_) return;
  exposition.begin_gauge("asyncz_tasks", "Tasks of the store.");
  for (const auto& [name, queue] : seen_->queues) {
    for (const auto& [state, count] : queue.states) {
      exposition.sample({{"queue", name}, {"state", task_state_text(state)}},
                        static_cast<double>(count));
    }
  }
  const auto unreadable = seen_->states.find(TaskState::unreadable);
  exposition.begin_gauge("asyncz_tasks_unreadable", "Tasks of the store that cannot be read.");
  exposition.sample(
      {}, unreadable == seen_->states.end() ? 0.0 : static_cast<double>(unreadable->second));
  exposition.begin_gauge("asyncz_queue_due", "Tasks that are due and that no worker has yet.");
  for (const auto& [name, queue] : seen_->queues) {
    const auto due = queue.states.find(TaskState::due);
    exposition.sample({{"queue", name}},
                      due == queue.states.end() ? 0.0 : static_cast<double>(due->second));
  }
  exposition.begin_gauge("asyncz_queue_oldest_due_seconds", "For how long the oldest of them is.");
  for (const auto& [name, queue] : seen_->queues) {
    const auto age = queue.oldest_due ? now - *queue.oldest_due : Duration{0};
    exposition.sample({{"queue", name}}, seconds_of(std::max(age, Duration{0})));
  }
  exposition.begin_gauge("asyncz_queue_paused", "Whether the queue is paused.");
  for (const auto& [name, queue] : seen_->queues) {
    exposition.sample({{"queue", name}}, queue.pause ? 1 : 0);
  }
  exposition.begin_gauge("asyncz_workers", "Live workers of the store.");
  exposition.sample({}, static_cast<double>(seen_->workers.size()));
}

}  // namespace asyncz::cli
