// SPDX-License-Identifier: MIT
#include "import/crontab_text.hpp"

#include "base/text.hpp"
#include "import/crontab_task.hpp"
#include "task/fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace asyncz {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Whether cronie reads these fields as we do: the only letters are names of three, and a step
// stands behind a range.
bool is_plain(std::string_view expression)
{
  if (expression.find_first_not_of("0123456789*,-/~ abcdefghijklmnopqrstuvwxyz") !=
      std::string_view::npos) {
    return false;
  }
  for (const auto field : split(expression, ' ')) {
    for (const auto item : split(field, ',')) {
      const bool range = item.find('-') != std::string_view::npos || item.starts_with('*');
      if (item.find('/') != std::string_view::npos && !range) return false;
      const auto letters = std::ranges::count_if(item, is_letter);
      if (letters % 3 != 0) return false;
    }
  }
  return split(expression, ' ').size() == 5;
}

// The time fields or the nickname, or nothing where crontab(5) has no words for the trigger.
std::optional<std::string> schedule_of(const Trigger& trigger)
{
  const bool plain_clock = trigger.dst_gap == DstGap::shift && trigger.dst_fold == DstFold::first;
  if (trigger.start || trigger.end || !plain_clock) return std::nullopt;
  if (trigger.kind == TriggerKind::boot) return "@reboot";
  if (trigger.kind != TriggerKind::cron) return std::nullopt;
  const auto& expression = trigger.expression;
  if (expression.starts_with('@') || is_plain(lower(expression))) return expression;
  return std::nullopt;
}

std::string escaped(std::string_view text)
{
  std::string out;
  for (const char c : text) {
    if (c == '%') out += '\\';
    out += c;
  }
  return out;
}

// In a crontab a value ends with the quote that it begins with.
std::optional<std::string> quoted(std::string_view value)
{
  if (value.find('\n') != std::string_view::npos) return std::nullopt;
  for (const char quote : {'"', '\''}) {
    if (value.find(quote) == std::string_view::npos) return fmt::format("{0}{1}{0}", quote, value);
  }
  return std::nullopt;
}

std::string command_of(const Task& task, const CrontabSettings& own)
{
  std::string command;
  for (const auto& [name, value] : own) {
    command += fmt::format("export {}={}; ", name, shell_quoted(value));
  }
  if (task.cwd) command += fmt::format("cd {} || exit; ", shell_quoted(*task.cwd));
  if (task.shell) return command + task.argv[0];
  std::vector<std::string> words;
  for (const auto& word : task.argv) words.push_back(shell_quoted(word));
  return command + joined(words, " ");
}

std::string input_of(std::string_view input)
{
  std::string text;
  if (input.ends_with('\n')) input.remove_suffix(1);
  for (const auto line : split(input, '\n')) text += "%" + escaped(line);
  return text;
}

// Whether MAILTO says what its hook does.
bool mails(const Task& task)
{
  const auto to = task.env.find("MAILTO");
  return task.on_end == mail_hook() && to != task.env.end() && quoted(to->second);
}

// Fields that have another value than the default and no place in a crontab.
std::vector<std::string> fields_lost(const Task& task, const CrontabStyle& style)
{
  constexpr std::array carried{"id",  "name", "command", "trigger", "timezone",
                               "env", "cwd",  "stdin",   "tags",    "env_captured"};
  const Zone utc;
  const FieldContext context{Instant{}, utc};
  const Task plain;
  std::vector<std::string> lost;
  for (const auto& field : task_fields()) {
    if (std::ranges::find(carried, field.name) != carried.end()) continue;
    if (field.name == "on_end" && mails(task)) continue;
    if (field.name == "user" && style.user) continue;
    if (field.get(task, context) != field.get(plain, context)) lost.emplace_back(field.name);
  }
  return lost;
}

}  // namespace

CrontabSettings common_settings(std::span<const Task> tasks)
{
  if (tasks.empty()) return {};
  CrontabSettings common = tasks[0].env;
  common.erase("CRON_TZ");
  for (const auto& task : tasks) {
    std::erase_if(common, [&](const auto& setting) {
      const auto found = task.env.find(setting.first);
      return found == task.env.end() || found->second != setting.second;
    });
  }
  std::erase_if(common, [](const auto& it) { return !quoted(it.second); });
  return common;
}

std::string settings_text(const CrontabSettings& settings)
{
  std::string text;
  for (const auto& [name, value] : settings) text += fmt::format("{}={}\n", name, *quoted(value));
  return text;
}

CrontabText crontab_text(const Task& task, const CrontabSettings& settings,
                         const CrontabStyle& style)
{
  const auto schedule = schedule_of(task.trigger);
  if (!schedule) return {"", {"a crontab has no words for its schedule"}};
  CrontabSettings own = task.env;
  std::erase_if(
      own, [&](const auto& it) { return settings.contains(it.first) || it.first == "CRON_TZ"; });

  const bool mailed = mails(task) && own.contains("MAILTO");
  const auto mail_to = mailed ? fmt::format("MAILTO={}\n", *quoted(own["MAILTO"])) : "";
  if (mailed || own["MAILTO"].empty()) own.erase("MAILTO");
  CrontabText text{"", fields_lost(task, style)};
  constexpr std::string_view hidden = " (--reveal keeps it)";
  if (!own.empty() && !style.reveal) text.lost.push_back(fmt::format("env{}", hidden));
  if (!task.stdin_data.empty() && !style.reveal)
    text.lost.push_back(fmt::format("stdin{}", hidden));
  auto command = escaped(command_of(task, style.reveal ? own : CrontabSettings{}));
  if (command.find('\n') != std::string::npos) return {"", {"its command has several lines"}};
  if (!task.stdin_data.empty() && style.reveal) command += input_of(task.stdin_data);
  if (style.user) command = task.user.value_or(*style.user) + " " + command;
  text.lines =
      fmt::format("\n# {}\nCRON_TZ={}\n{}{}{} {}\n{}", printable(task.id), task.timezone, mail_to,
                  task.paused ? "# paused: " : "", *schedule, command, mailed ? "MAILTO=\n" : "");
  return text;
}

}  // namespace asyncz
