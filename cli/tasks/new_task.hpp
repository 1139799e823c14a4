// SPDX-License-Identifier: MIT
// What `add` and `update` do to a task besides setting fields.
#pragma once

#include "base/result.hpp"
#include "cli/command.hpp"
#include "config/settings.hpp"
#include "task/fields.hpp"
#include "task/lifecycle.hpp"
#include "task/stored_task.hpp"
#include "vault/vault.hpp"

#include <functional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace asyncz::cli {

// A task as `[defaults]` has it, in this machine's time zone where they name none.
Result<Task> default_task(const Settings& settings, Instant now);

//   usage  a single word with blanks that names no program: it was meant for a shell
Status check_words(const std::vector<std::string>& words);

// Warns where the task is to run as a user that this machine does not know; the worker's may.
void warn_of_user(Context& context, const Task& task);

// The first word of the command.
[[nodiscard]] std::string name_of_command(const Task& task);

// The working directory and umask of this process.
//   failed  the directory has gone
Status capture_place(Task& task);

// `user@host`, for who paused something.
[[nodiscard]] std::string who_we_are();

// Marks a task as paused, or not, by us and now; its times are planned by the caller.
void set_paused(StoredTask& task, bool paused, Instant now);

// Pauses a task, by us and now, or lets it go on. One that is so already keeps its times, and by
// whom it was paused.
//   usage  as plan()
Status change_pause(StoredTask& task, bool paused, Instant now);

[[nodiscard]] Random system_random();

// Makes a stored task what is wanted. Where its schedule changes, and where it was paused and no
// longer is, its times are planned from `now`.
//   usage  as plan()
Status change_task(StoredTask& stored, Task wanted, Instant now);

// The error of an id that a task of the store has.
[[nodiscard]] Error is_taken(std::string_view id);

// What becomes of a task whose id is taken.
struct TakenIds {
  bool replace = false;                       // it takes the place of the other, history and all
  std::set<std::string, std::less<>> random;  // ids that nobody chose: it gets another one
};

// Adds planned tasks, a status for each. One that waits for others (`after`) is added when those
// before it are; where they ended in a way that it cannot follow, it is cancelled at once.
//   conflict   the id is taken
//   not_found  nobody knows a task that it is to follow
std::vector<Status> store_tasks(Vault& vault, std::span<StoredTask> tasks, const TakenIds& taken,
                                Instant now);

}  // namespace asyncz::cli
