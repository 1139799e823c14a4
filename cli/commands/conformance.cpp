// SPDX-License-Identifier: MIT
#include "cli/commands/conformance.hpp"

#include "cli/store_opening.hpp"
#include "cli/terminal/table.hpp"
#include "cli/views/json.hpp"
#include "stores/conformance/conformance.hpp"

#include <fmt/format.h>

#include <stdlib.h>

#include <algorithm>
#include <atomic>
#include <filesystem>

namespace asyncz::cli {
namespace {

namespace conformance = stores::conformance;
using conformance::Group;
using conformance::Report;

// A folder for the time of the trial. Each handle of the store keeps its state in one of its own
// there, as if it were on another machine.
class States {
 public:
  States()
  {
    std::error_code error;
    path_ = (std::filesystem::temp_directory_path(error) / "asyncz-conformance-XXXXXX").string();
    made_ = ::mkdtemp(path_.data()) != nullptr;
  }
  ~States()
  {
    std::error_code error;
    if (made_) std::filesystem::remove_all(path_, error);
  }
  States(const States&) = delete;
  States& operator=(const States&) = delete;

  std::string next() { return path_ + '/' + std::to_string(++count_); }

 private:
  std::string path_;
  bool made_ = false;
  std::atomic<int> count_ = 0;
};

std::string_view why_not(Group group)
{
  switch (group) {
    case Group::history:
      return "each machine keeps a history of its own";
    case Group::notes:
      return "each machine knows its own workers and paused queues";
    case Group::watching:
      return "changes are found by looking each second";
    case Group::records:
    case Group::reservations:
    case Group::fencing:
      return {};
  }
  return {};
}

std::string level_of(const Report& report)
{
  std::string level;
  for (const auto group : conformance::groups()) {
    if (!report.reaches(group)) continue;
    level += (level.empty() ? "" : " + ") + std::string{name_of(group)};
  }
  return level.empty() ? "none" : level;
}

void print_document(Context& context, const Report& report)
{
  ValueList reached;
  for (const auto group : conformance::groups()) {
    if (report.reaches(group)) reached.emplace_back(name_of(group));
  }
  ValueList checks;
  for (const auto& [group, check, problem] : report.findings) {
    checks.push_back(ValueMap{{"group", name_of(group)},
                              {"check", check},
                              {"ok", !problem},
                              {"problem", problem ? Value{*problem} : Value{}}});
  }
  print_json(context, ValueMap{{"ok", report.is_right()},
                               {"level", std::move(reached)},
                               {"checks", std::move(checks)}});
}

void print(Context& context, const Report& report)
{
  if (context.globals().json) return print_document(context, report);
  Table table{context, {"PROMISE", "", "WHAT"}};
  for (const auto group : conformance::groups()) {
    std::size_t right = 0;
    for (const auto& [of, check, problem] : report.findings) {
      if (of != group) continue;
      if (!problem) ++right;
      if (problem)
        table.row({name_of(of), Cell{"bad", Tone::bad}, fmt::format("{}: {}", check, *problem)});
    }
    if (report.reaches(group)) {
      table.row({name_of(group), Cell{"ok", Tone::good}, fmt::format("{} checks", right)});
    } else if (right > 0) {
      table.row({name_of(group), Cell{"no"}, why_not(group)});
    }
  }
  table.end();
  context.note(fmt::format("this store reaches: {}", level_of(report)));
}

}  // namespace

Result<ExitStatus> try_conformance(Context& context)
{
  const auto settings = context.settings();
  if (!settings) return settings.error();
  States states;
  const auto open = [&] { return open_without_key(context, (*settings)->store, states.next()); };
  const auto report = conformance::try_out(
      open, context.clock().now(),
      [&](const conformance::Finding& finding) { context.progress(finding.check); });
  context.progress({});
  if (!report) return report.error();
  print(context, *report);
  return report->is_right() ? 0 : 1;
}

}  // namespace asyncz::cli
