// SPDX-License-Identifier: MIT
// Runs, to bytes and back: versioned and strict (asyncz-record(5)).
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "task/run.hpp"
#include "task/worker_info.hpp"

namespace asyncz {

[[nodiscard]] Bytes encode(const Run& run);
//   corrupt  what encode() would not give
Result<Run> decode_run(ByteView bytes);

[[nodiscard]] Bytes encode(const WorkerInfo& worker);
//   corrupt  what encode() would not give
Result<WorkerInfo> decode_worker(ByteView bytes);

[[nodiscard]] Bytes encode(const QueuePause& pause);
//   corrupt  what encode() would not give
Result<QueuePause> decode_queue_pause(ByteView bytes);

}  // namespace asyncz
