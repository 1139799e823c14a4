// SPDX-License-Identifier: MIT
// Why a task does not run, or what became of one of its due times.
#pragma once

#include "base/result.hpp"
#include "cli/command.hpp"
#include "cli/runs/resolve.hpp"
#include "task/stored_task.hpp"
#include "time/zone.hpp"

#include <optional>
#include <string>
#include <vector>

namespace asyncz::cli {

struct Reason {
  std::string code;  // a word for programs; asyncz-why(1) lists them
  std::string text;  // a clause for people
};
using Reasons = std::vector<Reason>;

// A task, as far as it is still there, and the moment of the question.
struct Question {
  std::string id;
  std::optional<StoredTask> stored;
  Zone zone;
  Instant now;
};

// What it is doing or waiting for, the most important first.
Result<Reasons> reasons_now(Vault& vault, const Question& question);

// What became of the due time `at`. A time to the second means the due time within that second.
Result<Reasons> reasons_at(Vault& vault, const Question& question, Instant at);

// What keeps workers from taking something of this queue; empty where one is free to.
Result<Reasons> obstacles_of(Vault& vault, const std::string& queue, Instant now);

}  // namespace asyncz::cli
