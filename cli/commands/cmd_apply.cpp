// SPDX-License-Identifier: MIT
// asyncz apply: makes the store agree with tasks declared in TOML.
#include "cli/commands.hpp"
#include "cli/files/file_text.hpp"
#include "cli/import/apply.hpp"
#include "cli/terminal/table.hpp"
#include "cli/views/difference.hpp"
#include "cli/views/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace asyncz::cli {
namespace {

using Kind = ApplyStep::Kind;

Tone tone_of(Kind kind)
{
  switch (kind) {
    case Kind::add:
      return Tone::good;
    case Kind::change:
      return Tone::active;
    case Kind::remove:
      return Tone::bad;
    case Kind::keep:
    case Kind::done:
      break;
  }
  return Tone::quiet;
}

class Apply final : public Command {
 public:
  void declare(Options& options) override
  {
    options.flag("--prune", prune_, "Remove tasks of an earlier apply that the file lacks now");
    options.flag("--dry-run", dry_run_, "Print the plan and change nothing");
    options.words("FILE|-", words_, 1, 1, "The tasks, as TOML", WordKind::file);
  }

  Result<ExitStatus> run(Context& context) override
  {
    const auto declared = read_tasks_of(context, words_[0]);
    if (!declared) return declared.error();
    for (const Error& problem : declared->problems) context.error(problem);
    if (!declared->problems.empty()) return static_cast<ExitStatus>(ErrorKind::usage);

    auto open = context.open(dry_run_ ? Access::read : Access::create);
    const bool absent = dry_run_ && !open && open.error().kind == ErrorKind::not_found;
    if (!open && !absent) return open.error();
    now_ = context.clock().now();
    Applier applier{absent ? nullptr : &*open, full_name(words_[0]), now_};
    const auto steps = applier.plan(*declared, prune_);
    if (!steps) return steps.error();
    return carry_out(context, applier, *steps);
  }

 private:
  ExitStatus carry_out(Context& context, Applier& applier, const std::vector<ApplyStep>& steps)
  {
    ExitStatus status = 0;
    ValueList document;
    for (const ApplyStep& step : steps) {
      const Status done = dry_run_ ? Status{} : applier.carry_out(step);
      if (!done) {
        context.error(done.error().in(step.declared ? step.declared->place : step.id));
        status = 1;
      }
      if (context.globals().json) {
        document.push_back(document_of(step, done));
      } else if (done) {
        print(context, step);
      }
    }
    if (context.globals().json) {
      print_json(context, document);
    } else if (status == 0 && std::ranges::none_of(steps, changes_something)) {
      context.note("nothing to do");
    }
    return status;
  }

  static bool changes_something(const ApplyStep& step)
  {
    return step.kind != Kind::keep && step.kind != Kind::done;
  }

  void print(Context& context, const ApplyStep& step) const
  {
    if (step.kind == Kind::keep) return;
    if (step.kind == Kind::done) {
      context.note(fmt::format("task {} is done and not added again", step.id));
      return;
    }
    context.out(fmt::format(
        "{} {}\n", toned(context, tone_of(step.kind), apply_kind_text(step.kind)), step.id));
    if (step.kind != Kind::change) return;
    context.out(difference_lines(context, differences(step.before, step.after, now_), "  "));
  }

  [[nodiscard]] Value document_of(const ApplyStep& step, const Status& done) const
  {
    ValueMap map{{"id", step.id}, {"action", apply_kind_text(step.kind)}};
    if (step.kind == Kind::change) {
      map.emplace_back("changes", differences(step.before, step.after, now_));
    }
    if (!done) map.emplace_back("error", done.error().what);
    return map;
  }

  bool prune_ = false;
  bool dry_run_ = false;
  std::vector<std::string> words_;
  Instant now_;
};

}  // namespace

std::unique_ptr<Command> make_apply() { return std::make_unique<Apply>(); }

}  // namespace asyncz::cli
