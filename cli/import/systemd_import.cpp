// SPDX-License-Identifier: MIT
#include "cli/import/systemd_import.hpp"

#include "base/text.hpp"
#include "cli/files/file_text.hpp"
#include "cli/tasks/new_task.hpp"
#include "cli/views/json.hpp"
#include "config/places.hpp"
#include "import/systemd_task.hpp"

#include <fmt/format.h>

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <span>
#include <utility>

namespace asyncz::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t largest_unit = std::size_t{1} << 20U;

std::string variable_or(const char* name, const std::string& other)
{
  const char* const value = std::getenv(name);
  return value == nullptr || *value == '\0' ? other : value;
}

// What the manager of the system, or this user's, would replace specifiers by.
UnitNames names_for(std::string unit, bool system)
{
  UnitNames names;
  names.unit = std::move(unit);
  names.system = system;
  const passwd* const entry = system ? ::getpwuid(0) : ::getpwuid(::geteuid());
  names.uid = std::to_string(system ? 0 : ::geteuid());
  names.user = entry == nullptr ? names.uid : entry->pw_name;
  names.shell = entry == nullptr ? "/bin/sh" : entry->pw_shell;
  std::array<char, HOST_NAME_MAX + 1> host{};
  ::gethostname(host.data(), host.size() - 1);
  names.host = host.data();
  if (const auto id = read_file_or_stdin("/etc/machine-id", largest_unit)) {
    names.machine_id = trimmed(*id);
  }
  names.home = system ? "/root" : home_directory();
  if (system) {
    names.runtime = "/run";
    names.state = "/var/lib";
    names.cache = "/var/cache";
    names.logs = "/var/log";
    names.configuration = "/etc";
    return names;
  }
  names.runtime = variable_or("XDG_RUNTIME_DIR", "/run/user/" + names.uid);
  names.state = variable_or("XDG_STATE_HOME", names.home + "/.local/state");
  names.cache = variable_or("XDG_CACHE_HOME", names.home + "/.cache");
  names.logs = names.state + "/log";
  names.configuration = variable_or("XDG_CONFIG_HOME", names.home + "/.config");
  return names;
}

// A unit's file and its drop-ins, `NAME.d/*.conf`, in the order of their names.
Status read_unit_file(Unit& unit, const std::string& file, const std::string& name)
{
  const auto content = read_file_or_stdin(file, largest_unit);
  if (!content) return content.error();
  read_unit(unit, *content, file);
  std::set<fs::path> additions;
  std::error_code failed;
  for (const auto& entry :
       fs::directory_iterator{fs::path{file}.parent_path() / (name + ".d"), failed}) {
    if (entry.path().extension() == ".conf") additions.insert(entry.path());
  }
  for (const auto& path : additions) {
    const auto more = read_file_or_stdin(path.string(), largest_unit);
    if (!more) return more.error();
    read_unit(unit, *more, path.string());
  }
  return {};
}

// `backup@.service` where there is no `backup@home.service`.
std::string template_of(const std::string& unit)
{
  const auto at = unit.find('@');
  return at == std::string::npos ? unit : unit.substr(0, at + 1) + unit.substr(unit.rfind('.'));
}

Result<TimerUnits> read_units(const std::string& file)
{
  TimerUnits units;
  const fs::path path{file};
  units.file = full_name(file);
  units.name = path.filename().string();
  if (path.extension() != ".timer") {
    return Error{ErrorKind::usage, fmt::format("{} is no timer unit", printable(file)),
                 "name the .timer file; its service is found beside it"};
  }
  if (auto done = read_unit_file(units.timer, file, units.name); !done) return done.error();

  const auto* const named = setting_of(units.timer, "Timer", "Unit");
  const auto service = named != nullptr ? named->value : path.stem().string() + ".service";
  auto service_file = path.parent_path() / service;
  std::error_code failed;
  if (!fs::exists(service_file, failed)) service_file.replace_filename(template_of(service));
  if (auto done = read_unit_file(units.service, service_file.string(), service); !done) {
    return done.error();
  }
  const bool system = units.file.find("/systemd/user/") == std::string::npos;
  units.names = names_for(service, system);
  const passwd* const us = ::getpwuid(::geteuid());
  units.user = us == nullptr ? "" : us->pw_name;
  units.read = [](const std::string& name) { return read_file_or_stdin(name, largest_unit); };
  return units;
}

