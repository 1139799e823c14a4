// SPDX-License-Identifier: MIT
// Tasks that wait for others to end (`after`). Each parent lists its waiters in its sealed part;
// the list may name tasks that are not there (any more, or yet).
#pragma once

#include "base/result.hpp"
#include "task/lifecycle.hpp"
#include "vault/vault.hpp"

#include <string>
#include <string_view>

namespace asyncz {

// Before a task with `after` is stored: lists it with its parents, strikes out those that ended as
// they should, and plans it.
//   not_found  a parent is neither in the store nor in the history
//   usage      a parent is recurring, or waits for this task itself
Status join_parents(Vault& vault, StoredTask& task, Instant now, const Random& random);

// Whether a task of this id may follow `parent`, as join_parents() sees it; changes nothing.
//   not_found, usage  as there
Status check_parent(Vault& vault, const std::string& id, const std::string& parent);

// Its errors: nobody knows `parent`, it recurs.
[[nodiscard]] Error no_parent(std::string_view parent);
[[nodiscard]] Error never_ends(std::string_view parent);

// When it is stored: looks after parents that have ended in the meantime. Whether it is still
// there: one whose condition can no longer come true is recorded as cancelled and removed.
Result<bool> settle_waiter(Vault& vault, std::string_view id, Instant now, const Random& random);

// Once the end of `parent` is in the history, and before it leaves the store: frees or cancels what
// waits for it, and what waits for those. Each step may be repeated.
//   unavailable, …  what the store gives; to be called again
Status tell_waiters(Vault& vault, const StoredTask& parent, bool success, Instant now,
                    const Random& random);

}  // namespace asyncz
