// SPDX-License-Identifier: MIT
#include "run/launcher.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <utility>

namespace asyncz {
namespace {

constexpr Duration ahead = std::chrono::milliseconds{5};          // what is due so soon is prepared
constexpr Duration breath = std::chrono::seconds{1};              // polling
constexpr Duration first_pause = std::chrono::milliseconds{250};  // while the store fails
constexpr Duration longest_pause = std::chrono::seconds{8};
constexpr Duration look_again = std::chrono::milliseconds{250};  // for what others hold
constexpr std::size_t all_special = 4096;
// Each job that is not settled holds a lock, and the kernel looks through all of them at each lock.
constexpr std::size_t most_unsettled = 32;

}  // namespace

Launcher::Launcher(Parts& parts)
    : parts_{parts},
      random_{make_random()},
      hooks_{parts},
      logs_{parts.log_folder},
      began_{parts.clock.now()},
      pause_{first_pause},
      starved_pause_{first_pause}
{
}

void Launcher::run()
{
  const auto watch = parts_.vault.store().watch();
  if (!watch) return static_cast<void>(parts_.loop.put(Broken{watch.error()}));
  watch_ = *watch;
  // Asked only now, so that no later change goes unseen.
  parts_.options.only.empty() ? parts_.settler.put(NotesChanged{}) : take_only();
  while (phase_ != Phase::closed) {
    read_letters();
    if (changed_) see_changes();
    hooks_.start_waiting();
    start_waiting();
    if (phase_ == Phase::taking) take_due();
    finish_round();
    if (phase_ != Phase::closed) sleep();
  }
}

// --- Letters ------------------------------------------------------------------------------------

void Launcher::read_letters()
{
  const auto handle = Overloaded{
      [&](Freed& freed) { free_slot(*freed.job); },
      [&](RunHooks& due) { hooks_.add(std::move(due.job)); },
      [&](HookEnded& ended) { hooks_.ended(std::move(ended.job)); },
      [&](Ready& ready) {
        phase_ == Phase::taking ? waiting_.push_back(ready.job) : put_back(ready.job);
      },
      [&](Settled& settled) {
        open_ -= settled.count;
        rest_until_.reset();  // what was written before its lock was given up may be due at once
        if (settled.boot_retry) {
          boot_look_ = std::min(boot_look_.value_or(never), *settled.boot_retry);
        }
      },
      [&](PausedQueues& paused) {
        if (paused_ == paused.queues) return;
        paused_ = std::move(paused.queues);
        boot_look_ = first_instant;
      },
      [&](LookAgain&) {},
      [&](StopTaking&) { stop(); },
      [&](ShutdownTasks&) {
        if (parts_.options.only.empty()) take_special("@shutdown");
        phase_ = Phase::last_round;
      },
      [&](Close&) { phase_ = Phase::closed; },
  };
  for (auto& letter : parts_.launcher.take()) std::visit(handle, letter);
}

void Launcher::free_slot(const Job& job)
{
  const auto found = running_.find(job.slot.id);
  if (found == running_.end()) return;
  --running_in_queue_[job.slot.queue];
  running_.erase(found);
}

void Launcher::stop()
{
  phase_ = Phase::stopped;
  for (const auto& job : std::exchange(waiting_, {})) put_back(job);
  parts_.loop.put(Quiet{});
}

void Launcher::see_changes()
{
  changed_ = false;
  rest_until_.reset();
  const auto changes = parts_.vault.store().changes();
  if (!changes) return in_trouble(changes.error());
  for (const auto& id : changes->unreadable) {
    parts_.log.say(Severity::error, {},
                   "task " + printable(id) + " cannot be read and is left as it is; " +
                       "asyncz doctor tells more");
  }
  if (changes->notes || changes->unknown) parts_.settler.put(NotesChanged{});
  if (changes->unknown) {
    for (const auto& [id, job] : running_) parts_.settler.put(Edited{job});
    return;
  }
  for (const auto& id : changes->ids) {
    const auto found = running_.find(id);
    if (found != running_.end()) parts_.settler.put(Edited{found->second});
  }
}

// --- Taking -------------------------------------------------------------------------------------

// None before it is known which queues are paused, and while the settler is far behind: its word of
// either wakes us.
std::size_t Launcher::free_slots() const
{
  if (!parts_.options.only.empty() || !paused_) return 0;
  const auto taken = running_.size() + waiting_.size();
  if (taken >= parts_.slots || open_ >= taken + most_unsettled) return 0;
  return starved_ ? 1 : parts_.slots - taken;
}

// Boot and shutdown tasks are kept in queues of their own, and a queue may be paused at any time.
bool Launcher::is_paused(const std::string& queue) const
{
  return parts_.options.only.empty() && paused_ &&
         std::ranges::find(*paused_, queue) != paused_->end();
}

bool Launcher::serves(const std::string& queue) const
{
  const auto& queues = parts_.options.queues;
  return queues.empty() || std::any_of(queues.begin(), queues.end(), [&](const QueueShare& share) {
           return share.queue == queue;
         });
}

Demand Launcher::demand() const
{
  Demand demand;
  demand.now = parts_.options.once ? began_ : parts_.clock.now();
  demand.limit = free_slots();
  demand.lease = parts_.options.lease;
  demand.except = paused_.value_or(std::vector<std::string>{});
  if (parts_.options.queues.empty()) return demand;
  demand.only.emplace();
  for (const auto& share : parts_.options.queues) {
    const auto running = running_in_queue_.find(share.queue);
    const auto taken = running == running_in_queue_.end() ? 0 : running->second;
    const auto limit = share.limit == 0 ? demand.limit : share.limit;
    if (limit > taken) {
      demand.only->push_back({share.queue, std::min(limit - taken, demand.limit)});
    }
  }
  return demand;
}

// Boot and shutdown tasks stay due, so all of them are taken in one step, whatever the slots.
void Launcher::take_special(const std::string& queue)
{
  Demand demand;
  demand.now = parts_.clock.now();
  demand.limit = all_special;
  demand.lease = parts_.options.lease;
  demand.only = {{queue, all_special}};
  auto reserved = parts_.vault.reserve_due(demand);
  if (!reserved) {
    in_trouble(reserved.error());
    if (phase_ == Phase::taking) boot_look_ = rest_until_;
    return;
  }
  for (auto& one : *reserved) {
    if (serves(one.stored.task.queue)) {
      receive(std::move(one));
    } else {
      parts_.vault.store().ignore(std::move(one.reservation));
    }
  }
}

void Launcher::take_only()
{
  Demand demand;
  demand.now = parts_.clock.now();
  demand.lease = parts_.options.lease;
  auto reserved = parts_.vault.reserve(parts_.options.only, demand);
  if (!reserved) return static_cast<void>(parts_.loop.put(Broken{reserved.error()}));
  took_all_ = true;
  receive(*std::move(reserved));
}

void Launcher::take_due()
{
  if (boot_look_ && may_take() && *boot_look_ <= parts_.clock.now()) {
    boot_look_.reset();
    take_special("@boot");
  }
  while (another_round()) start_waiting();
}

// Whether there may be more of it.
bool Launcher::another_round()
{
  const auto wanted = demand();
  if (!may_take() || wanted.limit == 0 || (wanted.only && wanted.only->empty())) return false;
  if (rest_until_ && parts_.clock.now() < *rest_until_) return false;
  rest_until_.reset();
  auto& store = parts_.vault.store();
  const auto next = store.next_moment(wanted);
  if (!next) {
    in_trouble(next.error());
    return false;
  }
  const bool ask_again = parts_.vault.owes(wanted) ||
                         (parts_.options.drain && running_.empty() && store.held_elsewhere());
  if (*next > wanted.now && !ask_again) {
    pause_ = first_pause;
    took_all_ = true;
    starve_no_more();
    return false;
  }
  auto reserved = parts_.vault.reserve_due(wanted);
  if (!reserved) {
    in_trouble(reserved.error());
    return false;
  }
  pause_ = first_pause;
  took_all_ = reserved->size() < wanted.limit;
  if (reserved->empty()) rest_until_ = parts_.clock.now() + look_again;
  for (auto& one : *reserved) receive(std::move(one));
  return !reserved->empty();
}

void Launcher::start_waiting()
{
  const bool unlimited = phase_ == Phase::last_round;
  while (!waiting_.empty() && phase_ != Phase::stopped &&
         (unlimited || running_.size() < parts_.slots)) {
    const auto job = std::move(waiting_.front());
    waiting_.pop_front();
    const bool rests = is_paused(job->task().queue) || (is_starving() && !unlimited);
    rests ? put_back(job) : spawn(job);
  }
}

// --- Starving ------------------------------------------------------------------------------------

void Launcher::starve(const JobPtr& job, const std::string& reason)
{
  if (!starved_) {
    parts_.log.say(Severity::error, job->run.id(), "put back, nothing can be started: " + reason);
  }
  try_again_ = Steady::now() + starved_pause_;
  starved_pause_ = std::min(starved_pause_ * 2, longest_pause);
  parts_.starved = true;
  parts_.set_trouble(starved_, true);
}

void Launcher::starve_no_more()
{
  starved_pause_ = first_pause;
  parts_.starved = false;
  parts_.set_trouble(starved_, false);
}

bool Launcher::is_starving() const { return starved_ && Steady::now() < try_again_; }

// Where the launcher alone is in trouble it tries one run from time to time.
bool Launcher::may_take() const { return parts_.troubles == (starved_ ? 1 : 0) && !is_starving(); }

// Tells the loop when there is nothing left to wait for.
void Launcher::finish_round()
{
  if (phase_ == Phase::last_round && waiting_.empty()) {
    phase_ = Phase::stopped;
    parts_.loop.put(Quiet{});
  }
  const bool ends = parts_.options.drain || parts_.options.once;
  if (phase_ != Phase::taking || !ends || parts_.troubles > 0 || !took_all_) return;
  const bool held = !parts_.options.once && parts_.vault.store().held_elsewhere();
  if (open_ > 0 || held) return;
  see_changes();  // says what could not be read
  parts_.loop.put(NothingLeft{});
}

// --- Sleeping -----------------------------------------------------------------------------------

void Launcher::in_trouble(const Error& error)
{
  if (pause_ == first_pause) parts_.log.say(Severity::error, {}, error.what);
  rest_until_ = parts_.clock.now() + pause_;
  pause_ = std::min(pause_ * 2, longest_pause);
  took_all_ = false;
}

// Makes what any run needs, so that it is there when one is to begin.
void Launcher::get_ready()
{
  logs_.prepare();
  parts_.vault.store().expect(first_instant, {});
}

// When to look again though nothing was announced; prepares what is due soon.
Instant Launcher::next_wake()
{
  if (phase_ != Phase::taking) return never;
  const auto now = parts_.clock.now();
  if (is_starving()) return now + std::chrono::ceil<Duration>(try_again_ - Steady::now());
  if (!may_take() || rest_until_) return rest_until_.value_or(now + breath);
  Instant wake = boot_look_.value_or(never);
  if (watch_ < 0) wake = std::min(wake, now + breath);
  auto& store = parts_.vault.store();
  const auto wanted = demand();
  if (wanted.limit == 0 || (wanted.only && wanted.only->empty())) return wake;
  if (parts_.options.drain && store.held_elsewhere()) wake = std::min(wake, now + look_again);
  const auto next = store.next_moment(wanted);
  if (!next || *next == never) return wake;
  if (*next - now > ahead) return std::min(wake, *next - ahead);
  if (expected_ != *next) {
    expected_ = *next;
    store.expect(*next, wanted);
  }
  return std::min(wake, *next);
}

void Launcher::sleep()
{
  if (phase_ == Phase::taking) get_ready();
  alarm_.set(next_wake());
  const auto [letters, changes, alarm] =
      wait_for(std::array{parts_.launcher.fd(), watch_, alarm_.fd()}, std::nullopt);
  if (alarm) alarm_.clear();
  // A store that cannot announce changes is asked each time; others may have looked again at what
  // could not be read.
  changed_ = changes || alarm;
  static_cast<void>(letters);
}

}  // namespace asyncz
