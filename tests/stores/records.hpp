// SPDX-License-Identifier: MIT
// Records and demands for tests of stores: those of the conformance suite, at noon.
#pragma once

#include "stores/conformance/trial.hpp"

#include <string>
#include <utility>

namespace asyncz::tests {

inline const Instant noon = instant_of(1'800'000'000'000'000);

inline Record record_of(std::string id, Instant moment = noon, std::string queue = "default",
                        int priority = 0)
{
  return stores::conformance::record_of(std::move(id), moment, std::move(queue), priority);
}

using stores::conformance::demand_at;
using stores::conformance::edited;
using stores::conformance::run_of;

}  // namespace asyncz::tests
