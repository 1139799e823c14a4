// SPDX-License-Identifier: MIT
#include "cli/tasks/new_task.hpp"

#include "base/task_id.hpp"
#include "base/text.hpp"
#include "time/zone.hpp"
#include "vault/waiters.hpp"

#include <fmt/core.h>

#include <pwd.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

namespace asyncz::cli {
namespace {

constexpr int most_new_ids = 8;

bool is_program(const std::string& path)
{
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         ::access(path.c_str(), X_OK) == 0;
}

bool names_program(const std::string& word)
{
  if (word.find('/') != std::string::npos) return is_program(word);
  const char* path = std::getenv("PATH");
  for (const std::string_view folder : split(path == nullptr ? "" : path, ':')) {
    if (is_program(std::string{folder} + '/' + word)) return true;
  }
  return false;
}

// The task that has the id becomes the new one; what it remembers of its runs stays.
Status replace(Vault& vault, const StoredTask& with, Instant now)
{
  const auto change = [&](StoredTask& task) -> Status {
    task.task = with.task;
    task.progress.paused_by = with.progress.paused_by;
    task.progress.paused_since = with.progress.paused_since;
    task.progress.attempt = 1;
    task.progress.remove_after_run = false;
    return plan(task, now, system_random());
  };
  const Result<StoredTask> replaced = vault.update(with.task.id, change);
  return replaced ? Status{} : Status{replaced.error()};
}

bool is_conflict(const Status& status)
{
  return !status && status.error().kind == ErrorKind::conflict;
}

// Stores by `store` under one new id after the other, until one is free.
Status store_under_new_id(StoredTask& task, Instant now, const std::function<Status()>& store)
{
  Status status = is_taken(task.task.id);
  for (int tries = 0; is_conflict(status) && tries < most_new_ids; ++tries) {
    task.task.id = new_task_id();
    if (Status planned = plan(task, now, system_random()); !planned) return planned;
    status = store();
  }
  return status;
}

// Tasks that wait for nobody.
std::vector<Status> store_alone(Vault& vault, std::span<StoredTask> tasks, const TakenIds& taken,
                                Instant now)
{
  std::vector<Status> statuses = vault.add(tasks);
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    StoredTask& task = tasks[i];
    if (!is_conflict(statuses[i])) continue;
    if (taken.random.contains(task.task.id)) {
      const auto add = [&] { return vault.add({&task, 1}).front(); };
      statuses[i] = store_under_new_id(task, now, add);
    } else if (taken.replace) {
      statuses[i] = replace(vault, task, now);
    } else {
      statuses[i] = is_taken(task.task.id);
    }
  }
  return statuses;
}

// Its parents are to know it before it is there.
Status join_and_add(Vault& vault, StoredTask& task, Instant now, const Random& random)
{
  if (Status joined = join_parents(vault, task, now, random); !joined) return joined;
  return vault.add({&task, 1}).front();
}

Status store_waiter(Vault& vault, StoredTask& task, const TakenIds& taken, Instant now)
{
  const Random random = system_random();
  const auto add = [&] { return join_and_add(vault, task, now, random); };
  Status stored = add();
  if (is_conflict(stored) && taken.random.contains(task.task.id)) {
    stored = store_under_new_id(task, now, add);
  } else if (is_conflict(stored)) {
    stored = taken.replace ? replace(vault, task, now) : Status{is_taken(task.task.id)};
  }
  if (!stored) return stored;
  const Result<bool> settled = settle_waiter(vault, task.task.id, now, random);
  return settled ? Status{} : Status{settled.error()};
}

}  // namespace

Error is_taken(std::string_view id)
{
  return {ErrorKind::conflict, fmt::format("there is a task {} already", printable(id)),
          "--replace puts this one in its place"};
}

Result<Task> default_task(const Settings& settings, Instant now)
{
  Task task;
  task.timezone = local_zone_name();
  const Zone utc;
  const Status done = apply_value(task, settings.defaults, {now, utc});
  if (!done) return done.error().in("[defaults]");
  return task;
}

