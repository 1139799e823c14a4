// SPDX-License-Identifier: MIT
// asyncz-store-served: a helper that serves an SQLite store of ours. It offers all that can be
// offered by a store that takes each process for another worker.
#include "store/serve.hpp"
#include "stores/registry.hpp"

int main()
{
  using asyncz::wire::Offer;
  const auto open = [](const asyncz::Greeting& greeting) {
    return asyncz::stores::open_store(
        {.url = "sqlite://" + greeting.path, .create = greeting.create});
  };
  return asyncz::serve_store(open, {Offer::batches, Offer::prefixes, Offer::reservations,
                                    Offer::history, Offer::examination, Offer::quarantine});
}
