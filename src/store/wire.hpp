// SPDX-License-Identifier: MIT
// What asyncz and a store's helper program say to each other, a line of JSON each:
// asyncz-store-protocol(7). Readers take what follows the protocol and name the first thing that
// does not (corrupt).
#pragma once

#include "base/result.hpp"
#include "base/value.hpp"
#include "store/store.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asyncz::wire {

inline constexpr std::int64_t protocol = 1;
inline constexpr std::size_t longest_line = std::size_t{16} << 20;  // without its newline
inline constexpr std::int64_t most_counted =
    std::numeric_limits<std::int64_t>::max() / 2;  // revisions and fences can rise from there

// What a store may do beside the eight operations.
enum class Offer : std::uint8_t {
  batches,
  prefixes,
  reservations,
  watch,
  history,
  notes,
  examination,
  quarantine,
};

// A set of them.
class Offers {
 public:
  Offers() = default;
  Offers(std::initializer_list<Offer> offers)
  {
    for (const auto offer : offers) add(offer);
  }
  void add(Offer offer) { bits_ |= bit(offer); }
  [[nodiscard]] bool has(Offer offer) const { return (bits_ & bit(offer)) != 0; }

 private:
  static unsigned bit(Offer offer) { return 1U << static_cast<unsigned>(offer); }

  unsigned bits_ = 0;
};

// The members of an object, each with its type and range. A wrong one is remembered and reads as
// nothing; unknown ones are left alone.
class Fields {
 public:
  explicit Fields(const Value& object);

  std::string text(std::string_view name);
  bool flag(std::string_view name);
  std::int64_t number(std::string_view name, std::int64_t least, std::int64_t most);
  std::int64_t count(std::string_view name);  // from 0, with room to rise
  std::uint64_t tag(std::string_view name);   // 16 hexadecimal digits
  Instant moment(std::string_view name);      // null is `never`
  Bytes bytes(std::string_view name);
  ValueList list(std::string_view name);
  Value member(std::string_view name);                     // any, but there
  std::optional<Value> find(std::string_view name) const;  // nothing where absent or null

  void refuse(std::string_view name, std::string_view why);
  [[nodiscard]] Status status() const { return status_; }

 private:
  const Value& object_;
  Status status_;
};

// Writers and readers of what messages are made of.
Value value_of(Instant moment);
Value value_of(const Error& error);
Value value_of(const Status& status);  // null is success
Value value_of(const Record& record);
Value value_of(const RunRecord& run);
Value value_of(const Note& note);
Value value_of(const Demand& demand);
Value value_of(const Offers& offers);

Result<Instant> instant_in(const Value& value);
std::optional<Error> error_in(const Value& value);  // nothing where this is no error
Error no_error_there();                             // what error_in() has not understood (corrupt)
Result<Status> status_in(const Value& value);
Result<Record> record_in(const Value& value);
Result<RunRecord> run_in(const Value& value);
Result<Note> note_in(const Value& value);
Result<QueueShare> share_in(const Value& value);
Result<Demand> demand_in(const Value& value);
Result<NoteKind> note_kind_in(const Value& value);
Offers offers_in(const Value& value);  // unknown ones are left alone

// A reservation as it crosses the pipe: what is needed to find and fence it.
Value value_of(const Reservation& reservation);
Result<Reservation> reservation_in(const Value& value);

// A list, each element of which `read` understands.
template <class T, class Read>
Result<std::vector<T>> list_in(const Value& value, Read read)
{
  const auto* list = value.get<ValueList>();
  if (list == nullptr) return Error{ErrorKind::corrupt, "a list is missing", {}};
  std::vector<T> elements;
  for (const auto& element : *list) {
    auto it = read(element);
    if (!it) return it.error();
    elements.push_back(*std::move(it));
  }
  return elements;
}

}  // namespace asyncz::wire
