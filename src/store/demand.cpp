// SPDX-License-Identifier: MIT
#include "store/demand.hpp"

#include <algorithm>
#include <tuple>

namespace asyncz {

std::size_t wanted_of(const Demand& demand, std::string_view queue)
{
  const auto& except = demand.except;
  if (std::find(except.begin(), except.end(), queue) != except.end()) return 0;
  if (!demand.only) return queue.starts_with('@') ? 0 : demand.limit;
  for (const auto& share : *demand.only) {
    if (share.queue == queue) return std::min(share.limit, demand.limit);
  }
  return 0;
}

bool is_before(const Record& a, const Record& b)
{
  if (a.priority != b.priority) return a.priority > b.priority;
  return std::tie(a.moment, a.id) < std::tie(b.moment, b.id);
}

void choose(std::vector<Record>& candidates, const Demand& demand)
{
  std::sort(candidates.begin(), candidates.end(), is_before);
  Allowance allowance{demand};
  std::erase_if(candidates, [&](const Record& record) {
    if (!allowance.admits(record.queue)) return true;
    allowance.take(record.queue);
    return false;
  });
}

bool Allowance::admits(std::string_view queue) const
{
  if (spent()) return false;
  const auto entry = std::find_if(taken_.begin(), taken_.end(),
                                  [&](const auto& taken) { return taken.first == queue; });
  return (entry == taken_.end() ? 0 : entry->second) < wanted_of(demand_, queue);
}

void Allowance::take(std::string_view queue)
{
  ++total_;
  for (auto& [name, count] : taken_) {
    if (name == queue) {
      ++count;
      return;
    }
  }
  taken_.emplace_back(queue, 1);
}

}  // namespace asyncz
