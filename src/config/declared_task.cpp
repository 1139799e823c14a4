// SPDX-License-Identifier: MIT
#include "config/declared_task.hpp"

#include "base/text.hpp"
#include "config/settings.hpp"
#include "config/toml_file.hpp"
#include "schedule/anchor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace asyncz {
namespace {

Error wrong(std::string what, std::string hint = {})
{
  return {ErrorKind::usage, std::move(what), std::move(hint)};
}

class Declarations {
 public:
  Declarations(const TomlFile& file, const Task& base, Instant now)
      : file_{file}, base_{base}, now_{now}
  {
  }

  DeclaredTasks read_all()
  {
    for (const auto& [name, value] : *file_.root.get<ValueMap>()) {
      const auto* tables = value.get<ValueMap>();
      if (name != "tasks") {
        complain(name, wrong(fmt::format("unknown key {}", printable(name)),
                             "tasks are tables such as [tasks.backup]"));
      } else if (tables == nullptr) {
        complain(name, wrong("tasks is a table of tables"));
      } else {
        for (const auto& [id, table] : *tables) read_task(id, table);
      }
    }
    return std::move(read_);
  }

 private:
  void complain(const std::string& key, const Error& error)
  {
    read_.problems.push_back(error.in(file_.place(key)));
  }

  void read_task(const std::string& id, const Value& table)
  {
    const std::string key = "tasks." + id;
    const auto* fields = table.get<ValueMap>();
    if (fields == nullptr) return complain(key, wrong(printable(key) + " is a table"));
    DeclaredTask declared;
    declared.task = base_;
    declared.task.trigger = {.kind = TriggerKind::date, .at = now_};
    declared.later = {.kind = TriggerKind::date, .at = now_ + far_later};
    declared.place = file_.place(key);
    const auto zone = set_zone(declared, table);
    if (!zone) return complain(key + ".timezone", zone.error().in(printable(key)));
    bool well = true;
    for (const auto& [name, value] : *fields) {
      const Status done = set(declared, name, value, *zone);
      if (!done) complain(key + '.' + name, done.error().in(printable(key)));
      well = well && done;
      declared.named.insert(name);
    }
    if (!well) return;
    const Status whole = check(declared.task, id);
    if (!whole) return complain(key, whole.error().in(printable(key)));
    read_.tasks.push_back(std::move(declared));
  }

  // Times without offset are local to it, wherever it stands among the fields.
  static Result<Zone> set_zone(DeclaredTask& declared, const Value& table)
  {
    const Value* name = table.find("timezone");
    if (name != nullptr) {
      const Zone utc;
      const Status done = apply_value(declared.task, ValueMap{{"timezone", *name}}, {{}, utc});
      if (!done) return done.error();
    }
    return Zone::load(declared.task.timezone);
  }

  Status set(DeclaredTask& declared, const std::string& name, const Value& value,
             const Zone& zone) const
  {
    const ValueMap field{{name, value}};
    if (const Status done = apply_value(declared.task, field, {now_, zone}); !done) return done;
    if (name != "trigger") return {};
    Task again;
    const Status done = apply_value(again, field, {now_ + far_later, zone});
    declared.later = std::move(again.trigger);
    return done;
  }

  static Status check(Task& task, const std::string& id)
  {
    if (!task.id.empty() && task.id != id) return wrong("id is another one than the table's");
    task.id = id;
    return validate(task);
  }

  const TomlFile& file_;
  const Task& base_;
  Instant now_;
  DeclaredTasks read_;
};

}  // namespace

Result<DeclaredTasks> read_declared_tasks(std::string_view text, std::string_view name,
                                          const Task& base, Instant now)
{
  const Result<TomlFile> file = parse_toml(text, name);
  if (!file) return file.error();
  return Declarations{*file, base, now}.read_all();
}

std::string task_toml(const Task& task, const FieldContext& context, bool reveal)
{
  ValueMap fields = task_value(task, context, reveal);
  std::erase_if(fields, [](const auto& field) {
    return find_field(field.first) == nullptr || field.first == "id";
  });
  return toml_text({{"tasks", ValueMap{{task.id, std::move(fields)}}}});
}

}  // namespace asyncz
