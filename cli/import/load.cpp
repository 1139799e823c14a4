// SPDX-License-Identifier: MIT
#include "cli/import/load.hpp"

#include "cli/files/file_text.hpp"
#include "cli/import/apply.hpp"
#include "cli/import/crontab_import.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

namespace asyncz::cli {
namespace {

constexpr std::size_t largest_crontab = std::size_t{64} << 20U;

bool is_crontab(std::string_view file)
{
  const auto name = file.substr(file.rfind('/') + 1);
  return name == "crontab" || name.ends_with(".crontab");
}

void say_outcome(WorkerLog& log, const std::string& file, const Outcome& outcome)
{
  const auto place = outcome.line > 0 ? fmt::format("{}:{}", file, outcome.line) : file;
  const auto say = [&](Severity severity, std::string_view clause) {
    log.say(severity, {}, fmt::format("{}: {}", place, clause));
  };
  for (const auto& warning : outcome.warnings) say(Severity::warning, warning);
  if (outcome.error) say(Severity::error, outcome.error->what);
  if (outcome.added) say(Severity::note, "added task " + outcome.id);
  if (outcome.followed) say(Severity::note, "changed task " + outcome.id);
  if (outcome.removed && !outcome.error) say(Severity::note, "removed task " + outcome.id);
}

Status load_crontab(Context& context, OpenStore& open, const std::string& file, WorkerLog& log)
{
  const auto content = read_file_or_stdin(file, largest_crontab);
  if (!content) return content.error();
  const auto source = source_of(context, file);
  if (!source) return source.error();
  const bool has_users = source->file == "/etc/crontab";
  const auto crontab = read_crontab(*content, {has_users, known_users(), {}});
  auto made = tasks_of(crontab, *source);
  const auto now = context.clock().now();
  auto outcomes = remarks(crontab, made);
  std::ranges::move(add_imported(open, std::move(made.tasks), now), std::back_inserter(outcomes));
  std::ranges::stable_sort(outcomes, {}, &Outcome::line);
  const auto pruned = prune_imported(open, source->file, made.ids, false, now);
  if (!pruned) return pruned.error().in(file);
  std::ranges::copy(*pruned, std::back_inserter(outcomes));
  for (const auto& outcome : outcomes) say_outcome(log, file, outcome);
  return {};
}

Status load_tasks(Context& context, OpenStore& open, const std::string& file, WorkerLog& log)
{
  const auto declared = read_tasks_of(context, file);
  if (!declared) return declared.error();
  if (!declared->problems.empty()) {
    const std::span problems{declared->problems};
    for (const Error& problem : problems.subspan(1)) log.say(Severity::error, {}, problem.what);
    return problems.front();
  }
  Applier applier{&open, full_name(file), context.clock().now()};
  const auto steps = applier.plan(*declared, true);
  if (!steps) return steps.error();
  for (const ApplyStep& step : *steps) {
    const auto what = fmt::format("{}: {} task {}", file, apply_kind_text(step.kind), step.id);
    const Status done = applier.carry_out(step);
    if (!done) {
      log.say(Severity::error, {}, fmt::format("{}: {}", what, done.error().what));
    } else if (step.kind != ApplyStep::Kind::keep && step.kind != ApplyStep::Kind::done) {
      log.say(Severity::note, {}, what);
    }
  }
  return {};
}

}  // namespace

Status load_file(Context& context, OpenStore& open, const std::string& file, WorkerLog& log)
{
  if (file == "-") {
    return Error{ErrorKind::usage, "--load takes a file, which is read again at SIGHUP", ""};
  }
  return is_crontab(file) ? load_crontab(context, open, file, log)
                          : load_tasks(context, open, file, log);
}

}  // namespace asyncz::cli
