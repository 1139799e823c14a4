// SPDX-License-Identifier: MIT
#include "stores/mongo/server.hpp"

namespace asyncz::stores::mongo {

Server::Server(Deployment its_deployment, std::string collection, std::string us)
    : deployment{std::move(its_deployment)},
      collections{std::move(collection)},
      who{std::move(us)},
      claim{deployment},
      journal{deployment},
      lease{deployment},
      rest{deployment},
      reading{deployment}
{
}

}  // namespace asyncz::stores::mongo
