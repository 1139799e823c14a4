// SPDX-License-Identifier: MIT
// Names that tasks from files get, so that a second import finds them again.
#pragma once

#include <string>
#include <string_view>

namespace asyncz {

// A name as the beginning of an id: what an id should not hold becomes `-`; `other` where nothing
// is left.
[[nodiscard]] std::string id_stem(std::string_view name, std::string_view other);

// The tag of all tasks that come from this file: `crontab:/etc/crontab`.
[[nodiscard]] std::string import_tag(std::string_view kind, std::string_view file);

}  // namespace asyncz
