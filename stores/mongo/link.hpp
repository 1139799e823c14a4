// SPDX-License-Identifier: MIT
// A connection that is made when it is needed, and again when it was lost.
#pragma once

#include "stores/mongo/deployment.hpp"
#include "stores/server_clock.hpp"

#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace asyncz::stores::mongo {

// What a command wrote: how many documents it found to write to, and which of its statements broke
// a unique index.
struct Written {
  std::size_t count = 0;
  std::vector<std::size_t> duplicates;
};

// What a write waits for, as commands take it.
inline Document majority() { return {{"w", "majority"}}; }

// For any thread; one at a time is served. Every member may fail with
//   unavailable  no answer within the timeout, or no primary
//   denied       credentials or permissions
//   failed       whatever else the server says
class Link {
 public:
  explicit Link(const Deployment& deployment) : deployment_{deployment} {}

  // Runs a command on the store's database; once more where its connection was lost, unless that is
  // not wanted.
  enum class Repeat : std::uint8_t { yes, no };
  Result<Document> ask(const Document& command, Repeat repeat = Repeat::yes);

  // Inserts documents, or carries out updates or deletions, as many as there are; each by itself,
  // and on a majority's disks on return.
  Result<Written> insert(const std::string& collection, Array documents);
  Result<Written> update(const std::string& collection, Array updates);
  Result<Written> remove(const std::string& collection, Array deletions);

  // Visits what is found, until `visit` returns false; it must not use this link. `options` are
  // those of a find command.
  using Visit = std::function<bool(Document document)>;
  Status find(const std::string& collection, const Document& filter, const Document& options,
              const Visit& visit);
  Result<std::vector<Document>> find(const std::string& collection, const Document& filter,
                                     const Document& options = {});
  // The first that is found, twice: as a Document can hold it, and all of it.
  using Found = std::pair<Document, Raw>;
  Result<std::optional<Found>> find_whole(const std::string& collection, const Document& filter);

  // Whether the last call was made twice, so that its first time may have changed something; and
  // whether it was not to be, and failed for the lack of a connection.
  [[nodiscard]] bool was_repeated() const { return repeated_; }
  [[nodiscard]] bool was_lost() const { return lost_; }

  // What the server's clock says at `instant` of ours, and, as far as known, the other way round.
  Result<Instant> there(Instant instant);
  [[nodiscard]] Instant here(Instant instant) const { return clock_.here(instant); }

 private:
  template <class Call>
  Status again(Repeat repeat, Call call);
  template <class Visitor>
  Status find_each(const std::string& collection, const Document& filter, const Document& options,
                   Visitor visit);
  Status connect();
  Result<Written> write(const Document& command, std::string_view statements, Array& all);
  Status note_written(const Document& reply, std::size_t first, Written& written) const;

  const Deployment& deployment_;
  std::mutex mutex_;
  std::optional<Deployment::Client> client_;
  ServerClock clock_;
  bool repeated_ = false;
  bool lost_ = false;
};

}  // namespace asyncz::stores::mongo
