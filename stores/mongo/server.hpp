// SPDX-License-Identifier: MIT
// What the parts of a MongoDB store share: the ways to the server, the names of the collections,
// and what is reserved.
#pragma once

#include "stores/held.hpp"
#include "stores/mongo/link.hpp"

#include <string>
#include <utility>

namespace asyncz::stores::mongo {

struct Collections {
  explicit Collections(std::string name)
      : tasks{std::move(name)},
        history{tasks + "_history"},
        notes{tasks + "_notes"},
        unreadable{tasks + "_unreadable"}
  {
  }

  const std::string tasks;
  const std::string history;
  const std::string notes;
  const std::string unreadable;
};

// A link for each lane of threads (store.hpp), so that none waits for another; and one for whoever
// reads the history.
struct Server {
  // `us`: a name that no other object of any process has.
  Server(Deployment its_deployment, std::string collection, std::string us);

  const Deployment deployment;
  const Collections collections;
  const std::string who;
  Held held;
  Link claim, journal, lease, rest, reading;
};

}  // namespace asyncz::stores::mongo
