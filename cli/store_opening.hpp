// SPDX-License-Identifier: MIT
// From a store's name to an open store with its keys: what may be created, and when.
#pragma once

#include "cli/command.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace asyncz::cli {

// `name_or_url`: an alias of the configuration, a URL, an absolute path, or empty for the default.
//   usage      no such alias or kind of store; memory; a network store without a key
//   not_found  no such store, and this command does not create one
//   corrupt    sealed under a key that we do not have
//   and what the store's opener gives
// `wrap` puts something between the store and all that use it.
using WrapStore = std::function<std::unique_ptr<Store>(std::unique_ptr<Store>)>;
Result<OpenStore> open_store_of(Context& context, const Settings& settings,
                                std::string_view name_or_url, Access access,
                                const WrapStore& wrap = {});

// The store alone, made where it is missing, as a machine would open it that keeps its state there.
//   the same, but for what has to do with keys
Result<std::unique_ptr<Store>> open_without_key(Context& context, std::string_view name_or_url,
                                                std::string state_directory);

}  // namespace asyncz::cli
