// SPDX-License-Identifier: MIT
// One configuration file, read into the settings.
#pragma once

#include "base/result.hpp"
#include "config/settings.hpp"
#include "config/toml_file.hpp"

namespace asyncz {

// Settings that the file names replace those that are there; their origin becomes the file's name.
//   usage  FILE:LINE and the key: unknown (with the nearest known one), a wrong type or value
Status read_settings_file(Settings& settings, const TomlFile& file);

}  // namespace asyncz
