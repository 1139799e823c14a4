// SPDX-License-Identifier: MIT
// The fields of a task by name: one table behind the options of `add` and `update`, JSON, TOML,
// `[defaults]`, the difference that `update --dry-run` prints, and the completion.
#pragma once

#include "base/result.hpp"
#include "base/value.hpp"
#include "task/task.hpp"
#include "time/zone.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace asyncz {

// What a field's value looks like.
enum class FieldType : std::uint8_t {
  text,
  integer,
  number,
  boolean,
  duration,
  list,
  map,
  trigger
};

// What reading a value needs to know.
struct FieldContext {
  Instant now;
  const Zone& zone;  // of the task, for times without offset
};

struct Field {
  std::string_view name;  // `retry_max_delay`; its option is `--retry-max-delay`
  FieldType type;
  std::string_view metavar;  // `DURATION`
  std::string_view help;     // one line, for --help and completion
  bool changeable;           // by `update`: all but id and after
  bool secret;               // masked in `show` and `export` unless --reveal

  // The present value, null where there is none. Durations are texts (`10s`).
  Value (*get)(const Task&, const FieldContext&);
  // Sets it; null (`none` on the command line) unsets, which means the default.
  //   usage  what is wrong with the value, naming the field
  Status (*set)(Task&, const Value&, const FieldContext&);
  // The length, for the twin in microseconds; null but for durations.
  std::optional<Duration> (*length)(const Task&) = nullptr;
};

// Every field of a task, in the order in which asyncz.toml(5) has them.
[[nodiscard]] std::span<const Field> task_fields();

// The field of this name, or null.
[[nodiscard]] const Field* find_field(std::string_view name);

// A value as a command-line option's text gives it: `none` is null, numbers and booleans are read,
// lists take commas, `K=V` pairs a map, a trigger is JSON (given as Value already).
//   usage
Result<Value> value_from_text(const Field& field, std::string_view text);

// All fields as a map, in order; secrets as {"masked": true} unless `reveal`.
[[nodiscard]] ValueMap task_value(const Task& task, const FieldContext& context, bool reveal);

// Sets the fields of a map on `task` (which holds the defaults). Keys that `show --json` adds
// (`state`, `schedule`, `next_run_time`, `created`, `revision`, `last_run`, `instances`, and the
// `…_us` twins) are accepted and ignored.
//   usage  an unknown key (with the nearest known one), a bad value, a masked one
Status apply_value(Task& task, const Value& map, const FieldContext& context);

}  // namespace asyncz
