// SPDX-License-Identifier: MIT
// asyncz worker: run what is due. Manual: man/asyncz-worker.1.
#include "base/task_id.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/json.hpp"
#include "cli/load.hpp"
#include "run/worker.hpp"

#include <fmt/core.h>

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace asyncz::cli {
namespace {

// The worker's log on stderr, a line each; its runs' output on stdout.
class ConsoleLog final : public WorkerLog {
 public:
  ConsoleLog(Context& context, bool json) : context_{context}, json_{json} {}

  void say(Severity severity, std::string_view run, std::string_view clause) override
  {
    const auto& globals = context_.globals();
    if (severity == Severity::detail && !globals.verbose) return;
    if (severity >= Severity::note && globals.quiet) return;
    const auto line = json_ ? json_line(severity, run, clause) : text_line(run, clause);
    const std::lock_guard lock{mutex_};
    static_cast<void>(::write(STDERR_FILENO, line.data(), line.size()) < 0);
  }

  void output(std::string_view run, std::string_view lines) override
  {
    std::string text;
    if (!lines.empty() && lines.back() == '\n') lines.remove_suffix(1);
    for (const auto line : split(lines, '\n')) text += fmt::format("{} {}\n", run, line);
    context_.out(text);
    context_.flush();
  }

 private:
  [[nodiscard]] std::string now() const
  {
    return rfc3339(std::chrono::floor<std::chrono::seconds>(context_.clock().now()), {});
  }

  [[nodiscard]] std::string text_line(std::string_view run, std::string_view clause) const
  {
    const auto about = run.empty() ? std::string{} : std::string{run} + " ";
    return fmt::format("{} {}{}\n", now(), printable(about), printable(clause));
  }

  [[nodiscard]] std::string json_line(Severity severity, std::string_view run,
                                      std::string_view clause) const
  {
    constexpr std::array<std::string_view, 4> names{"error", "warning", "note", "detail"};
    ValueMap line{{"time", now()}, {"severity", names.at(static_cast<std::size_t>(severity))}};
    if (!run.empty()) line.emplace_back("run", run);
    line.emplace_back("message", clause);
    return json_text(line) + "\n";
  }

  Context& context_;
  bool json_;
  std::mutex mutex_;
};

Result<std::size_t> count_from(std::string_view what, std::string_view text)
{
  std::size_t count = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error == std::errc{} && rest == text.data() + text.size() && count > 0 && count <= 100'000) {
    return count;
  }
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

std::size_t cores() { return std::max(1U, std::thread::hardware_concurrency()); }

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
    options.value("--shutdown-timeout", shutdown_timeout_, "DURATION",
                  "End runs that outlast a stop by so much (wait for them)");
    options.value("--lease", lease_, "DURATION",
                  "How long a reservation outlives its worker, where the store has leases (30s)");
  }

  Result<ExitStatus> run(Context& context) override
  {
    const auto settings = context.settings();
    if (!settings) return settings.error();
    auto options = options_from(**settings);
    if (!options) return options.error();
    auto open = context.open(load_.empty() ? Access::create : Access::load);
    if (!open) return open.error();

    const auto& format = log_format_.value_or((*settings)->worker.log_format);
    ConsoleLog log{context, format == "json"};
    for (const auto& file : load_) {
      if (auto status = load_file(context, *open, file, log); !status) return status.error();
    }
    const auto spawner = make_spawner();
    const auto reload = [&] { return slots_after_reload(context, log); };
    const auto load = [&] { load_again(context, *open, log); };
    Worker worker{*open->vault, *spawner, context.clock(), *options, log, reload, load};
    log.say(Severity::note, {},
            fmt::format("worker {} runs up to {} at a time from {}", options->name,
                        options->concurrency, open->url));
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

  // What a changed configuration says of concurrency; the command line goes on to win.
  std::optional<std::size_t> slots_after_reload(Context& context, WorkerLog& log) const
  {
    const auto settings = load_settings(context.globals().config);
    if (!settings) {
      log.say(Severity::error, {}, settings.error().what);
      return std::nullopt;
    }
    const auto count = slots(settings->worker);
    if (!count) return std::nullopt;
    log.say(Severity::note, {}, fmt::format("read the configuration: up to {} at a time", *count));
    return *count;
  }

  // What cannot be loaded leaves its tasks as they are.
  void load_again(Context& context, OpenStore& open, WorkerLog& log) const
  {
    for (const auto& file : load_) {
      const auto status = load_file(context, open, file, log);
      if (!status) log.say(Severity::error, {}, status.error().what);
    }
  }

  std::optional<std::string> concurrency_;
  std::vector<std::string> queues_;
  bool drain_ = false;
  bool once_ = false;
  std::vector<std::string> load_;
  std::optional<std::string> name_;
  bool show_output_ = false;
  std::optional<std::string> log_format_;
  std::optional<std::string> shutdown_timeout_;
  std::optional<std::string> lease_;
};

}  // namespace

std::unique_ptr<Command> make_worker() { return std::make_unique<WorkerCommand>(); }

}  // namespace asyncz::cli
