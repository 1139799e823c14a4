// SPDX-License-Identifier: MIT
#include "cli/tasks/field_options.hpp"

#include "base/text.hpp"
#include "cli/files/file_text.hpp"
#include "run/environment.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace asyncz::cli {
namespace {

// Given in a way of their own, or when the task is added only.
constexpr std::array<std::string_view, 11> without_option{
    "id",  "command",      "trigger",   "timezone", "jitter", "after",
    "env", "env_captured", "unset_env", "stdin",    "tags"};

std::string option_name(std::string_view field)
{
  std::string name{field};
  std::ranges::replace(name, '_', '-');
  return name;
}

// What a captured environment leaves out beside our own settings and what names one service: it
// means nothing outside the terminal session.
constexpr std::array<std::string_view, 4> session_variables{"TERM", "DISPLAY", "SSH_AUTH_SOCK",
                                                            "_"};

bool is_kept(std::string_view name)
{
  return std::ranges::find(session_variables, name) == session_variables.end() &&
         !name.starts_with("ASYNCZ_") && !is_of_one_service(name);
}

Status set_variable(Task& task, std::string_view pair)
{
  const auto equals = pair.find('=');
  if (equals == 0 || equals == std::string_view::npos) {
    return Error{ErrorKind::usage, fmt::format("env: {} is not NAME=VALUE", printable(pair)), ""};
  }
  if (pair.substr(0, equals).find_first_of(" \t\"'") != std::string_view::npos) {
    return Error{ErrorKind::usage,
                 fmt::format("env: {} is no name of a variable", printable(pair.substr(0, equals))),
                 "write NAME=VALUE as it is to be, without export and quotes"};
  }
  task.env.insert_or_assign(std::string{pair.substr(0, equals)},
                            std::string{pair.substr(equals + 1)});
  std::erase(task.unset_env, pair.substr(0, equals));
  return {};
}

void capture_environment(Task& task)
{
  task.env.clear();
  task.env_captured = true;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view pair{*entry};
    const auto equals = pair.find('=');
    if (equals == 0 || equals == std::string_view::npos || !is_kept(pair.substr(0, equals))) {
      continue;
    }
    task.env.emplace(pair.substr(0, equals), pair.substr(equals + 1));
  }
}

// NAME=VALUE lines; empty ones and comments are passed over.
Status set_variables_of(Task& task, const std::string& file)
{
  const Result<std::string> content = read_file_or_stdin(file, largest_stdin);
  if (!content) return content.error();
  for (std::string_view line : split(*content, '\n')) {
    line = trimmed(line);
    if (line.empty() || line.front() == '#') continue;
    if (Status done = set_variable(task, line); !done) return done.error().in(printable(file));
  }
  return {};
}

}  // namespace

FieldOptions::FieldOptions()
{
  for (const Field& field : task_fields()) {
    if (std::ranges::find(without_option, field.name) != without_option.end()) continue;
    slots_.push_back({&field, {}, {}, false, false});
  }
}

void FieldOptions::declare(Options& options)
{
  for (Slot& slot : slots_) {
    const Field& field = *slot.field;
    const std::string name = option_name(field.name);
    if (field.type == FieldType::boolean) {
      options.flag("--" + name, slot.yes, field.help);
      options.flag("--no-" + name, slot.no, fmt::format("The contrary of --{}", name));
    } else if (field.name == "queue") {
      options.value("-Q,--queue", slot.text, field.metavar, field.help, WordKind::queue);
    } else if (field.type == FieldType::map) {
      options.values("--" + name, slot.texts, field.metavar, field.help, WordKind::text);
    } else if (field.name == "cwd") {
      options.value("--cwd", slot.text, field.metavar, field.help, WordKind::directory);
    } else {
      options.value("--" + name, slot.text, field.metavar, field.help, WordKind::text);
    }
  }
  options.values("--tag,--tags", tags_, "TAG", "Label to select tasks by; may be repeated");
}

