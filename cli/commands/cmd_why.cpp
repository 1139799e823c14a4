// SPDX-License-Identifier: MIT
// asyncz why: why a task does not run, or what became of a due time.
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/runs/resolve.hpp"
#include "cli/runs/why.hpp"
#include "cli/views/json.hpp"
#include "cli/views/run_view.hpp"
#include "cli/views/task_view.hpp"
#include "cli/views/zones.hpp"
#include "time/human_time.hpp"
#include "time/iso_time.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace asyncz::cli {
namespace {

class WhyCommand final : public Command {
 public:
  void declare(Options& options) override
  {
    options.words("ID", words_, 1, 1, "The task, by id or its beginning", WordKind::task);
    options.value("--at", at_, "TIME", "What became of this due time");
  }

  Result<ExitStatus> run(Context& context) override
  {
    auto open = context.open(Access::read);
    if (!open) return open.error();
    const auto named = resolve_task(*open->vault, words_.front());
    if (!named) return named.error();
    Question question{named->id, {}, {}, context.clock().now()};
    if (named->stored) {
      auto stored = open->vault->get(named->id);
      const bool has_just_ended = !stored && stored.error().kind == ErrorKind::not_found;
      if (!stored && !has_just_ended) return stored.error();
      if (stored) question.stored = std::move(*stored);
    }
    question.zone =
        zones_.named(question.stored ? question.stored->task.timezone : local_zone_name());
    const auto reasons = answer(context, *open->vault, question);
    if (!reasons) return reasons.error();
    if (context.globals().json) {
      print_document(context, *open->vault, question, *reasons);
    } else {
      for (const Reason& reason : *reasons) context.out(printable(reason.text) + '\n');
    }
    return 0;
  }

 private:
  Result<Reasons> answer(Context& context, Vault& vault, const Question& question) const
  {
    if (!at_) return reasons_now(vault, question);
    const auto at = parse_time(*at_, question.now, question.zone, TimeSense::past);
    if (!at) return answer_for_gap(vault, question, at.error());
    for (const std::string& warning : at->warnings) context.warn(warning);
    return reasons_at(vault, question, at->at);
  }

  // A local time that clocks go forward over is a fair question here: the answer is that of the
  // first instant after it.
  Result<Reasons> answer_for_gap(Vault& vault, const Question& question,
                                 const Error& unreadable) const
  {
    const auto iso = parse_iso_time(*at_);
    if (!iso || iso->offset) return unreadable.in("--at");
    const auto meaning = question.zone.meaning(iso->local);
    if (meaning.kind != LocalMeaning::Kind::skipped) return unreadable.in("--at");
    auto reasons = reasons_at(vault, question, meaning.first);
    if (reasons) reasons->insert(reasons->begin(), {"clock-change", unreadable.what});
    return reasons;
  }

  static void print_document(Context& context, Vault& vault, const Question& question,
                             const Reasons& reasons)
  {
    ValueMap document{{"id", question.id}};
    if (question.stored) {
      const auto status = status_of(vault, *question.stored, question.now);
      document.emplace_back("state", task_state_text(status.state));
      add_time(document, "next_run_time", status.next_run_time, question.zone);
    } else {
      document.emplace_back("state", nullptr);
    }
    ValueList list;
    for (const Reason& reason : reasons) {
      list.emplace_back(ValueMap{{"code", reason.code}, {"text", reason.text}});
    }
    document.emplace_back("reasons", std::move(list));
    print_json(context, document);
  }

  std::vector<std::string> words_;
  std::optional<std::string> at_;
  Zones zones_;
};

}  // namespace

std::unique_ptr<Command> make_why() { return std::make_unique<WhyCommand>(); }

}  // namespace asyncz::cli
