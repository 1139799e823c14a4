// SPDX-License-Identifier: MIT
// Files that tasks are read from, whatever they hold: units of systemd, tasks as TOML.
// What is read validates, what is not has a reason. The first byte chooses the kind of file.
#include "config/declared_task.hpp"
#include "import/systemd_task.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using namespace asyncz;

namespace {

constexpr Instant now = std::chrono::sys_days{std::chrono::year{2027} / 3 / 27};

void require(bool holds)
{
  if (!holds) std::abort();
}

void try_units(std::string_view text)
{
  TimerUnits units;
  units.file = "/a.timer";
  units.name = "a.timer";
  units.names.unit = "a@b.service";
  units.names.home = "/root";
  units.read = [&](const std::string&) { return Result<std::string>{std::string{text}}; };
  const auto half = text.find('\0');
  read_unit(units.timer, text.substr(0, half), "/a.timer");
  if (half != std::string_view::npos) {
    read_unit(units.service, text.substr(half + 1), "/a.service");
  }
  const auto made = task_of(units, {}, now);
  require(!made.problems.empty() || validate(made.task));
  for (const auto& [place, error] : made.problems) require(!error.what.empty());
  Task task = made.task;
  require(!made.problems.empty() || !follow_timer(task, made));
}

void try_declared(std::string_view text)
{
  const auto declared = read_declared_tasks(text, "f", {}, now);
  if (!declared) return require(declared.error().kind == ErrorKind::usage);
  for (const auto& each : declared->tasks) require(static_cast<bool>(validate(each.task)));
  for (const auto& error : declared->problems) require(!error.what.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
  if (size == 0) return 0;
  const std::string_view text{reinterpret_cast<const char*>(data) + 1, size - 1};
  data[0] % 2 == 0 ? try_units(text) : try_declared(text);
  return 0;
}
