// SPDX-License-Identifier: MIT
#include "cli/difference.hpp"

#include "base/text.hpp"
#include "cli/json.hpp"
#include "cli/table.hpp"
#include "cli/zones.hpp"
#include "task/fields.hpp"

#include <fmt/core.h>

#include <utility>

namespace asyncz::cli {

void print_differences(Context& context, const Task& before, const Task& after, Instant now)
{
  Zones zones;
  const FieldContext old_context{now, zones.named(before.timezone)};
  const FieldContext new_context{now, zones.named(after.timezone)};
  const Value masked{ValueMap{{"masked", true}}};
  ValueMap differences;
  for (const Field& field : task_fields()) {
    Value from = field.get(before, old_context);
    Value to = field.get(after, new_context);
    if (from == to) continue;
    if (field.secret) from = to = masked;
    differences.emplace_back(field.name,
                             ValueMap{{"from", std::move(from)}, {"to", std::move(to)}});
  }
  if (context.globals().json) {
    print_json(context, differences);
    return;
  }
  for (const auto& [name, change] : differences) {
    const std::string old_line = fmt::format("- {}: {}", name, json_text(*change.find("from")));
    const std::string new_line = fmt::format("+ {}: {}", name, json_text(*change.find("to")));
    context.out(toned(context, Tone::bad, printable(old_line)) + '\n');
    context.out(toned(context, Tone::good, printable(new_line)) + '\n');
  }
}

}  // namespace asyncz::cli
