// SPDX-License-Identifier: MIT
#include "task/fields.hpp"

#include "base/hint.hpp"
#include "base/number.hpp"
#include "base/text.hpp"
#include "task/field_access.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace asyncz {
namespace {

namespace fa = field_access;

// A row for a member whose type says how it is read and written.
template <auto Member>
constexpr Field row(std::string_view name, FieldType type, std::string_view metavar,
                    std::string_view help)
{
  return {name, type, metavar, help, true, false, fa::get<Member>, fa::set<Member>};
}

template <auto Member>
constexpr Field length_row(std::string_view name, std::string_view help)
{
  Field field = row<Member>(name, FieldType::duration, "DURATION", help);
  field.length = fa::length<Member>;
  return field;
}

using enum FieldType;

constexpr std::array table{
    Field{"id", text, "ID", "Name of the task", false, false, fa::get<&Task::id>,
          fa::set<&Task::id>},
    row<&Task::name>("name", text, "TEXT", "What lists call it (the command's first word)"),
    Field{"command", list, "WORDS", "Program and arguments, or one text for the shell", true, false,
          fa::get_command, fa::set_command},
    Field{"trigger", trigger, "JSON", "When it runs, as an object", true, false, fa::get_trigger,
          fa::set_trigger},
    Field{"timezone", text, "ZONE", "Time zone of the schedule (this machine's)", true, false,
          fa::get<&Task::timezone>, fa::set_timezone},
    row<&Task::queue>("queue", text, "QUEUE", "Queue that workers select by (default)"),
    row<&Task::priority>("priority", integer, "N", "-9 to 9, higher runs first (0)"),
    row<&Task::coalesce>("coalesce", boolean, "", "Make one run of several missed times"),
    length_row<&Task::misfire_grace_time>("misfire_grace_time",
                                          "Record times older than this as missed (unlimited)"),
    row<&Task::max_instances>("max_instances", integer, "N",
                              "Runs of this task at the same time (1)"),
    row<&Task::overlap>("overlap", text, "skip|queue|replace",
                        "What becomes of times that pass while it is full (skip)"),
    length_row<&Task::jitter>("jitter", "Random delay added to each time (0s)"),
    Field{"after", list, "IDS", "Tasks that must end first", false, false, fa::get_after,
          fa::set_after},
    row<&Task::retries>("retries", integer, "N", "Times to try again after a failure (0)"),
    length_row<&Task::retry_delay>("retry_delay", "Delay before the first retry (10s)"),
    row<&Task::retry_backoff>("retry_backoff", number, "FACTOR",
                              "What the delay grows by with each retry (2)"),
    length_row<&Task::retry_max_delay>("retry_max_delay", "Longest delay between retries (1h)"),
    length_row<&Task::timeout>("timeout", "End a run that takes longer (none)"),
    length_row<&Task::kill_grace>("kill_grace", "Time between SIGTERM and SIGKILL (10s)"),
    row<&Task::success_exit_codes>("success_exit_codes", list, "N,…",
                                   "Exit statuses that are a success (0)"),
    row<&Task::delivery>("delivery", text, "at-least-once|at-most-once",
                         "Whether an interrupted run is repeated (at-least-once)"),
    row<&Task::cwd>("cwd", text, "DIRECTORY", "Directory to run in"),
    Field{"umask", text, "OCTAL", "File mode creation mask", true, false, fa::get_umask,
          fa::set_umask},
    Field{"env", map, "NAME=VALUE", "Environment variables", true, true, fa::get_env, fa::set_env},
    row<&Task::env_captured>("env_captured", boolean, "",
                             "Whether env replaces the worker's environment"),
    row<&Task::unset_env>("unset_env", list, "NAME,…", "Variables of the worker to leave out"),
    row<&Task::user>("user", text, "USER", "Run as this user; the worker must be root"),
    row<&Task::nice>("nice", integer, "N", "Niceness to run with (the worker's)"),
    Field{"rlimit", map, "NAME=LIMIT,…", "Limits of each process: cpu=60s,memory=512M,files=100",
          true, false, fa::get_rlimit, fa::set_rlimit},
    Field{"stdin", text, "TEXT", "What the command reads (nothing)", true, true, fa::get_stdin,
          fa::set_stdin},
    row<&Task::output>("output", text, "capture|discard", "What becomes of its output (capture)"),
    row<&Task::output_limit>("output_limit", integer, "BYTES", "Output kept of a run (10485760)"),
    row<&Task::on_success>("on_success", text, "COMMAND", "Shell command after a success"),
    row<&Task::on_failure>("on_failure", text, "COMMAND", "Shell command after a failure"),
    row<&Task::on_end>("on_end", text, "COMMAND", "Shell command after the end"),
    row<&Task::tags>("tags", list, "TAG,…", "Labels to select tasks by"),
    row<&Task::paused>("paused", boolean, "", "Do not run until it is resumed"),
};

// What `show --json` adds to the fields.
constexpr std::array<std::string_view, 7> shown_beside{
    "state", "schedule", "next_run_time", "created", "revision", "last_run", "instances"};

constexpr std::string_view twin_suffix = "_us";

bool is_shown_beside(std::string_view name)
{
  const auto among = [](std::string_view key) {
    return std::ranges::find(shown_beside, key) != shown_beside.end();
  };
  if (among(name)) return true;
  if (!name.ends_with(twin_suffix)) return false;
  name.remove_suffix(twin_suffix.size());
  const Field* field = find_field(name);
  return among(name) || (field != nullptr && field->type == duration);
}

Error unknown_field(std::string_view name)
{
  std::vector<std::string_view> known;
  for (const Field& field : table) known.push_back(field.name);
  const auto meant = did_you_mean(name, known);
  return {ErrorKind::usage, fmt::format("unknown field {}", printable(name)), hint_at(meant)};
}

bool is_masked(const Value& value)
{
  const Value* masked = value.find("masked");
  return masked != nullptr && *masked == Value{true} && value.get<ValueMap>()->size() == 1;
}

Status check_unmasked(const Field& field, const Value& value)
{
  const auto* members = value.get<ValueMap>();
  const bool inside = members != nullptr && std::ranges::any_of(*members, [](const auto& member) {
                        return is_masked(member.second);
                      });
  if (!is_masked(value) && !inside) return {};
  return Error{ErrorKind::usage, fmt::format("{} is masked", field.name),
               "show and export tell it with --reveal"};
}

Value masked(const Value& value)
{
  const Value mask{ValueMap{{"masked", true}}};
  const auto* members = value.get<ValueMap>();
  if (members == nullptr) return value.is_null() ? value : mask;
  ValueMap hidden;
  for (const auto& [name, text] : *members) hidden.emplace_back(name, mask);
  return hidden;
}

Status set_field(const Field& field, Task& task, const Value& value, const FieldContext& context)
{
  if (field.secret) {
    if (Status open = check_unmasked(field, value); !open) return open;
  }
  const Status done = field.set(task, value, context);
  return done ? Status{} : Status{done.error().in(field.name)};
}

template <class Number>
Result<Value> number_from_text(const Field& field, std::string_view digits)
{
  if (const auto number = parse_number<Number>(digits)) return Value{*number};
  return Error{ErrorKind::usage,
               fmt::format("{}: {} is no number", field.name, shell_quoted(printable(digits))), ""};
}

Result<Value> flag_from_text(const Field& field, std::string_view word)
{
  if (word == "true" || word == "yes") return Value{true};
  if (word == "false" || word == "no") return Value{false};
  return Error{ErrorKind::usage, fmt::format("{}: true or false is expected", field.name), ""};
}

// The elements of success_exit_codes are numbers, those of every other list texts.
Result<Value> list_from_text(const Field& field, std::string_view words)
{
  const bool numbers = field.name == "success_exit_codes";
  ValueList elements;
  for (const std::string_view word : split(words, ',')) {
    if (!numbers) {
      elements.emplace_back(word);
      continue;
    }
    Result<Value> number = number_from_text<std::int64_t>(field, trimmed(word));
    if (!number) return number;
    elements.push_back(std::move(*number));
  }
  return Value{std::move(elements)};
}

// Of rlimit, the only map that a text gives.
Result<Value> map_from_text(const Field& field, std::string_view pairs)
{
  ValueMap members;
  for (const std::string_view pair : split(pairs, ',')) {
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos) {
      return Error{ErrorKind::usage,
                   fmt::format("{}: {} is not NAME=LIMIT", field.name, printable(pair)), ""};
    }
    members.emplace_back(trimmed(pair.substr(0, equals)), trimmed(pair.substr(equals + 1)));
  }
  return Value{std::move(members)};
}

}  // namespace

