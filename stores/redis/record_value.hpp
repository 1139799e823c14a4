// SPDX-License-Identifier: MIT
// Records as values of a hash: a line of index fields, and the sealed bytes.
#pragma once

#include "base/result.hpp"
#include "store/record.hpp"

#include <string>
#include <string_view>

namespace asyncz::stores::redis {

// `REVISION FENCE MOMENT PRIORITY:QUEUE`, a line's end, the sealed bytes.
[[nodiscard]] std::string value_of(const Record& record);

//   corrupt
Result<Record> record_of(std::string_view id, std::string_view value);

// `PRIORITY:QUEUE`: among which others a record waits.
[[nodiscard]] std::string shelf_of(const Record& record);

[[nodiscard]] std::string moment_text(Instant moment);

// A run's name `TAG.FENCE.PART`, in order, and its value: when it was recorded, a line's end, the
// sealed bytes.
[[nodiscard]] std::string run_name(std::uint64_t task_tag, std::uint64_t fence, int part);
[[nodiscard]] std::string value_of(const RunRecord& run);

//   corrupt
Result<RunRecord> run_of(std::string_view name, std::string_view value);

}  // namespace asyncz::stores::redis
