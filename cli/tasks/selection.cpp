// SPDX-License-Identifier: MIT
#include "cli/tasks/selection.hpp"

#include "base/task_id.hpp"
#include "base/text.hpp"

#include <fmt/core.h>

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>

namespace asyncz::cli {
namespace {

constexpr std::size_t words_without_limit = static_cast<std::size_t>(-1);

std::string counted(std::size_t count)
{
  return fmt::format("{} task{}", count, count == 1 ? "" : "s");
}

}  // namespace

bool has_tags(const Task& task, const std::vector<std::string>& tags)
{
  return std::ranges::all_of(tags, [&task](const std::string& tag) {
    return std::ranges::find(task.tags, tag) != task.tags.end();
  });
}

void TaskFilter::declare(Options& options)
{
  options.value("-Q,--queue", queue_, "QUEUE", "Only tasks of this queue", WordKind::queue);
  options.values("--tag", tags_, "TAG", "Only tasks that have this tag; several: all of them");
  options.choice("--state", state_,
                 {"scheduled", "due", "running", "retrying", "waiting", "paused", "unreadable"},
                 "Only tasks in this state");
}

bool TaskFilter::matches(const Task& task) const
{
  if (queue_ && task.queue != *queue_) return false;
  return has_tags(task, tags_);
}

bool TaskFilter::matches(TaskState state) const
{
  return !state_ || task_state_text(state) == *state_;
}

void Selection::declare(Options& options, std::string_view metavar, std::string_view help,
                        WordKind kind)
{
  options.words(metavar, words_, 0, words_without_limit, help, kind);
  filter_.declare(options);
  options.flag("--all", all_, "Every task");
  options.flag("--yes", yes_, "Do not ask");
}

Result<bool> Selection::by_condition() const
{
  const bool condition = all_ || filter_.given();
  if (words_.empty() && !condition) {
    return Error{ErrorKind::usage, "no task is named",
                 "name tasks by id, or select them by --queue, --tag, --state or --all"};
  }
  if (!words_.empty() && condition) {
    return Error{ErrorKind::usage, "ids and conditions exclude each other", ""};
  }
  return condition;
}

Result<std::vector<std::string>> Selection::matching(Context& context, OpenStore& open,
                                                     std::string_view verb, ExitStatus& status,
                                                     std::optional<TaskState> only) const
{
  const bool may_ask = ::isatty(STDIN_FILENO) == 1 && context.stderr_is_terminal();
  if (!yes_ && !may_ask) {
    return Error{ErrorKind::usage, fmt::format("{} by condition needs --yes", verb),
                 "asyncz list with the same conditions shows what would be meant"};
  }
  std::vector<std::string> ids;
  const Instant now = context.clock().now();
  const Status visited = open.vault->each([&](std::string_view id, Result<StoredTask> task) {
    if (task && parent_of_instance(id)) return true;
    if (!task) {
      context.warn(task.error().what);
      status = static_cast<ExitStatus>(task.error().kind);
      return true;
    }
    if (!filter_.matches(task->task)) return true;
    const TaskState state = status_of(*open.vault, *task, now).state;
    if (filter_.matches(state) && state == only.value_or(state)) ids.emplace_back(id);
    return true;
  });
  if (!visited) return visited.error();
  if (ids.empty() || yes_) return ids;
  if (confirmed(context, fmt::format("{} {}?", verb, counted(ids.size())))) return ids;
  return std::vector<std::string>{};
}

Result<std::vector<std::string>> Selection::choose(Context& context, OpenStore& open,
                                                   std::string_view verb, ExitStatus& status) const
{
  const auto condition = by_condition();
  if (!condition) return condition.error();
  if (*condition) return matching(context, open, verb, status);
  std::vector<std::string> chosen;
  for (const std::string& text : words_) {
    Result<std::string> id = open.vault->resolve(text);
    if (id) {
      chosen.push_back(std::move(*id));
    } else {
      context.error(id.error());
      status = static_cast<ExitStatus>(id.error().kind);
    }
  }
  return chosen;
}

bool confirmed(Context& context, std::string_view question)
{
  context.flush();
  std::fputs(fmt::format("asyncz: {} [y/N] ", question).c_str(), stderr);
  std::string answer;
  for (int c = std::getchar(); c != EOF && c != '\n'; c = std::getchar()) {
    answer += static_cast<char>(c);
  }
  const std::string word = lower(trimmed(answer));
  return word == "y" || word == "yes";
}

}  // namespace asyncz::cli
