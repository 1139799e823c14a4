// SPDX-License-Identifier: MIT
// The notes of a MongoDB store in a collection of their own, and what says that it is a store.
// Names and errors are those of Store.
#pragma once

#include "store/store.hpp"
#include "stores/mongo/server.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace asyncz::stores::mongo {

// In the rest lane.
class Notes {
 public:
  explicit Notes(Server& server) : server_{server} {}

  // Makes the store where it is missing and that is wanted.
  //   not_found  it is missing
  //   failed     a newer asyncz made it
  Status open(bool create);

  Status put(const Note& note);
  Status remove(NoteKind kind, std::string_view name);
  Result<std::vector<Note>> all(NoteKind kind);

  // Names of paused queues and how often each was put, in the claim lane.
  Result<std::vector<std::string>> queues();

 private:
  Status make();
  Status put_worker(const Note& note);

  Server& server_;
  const std::string& notes_ = server_.collections.notes;
};

}  // namespace asyncz::stores::mongo
