// SPDX-License-Identifier: MIT
// The user's editor, and the files that it is given.
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace asyncz::cli {

// A new file of mode 0600 with this text; its name ends with `suffix`. In $XDG_RUNTIME_DIR, which
// never reaches a disk, or $TMPDIR, or /tmp.
//   failed
Result<std::string> new_private_file(std::string_view text, std::string_view suffix);

// Lets the user edit a file by $VISUAL, $EDITOR or vi, and waits for the end.
//   failed  it could not be started, or ended with another exit status than 0
Status edit_file(const std::string& file);

}  // namespace asyncz::cli
