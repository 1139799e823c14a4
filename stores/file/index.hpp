// SPDX-License-Identifier: MIT
// What a worker remembers of the tasks in a directory, to find what is due without looking.
#pragma once

#include "store/store.hpp"
#include "stores/file/task_file.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz::stores {

// Ids by moment, and by priority once their moment has come; about 80 bytes a task. An entry is
// *waiting* (its moment is to come), *ready*, or *out*: taken, and not counted until it changes.
class Index {
 public:
  // `seed` gives equal moments an order of this index's own.
  explicit Index(std::uint64_t seed) : seed_{seed} {}

  // Adds an entry or replaces it; it is waiting then, wherever it was.
  void put(std::string_view id, const Prefix& prefix);
  void remove(std::string_view id);

  // Takes the best entry that is due at `now` and of a queue that `admits` names. It is out.
  struct Taken {
    std::string id;
    std::string queue;
  };
  using Admits = std::function<bool(std::string_view queue)>;
  std::optional<Taken> take(Instant now, const Admits& admits);

  // Puts an entry that is out back; whether there was one.
  bool put_back(std::string_view id);
  [[nodiscard]] bool is_out(std::string_view id) const;

  // The earliest moment of what is waiting or ready in these queues, or `never`.
  [[nodiscard]] Instant earliest(const Admits& admits) const;

  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  using Slot = std::uint32_t;
  enum class Place : std::uint8_t { free, waiting, ready, out };

  struct Entry {
    Instant moment;
    std::unique_ptr<char[]> id;
    std::uint32_t hash = 0;
    std::uint32_t position = 0;  // in its heap
    std::uint16_t queue = 0;
    std::int8_t priority = 0;
    std::uint8_t id_size = 0;
    Place place = Place::free;
  };

  struct Queue {
    std::string name;
    std::vector<Slot> waiting;  // heap by moment
    std::vector<Slot> ready;    // heap by priority, moment, an order of our own, id
  };

  [[nodiscard]] std::string_view id_of(Slot slot) const;
  [[nodiscard]] bool is_first(Place place, Slot a, Slot b) const;
  [[nodiscard]] std::optional<Slot> find(std::string_view id) const;
  [[nodiscard]] std::size_t bucket_of(std::string_view id) const;
  std::vector<Slot>& heap_of(const Entry& entry);
  Slot slot_for(std::string_view id);
  std::uint16_t queue_number(std::string_view name);
  void grow_table();
  void erase_bucket(std::size_t bucket);

  void enter(Slot slot, Place place);
  void leave(Slot slot);
  void rise(std::vector<Slot>& heap, std::size_t position);
  void sink(std::vector<Slot>& heap, std::size_t position);
  void ripen(Queue& queue, Instant now);

  std::uint64_t seed_;
  std::vector<Entry> entries_;
  std::vector<Slot> free_;
  std::vector<Queue> queues_;
  std::vector<Slot> table_;  // slot + 1 by the id's hash, open addressing; 0: none
  std::size_t size_ = 0;
};

}  // namespace asyncz::stores
