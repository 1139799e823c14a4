// SPDX-License-Identifier: MIT
#include "run/hook_child.hpp"

#include "base/text.hpp"
#include "run/run_log.hpp"
#include "run/run_log_files.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace asyncz {
namespace {

constexpr std::size_t most_quoted = 200;

std::string time_of(const Task& task, std::optional<Instant> time)
{
  return time ? time_text(task, *time) : std::string{};
}

}  // namespace

Result<ChildSpec> hook_spec(const Task& task, const Run& run, const Hook& hook, const Host& host)
{
  auto command = task;
  command.shell = true;
  command.argv = {hook.command};
  auto spec = child_spec(command, {run.id(), run.fence, {run.scheduled, run.attempt}}, host);
  if (!spec) return spec;
  const auto tell = [&](std::string_view name, const std::string& value) {
    spec->env.push_back("ASYNCZ_" + std::string{name} + "=" + value);
  };
  tell("STATE", std::string{run_state_text(run.state)});
  tell("EXIT_STATUS", run.exit_status ? std::to_string(*run.exit_status) : "");
  tell("SIGNAL", run.signal ? signal_name(*run.signal) : "");
  tell("START_TIME", time_of(task, run.start));
  tell("END_TIME", time_of(task, run.end));
  return spec;
}

Result<UniqueFd> hook_input(Vault& vault, const std::string& log_folder, const Task& task,
                            const Run& run)
{
  const auto path = log_path(log_folder, run.id(), clear_suffix);
  UniqueFd log{::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW)};
  if (log) {
    trim_log(log.get(), task.output_limit);
    const auto parts = parts_left(log.get());
    if (parts.head == parts.size) {
      log.reset(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
      if (log) return log;
    }
  }
  const auto text = read_log(vault, run.id());
  return memory_file(text ? *text : run.output);
}

Result<UniqueFd> hook_output()
{
  UniqueFd file{::memfd_create("hook", MFD_CLOEXEC)};
  if (file) return file;
  return Error{ErrorKind::failed, std::string{"cannot keep output: "} + std::strerror(errno), {}};
}

std::variant<Child, SpawnFailure> spawn_hook(Spawner& spawner, ChildSpec spec)
{
  auto started = spawner.spawn(spec);
  const auto* failure = std::get_if<SpawnFailure>(&started);
  if (failure == nullptr || failure->exit_status != 125) return started;
  spec.cwd = "/";
  return spawner.spawn(spec);
}

std::optional<std::string> end_of_hook(int wait_status, std::optional<Duration> outlasted)
{
  if (outlasted) return "longer than " + duration_text(*outlasted);
  if (WIFSIGNALED(wait_status)) return signal_name(WTERMSIG(wait_status));
  if (WEXITSTATUS(wait_status) == 0) return std::nullopt;
  return "exit status " + std::to_string(WEXITSTATUS(wait_status));
}

std::string hook_failure(const Hook& hook, std::string_view how, int output)
{
  auto clause = hook.name + " failed: " + std::string{how};
  const auto printed = output < 0 ? std::string{} : log_tail(output);
  auto line = trimmed(last_lines(trimmed(printed), 1));
  while (line.size() > most_quoted || (!line.empty() && !is_utf8(line))) line.remove_suffix(1);
  if (!line.empty()) clause += " (" + printable(line) + ")";
  return clause;
}

void add_reason(Run& run, std::string_view clause)
{
  if (!run.reason.empty()) run.reason += "; ";
  run.reason += clause;
}

}  // namespace asyncz
