// SPDX-License-Identifier: MIT
#include "task/task.hpp"

#include "base/task_id.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace asyncz {
namespace {

constexpr Duration longest = last_instant - first_instant;

Error usage(std::string what, std::string hint = {})
{
  return {ErrorKind::usage, std::move(what), std::move(hint)};
}

template <class T>
Status check_range(std::string_view field, T value, T least, T most)
{
  if (value >= least && value <= most) return {};
  return usage(std::string{field} + " is " + std::to_string(value) + ", not one of " +
               std::to_string(least) + " to " + std::to_string(most));
}

Status check_duration(std::string_view field, Duration value)
{
  if (value >= Duration{0} && value <= longest) return {};
  return usage(std::string{field} + " is negative or longer than 9999 years");
}

Status check_text(std::string_view field, std::string_view text)
{
  if (text.find('\0') == std::string_view::npos) return {};
  return usage(std::string{field} + " holds a NUL character");
}

// The first of the statuses that is an error.
template <std::size_t N>
Status first_of(const std::array<Status, N>& statuses)
{
  const auto found =
      std::find_if(statuses.begin(), statuses.end(), [](const Status& status) { return !status; });
  return found == statuses.end() ? Status{} : *found;
}

Status check_command(const Task& task)
{
  if (task.argv.empty() || task.argv[0].empty()) return usage("the task has no command");
  if (task.shell && task.argv.size() != 1) {
    return usage("a shell command is one string, not " + std::to_string(task.argv.size()));
  }
  for (const auto& word : task.argv) {
    if (auto status = check_text("command", word); !status) return status;
  }
  return {};
}

Status check_environment(const Task& task)
{
  for (const auto& [name, value] : task.env) {
    if (name.empty() || name.find('=') != std::string::npos) {
      return usage("env: '" + printable(name) + "' is no name of a variable");
    }
    if (auto status = check_text("env", name); !status) return status;
    if (auto status = check_text("env", value); !status) return status;
  }
  for (const auto& name : task.unset_env) {
    if (name.empty() || name.find('=') != std::string::npos) {
      return usage("unset_env: '" + printable(name) + "' is no name of a variable");
    }
  }
  return {};
}

Status check_texts(const Task& task)
{
  if (!is_utf8(task.name)) return usage("name is not UTF-8");
  if (task.cwd && (task.cwd->empty() || task.cwd->front() != '/')) {
    return usage("cwd '" + printable(*task.cwd) + "' is no absolute path");
  }
  if (task.user && task.user->empty()) return usage("user is empty");
  for (const auto& tag : task.tags) {
    if (tag.empty() || !is_utf8(tag) || has_control_or_format(tag) ||
        tag.find(',') != std::string::npos) {
      return usage("tags: '" + printable(tag) + "' is no tag");
    }
  }
  return first_of(std::array{check_text("name", task.name),
                             check_text("cwd", task.cwd.value_or("")),
                             check_text("user", task.user.value_or(""))});
}

Status check_limits(const Task& task)
{
  const auto known = limit_names();
  for (const auto& limit : task.rlimit) {
    if (std::find(known.begin(), known.end(), limit.name) != known.end()) continue;
    return usage("rlimit: there is no limit '" + printable(limit.name) + "'");
  }
  return {};
}

Status check_policy(const Task& task)
{
  if (!std::isfinite(task.retry_backoff) || task.retry_backoff < 1 || task.retry_backoff > 1000) {
    return usage("retry_backoff is not one of 1 to 1000");
  }
  if (task.timeout && *task.timeout <= Duration{0}) return usage("timeout is not positive");
  if (task.success_exit_codes.empty()) return usage("success_exit_codes names none");
  for (const int code : task.success_exit_codes) {
    if (auto status = check_range("success_exit_codes", code, 0, 255); !status) return status;
  }
  return first_of(std::array{
      check_range("priority", task.priority, -9, 9),
      check_range("max_instances", task.max_instances, 1, 10000),
      check_range("retries", task.retries, 0, 1000000),
      check_range("nice", task.nice.value_or(0), -20, 19),
      check_range("umask", task.umask.value_or(0), std::uint32_t{0}, std::uint32_t{0777}),
      check_range<std::int64_t>("output_limit", task.output_limit, 0, std::int64_t{1} << 40),
      check_duration("misfire_grace_time", task.misfire_grace_time.value_or(Duration{0})),
      check_duration("jitter", task.jitter),
      check_duration("retry_delay", task.retry_delay),
      check_duration("retry_max_delay", task.retry_max_delay),
      check_duration("timeout", task.timeout.value_or(Duration{0})),
      check_duration("kill_grace", task.kill_grace),
  });
}

Status check_dependencies(const Task& task)
{
  for (auto parent = task.after.begin(); parent != task.after.end(); ++parent) {
    if (auto status = check_stored_id(parent->id); !status) return status.error().in("after");
    const bool twice = std::any_of(task.after.begin(), parent,
                                   [&](const Dependency& other) { return other.id == parent->id; });
    if (twice) return usage("after names " + printable(parent->id) + " twice");
    if (parent->id == task.id) return usage("after names the task itself");
  }
  return {};
}

Status check_schedule(const Task& task)
{
  const auto zone = Zone::load(task.timezone);
  if (!zone) return zone.error().in("timezone");
  const auto schedule = compile(task.trigger, *zone, task.id);
  if (!schedule) return schedule.error();
  return {};
}

}  // namespace

Status validate(const Task& task)
{
  if (auto status = check_stored_id(task.id); !status) return status;
  if (auto status = check_queue_name(task.queue); !status) return status;
  if (task.stdin_data.size() > largest_stdin) {
    return usage("stdin is larger than 1 MiB", "let the command read a file");
  }
  for (const auto check : {check_command, check_environment, check_texts, check_limits,
                           check_policy, check_dependencies, check_schedule}) {
    if (auto status = check(task); !status) return status;
  }
  return {};
}

}  // namespace asyncz
