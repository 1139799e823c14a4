// SPDX-License-Identifier: MIT
// How a custom store is found and opened.
#pragma once

#include "stores/registry.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace asyncz::stores {

// asyncz-store-NAME for the scheme NAME of a URL.
//   usage  no name for a helper: a letter, then at most 31 letters, digits and `-`
Result<std::string> helper_name(std::string_view scheme);

//   usage  there is no such program, a parameter cannot be read, or the helper says so
Result<std::unique_ptr<Store>> open_custom_store(const Opening& opening);

}  // namespace asyncz::stores
