// SPDX-License-Identifier: MIT
#include "run/worker.hpp"

#include "run/keeper.hpp"
#include "run/launcher.hpp"
#include "run/recorder.hpp"
#include "run/run_log.hpp"
#include "run/settler.hpp"

#include <signal.h>
#include <sys/signalfd.h>

#include <algorithm>
#include <array>
#include <thread>
#include <utility>

namespace asyncz {
namespace {

constexpr auto report_interval = std::chrono::seconds{1};

// Lets the loop read the signals that are for it, from then on to the end of the process: one that
// comes too late, when the worker is already ending, does not change how it ends.
UniqueFd read_own_signals()
{
  sigset_t wanted;
  ::sigemptyset(&wanted);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGCHLD}) ::sigaddset(&wanted, signal);
  ::pthread_sigmask(SIG_BLOCK, &wanted, nullptr);
  return UniqueFd{::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK)};
}

}  // namespace

Worker::Worker(Vault& vault, Spawner& spawner, const Clock& clock, const WorkerOptions& options,
               WorkerLog& log, Reload reload)
    : parts_{vault,
             spawner,
             clock,
             options,
             log,
             this_host(),
             options.log_folder.empty() ? log_folder(vault.store()) : options.log_folder,
             clock.now()},
      reload_{std::move(reload)},
      children_{parts_}
{
}

Status Worker::run()
{
  const auto signals = read_own_signals();
  if (auto status = prepare(); !status) return status;
  parts_.log.say(Severity::note, {},
                 "worker " + parts_.options.name + " runs up to " + std::to_string(parts_.slots) +
                     " at a time from " + parts_.options.store);
  Launcher launcher{parts_};
  Recorder recorder{parts_};
  Settler settler{parts_};
  Keeper keeper{parts_};
  {
    const std::jthread keeping{[&] { keeper.run(); }};
    const std::jthread settling{[&] { settler.run(); }};
    const std::jthread recording{[&] { recorder.run(); }};
    const std::jthread launching{[&] { launcher.run(); }};
    loop(signals.get());
    parts_.launcher.put(Close{});
    parts_.recorder.put(Close{});
  }
  const auto withdrawn = parts_.vault.withdraw(parts_.options.name);
  if (broken_) return *broken_;
  return withdrawn;
}

Worker::Pulse Worker::pulse(Duration patience)
{
  const auto answer = std::make_shared<std::binary_semaphore>(0);
  parts_.loop.put(Ping{answer});
  if (!answer->try_acquire_for(patience)) return Pulse::none;
  if (!working_) return Pulse::stopping;
  if (parts_.troubles > (parts_.starved ? 1 : 0)) return Pulse::troubled;
  return parts_.starved ? Pulse::starved : Pulse::working;
}

Status Worker::prepare()
{
  if (auto made = make_log_folder(parts_.log_folder); !made) return made;
  const auto until = parts_.clock.now() + parts_.options.lease;
  return parts_.vault.announce(note_of(parts_, {}), until);
}

void Worker::loop(int signals)
{
  if (service_.watchdog()) watchdog_due_ = Steady::now();
  service_.tell("READY=1");
  while (phase_ != Phase::over) {
    const auto ready = wait_for(std::array{signals, parts_.loop.fd()}, next_wake());
    if (ready[0]) read_signals(signals);
    const bool spawning = parts_.spawning;
    read_letters();
    if (!spawning) children_.forget_orphans();
    const auto now = Steady::now();
    children_.tick(now);
    if (patience_ && now >= *patience_) hurry();
    if (report_due_ && now >= *report_due_) report();
    if (watchdog_due_ && now >= *watchdog_due_) {
      watchdog_due_ = now + *service_.watchdog();
      service_.tell("WATCHDOG=1");
    }
    advance();
  }
}

void Worker::read_signals(int signals)
{
  signalfd_siginfo info{};
  while (::read(signals, &info, sizeof info) == sizeof info) {
    switch (info.ssi_signo) {
      case SIGCHLD:
        children_.reap();
        break;
      case SIGHUP:
        if (parts_.options.only.empty()) {
          reload();
          break;
        }
        [[fallthrough]];
      default:
        told_to_end(static_cast<int>(info.ssi_signo));
    }
  }
}