Status check_words(const std::vector<std::string>& words)
{
  if (words.size() != 1) return {};
  const std::string& word = words.front();
  if (word.find_first_of(" \t\n") == std::string::npos || names_program(word)) return {};
  return Error{ErrorKind::usage,
               fmt::format("there is no program {}", shell_quoted(printable(word))),
               fmt::format("for a shell: --shell {}", shell_quoted(printable(word)))};
}

void warn_of_user(Context& context, const Task& task)
{
  if (!task.user || ::getpwnam(task.user->c_str()) != nullptr) return;
  context.warn(fmt::format("there is no user {} here", shell_quoted(printable(*task.user))));
}

std::string name_of_command(const Task& task)
{
  if (task.argv.empty()) return {};
  if (!task.shell) return task.argv.front();
  const std::string_view text = trimmed(task.argv.front());
  return std::string{text.substr(0, text.find_first_of(" \t\n;|&"))};
}

Status capture_place(Task& task)
{
  std::array<char, PATH_MAX> directory{};
  if (::getcwd(directory.data(), directory.size()) == nullptr) {
    return Error{ErrorKind::failed,
                 fmt::format("cannot tell the working directory: {}", std::strerror(errno)),
                 "name one with --cwd"};
  }
  const mode_t mask = ::umask(0);
  ::umask(mask);
  if (!task.cwd) task.cwd = directory.data();
  if (!task.umask) task.umask = mask;
  return {};
}

std::string who_we_are()
{
  const passwd* user = ::getpwuid(::geteuid());
  std::array<char, HOST_NAME_MAX + 1> host{};
  ::gethostname(host.data(), host.size() - 1);
  return fmt::format("{}@{}", user != nullptr ? user->pw_name : std::to_string(::geteuid()),
                     host.data());
}

void set_paused(StoredTask& task, bool paused, Instant now)
{
  task.task.paused = paused;
  task.progress.paused_by = paused ? who_we_are() : "";
  task.progress.paused_since = paused ? std::optional{now} : std::nullopt;
}

Status change_pause(StoredTask& task, bool paused, Instant now)
{
  if (task.task.paused == paused) return {};
  set_paused(task, paused, now);
  if (!paused) return plan(task, now, system_random());
  task.progress.moment = never;
  return {};
}

Random system_random()
{
  return [] {
    std::uint64_t bits = 0;
    // Cannot fail for so few bytes once the system has booted.
    [[maybe_unused]] const ssize_t got = ::getrandom(&bits, sizeof bits, 0);
    return static_cast<double>(bits >> 11U) * 0x1p-53;
  };
}

Status change_task(StoredTask& stored, Task wanted, Instant now)
{
  const Task before = std::exchange(stored.task, std::move(wanted));
  const Task& task = stored.task;
  const bool rescheduled = task.trigger != before.trigger || task.timezone != before.timezone ||
                           task.jitter != before.jitter;
  if (task.paused != before.paused) set_paused(stored, task.paused, now);
  if (rescheduled || (before.paused && !task.paused)) return plan(stored, now, system_random());
  if (task.paused) stored.progress.moment = never;
  return {};
}

std::vector<Status> store_tasks(Vault& vault, std::span<StoredTask> tasks, const TakenIds& taken,
                                Instant now)
{
  std::vector<Status> statuses;
  while (!tasks.empty()) {
    const auto follows = [](const StoredTask& task) { return !task.task.after.empty(); };
    const auto waiter = std::ranges::find_if(tasks, follows);
    const auto alone = static_cast<std::size_t>(waiter - tasks.begin());
    for (auto& status : store_alone(vault, tasks.first(alone), taken, now)) {
      statuses.push_back(std::move(status));
    }
    tasks = tasks.subspan(alone);
    if (tasks.empty()) break;
    statuses.push_back(store_waiter(vault, tasks.front(), taken, now));
    tasks = tasks.subspan(1);
  }
  return statuses;
}

}  // namespace asyncz::cli
