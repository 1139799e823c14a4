// SPDX-License-Identifier: MIT
#include "run/keeper.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace asyncz {
namespace {

using namespace std::chrono_literals;

constexpr Steady::duration first_pause = 100ms;

}  // namespace

Keeper::Keeper(Parts& parts) : parts_{parts}, pause_{first_pause} {}

void Keeper::run()
{
  while (!closed_) {
    read_letters();
    if (!jobs_.empty() && Steady::now() >= due_) prolong();
    if (closed_) break;
    const auto wake = jobs_.empty() ? std::nullopt : std::optional{due_};
    wait_for(std::array{parts_.keeper.fd()}, wake);
  }
}

void Keeper::read_letters()
{
  const auto handle = Overloaded{
      [&](Hold& hold) {
        if (jobs_.empty()) due_ = Steady::now() + parts_.options.lease / 3;
        jobs_.push_back(std::move(hold.job));
      },
      [&](Release& release_it) { release(release_it.job); },
      [&](Close&) {
        closed_ = true;
        parts_.recorder.put(Close{});
      },
  };
  for (auto& letter : parts_.keeper.take()) std::visit(handle, letter);
}

void Keeper::release(JobPtr& job)
{
  std::erase(jobs_, job);
  parts_.recorder.put(std::move(job));
}

void Keeper::prolong()
{
  std::vector<Reservation*> reservations;
  for (const auto& job : jobs_) reservations.push_back(&job->reserved.reservation);
  const auto asked = since_boot();
  const auto until = parts_.clock.now() + parts_.options.lease;
  const auto statuses = parts_.vault.store().extend(reservations, until);
  due_ = Steady::now() + parts_.options.lease / 3;
  const auto jobs = jobs_;
  for (std::size_t i = 0; i < jobs.size(); ++i) prolonged(jobs[i], statuses[i], asked);
}

// What cannot be prolonged in time is ended by the loop, which looks at lease_end itself.
void Keeper::prolonged(const JobPtr& job, const Status& status, Duration asked)
{
  if (status) {
    trouble_ = false;
    pause_ = first_pause;
    job->lease_end = asked + parts_.options.lease;
    if (std::exchange(job->reserved.reservation.edited, false)) parts_.settler.put(Edited{job});
    return;
  }
  if (status.error().kind != ErrorKind::conflict) return in_trouble(status.error());
  job->lease_end = Duration{0};
  std::erase(jobs_, job);
  parts_.loop.put(EndRun{job, RunState::lost, "its reservation was lost"});
}

void Keeper::in_trouble(const Error& error)
{
  pause_ = std::min<Steady::duration>(pause_ * 2, parts_.options.lease / 6);
  due_ = Steady::now() + pause_;
  if (!std::exchange(trouble_, true)) parts_.log.say(Severity::error, {}, error.what);
}

}  // namespace asyncz
