// SPDX-License-Identifier: MIT
// asyncz edit: a task as TOML in the user's editor.
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/files/editor.hpp"
#include "cli/files/file_text.hpp"
#include "cli/tasks/new_task.hpp"
#include "cli/views/difference.hpp"
#include "cli/views/zones.hpp"
#include "config/declared_task.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace asyncz::cli {
namespace {

constexpr std::size_t largest_file = std::size_t{8} << 20;

constexpr std::string_view heading =
    "# A line that is taken away gives its field back its default. The fields are explained in\n"
    "# asyncz.toml(5).\n\n";

// Nobody has changed the task itself meanwhile; what its runs remember may have changed.
Status put(StoredTask& stored, const Task& before, const Task& after, Instant now)
{
  if (stored.task == before) return change_task(stored, after, now);
  return Error{ErrorKind::conflict,
               fmt::format("task {} was changed while it was edited", printable(before.id)), ""};
}

class Edit final : public Command {
 public:
  void declare(Options& options) override
  {
    options.words("ID", words_, 1, 1, "The task, by id or its beginning", WordKind::task);
    options.value("--file", file_, "FILE", "Go on with an edit that was kept here", WordKind::file);
  }

  Result<ExitStatus> run(Context& context) override
  {
    auto open = context.open(Access::read);
    if (!open) return open.error();
    const auto id = open->vault->resolve(words_.front());
    if (!id) return id.error();
    const auto stored = open->vault->get(*id);
    if (!stored) return stored.error();

    now_ = context.clock().now();
    auto file = file_ ? Result{*file_} : new_file(stored->task);
    if (!file) return file.error();
    const auto done = edit(context, *open, stored->task, *file);
    if (done) {
      ::unlink(file->c_str());
      return 0;
    }
    context.error(done.error());
    context.note(fmt::format("the edit is kept; asyncz edit --file {} {} goes on with it",
                             shell_quoted(*file), shell_quoted(*id)));
    return static_cast<ExitStatus>(done.error().kind);
  }

 private:
  [[nodiscard]] Result<std::string> new_file(const Task& task)
  {
    const FieldContext fields{now_, zones_.named(task.timezone)};
    return new_private_file(std::string{heading} + task_toml(task, fields, true), ".toml");
  }

  Status edit(Context& context, OpenStore& open, const Task& before, const std::string& file)
  {
    if (const auto edited = edit_file(file); !edited) return edited;
    const auto after = read(context, before, file);
    if (!after) return after.error();
    if (*after == before) {
      context.note("nothing has changed");
      return {};
    }
    const auto written = open.vault->update(
        before.id, [&](StoredTask& stored) { return put(stored, before, *after, now_); });
    if (!written) return written.error();
    print_differences(context, before, written->task, now_);
    return {};
  }

  // The task that the file holds now.
  Result<Task> read(Context& context, const Task& before, const std::string& file) const
  {
    const auto text = read_file_or_stdin(file, largest_file);
    if (!text) return text.error();
    Task base;
    base.timezone = local_zone_name();
    base.env_captured = before.env_captured;
    auto declared = read_declared_tasks(*text, file, base, now_);
    if (!declared) return declared.error();
    auto& [tasks, problems] = *declared;
    if (!problems.empty()) {
      for (const Error& problem : problems) {
        if (&problem != &problems.back()) context.error(problem);
      }
      return problems.back();
    }
    if (tasks.size() != 1 || tasks.front().task.id != before.id) {
      return Error{ErrorKind::usage,
                   fmt::format("{} is to hold the table of task {} alone", file, before.id),
                   "asyncz add makes a task with another id"};
    }
    Task task = std::move(tasks.front().task);
    if (task.after != before.after) {
      return Error{ErrorKind::usage, "what a task waits for cannot be changed", ""};
    }
    if (task.name.empty()) task.name = name_of_command(task);
    return task;
  }

  std::vector<std::string> words_;
  std::optional<std::string> file_;
  Zones zones_;
  Instant now_;
};

}  // namespace

std::unique_ptr<Command> make_edit() { return std::make_unique<Edit>(); }

}  // namespace asyncz::cli
