// SPDX-License-Identifier: MIT
// What conformance_*.cpp need to know of the store that it is linked with.
#pragma once

#include "store/store.hpp"

#include <memory>

namespace asyncz::tests {

// One fresh, empty store, gone when the harness is.
class Harness {
 public:
  virtual ~Harness() = default;

  // A handle as a process of its own would have; dies before the harness.
  virtual std::unique_ptr<Store> open() = 0;

  bool leases = true;      // reservations end at a time; else with their last holder
  bool processes = false;  // a forked process can open() it, too
  bool journal = true;     // all handles see one history and the same notes
  bool watches = true;     // watch() gives a descriptor
};

// Defined beside each store's harness.
std::unique_ptr<Harness> make_harness();

}  // namespace asyncz::tests
