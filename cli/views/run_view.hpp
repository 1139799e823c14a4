// SPDX-License-Identifier: MIT
// Runs and times as commands show them.
#pragma once

#include "base/value.hpp"
#include "cli/command.hpp"
#include "task/run.hpp"
#include "time/zone.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace asyncz::cli {

// RFC 3339 in this zone.
[[nodiscard]] std::string time_text(Instant instant, const Zone& zone);

// The same in a table; nobody reads microseconds there, programs do.
[[nodiscard]] std::string table_time(const Context& context, Instant instant, const Zone& zone);

// Adds `key` and its twin `key_us`, both null where there is no time.
void add_time(ValueMap& map, std::string_view key, std::optional<Instant> instant,
              const Zone& zone);

// How a run ended: `0`, `SIGKILL`, or `-` where it says neither.
[[nodiscard]] std::string exit_text(const Run& run);

// From its start to its end, or `-`.
[[nodiscard]] std::string length_text(const Run& run);

// The exit status by which a run is told to a shell.
[[nodiscard]] int exit_status_of(const Run& run);

// What became of a run, or of times that were not run, as a clause for people.
[[nodiscard]] std::string run_sentence(const Run& run, const Zone& zone);

// A run of `history --json`.
[[nodiscard]] ValueMap run_value(const Run& run, const Zone& zone);

}  // namespace asyncz::cli
