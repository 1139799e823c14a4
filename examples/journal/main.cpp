// SPDX-License-Identifier: MIT
// asyncz-store-journal: `asyncz --store journal:/srv/tasks.journal list`.
//
//   c++ -std=c++20 -o asyncz-store-journal *.cpp $(pkg-config --cflags --libs asyncz-store)
#include "journal_store.hpp"

#include "store/serve.hpp"

int main()
{
  using asyncz::wire::Offer;
  return asyncz::serve_store(open_journal, {Offer::history, Offer::notes, Offer::watch});
}
