// SPDX-License-Identifier: MIT
// What of a task is shown in the clear, and whether that agrees with what is sealed.
#pragma once

#include "base/result.hpp"
#include "store/record.hpp"
#include "task/stored_task.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace asyncz {

// Boot and shutdown tasks are kept apart: a worker asks for them at its start and at its end only.
inline constexpr std::string_view boot_queue = "@boot";
inline constexpr std::string_view shutdown_queue = "@shutdown";

// The queue that the record shows.
[[nodiscard]] std::string clear_queue(const Task& task);

// When a worker is needed, by what is sealed; a pause always holds.
[[nodiscard]] Instant sealed_moment(const StoredTask& task);

// Reservations that were not settled, the present one included.
[[nodiscard]] std::uint64_t unsettled(const Record& record, const StoredTask& task);

// Whether the clear fields are such as asyncz itself could have written beside this sealed part.
//   corrupt  naming the field
Status check_clear_fields(const Record& record, const StoredTask& task);

}  // namespace asyncz
