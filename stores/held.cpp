// SPDX-License-Identifier: MIT
#include "stores/held.hpp"

namespace asyncz::stores {

void Held::put(const Record& record)
{
  const std::lock_guard lock{mutex_};
  known_.insert_or_assign(record.id, Known{record.revision, record.fence});
}

void Held::drop(const Record& record)
{
  const std::lock_guard lock{mutex_};
  const auto found = known_.find(record.id);
  if (found != known_.end() && found->second.fence == record.fence) known_.erase(found);
}

std::size_t Held::count() const
{
  const std::lock_guard lock{mutex_};
  return known_.size();
}

std::map<std::string, std::int64_t> Held::revisions() const
{
  const std::lock_guard lock{mutex_};
  std::map<std::string, std::int64_t> revisions;
  for (const auto& [id, known] : known_) revisions.emplace(id, known.revision);
  return revisions;
}

void Held::see(const std::string& id, std::int64_t revision)
{
  const std::lock_guard lock{mutex_};
  const auto found = known_.find(id);
  if (found != known_.end()) found->second.revision = revision;
}

}  // namespace asyncz::stores