void Worker::read_letters()
{
  const auto handle = Overloaded{
      [&](Started& started) {
        report_soon();
        children_.add(std::move(started.job), started.pid);
        if (cancelled_) children_.cancel_all(*cancelled_);
        if (parts_.hurried) children_.end_all();
      },
      [&](EndRun& end) { children_.end(*end.job, end.state, end.reason); },
      [&](NothingLeft&) {
        if (phase_ == Phase::working) stop();
      },
      [&](Quiet&) {
        quiet_ = true;
        say_what_is_waited_for();
      },
      [&](HooksOver&) {},
      [&](NewsForOthers&) { report_soon(); },
      [&](Ping& ping) { ping.answer->release(); },
      [&](Closed&) { phase_ = Phase::over; },
      [&](Broken& broken) {
        broken_ = std::move(broken.error);
        if (phase_ == Phase::working) stop();
        quiet_ = true;
      },
  };
  for (auto& letter : parts_.loop.take()) std::visit(handle, letter);
}

void Worker::reload()
{
  if (!reload_) return;
  parts_.settler.put(Errand{[this] {
    const auto slots = reload_();
    if (!slots) return;
    parts_.slots = *slots;
    parts_.launcher.put(LookAgain{});
    parts_.loop.put(NewsForOthers{});
  }});
}

void Worker::told_to_end(int signal)
{
  if (!parts_.options.only.empty()) {
    cancelled_ = "ended by " + signal_name(signal);
    children_.cancel_all(*cancelled_);
  }
  phase_ == Phase::working ? stop() : hurry();
}

void Worker::stop()
{
  phase_ = Phase::stopping;
  working_ = false;
  service_.tell("STOPPING=1");
  if (parts_.options.shutdown_timeout) patience_ = Steady::now() + *parts_.options.shutdown_timeout;
  say_what_is_waited_for();
  parts_.launcher.put(StopTaking{});
}

// Once: at the stop, or when the launcher has told of the last that it started before.
void Worker::say_what_is_waited_for()
{
  if (phase_ != Phase::stopping || children_.empty() || std::exchange(said_waiting_, true)) return;
  parts_.log.say(Severity::note, {},
                 "stopping; waiting for " + std::to_string(parts_.children) + " to end");
}

// Told again to stop, or out of patience.
void Worker::hurry()
{
  patience_.reset();
  parts_.hurried = true;
  children_.end_all();
  if (phase_ == Phase::settling) {
    parts_.giving_up = true;
    parts_.recorder.put(GiveUp{});
  }
}

// On to the next phase, once what belongs to this one is done.
void Worker::advance()
{
  if (!quiet_ || !children_.empty() || parts_.children > 0) return;
  if (parts_.hooked > 0 && !parts_.hurried) return;
  switch (phase_) {
    case Phase::stopping:
      if (!broken_) {
        phase_ = Phase::last_round;
        quiet_ = false;
        parts_.launcher.put(ShutdownTasks{});
        return;
      }
      [[fallthrough]];
    case Phase::last_round:
      phase_ = Phase::settling;
      parts_.hurried = true;
      parts_.keeper.put(Close{});
      return;
    case Phase::working:
    case Phase::settling:
    case Phase::over:
      return;
  }
}

// For `workers`, and not more often than each second.
void Worker::report_soon()
{
  if (!report_due_) report_due_ = Steady::now() + report_interval;
}

void Worker::report()
{
  report_due_.reset();
  Report present{children_.runs(), parts_.slots, parts_.troubles > 0};
  if (present == reported_) return;
  service_.tell("STATUS=" + std::to_string(present.runs.size()) + " running" +
                (present.trouble ? "; it cannot write to the store or start runs" : ""));
  parts_.settler.put(Running{present.runs});
  reported_ = std::move(present);
}

std::optional<Steady::time_point> Worker::next_wake() const
{
  auto wake = children_.next_tick();
  for (const auto& due : {patience_, report_due_, watchdog_due_}) {
    if (due) wake = std::min(wake.value_or(*due), *due);
  }
  return wake;
}

}  // namespace asyncz