enum class Done : std::uint8_t { nothing, added, followed };

Result<Done> bring(OpenStore& open, const TimerUnits& units, const TimerTask& imported, Instant now)
{
  const Task& task = imported.task;
  StoredTask stored;
  stored.task = task;
  stored.progress.created = now;
  if (auto planned = plan(stored, now, system_random()); !planned) return planned.error();
  const auto added = open.vault->add(std::span{&stored, 1}).front();
  if (added) return Done::added;
  if (added.error().kind != ErrorKind::conflict) return added.error();

  const auto present = open.vault->get(task.id);
  if (!present) return present.error();
  const auto& tags = present->task.tags;
  if (std::ranges::find(tags, timer_tag(units.file)) == tags.end()) {
    return Error{ErrorKind::conflict,
                 fmt::format("there is a task {} that was not imported from this timer", task.id),
                 ""};
  }
  Task compared = present->task;
  if (!follow_timer(compared, imported)) return Done::nothing;
  const auto written = open.vault->update(task.id, [&](StoredTask& changed) {
    Task wanted = changed.task;
    follow_timer(wanted, imported);
    return change_task(changed, std::move(wanted), now);
  });
  if (!written) return written.error();
  return Done::followed;
}

// Says what there is to say of the units, on stderr and in the document.
class Report {
 public:
  Report(Context& context, const TimerUnits& units) : context_{context}, units_{units} {}

  void complain(const std::vector<UnitRemark>& remarks)
  {
    for (const auto& [place, error] : remarks) {
      context_.error(error.in(place.empty() ? units_.name : place));
      document_.push_back(ValueMap{{"place", place}, {"error", error.what}});
    }
  }

  void warn(const std::vector<UnitRemark>& remarks)
  {
    for (const auto& [place, error] : remarks) {
      auto text = fmt::format("{}: {}", place, error.what);
      context_.warn(text);
      warnings_.emplace_back(std::move(text));
    }
  }

  void tell_task(const std::string& id)
  {
    document_.push_back(ValueMap{{"id", id}, {"warnings", std::move(warnings_)}});
  }

  void end()
  {
    if (context_.globals().json) print_json(context_, document_);
  }

 private:
  Context& context_;
  const TimerUnits& units_;
  ValueList document_;
  ValueList warnings_;
};

}  // namespace

Result<ExitStatus> import_timer(Context& context, const std::string& file, bool dry_run)
{
  const auto units = read_units(file);
  if (!units) return units.error();
  const auto settings = context.settings();
  if (!settings) return settings.error();
  const Instant now = context.clock().now();
  const auto base = default_task(**settings, now);
  if (!base) return base.error();
  const auto imported = task_of(*units, *base, now);

  Report report{context, *units};
  report.complain(imported.problems);
  report.complain(imported.lost);
  report.warn(imported.warnings);
  const ExitStatus status = imported.problems.empty() && imported.lost.empty() ? 0 : 1;
  if (imported.problems.empty()) {
    Done done = Done::added;
    if (!dry_run) {
      auto open = context.open(Access::create);
      if (!open) return open.error();
      const auto brought = bring(*open, *units, imported, now);
      if (!brought) return brought.error();
      done = *brought;
    }
    const auto& id = imported.task.id;
    if (done == Done::followed) context.note(fmt::format("task {} follows its units", id));
    if (done == Done::added && !context.globals().json) context.out(id + '\n');
    report.tell_task(id);
  }
  report.end();
  if (dry_run) context.note("dry run: nothing was added");
  return status;
}

}  // namespace asyncz::cli
