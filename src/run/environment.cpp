// SPDX-License-Identifier: MIT
#include "run/environment.hpp"

#include "base/task_id.hpp"
#include "base/text.hpp"

#include <pwd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>
#include <vector>

namespace asyncz {
namespace {

constexpr std::string_view key_prefix = "ASYNCZ_STORE_ENCRYPTION_KEY";

bool is_of_another_user(const Task& task, const Host& host)
{
  return task.user && *task.user != host.identity.user;
}

// What another user's child is given of ours: how people here write and count time.
Environment common_part(const Environment& ours)
{
  Environment common;
  for (const auto& [name, value] : ours) {
    if (name == "LANG" || name == "TZ" || name.starts_with("LC_")) common.emplace(name, value);
  }
  return common;
}

std::string text_or_empty(const char* text) { return text != nullptr ? text : ""; }

Identity identity_from(const passwd* entry)
{
  if (entry == nullptr) return {};
  return {text_or_empty(entry->pw_name), text_or_empty(entry->pw_dir)};
}

std::optional<int> resource_of(std::string_view name)
{
  constexpr std::array<std::pair<std::string_view, int>, 10> resources{{
      {"as", RLIMIT_AS},
      {"core", RLIMIT_CORE},
      {"cpu", RLIMIT_CPU},
      {"data", RLIMIT_DATA},
      {"fsize", RLIMIT_FSIZE},
      {"memlock", RLIMIT_MEMLOCK},
      {"nofile", RLIMIT_NOFILE},
      {"nproc", RLIMIT_NPROC},
      {"rss", RLIMIT_RSS},
      {"stack", RLIMIT_STACK},
  }};
  for (const auto& [known, resource] : resources) {
    if (known == name) return resource;
  }
  return std::nullopt;
}

Environment own_environment()
{
  Environment own;
  for (char** pair = environ; pair != nullptr && *pair != nullptr; ++pair) {
    const std::string_view text{*pair};
    const auto equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0) continue;
    const auto name = text.substr(0, equals);
    // Our settings may hold secrets.
    if (!name.starts_with("ASYNCZ_") && !is_of_one_service(name))
      own.emplace(name, text.substr(equals + 1));
  }
  return own;
}

Identity own_identity()
{
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> buffer(16384);
  ::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found);
  return identity_from(found);
}

std::string first_line(const char* path)
{
  std::ifstream file{path};
  std::string line;
  std::getline(file, line);
  return line;
}

}  // namespace

// The variables of systemd.exec(5) that name a service, its process, sockets and directories, and
// no others: LANG, XDG_RUNTIME_DIR and the like hold for every process of a user.
bool is_of_one_service(std::string_view name)
{
  constexpr std::array<std::string_view, 29> names{"CACHE_DIRECTORY",
                                                   "CONFIGURATION_DIRECTORY",
                                                   "CREDENTIALS_DIRECTORY",
                                                   "FDSTORE",
                                                   "INVOCATION_ID",
                                                   "JOURNAL_STREAM",
                                                   "LISTEN_FDNAMES",
                                                   "LISTEN_FDS",
                                                   "LISTEN_PID",
                                                   "LISTEN_PIDFDID",
                                                   "LOGS_DIRECTORY",
                                                   "LOG_NAMESPACE",
                                                   "MAINPID",
                                                   "MAINPIDFDID",
                                                   "MANAGERPID",
                                                   "MANAGERPIDFDID",
                                                   "MEMORY_PRESSURE_WATCH",
                                                   "MEMORY_PRESSURE_WRITE",
                                                   "NOTIFY_SOCKET",
                                                   "RUNTIME_DIRECTORY",
                                                   "SERVICE_RESULT",
                                                   "STATE_DIRECTORY",
                                                   "SYSTEMD_EXEC_PID",
                                                   "TRIGGER_PATH",
                                                   "TRIGGER_TIMER_MONOTONIC_USEC",
                                                   "TRIGGER_TIMER_REALTIME_USEC",
                                                   "TRIGGER_UNIT",
                                                   "WATCHDOG_PID",
                                                   "WATCHDOG_USEC"};
  return std::ranges::find(names, name) != names.end() || name.starts_with("MONITOR_");
}

