// SPDX-License-Identifier: MIT
// How a MongoDB store's changes are noticed: by looking each second, and tasks at once where the
// deployment offers change streams.
#pragma once

#include "store/store.hpp"
#include "stores/mongo/notes.hpp"
#include "stores/mongo/server.hpp"
#include "stores/mongo/stream.hpp"
#include "stores/ticker.hpp"

#include <optional>
#include <string>
#include <vector>

namespace asyncz::stores::mongo {

// A replica set and a sharded cluster have change streams.
bool offers_streams(const Document& greeting);

// In the claim lane. Names and errors are those of Store.
class Feed {
 public:
  Feed(Server& server, Notes& notes) : server_{server}, notes_{notes} {}

  Result<int> watch();
  Result<Changes> changes();

 private:
  Server& server_;
  Notes& notes_;
  std::optional<std::vector<std::string>> queues_;
  std::optional<Ticker> ticker_;
  std::optional<Stream> stream_;  // ends before what it wakes
};

}  // namespace asyncz::stores::mongo