bool FieldOptions::given() const
{
  return !tags_.empty() || std::ranges::any_of(slots_, [](const Slot& slot) {
    return slot.text || !slot.texts.empty() || slot.yes || slot.no;
  });
}

Status FieldOptions::apply(Task& task, const FieldContext& context) const
{
  for (const Slot& slot : slots_) {
    Result<Value> value{Value{slot.yes}};
    if (slot.text || !slot.texts.empty()) {
      value = value_from_text(*slot.field, slot.text ? *slot.text : joined(slot.texts, ","));
      if (!value) return value.error();
    } else if (!slot.yes && !slot.no) {
      continue;
    }
    if (slot.yes && slot.no) {
      return Error{
          ErrorKind::usage,
          fmt::format("--{0} and --no-{0} contradict each other", option_name(slot.field->name)),
          ""};
    }
    const Status done = slot.field->set(task, *value, context);
    if (!done) return done.error().in("--" + option_name(slot.field->name));
  }
  if (tags_.empty()) return {};
  task.tags.clear();
  if (tags_.size() == 1 && tags_.front() == "none") return {};
  for (const std::string& given : tags_) {
    for (const std::string_view tag : split(given, ',')) task.tags.emplace_back(tag);
  }
  return {};
}

void EnvironmentOptions::declare(Options& options)
{
  options.values("--env", set_, "NAME=VALUE", "Set a variable; may be repeated");
  options.values("--unset-env", unset_, "NAME,…", "Remove variables; may be repeated");
  options.values("--env-file", files_, "FILE", "Set the variables of a file, one a line",
                 WordKind::file);
  options.flag("--capture-env", capture_, "Keep the environment of now with the task");
  options.flag("--no-capture-env", no_capture_, "Do not keep it");
}

bool EnvironmentOptions::given() const
{
  return !set_.empty() || !unset_.empty() || !files_.empty() || capture_ || no_capture_;
}

Status EnvironmentOptions::apply(Task& task, bool capture) const
{
  if (capture_ && no_capture_) {
    return Error{ErrorKind::usage, "--capture-env and --no-capture-env contradict each other", ""};
  }
  if (no_capture_ && task.env_captured) {
    task.env.clear();
    task.env_captured = false;
  }
  if (capture_ || (capture && !no_capture_)) capture_environment(task);
  const bool unset = set_ == std::vector<std::string>{"none"};
  if (unset) task.env.clear();
  for (const std::string& file : files_) {
    if (Status done = set_variables_of(task, file); !done) return done;
  }
  for (const std::string& pair : set_) {
    if (unset) break;
    if (Status done = set_variable(task, pair); !done) return done;
  }
  unset_variables(task);
  return {};
}

void EnvironmentOptions::unset_variables(Task& task) const
{
  if (unset_ == std::vector<std::string>{"none"}) {
    task.unset_env.clear();
    return;
  }
  for (const std::string& names : unset_) {
    for (const std::string_view name : split(names, ',')) {
      task.env.erase(std::string{name});
      const bool there = std::ranges::find(task.unset_env, name) != task.unset_env.end();
      if (!task.env_captured && !there) task.unset_env.emplace_back(name);
    }
  }
}

void InputOptions::declare(Options& options)
{
  options.value("--stdin", text_, "TEXT", "What the command reads", WordKind::text);
  options.value("--stdin-file", file_, "FILE", "The same from a file, or - for standard input",
                WordKind::file);
}

Status InputOptions::apply(Task& task) const
{
  if (text_ && file_) {
    return Error{ErrorKind::usage, "--stdin and --stdin-file exclude each other", ""};
  }
  if (text_) task.stdin_data = *text_ == "none" ? "" : *text_;
  if (!file_) return {};
  Result<std::string> content = read_file_or_stdin(*file_, largest_stdin);
  if (!content) return content.error().in("--stdin-file");
  task.stdin_data = std::move(*content);
  return {};
}

}  // namespace asyncz::cli