std::string time_text(const Task& task, Instant time)
{
  const auto zone = Zone::load(task.timezone);
  return rfc3339(time, zone ? zone->offset_at(time) : std::chrono::seconds{0});
}

Identity identity_of(const std::string& user)
{
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> buffer(16384);
  ::getpwnam_r(user.c_str(), &entry, buffer.data(), buffer.size(), &found);
  return identity_from(found);
}

Host this_host()
{
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return {name.data(),
          {first_line("/etc/machine-id"), first_line("/proc/sys/kernel/random/boot_id")},
          own_environment(),
          own_identity()};
}

Environment environment_of(const Task& task, const RunNames& names, const Host& host,
                           const Identity& identity)
{
  Environment env;
  if (!task.env_captured) {
    env = is_of_another_user(task, host) ? common_part(host.environment) : host.environment;
  }
  for (const auto& [name, value] : task.env) env[name] = value;
  for (const auto& name : task.unset_env) env.erase(name);
  std::erase_if(env, [](const auto& pair) { return pair.first.starts_with(key_prefix); });

  const auto unless_set = [&](const std::string& name, const std::string& value) {
    const auto& unset = task.unset_env;
    if (std::find(unset.begin(), unset.end(), name) == unset.end()) env.emplace(name, value);
  };
  unless_set("HOME", identity.home.empty() ? "/" : identity.home);
  unless_set("USER", identity.user);
  unless_set("LOGNAME", identity.user);
  unless_set("SHELL", "/bin/sh");
  unless_set("PATH", "/usr/bin:/bin");

  const auto parent = parent_of_instance(task.id);
  env["ASYNCZ_TASK_ID"] = parent ? std::string{*parent} : task.id;
  env["ASYNCZ_RUN_ID"] = names.run_id;
  env["ASYNCZ_SCHEDULED_TIME"] = time_text(task, names.start.scheduled);
  env["ASYNCZ_ATTEMPT"] = std::to_string(names.start.attempt);
  env["ASYNCZ_QUEUE"] = task.queue;
  env["ASYNCZ_FENCE"] = std::to_string(names.fence);
  return env;
}

Result<ChildSpec> child_spec(const Task& task, const RunNames& names, const Host& host)
{
  const auto identity = task.user ? identity_of(*task.user) : host.identity;
  const auto env = environment_of(task, names, host, identity);
  ChildSpec spec;
  spec.argv = task.argv;
  if (task.shell) spec.argv = {"/bin/sh", "-c", task.argv[0]};
  for (const auto& [name, value] : env) spec.env.push_back(name + "=" + value);
  const auto home = env.find("HOME");
  spec.cwd = task.cwd.value_or(home == env.end() ? identity.home : home->second);
  spec.umask = task.umask;
  if (is_of_another_user(task, host)) spec.user = task.user;
  spec.nice = task.nice;
  for (const auto& limit : task.rlimit) {
    const auto resource = resource_of(limit.name);
    if (!resource) {
      return Error{ErrorKind::usage, "there is no limit '" + printable(limit.name) + "' here", {}};
    }
    spec.limits.emplace_back(*resource, limit.value);
  }
  return spec;
}

Result<UniqueFd> memory_file(std::string_view bytes)
{
  const auto failed = [] {
    return Error{
        ErrorKind::unavailable, std::string{"cannot keep stdin: "} + std::strerror(errno), {}};
  };
  UniqueFd file{::memfd_create("stdin", MFD_CLOEXEC)};
  if (!file) return failed();
  while (!bytes.empty()) {
    const auto written = ::write(file.get(), bytes.data(), bytes.size());
    if (written < 0) return failed();
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::lseek(file.get(), 0, SEEK_SET) < 0) return failed();
  return file;
}

}  // namespace asyncz
