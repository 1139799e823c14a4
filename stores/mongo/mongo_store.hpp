// SPDX-License-Identifier: MIT
// Tasks in collections of a MongoDB deployment; asyncz-store(7) says what is in which.
#pragma once

#include "store/store.hpp"
#include "stores/mongo/deployment.hpp"

#include <memory>
#include <string>

namespace asyncz::stores {

struct MongoStoreOptions {
  mongo::DeploymentOptions deployment;
  std::string collection = "tasks";
  bool create = false;
};

// Errors are those of open_store(), and
//   failed  the client library is missing, or a newer asyncz made the store
Result<std::unique_ptr<Store>> open_mongo_store(const MongoStoreOptions& options);

}  // namespace asyncz::stores
