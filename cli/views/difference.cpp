// SPDX-License-Identifier: MIT
#include "cli/views/difference.hpp"

#include "base/text.hpp"
#include "cli/terminal/table.hpp"
#include "cli/views/json.hpp"
#include "cli/views/zones.hpp"
#include "task/fields.hpp"

#include <fmt/core.h>

#include <utility>

namespace asyncz::cli {
namespace {

// A secret without what it holds: of several only those that differ, each by its name.
Value veiled(const Value& secret, const Value& other)
{
  const Value masked{ValueMap{{"masked", true}}};
  const auto* members = secret.get<ValueMap>();
  if (members == nullptr) return secret.is_null() ? secret : masked;
  ValueMap names;
  for (const auto& [name, value] : *members) {
    const Value* same = other.find(name);
    if (same == nullptr || *same != value) names.emplace_back(name, masked);
  }
  return names;
}

}  // namespace

ValueMap differences(const Task& before, const Task& after, Instant now)
{
  Zones zones;
  const FieldContext old_context{now, zones.named(before.timezone)};
  const FieldContext new_context{now, zones.named(after.timezone)};
  ValueMap found;
  for (const Field& field : task_fields()) {
    Value from = field.get(before, old_context);
    Value to = field.get(after, new_context);
    if (from == to) continue;
    if (field.secret) {
      Value shown = veiled(from, to);
      to = veiled(to, from);
      from = std::move(shown);
    }
    found.emplace_back(field.name, ValueMap{{"from", std::move(from)}, {"to", std::move(to)}});
  }
  return found;
}

std::string difference_lines(const Context& context, const ValueMap& differences,
                             std::string_view indent)
{
  std::string lines;
  for (const auto& [name, change] : differences) {
    const auto line = [&](char mark, std::string_view member, Tone tone) {
      const auto text = fmt::format("{} {}: {}", mark, name, json_text(*change.find(member)));
      lines += fmt::format("{}{}\n", indent, toned(context, tone, printable(text)));
    };
    line('-', "from", Tone::bad);
    line('+', "to", Tone::good);
  }
  return lines;
}

void print_differences(Context& context, const Task& before, const Task& after, Instant now)
{
  const ValueMap found = differences(before, after, now);
  if (context.globals().json) {
    print_json(context, found);
  } else {
    context.out(difference_lines(context, found));
  }
}

}  // namespace asyncz::cli
