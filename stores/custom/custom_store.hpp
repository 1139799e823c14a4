// SPDX-License-Identifier: MIT
// A store of anybody's own, behind a helper program: asyncz-store-protocol(7).
#pragma once

#include "store/store.hpp"
#include "stores/custom/helpers.hpp"

#include <memory>
#include <string>

namespace asyncz::stores {

// Greets a first helper. History and notes are kept below `journal_directory` where the helper
// does not keep them. Errors: those of Helper::start and what the helper says.
Result<std::unique_ptr<Store>> make_custom_store(std::unique_ptr<Helpers> helpers,
                                                 std::string journal_directory);

}  // namespace asyncz::stores
