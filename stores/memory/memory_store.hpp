// SPDX-License-Identifier: MIT
// Tasks in the memory of one process: for `worker --load`, and for tests.
#pragma once

#include "store/store.hpp"

#include <memory>

namespace asyncz::stores {

// What the handles of one memory store share.
struct MemoryState;
std::shared_ptr<MemoryState> make_memory_state();

// A handle for one worker. Handles of the same state may be used by different threads; what each
// reserves is the others' when the lease ends.
std::unique_ptr<Store> make_memory_store(std::shared_ptr<MemoryState> state);

}  // namespace asyncz::stores
