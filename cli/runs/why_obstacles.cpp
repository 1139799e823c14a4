// SPDX-License-Identifier: MIT
// What keeps workers from taking the tasks of a queue.
#include "base/number.hpp"
#include "base/text.hpp"
#include "cli/runs/why.hpp"
#include "cli/views/task_view.hpp"
#include "cli/views/worker_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace asyncz::cli {
namespace {

// How many of this queue a worker runs at a time; nothing where only its concurrency counts.
std::optional<std::size_t> share_of(const WorkerInfo& worker, std::string_view queue)
{
  for (const std::string_view share : worker.queues) {
    const auto colon = share.rfind(':');
    if (colon == std::string_view::npos || share.substr(0, colon) != queue) continue;
    return parse_number<std::size_t>(share.substr(colon + 1)).value_or(0);
  }
  return std::nullopt;
}

// Those of a worker's runs whose tasks are in this queue, as far as their tasks are still there.
std::vector<std::string> runs_in_queue(Vault& vault, const WorkerInfo& worker,
                                       std::string_view queue)
{
  std::vector<std::string> runs;
  for (const std::string& run : worker.running) {
    const auto task = vault.get(run.substr(0, run.rfind('.')));
    if (task && task->task.queue == queue) runs.push_back(run);
  }
  return runs;
}

// Why this worker has no slot for the queue, or nothing where it has one.
std::optional<std::string> fullness(Vault& vault, const WorkerInfo& worker,
                                    const std::string& queue)
{
  const auto slots = static_cast<std::size_t>(std::max(worker.concurrency, 0));
  if (worker.running.size() >= slots) {
    return fmt::format("worker {} is full, it runs {} of {}: {}", worker.name,
                       worker.running.size(), slots, joined(worker.running, ", "));
  }
  const auto share = share_of(worker, queue);
  if (!share) return std::nullopt;
  const auto runs = runs_in_queue(vault, worker, queue);
  if (runs.size() < *share) return std::nullopt;
  return fmt::format("worker {} runs {} of {} of queue {}: {}", worker.name, runs.size(), *share,
                     queue, joined(runs, ", "));
}

std::string served_queues(const std::vector<WorkerInfo>& workers)
{
  std::vector<std::string> texts;
  for (const WorkerInfo& worker : workers) {
    texts.push_back(fmt::format("{}: {}", worker.name, queues_text(worker)));
  }
  return joined(texts, "; ");
}

}  // namespace

Result<Reasons> obstacles_of(Vault& vault, const std::string& queue, Instant now)
{
  Reasons reasons;
  const auto pauses = vault.paused_queues();
  if (!pauses) return pauses.error();
  for (const QueuePause& pause : *pauses) {
    if (pause.queue != queue) continue;
    reasons.push_back({"queue-paused", fmt::format("queue {} is paused by {}, {}", queue, pause.by,
                                                   distance_text(pause.since, now))});
  }
  const auto workers = vault.workers();
  if (!workers) return workers.error();
  if (workers->empty()) {
    reasons.push_back({"no-worker", "no worker is live"});
    return reasons;
  }
  Reasons full;
  std::size_t serving = 0;
  for (const WorkerInfo& worker : *workers) {
    if (!serves(worker, queue)) continue;
    ++serving;
    if (auto text = fullness(vault, worker, queue)) {
      full.push_back({"worker-full", *std::move(text)});
    }
  }
  if (serving == 0) {
    reasons.push_back({"queue-unserved", fmt::format("no live worker serves queue {} ({})", queue,
                                                     served_queues(*workers))});
  } else if (full.size() == serving) {
    std::ranges::move(full, std::back_inserter(reasons));
  }
  return reasons;
}

}  // namespace asyncz::cli
