// SPDX-License-Identifier: MIT
#include "import/crontab_task.hpp"

#include "base/hash.hpp"
#include "base/text.hpp"
#include "import/crontab_setting.hpp"
#include "import/import_name.hpp"
#include "schedule/explain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace asyncz {
namespace {

// With the NUL that ends the text.
std::uint64_t hashed(std::uint64_t hash, std::string_view text)
{
  return fnv1a(bytes_of({"\0", 1}), fnv1a(bytes_of(text), hash));
}

// 40 bits in the alphabet of ids.
std::string hash_text(std::uint64_t hash)
{
  constexpr std::string_view alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
  hash ^= hash >> 40U;
  std::string text;
  for (int i = 0; i < 8; ++i, hash >>= 5U) text += alphabet[hash & 31U];
  return text;
}

// `backup` for `/home/me/backup.crontab`.
std::string stem_of(std::string_view file)
{
  auto name = file.substr(file.rfind('/') + 1);
  if (name.ends_with(".crontab")) name.remove_suffix(8);
  return id_stem(name, "crontab");
}

class IdMaker {
 public:
  // Adds each id to `taken`.
  IdMaker(std::string_view file, std::set<std::string>& taken)
      : file_{file}, stem_{stem_of(file)}, taken_{taken}
  {
  }

  std::string id_of(std::string_view line)
  {
    for (int equal = 0;; ++equal) {
      const auto hash = hashed(hashed(hashed(fnv1a_start, file_), line), std::to_string(equal));
      auto id = stem_ + "-" + hash_text(hash);
      if (taken_.insert(id).second) return id;
    }
  }

 private:
  std::string_view file_;
  std::string stem_;
  std::set<std::string>& taken_;
};

std::string name_of(std::string_view command)
{
  constexpr std::size_t longest = 80;
  auto end = std::min(command.size(), longest);
  while (end < command.size() && (static_cast<unsigned char>(command[end]) & 0xC0U) == 0x80U) --end;
  return printable(trimmed(command.substr(0, end))) + (end < command.size() ? "…" : "");
}

std::string_view setting(const CrontabEntry& entry, const std::string& name)
{
  const auto found = entry.env.find(name);
  return found == entry.env.end() ? std::string_view{} : found->second;
}

// As cron does it, where the machine has a mail program.
constexpr std::string_view mail_command =
    "test ! -s /dev/stdin || if test -x /usr/sbin/sendmail; then { "
    "printf 'To: %s\\nSubject: asyncz %s %s\\n\\n' \"$MAILTO\" \"$ASYNCZ_TASK_ID\" "
    "\"$ASYNCZ_STATE\"; "
    "cat; } | /usr/sbin/sendmail -i -t; else "
    "mail -s \"asyncz $ASYNCZ_TASK_ID $ASYNCZ_STATE\" -- \"$MAILTO\"; fi";

void set_command(Task& task, const CrontabEntry& entry)
{
  const auto shell = setting(entry, "SHELL");
  task.shell = shell.empty() || shell == "/bin/sh";
  task.argv = {entry.command};
  if (!task.shell) task.argv = {std::string{shell}, "-c", entry.command};
  task.stdin_data = entry.stdin_data;
  task.env = entry.env;
  if (!setting(entry, "MAILTO").empty()) task.on_end = mail_command;
  if (const auto home = setting(entry, "HOME"); !home.empty()) task.cwd = std::string{home};
}

void set_schedule(Task& task, const CrontabEntry& entry)
{
  if (entry.schedule == "@reboot") {
    task.trigger.kind = TriggerKind::boot;
  } else {
    task.trigger.kind = TriggerKind::cron;
    task.trigger.expression = entry.schedule;
  }
  if (const auto zone = setting(entry, "CRON_TZ"); !zone.empty()) task.timezone = std::string{zone};
  if (const auto delay = random_delay(setting(entry, "RANDOM_DELAY"))) task.jitter = *delay;
}

Result<CrontabTask> task_of(const CrontabEntry& entry, const CrontabSource& source, std::string id)
{
  CrontabTask made{entry.line, source.base, entry.warnings};
  Task& task = made.task;
  task.id = std::move(id);
  task.name = name_of(entry.command);
  task.tags.push_back(crontab_tag(source.file));
  if (!entry.user.empty() && entry.user != source.user) task.user = entry.user;
  set_command(task, entry);
  set_schedule(task, entry);
  const auto valid = validate(task);
  if (!valid) return valid.error();
  const auto zone = Zone::load(task.timezone);
  if (!zone) return zone.error();
  for (auto& clause : advice(task.trigger, *zone, task.id)) {
    made.warnings.push_back(std::move(clause));
  }
  return made;
}

}  // namespace

CrontabTasks tasks_of(const Crontab& crontab, const CrontabSource& source)
{
  CrontabTasks result;
  result.problems = crontab.problems;
  IdMaker ids{source.file, result.ids};
  for (const auto& entry : crontab.entries) {
    auto made = task_of(entry, source, ids.id_of(entry.text));
    if (made) {
      result.tasks.push_back(*std::move(made));
    } else {
      result.problems.push_back({entry.line, made.error()});
    }
  }
  std::stable_sort(result.problems.begin(), result.problems.end(),
                   [](const auto& a, const auto& b) { return a.line < b.line; });
  return result;
}

std::string_view mail_hook() { return mail_command; }

std::string crontab_tag(std::string_view file) { return import_tag("crontab", file); }

bool follow_crontab(Task& task, const Task& imported)
{
  Task wanted = task;
  wanted.argv = imported.argv;
  wanted.shell = imported.shell;
  wanted.stdin_data = imported.stdin_data;
  wanted.env = imported.env;
  wanted.cwd = imported.cwd;
  wanted.user = imported.user;
  wanted.trigger = imported.trigger;
  wanted.timezone = imported.timezone;
  wanted.jitter = imported.jitter;
  if (!task.on_end || *task.on_end == mail_command) wanted.on_end = imported.on_end;
  const bool different = wanted != task;
  task = std::move(wanted);
  return different;
}

}  // namespace asyncz
