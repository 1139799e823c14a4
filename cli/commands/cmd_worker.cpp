// SPDX-License-Identifier: MIT
// asyncz worker: run what is due. Manual: man/asyncz-worker.1.
#include "base/number.hpp"
#include "base/task_id.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/import/load.hpp"
#include "cli/runs/processes.hpp"
#include "cli/worker/console_log.hpp"
#include "cli/worker/exporter.hpp"
#include "cli/worker/worker_context.hpp"
#include "cli/worker/worker_report.hpp"
#include "run/spawner.hpp"
#include "run/worker.hpp"

#include <fmt/core.h>

#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace asyncz::cli {
namespace {

// What shows a worker to monitoring.
class Monitoring {
 public:
  // It looks at the store by a connection of its own, so that it never keeps the worker waiting;
  // a store in memory has one only, which allows for that.
  Monitoring(std::optional<OpenStore> own, OpenStore& shared, Worker& worker,
             const WorkerOptions& options, const Clock& clock, WorkerLog& log)
      : own_{std::move(own)},
        report_{own_ ? *own_ : shared, clock, *options.metrics, options},
        exporter_{report_, *options.metrics, log}
  {
    report_.set_worker(worker);
  }

  Exporter& exporter() { return exporter_; }

 private:
  std::optional<OpenStore> own_;
  WorkerReport report_;
  Exporter exporter_;
};

Result<std::size_t> count_from(std::string_view what, std::string_view text)
{
  const auto count = parse_number<std::size_t>(text);
  if (count && *count > 0 && *count <= 100'000) return *count;
  return Error{ErrorKind::usage,
               fmt::format("{} '{}' is no number of 1 to 100000", what, printable(text)),
               {}};
}

// `Q` or `Q:N`.
Result<QueueShare> share_from(std::string_view text)
{
  QueueShare share;
  const auto colon = text.rfind(':');
  share.queue = text.substr(0, colon);
  if (auto status = check_queue_name(share.queue); !status) return status.error();
  if (colon == std::string_view::npos) return share;
  const auto limit = count_from("limit of queue " + share.queue, text.substr(colon + 1));
  if (!limit) return limit.error();
  share.limit = *limit;
  return share;
}

class WorkerCommand final : public Command {
 public:
  void declare(Options& options) override
  {
    options.value("--concurrency", concurrency_, "N",
                  "Run so many at a time (the number of cores)");
    options.values("-Q,--queue", queues_, "QUEUE[:N]",
                   "Take only from this queue, N at a time; may be repeated", WordKind::queue);
    options.flag("--drain", drain_, "Exit when nothing is due any more");
    options.flag("--once", once_, "Run what is due now, then exit");
    options.values(
        "--load", load_, "FILE",
        "Apply this file's tasks, or import a crontab, now and at SIGHUP; may be repeated",
        WordKind::file);
    options.value("--name", name_, "NAME", "The name of this worker (HOST-PID)");
    options.flag("--show-output", show_output_, "Copy what runs print, each line after its run");
    options.choice("--log-format", log_format_, {"text", "json"}, "How messages are written");
    options.value("--metrics-file", metrics_file_, "FILE",
                  "Write metrics there, for the node exporter", WordKind::file);
    options.value("--metrics-listen", metrics_listen_, "[ADDRESS:]PORT",
                  "Serve /metrics, /healthz and /readyz there");
    options.value("--shutdown-timeout", shutdown_timeout_, "DURATION",
                  "End runs that outlast a stop by so much (wait for them)");
    options.value("--lease", lease_, "DURATION",
                  "How long a reservation outlives its worker, where the store has leases (30s)");
  }

  Result<ExitStatus> run(Context& outer) override
  {
    const auto settings = outer.settings();
    if (!settings) return settings.error();
    auto options = options_from(**settings);
    if (!options) return options.error();
    Metrics metrics;
    metrics_file_ = metrics_file_.value_or((*settings)->worker.metrics_file);
    metrics_listen_ = metrics_listen_.value_or((*settings)->worker.metrics_listen);
    if (!metrics_file_->empty() || !metrics_listen_->empty()) options->metrics = &metrics;
    ConsoleLog log{outer, log_format_.value_or((*settings)->worker.log_format) == "json"};
    WorkerContext context{outer, log, options->metrics};

    const auto spawner = make_spawner();
    if (!spawner) return spawner.error();
    auto open = context.open(load_.empty() ? Access::create : Access::load);
    if (!open) return open.error();
    options->store = open->url;
    for (const auto& file : load_) {
      if (auto status = load_file(context, *open, file, log); !status) return status.error();
    }
    const auto reload = [&] { return read_again(context, *open, log); };
    Worker worker{*open->vault, **spawner, context.clock(), *options, log, reload};
    WorkerContext onlooker{outer, log, nullptr};
    const auto monitoring = monitor(onlooker, *open, worker, *options, log);
    if (!monitoring) return monitoring.error();
    if (auto status = worker.run(); !status) return status.error();
    log.say(Severity::note, {}, fmt::format("worker {} ends", options->name));
    return 0;
  }

 private:
  [[nodiscard]] Result<std::size_t> slots(const WorkerSettings& settings) const
  {
    if (concurrency_) return count_from("--concurrency", *concurrency_);
    if (settings.concurrency > 0) return static_cast<std::size_t>(settings.concurrency);
    return cores();
  }

  [[nodiscard]] Result<WorkerOptions> options_from(const Settings& settings) const
  {
    WorkerOptions options;
    options.version = ASYNCZ_VERSION;
    options.drain = drain_;
    options.once = once_;
    options.show_output = show_output_ || settings.worker.show_output;
    const auto& history = settings.history;
    options.history = {history.keep_age, history.keep_bytes, history.keep_runs};
    const auto count = slots(settings.worker);
    if (!count) return count.error();
    options.concurrency = *count;
    for (const auto& text : queues_.empty() ? settings.worker.queues : queues_) {
      auto share = share_from(text);
      if (!share) return share.error();
      options.queues.push_back(*std::move(share));
    }
    if (auto status = set_times(options, settings.worker); !status) return status.error();
    options.name = name_.value_or(settings.worker.name);
    if (options.name.empty()) options.name = this_host().name + "-" + std::to_string(::getpid());
    if (auto status = check_task_id(options.name); !status) return status.error().in("--name");
    return options;
  }

  Status set_times(WorkerOptions& options, const WorkerSettings& settings) const
  {
    options.shutdown_timeout = settings.shutdown_timeout;
    options.lease = settings.lease;
    if (shutdown_timeout_) {
      const auto timeout = parse_duration(*shutdown_timeout_);
      if (!timeout) return timeout.error().in("--shutdown-timeout");
      options.shutdown_timeout = *timeout;
    }
    if (!lease_) return {};
    const auto lease = parse_duration(*lease_);
    if (!lease) return lease.error().in("--lease");
    if (*lease < std::chrono::seconds{1}) {
      return Error{ErrorKind::usage, "--lease is shorter than a second", {}};
    }
    options.lease = *lease;
    return {};
  }

  // Nothing where nobody wants to know.
  Result<std::unique_ptr<Monitoring>> monitor(Context& context, OpenStore& shared, Worker& worker,
                                              const WorkerOptions& options, WorkerLog& log) const
  {
    std::unique_ptr<Monitoring> monitoring;
    if (options.metrics == nullptr) return monitoring;
    std::optional<OpenStore> own;
    if (!shared.url.starts_with("memory:")) {
      auto open = context.open(Access::read);
      if (!open) return open.error();
      own = *std::move(open);
    }
    monitoring =
        std::make_unique<Monitoring>(std::move(own), shared, worker, options, context.clock(), log);
    auto& exporter = monitoring->exporter();
    if (!metrics_listen_->empty()) {
      const auto status = exporter.listen_at(*metrics_listen_);
      if (!status) return status.error().in("--metrics-listen");
    }
    if (!metrics_file_->empty()) {
      const bool ends_by_itself = drain_ || once_;
      const auto status = exporter.write_to(*metrics_file_, ends_by_itself);
      if (!status) return status.error().in("--metrics-file");
    }
    return monitoring;
  }

  // The configuration and the files as they are now; the command line goes on to win. What cannot
  // be read leaves everything as it is.
  std::optional<std::size_t> read_again(WorkerContext& context, OpenStore& open,
                                        WorkerLog& log) const
  {
    if (const auto read = context.reload(); !read) {
      context.error(read.error());
      return std::nullopt;
    }
    for (const auto& file : load_) {
      const auto status = load_file(context, open, file, log);
      if (!status) context.error(status.error());
    }
    const auto count = slots((*context.settings())->worker);
    if (!count) return std::nullopt;
    context.note(fmt::format("read the configuration: up to {} at a time", *count));
    return *count;
  }

  std::optional<std::string> concurrency_;
  std::vector<std::string> queues_;
  bool drain_ = false;
  bool once_ = false;
  std::vector<std::string> load_;
  std::optional<std::string> name_;
  bool show_output_ = false;
  std::optional<std::string> log_format_;
  std::optional<std::string> metrics_file_;
  std::optional<std::string> metrics_listen_;
  std::optional<std::string> shutdown_timeout_;
  std::optional<std::string> lease_;
};

}  // namespace

std::unique_ptr<Command> make_worker() { return std::make_unique<WorkerCommand>(); }

}  // namespace asyncz::cli
