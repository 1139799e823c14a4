// SPDX-License-Identifier: MIT
#include "stores/conformance/conformance.hpp"

#include "stores/conformance/trial.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace asyncz::stores::conformance {
namespace {

constexpr std::array all_groups{Group::records, Group::reservations, Group::fencing,
                                Group::history, Group::notes,        Group::watching};

Error not_empty(std::string_view what)
{
  return {ErrorKind::conflict,
          "the store is not empty: it has " + std::string{what} + ", and all of it would be lost",
          "name a store that is made for this alone"};
}

Status check_empty(Store& store)
{
  bool has_tasks = false;
  bool has_runs = false;
  auto status = store.get_all_tasks([&](std::string_view, const Result<Record>&) {
    has_tasks = true;
    return false;
  });
  if (status) {
    status = store.runs({}, [&](const Result<RunRecord>&) {
      has_runs = true;
      return false;
    });
  }
  if (!status) return status;
  if (has_tasks) return not_empty("tasks");
  if (has_runs) return not_empty("a history");
  for (const auto kind : {NoteKind::worker, NoteKind::queue, NoteKind::key}) {
    const auto notes = store.notes(kind);
    if (!notes) return notes.error();
    if (!notes->empty() && kind == NoteKind::worker) return not_empty("live workers");
    if (!notes->empty() && kind == NoteKind::queue) return not_empty("paused queues");
    if (!notes->empty()) return not_empty("been sealed under a key");
  }
  return {};
}

Status empty(Store& store)
{
  if (auto removed = store.remove_all_tasks(); !removed) return removed;
  for (const auto kind : {NoteKind::worker, NoteKind::queue, NoteKind::key}) {
    const auto notes = store.notes(kind);
    if (!notes) return notes.error();
    for (const auto& note : *notes) {
      if (auto removed = store.remove_note(kind, note.name); !removed) return removed;
    }
  }
  return store.prune_runs(last_instant, 0);
}

// What the store does itself.
Result<Traits> traits_of(const OpenHandle& open, Instant now)
{
  const auto one = open();
  if (!one) return one.error();
  const auto two = open();
  if (!two) return two.error();
  Traits traits;
  const auto fd = (*one)->watch();
  if (!fd) return fd.error();
  traits.watches = *fd >= 0;

  const Note note{.kind = NoteKind::queue, .name = "mail", .content = {1}};
  if (auto put = (*one)->put_note(note); !put) return put.error();
  const auto notes = (*two)->notes(NoteKind::queue);
  if (!notes) return notes.error();
  traits.shares_notes = !notes->empty();
  if (auto put = (*one)->record_run(run_of(1, 1, now)); !put) return put.error();
  traits.shares_history = bool{(*two)->find_run(1, 1, 0)};

  if (auto added = (*one)->add_task(record_of("a", now)); !added) return added.error();
  const auto reservation = (*one)->reserve("a", demand_at(now));
  if (!reservation) return reservation.error();
  traits.leases = !reservation->lock;
  if (auto emptied = empty(**one); !emptied) return emptied.error();
  return traits;
}

}  // namespace

std::span<const Group> groups() { return all_groups; }

std::string_view name_of(Group group)
{
  switch (group) {
    case Group::records:
      return "eight operations";
    case Group::reservations:
      return "reservation";
    case Group::fencing:
      return "fencing";
    case Group::history:
      return "history";
    case Group::notes:
      return "notes";
    case Group::watching:
      return "watch";
  }
  return {};
}

bool Report::is_right() const
{
  return std::none_of(findings.begin(), findings.end(),
                      [](const Finding& finding) { return finding.problem.has_value(); });
}

bool Report::reaches(Group group) const
{
  if (group == Group::history && !traits.shares_history) return false;
  if (group == Group::notes && !traits.shares_notes) return false;
  if (group == Group::watching && !traits.watches) return false;
  return std::none_of(findings.begin(), findings.end(), [&](const Finding& finding) {
    return finding.group == group && finding.problem;
  });
}

Result<Report> try_out(const OpenHandle& open, Instant now, const Tell& tell)
{
  const auto keeper = open();
  if (!keeper) return keeper.error();
  if (auto is_empty = check_empty(**keeper); !is_empty) return is_empty.error();
  const auto traits = traits_of(open, now);
  if (!traits) return traits.error();
  Report report{*traits, {}};
  for (const auto& checks : {record_checks(), reservation_checks(), crowd_checks(),
                             journal_checks(), watching_checks()}) {
    for (const auto& [group, name, run] : checks) {
      Finding finding{group, name, {}};
      {
        Trial trial{open, *traits, now};
        run(trial);
        finding.problem = trial.problem();
      }
      if (auto emptied = empty(**keeper); !emptied) return emptied.error();
      tell(finding);
      report.findings.push_back(std::move(finding));
    }
  }
  return report;
}

}  // namespace asyncz::stores::conformance
