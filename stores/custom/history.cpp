// SPDX-License-Identifier: MIT
#include "stores/custom/history.hpp"

#include "base/text.hpp"

namespace asyncz::stores::custom {

Status History::record_run(const RunRecord& run, const Reservation* of)
{
  return helpers_.tell("record_run", {{"run", wire::value_of(run)},
                                      {"of", of != nullptr ? wire::value_of(*of) : Value{}}});
}

Result<RunRecord> History::find_run(std::uint64_t task_tag, std::uint64_t fence)
{
  return helpers_.value<RunRecord>(
      "find_run", {{"task_tag", hex_text(task_tag)}, {"fence", static_cast<std::int64_t>(fence)}},
      wire::run_in);
}

Status History::runs(const RunQuery& query, const Store::VisitRun& visit)
{
  const auto take = [&](const Value& item) -> Result<Next> {
    if (const auto* told = item.find("error")) {
      auto error = wire::error_in(*told);
      if (!error) return wire::no_error_there();
      return visit(*std::move(error)) ? Next::more : Next::stop;
    }
    auto run = wire::run_in(item);
    if (!run) return run.error();
    if (query.above_fence && run->fence <= *query.above_fence) return Next::more;
    return visit(std::move(run)) ? Next::more : Next::stop;
  };
  const auto answer =
      helpers_.ask("runs",
                   {{"task_tag", query.task_tag ? Value{hex_text(*query.task_tag)} : Value{}},
                    {"since", query.since ? wire::value_of(*query.since) : Value{}}},
                   take);
  return answer.value ? Status{} : answer.value.error();
}

Status History::prune_runs(Instant before, std::int64_t keep_bytes)
{
  return helpers_.tell("prune_runs",
                       {{"before", wire::value_of(before)}, {"keep_bytes", keep_bytes}});
}

Status History::put_note(const Note& note)
{
  return helpers_.tell("put_note", {{"note", wire::value_of(note)}});
}

Status History::remove_note(NoteKind kind, std::string_view name)
{
  return helpers_.tell("remove_note", {{"kind", note_kind_text(kind)}, {"name", name}});
}

Result<std::vector<Note>> History::notes(NoteKind kind)
{
  return helpers_.items<Note>("notes", {{"kind", note_kind_text(kind)}}, wire::note_in);
}

}  // namespace asyncz::stores::custom
