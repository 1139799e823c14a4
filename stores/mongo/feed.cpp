// SPDX-License-Identifier: MIT
#include "stores/mongo/feed.hpp"

#include "stores/mongo/records.hpp"

#include <chrono>
#include <utility>

namespace asyncz::stores::mongo {
namespace {

using namespace std::chrono_literals;

constexpr Duration between_looks = 1s;

}  // namespace

bool offers_streams(const Document& greeting)
{
  return greeting.find("setName") != nullptr || greeting.text("msg") == "isdbgrid";
}

Result<int> Feed::watch()
{
  if (ticker_) return ticker_->fd();
  const auto greeting = server_.claim.ask({{"isMaster", 1}});
  if (!greeting) return greeting.error();
  ticker_.emplace(between_looks);
  if (offers_streams(*greeting)) {
    stream_.emplace(server_, [this] { ticker_->tick_now(between_looks); });
  }
  const auto seen = changes();
  if (!seen) return seen.error();
  return ticker_->fd();
}

// Much is written that nobody waits for, so what is told of is looked for: our tasks that have
// another revision than ours, and other paused queues than before.
Result<Changes> Feed::changes()
{
  if (ticker_) ticker_->clear();
  Changes changes;
  auto queues = notes_.queues();
  if (!queues) return queues.error();
  changes.notes = queues_ && *queues_ != *queues;
  queues_ = *std::move(queues);

  const auto ours = server_.held.revisions();
  if (ours.empty()) return changes;
  std::vector<std::string> ids;
  for (const auto& [id, revision] : ours) ids.push_back(id);
  const auto stored = revisions_of(server_.claim, server_.collections.tasks, ids);
  if (!stored) return stored.error();
  for (const auto& [id, revision] : ours) {
    const auto found = stored->find(id);
    const auto now = found == stored->end() ? -1 : found->second;
    if (now == revision) continue;
    server_.held.see(id, now);
    changes.ids.push_back(id);
  }
  return changes;
}

}  // namespace asyncz::stores::mongo
