// SPDX-License-Identifier: MIT
// asyncz export: all tasks as text that can be read back.
#include "base/task_id.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/files/output_file.hpp"
#include "cli/import/crontab_import.hpp"
#include "cli/views/json.hpp"
#include "config/declared_task.hpp"
#include "import/crontab_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace asyncz::cli {
namespace {

// Whether JSON and TOML, which are UTF-8, can hold all of it.
bool is_sayable(const Value& value)
{
  if (const auto* text = value.get<std::string>()) return is_utf8(*text);
  if (const auto* list = value.get<ValueList>()) return std::ranges::all_of(*list, is_sayable);
  const auto* map = value.get<ValueMap>();
  return map == nullptr ||
         std::ranges::all_of(*map, [](const auto& member) { return is_sayable(member.second); });
}

class Export final : public Command {
 public:
  void declare(Options& options) override
  {
    options.choice("--format", format_, {"jsonl", "crontab", "toml"},
                   "What to write (default: jsonl, which `add --batch` reads)");
    options.flag("--system", system_, "A crontab with a user before each command");
    options.flag("--reveal", reveal_, "Write environment values and standard input as they are");
    options.value("-o,--output", file_, "FILE", "Write to a file that only the user can read",
                  WordKind::file);
  }

  Result<ExitStatus> run(Context& context) override
  {
    if (system_ && format_ != "crontab") {
      return Error{ErrorKind::usage, "--system goes with --format crontab", ""};
    }
    const auto open = context.open(Access::read);
    if (!open) return open.error();
    ExitStatus status = 0;
    std::vector<Task> tasks;
    const auto visited = open->vault->each([&](std::string_view id, Result<StoredTask> stored) {
      if (stored && parent_of_instance(id)) return true;
      if (stored) {
        tasks.push_back(std::move(stored->task));
      } else {
        context.error(stored.error());
        status = static_cast<ExitStatus>(ErrorKind::corrupt);
      }
      return true;
    });
    if (!visited) return visited.error();
    const auto text = text_of(context, tasks, status);
    if (!text) return text.error();
    if (!file_) {
      context.out(*text);
      return status;
    }
    const auto written = write_output(*file_, *text);
    if (!written) return written.error();
    return status;
  }

 private:
  Result<std::string> text_of(Context& context, const std::vector<Task>& tasks,
                              ExitStatus& status) const
  {
    if (format_ == "crontab") return crontab_of(context, tasks, status);
    std::string text;
    for (const auto& task : tasks) {
      const auto zone = Zone::load(task.timezone);
      if (!zone) return zone.error().in(task.id);
      const FieldContext fields_in{context.clock().now(), *zone};
      auto fields = task_value(task, fields_in, reveal_);
      if (!is_sayable(fields)) {
        context.warn(fmt::format("task {} holds bytes that are no UTF-8; they are lost", task.id));
      }
      if (format_ == "toml") {
        text += task_toml(task, fields_in, reveal_) + "\n";
      } else {
        append_json(text, fields);
        text += '\n';
      }
    }
    return text;
  }

  // A task that is left out spoils `status`.
  std::string crontab_of(Context& context, const std::vector<Task>& tasks, ExitStatus& status) const
  {
    const auto settings = reveal_ ? common_settings(tasks) : CrontabSettings{};
    auto text = settings_text(settings);
    const auto user = system_ ? std::optional{own_user_name()} : std::nullopt;
    for (const auto& task : tasks) {
      const auto [lines, lost] = crontab_text(task, settings, {reveal_, user});
      text += lines;
      if (lines.empty() && status == 0) status = static_cast<ExitStatus>(ErrorKind::failed);
      if (lost.empty()) continue;
      context.warn(fmt::format("task {} {}: {}", task.id, lines.empty() ? "is left out" : "loses",
                               joined(lost, ", ")));
    }
    return text;
  }

  std::optional<std::string> format_;
  bool system_ = false;
  bool reveal_ = false;
  std::optional<std::string> file_;
};

}  // namespace

std::unique_ptr<Command> make_export() { return std::make_unique<Export>(); }

}  // namespace asyncz::cli
