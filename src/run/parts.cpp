// SPDX-License-Identifier: MIT
#include "run/parts.hpp"

#include <unistd.h>

#include <memory>
#include <random>
#include <utility>

namespace asyncz {

Random make_random()
{
  // Shared by the copies of the function, which all stay in one thread.
  auto generator = std::make_shared<std::mt19937_64>(std::random_device{}());
  return [generator] { return std::uniform_real_distribution<double>{}(*generator); };
}

void Parts::record(JobPtr job)
{
  if (has_hooks(job->task()) && !std::exchange(job->hooked, true)) ++hooked;
  const bool kept = std::exchange(job->kept, false);
  kept ? keeper.put(Release{std::move(job)}) : recorder.put(std::move(job));
}

void Parts::keep(const JobPtr& job)
{
  const auto until = job->reserved.reservation.until;
  if (job->kept || until == never) return;
  if (!std::exchange(job->leased, true)) job->lease_end = since_boot() + (until - clock.now());
  job->kept = true;
  keeper.put(Hold{job});
}

void Parts::set_trouble(bool& was, bool is)
{
  if (std::exchange(was, is) == is) return;
  troubles += is ? 1 : -1;
  launcher.put(LookAgain{});
  loop.put(NewsForOthers{});
}

WorkerInfo note_of(const Parts& parts, std::vector<std::string> running)
{
  const auto& options = parts.options;
  WorkerInfo info;
  info.name = options.name;
  info.host = parts.host.name;
  info.pid = static_cast<std::int32_t>(::getpid());
  info.version = options.version;
  info.concurrency = static_cast<std::int32_t>(parts.slots.load());
  for (const auto& share : options.queues) {
    const auto limit = share.limit == 0 ? "" : ":" + std::to_string(share.limit);
    info.queues.push_back(share.queue + limit);
  }
  info.running = std::move(running);
  info.since = parts.since;
  info.trouble = parts.troubles > 0;
  return info;
}

}  // namespace asyncz
