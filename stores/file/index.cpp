// SPDX-License-Identifier: MIT
#include "stores/file/index.hpp"

#include <algorithm>
#include <cstring>

namespace asyncz::stores {
namespace {

std::uint32_t hash_of(std::string_view id)
{
  return static_cast<std::uint32_t>(std::hash<std::string_view>{}(id));
}

}  // namespace

void Index::put(std::string_view id, const Prefix& prefix)
{
  const auto slot = slot_for(id);
  auto& entry = entries_[slot];
  leave(slot);
  entry.moment = prefix.moment;
  entry.priority = static_cast<std::int8_t>(prefix.priority);
  entry.queue = queue_number(prefix.queue);
  enter(slot, Place::waiting);
}

void Index::remove(std::string_view id)
{
  const auto slot = find(id);
  if (!slot) return;
  leave(*slot);
  erase_bucket(bucket_of(id));
  entries_[*slot] = {};
  free_.push_back(*slot);
  --size_;
}

std::optional<Index::Taken> Index::take(Instant now, const Admits& admits)
{
  std::optional<Slot> best;
  for (auto& queue : queues_) {
    if (!admits(queue.name)) continue;
    ripen(queue, now);
    if (queue.ready.empty()) continue;
    const auto first = queue.ready.front();
    if (!best || is_first(Place::ready, first, *best)) best = first;
  }
  if (!best) return std::nullopt;
  leave(*best);
  entries_[*best].place = Place::out;
  return Taken{std::string{id_of(*best)}, queues_[entries_[*best].queue].name};
}

bool Index::put_back(std::string_view id)
{
  const auto slot = find(id);
  if (!slot || entries_[*slot].place != Place::out) return false;
  enter(*slot, Place::waiting);
  return true;
}

bool Index::is_out(std::string_view id) const
{
  const auto slot = find(id);
  return slot && entries_[*slot].place == Place::out;
}

Instant Index::earliest(const Admits& admits) const
{
  auto moment = never;
  for (const auto& queue : queues_) {
    if (!admits(queue.name)) continue;
    if (!queue.waiting.empty()) {
      moment = std::min(moment, entries_[queue.waiting.front()].moment);
    }
    if (!queue.ready.empty()) moment = std::min(moment, entries_[queue.ready.front()].moment);
  }
  return moment;
}

// Moves on what has come to be due, and back what a clock that was set back makes wait again.
void Index::ripen(Queue& queue, Instant now)
{
  while (!queue.waiting.empty() && entries_[queue.waiting.front()].moment <= now) {
    const auto slot = queue.waiting.front();
    leave(slot);
    enter(slot, Place::ready);
  }
  while (!queue.ready.empty() && entries_[queue.ready.front()].moment > now) {
    const auto slot = queue.ready.front();
    leave(slot);
    enter(slot, Place::waiting);
  }
}

std::string_view Index::id_of(Slot slot) const
{
  return {entries_[slot].id.get(), entries_[slot].id_size};
}

bool Index::is_first(Place place, Slot a, Slot b) const
{
  const auto& one = entries_[a];
  const auto& two = entries_[b];
  if (place == Place::ready && one.priority != two.priority) return one.priority > two.priority;
  if (one.moment != two.moment) return one.moment < two.moment;
  if (place != Place::ready) return false;
  const auto own_order = [&](const Entry& entry) {
    return (entry.hash ^ seed_) * 0x9E3779B97F4A7C15;
  };
  return std::pair{own_order(one), id_of(a)} < std::pair{own_order(two), id_of(b)};
}

// --- Ids ---------------------------------------------------------------------------------------

// The bucket that holds the id, or the free one where it would be.
std::size_t Index::bucket_of(std::string_view id) const
{
  const auto mask = table_.size() - 1;
  const auto hash = hash_of(id);
  for (std::size_t bucket = hash & mask;; bucket = (bucket + 1) & mask) {
    if (table_[bucket] == 0) return bucket;
    const auto slot = table_[bucket] - 1;
    if (entries_[slot].hash == hash && id_of(slot) == id) return bucket;
  }
}

std::optional<Index::Slot> Index::find(std::string_view id) const
{
  if (table_.empty()) return std::nullopt;
  const auto entry = table_[bucket_of(id)];
  return entry == 0 ? std::nullopt : std::optional{entry - 1};
}

// The id's slot, a new one where it has none.
Index::Slot Index::slot_for(std::string_view id)
{
  if (4 * (size_ + 1) > 3 * table_.size()) grow_table();
  auto& bucket = table_[bucket_of(id)];
  if (bucket != 0) return bucket - 1;
  Slot slot = 0;
  if (free_.empty()) {
    slot = static_cast<Slot>(entries_.size());
    entries_.emplace_back();
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  auto& entry = entries_[slot];
  entry.id = std::make_unique_for_overwrite<char[]>(id.size());
  std::memcpy(entry.id.get(), id.data(), id.size());
  entry.id_size = static_cast<std::uint8_t>(id.size());
  entry.hash = hash_of(id);
  bucket = slot + 1;
  ++size_;
  return slot;
}

void Index::grow_table()
{
  const auto size = std::max<std::size_t>(64, 2 * table_.size());
  for (const auto entry : std::exchange(table_, std::vector<Slot>(size))) {
    if (entry == 0) continue;
    std::size_t bucket = entries_[entry - 1].hash & (size - 1);
    while (table_[bucket] != 0) bucket = (bucket + 1) & (size - 1);
    table_[bucket] = entry;
  }
}

// Closes the gap, so that a search never stops before what it looks for.
void Index::erase_bucket(std::size_t bucket)
{
  const auto mask = table_.size() - 1;
  auto gap = bucket;
  for (auto next = (gap + 1) & mask; table_[next] != 0; next = (next + 1) & mask) {
    const std::size_t home = entries_[table_[next] - 1].hash & mask;
    if (((next - home) & mask) < ((next - gap) & mask)) continue;
    table_[gap] = table_[next];
    gap = next;
  }
  table_[gap] = 0;
}

std::uint16_t Index::queue_number(std::string_view name)
{
  for (std::size_t i = 0; i < queues_.size(); ++i) {
    if (queues_[i].name == name) return static_cast<std::uint16_t>(i);
  }
  queues_.push_back({.name = std::string{name}});
  return static_cast<std::uint16_t>(queues_.size() - 1);
}

// --- Heaps -------------------------------------------------------------------------------------

std::vector<Index::Slot>& Index::heap_of(const Entry& entry)
{
  auto& queue = queues_[entry.queue];
  return entry.place == Place::ready ? queue.ready : queue.waiting;
}

void Index::enter(Slot slot, Place place)
{
  auto& entry = entries_[slot];
  entry.place = place;
  auto& heap = heap_of(entry);
  entry.position = static_cast<std::uint32_t>(heap.size());
  heap.push_back(slot);
  rise(heap, entry.position);
}

void Index::leave(Slot slot)
{
  auto& entry = entries_[slot];
  if (entry.place == Place::free || entry.place == Place::out) return;
  auto& heap = heap_of(entry);
  const auto position = entry.position;
  const auto last = heap.back();
  heap.pop_back();
  if (last != slot) {
    heap[position] = last;
    entries_[last].position = position;
    rise(heap, position);
    sink(heap, entries_[last].position);
  }
  entry.place = Place::out;
}

void Index::rise(std::vector<Slot>& heap, std::size_t position)
{
  const auto slot = heap[position];
  const auto place = entries_[slot].place;
  while (position > 0) {
    const auto above = (position - 1) / 2;
    if (!is_first(place, slot, heap[above])) break;
    heap[position] = heap[above];
    entries_[heap[position]].position = static_cast<std::uint32_t>(position);
    position = above;
  }
  heap[position] = slot;
  entries_[slot].position = static_cast<std::uint32_t>(position);
}

void Index::sink(std::vector<Slot>& heap, std::size_t position)
{
  const auto slot = heap[position];
  const auto place = entries_[slot].place;
  for (;;) {
    auto below = 2 * position + 1;
    if (below >= heap.size()) break;
    if (below + 1 < heap.size() && is_first(place, heap[below + 1], heap[below])) ++below;
    if (!is_first(place, heap[below], slot)) break;
    heap[position] = heap[below];
    entries_[heap[position]].position = static_cast<std::uint32_t>(position);
    position = below;
  }
  heap[position] = slot;
  entries_[slot].position = static_cast<std::uint32_t>(position);
}

}  // namespace asyncz::stores
