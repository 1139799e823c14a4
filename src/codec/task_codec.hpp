// SPDX-License-Identifier: MIT
// Tasks with their progress, to bytes and back: versioned and strict (asyncz-record(5)).
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "task/stored_task.hpp"

namespace asyncz {

// Equal tasks give equal bytes. The clear fields (revision, fence, worker of StoredTask) are not
// part of it.
[[nodiscard]] Bytes encode(const StoredTask& task);

// Accepts exactly what encode() gives: every length, range, order and the end are checked.
//   corrupt  anything else, naming the field; a version that is newer than ours says so
Result<StoredTask> decode_task(ByteView bytes);

}  // namespace asyncz
