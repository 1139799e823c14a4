// SPDX-License-Identifier: MIT
// The steps on a Redis store that take several keys, each as one script that the server runs whole.
#pragma once

#include <string_view>

namespace asyncz::stores::redis {

// Keys and arguments are said beside each script's text.
struct Script {
  std::string_view steps;  // functions, which several of them share
  std::string_view body;
};

extern const Script add_script;
extern const Script update_script;
extern const Script delete_script;
extern const Script remove_script;
extern const Script quarantine_script;
extern const Script due_script;
extern const Script reserve_one_script;
extern const Script extend_script;
extern const Script settle_script;
extern const Script record_run_script;
extern const Script prune_script;
extern const Script put_note_script;
extern const Script notes_script;

}  // namespace asyncz::stores::redis
