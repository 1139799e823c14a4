// SPDX-License-Identifier: MIT
#include "cli/runs/task_output.hpp"

#include "base/number.hpp"
#include "run/run_log.hpp"

#include <fmt/format.h>

#include <limits.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

namespace asyncz::cli {
namespace {

// The fence of `TASK.FENCE.log`.
std::optional<std::uint64_t> fence_of(std::string_view name, std::string_view task)
{
  constexpr std::string_view suffix = ".log";
  const bool ours = name.starts_with(task) && name.substr(task.size()).starts_with('.');
  if (!ours || !name.ends_with(suffix)) return std::nullopt;
  name.remove_prefix(task.size() + 1);
  if (name.size() <= suffix.size()) return std::nullopt;
  name.remove_suffix(suffix.size());
  return parse_number<std::uint64_t>(name);
}

}  // namespace

Result<TaskOutput> TaskOutput::of(Context& context, Vault& vault, std::string id,
                                  std::uint64_t after)
{
  TaskOutput output{context, vault, std::move(id), after};
  output.folder_ = log_folder(vault.store());
  if (const auto made = make_log_folder(output.folder_); !made) return made.error();
  output.watch_.reset(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  const int added = ::inotify_add_watch(output.watch_.get(), output.folder_.c_str(),
                                        IN_CREATE | IN_MODIFY | IN_DELETE);
  if (added < 0) {
    return Error{ErrorKind::failed,
                 fmt::format("cannot watch {}: {}", output.folder_, std::strerror(errno)), ""};
  }
  // What was there before we watched.
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator{output.folder_, error}) {
    output.open_log(entry.path().filename().native());
  }
  return output;
}

void TaskOutput::pass_on()
{
  read_events();
  for (auto& [fence, log] : logs_) {
    static_cast<void>(log.pass_on([this](std::string_view text) {
      print(text);
      return true;
    }));
  }
}

void TaskOutput::read_events()
{
  alignas(inotify_event) std::array<char, 16 * (sizeof(inotify_event) + NAME_MAX + 1)> events{};
  for (;;) {
    const auto got = ::read(watch_.get(), events.data(), events.size());
    if (got <= 0) return;
    for (std::size_t at = 0; at < static_cast<std::size_t>(got);) {
      inotify_event event{};
      std::memcpy(&event, events.data() + at, sizeof event);
      if (event.len > 0) open_log(events.data() + at + sizeof event);
      at += sizeof event + event.len;
    }
  }
}

void TaskOutput::open_log(std::string_view name)
{
  const auto fence = fence_of(name, id_);
  if (!fence || *fence <= after_ || logs_.contains(*fence)) return;
  auto log = LogFollower::open(folder_, fmt::format("{}.{}", id_, *fence));
  if (log) logs_.emplace(*fence, *std::move(log));
}

void TaskOutput::print(std::string_view text)
{
  context_.out(text);
  context_.flush();
}

Status TaskOutput::finish()
{
  pass_on();
  std::vector<Run> missing;
  const auto visited = vault_.runs(id_, {}, [&](Result<Run> run) {
    if (run && run->fence > after_ && run->start && !logs_.contains(run->fence)) {
      missing.push_back(std::move(*run));
    }
    return true;
  });
  if (!visited) return visited;
  for (auto run = missing.rbegin(); run != missing.rend(); ++run) {
    const auto log = read_log(vault_, run->id());
    if (!log && log.error().kind != ErrorKind::not_found) return log.error();
    print(log ? *log : run->output);
  }
  return {};
}

}  // namespace asyncz::cli