std::span<const Field> task_fields() { return table; }

const Field* find_field(std::string_view name)
{
  const auto* const field = std::ranges::find(table, name, &Field::name);
  return field == table.end() ? nullptr : field;
}

Result<Value> value_from_text(const Field& field, std::string_view words)
{
  if (words == "none") return Value{};
  switch (field.type) {
    case text:
    case duration:
      return Value{words};
    case integer:
      return number_from_text<std::int64_t>(field, words);
    case number:
      return number_from_text<double>(field, words);
    case boolean:
      return flag_from_text(field, words);
    case list:
      return list_from_text(field, words);
    case map:
      return map_from_text(field, words);
    case trigger:
      break;
  }
  return Error{ErrorKind::usage, fmt::format("{}: an object is expected", field.name), ""};
}

ValueMap task_value(const Task& task, const FieldContext& context, bool reveal)
{
  ValueMap members;
  members.reserve(table.size() + 24);
  for (const Field& field : table) {
    Value value = field.get(task, context);
    members.emplace_back(field.name, field.secret && !reveal ? masked(value) : std::move(value));
    if (field.length == nullptr) continue;
    const auto length = field.length(task);
    members.emplace_back(std::string{field.name} + std::string{twin_suffix},
                         length ? Value{length->count()} : Value{});
  }
  return members;
}

Status apply_value(Task& task, const Value& values, const FieldContext& context)
{
  const auto* members = values.get<ValueMap>();
  if (members == nullptr) return Error{ErrorKind::usage, "an object is expected", ""};

  // Times without offset are local to the zone that is given beside them.
  std::optional<Zone> own_zone;
  if (const Value* name = values.find("timezone"); name != nullptr && !name->is_null()) {
    Status named = set_field(*find_field("timezone"), task, *name, context);
    if (!named) return named;
    Result<Zone> loaded = Zone::load(task.timezone);
    if (!loaded) return loaded.error().in("timezone");
    own_zone = std::move(*loaded);
  }
  const FieldContext inner{context.now, own_zone ? *own_zone : context.zone};

  for (const auto& [name, value] : *members) {
    const Field* field = find_field(name);
    if (field == nullptr && is_shown_beside(name)) continue;
    if (field == nullptr) return unknown_field(name);
    if (Status done = set_field(*field, task, value, inner); !done) return done;
  }
  return {};
}

}  // namespace asyncz
