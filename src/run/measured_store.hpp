// SPDX-License-Identifier: MIT
// A store whose answers are timed and whose errors are counted.
#pragma once

#include "run/metrics.hpp"
#include "store/store.hpp"

#include <memory>

namespace asyncz {

// `metrics` outlives it.
std::unique_ptr<Store> measured(std::unique_ptr<Store> store, Metrics& metrics);

}  // namespace asyncz
