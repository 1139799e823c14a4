// SPDX-License-Identifier: MIT
// What store.hpp promises to those who watch.
#include "stores/conformance/trial.hpp"

#include <poll.h>

#include <algorithm>
#include <array>

namespace asyncz::stores::conformance {
namespace {

using namespace std::chrono_literals;

constexpr int patience_ms = 10'000;

bool becomes_readable(int fd)
{
  pollfd poll{.fd = fd, .events = POLLIN, .revents = 0};
  return ::poll(&poll, 1, patience_ms) == 1;
}

// Whether the store tells of this before nothing more is announced. Announcements may lag behind.
template <class Expected>
bool tells(Trial& trial, Store& store, int fd, Expected expected)
{
  while (becomes_readable(fd)) {
    if (expected(trial.value(store.changes(), "changes answers"))) return true;
    if (trial.problem()) return false;
  }
  return false;
}

int watch(Trial& trial, Store& store)
{
  const int fd = trial.value(store.watch(), "watch gives a descriptor");
  trial.value(store.changes(), "changes answers");
  return fd;
}

void a_change_wakes(Trial& trial)
{
  if (!trial.traits.watches) return;
  const auto noon = trial.noon;
  auto& watching = trial.open();
  auto& other = trial.open();
  const int fd = watch(trial, watching);
  const auto wakes_for = [&](Instant moment) {
    return tells(trial, watching, fd, [&](const Changes&) {
      return trial.value(watching.next_moment(demand_at(noon)), "") == moment;
    });
  };
  trial.succeeds(other.add_task(record_of("a", noon)), "a record can be added");
  trial.holds(wakes_for(noon), "a new task wakes");
  trial.succeeds(other.update_task(edited(record_of("a", noon + 1h), "later")), "it is changed");
  trial.holds(wakes_for(noon + 1h), "a changed task wakes");
  trial.succeeds(other.delete_task("a", 1001), "it is removed");
  trial.holds(wakes_for(never), "a removed task wakes");
}

void edits_and_pauses_are_told(Trial& trial)
{
  if (!trial.traits.watches) return;
  auto& watching = trial.open();
  auto& other = trial.open();
  const int fd = watch(trial, watching);
  trial.succeeds(other.add_task(record_of("a", trial.noon)), "a record can be added");
  trial.holds(tells(trial, watching, fd, [](const Changes&) { return true; }), "it is told");
  const auto reservation = reserve_one(trial, watching, trial.noon);

  trial.succeeds(other.update_task(edited(reservation.record, "cancel it")), "it is edited");
  trial.holds(tells(trial, watching, fd,
                    [](const Changes& changes) {
                      return changes.unknown ||
                             std::count(changes.ids.begin(), changes.ids.end(), "a") > 0;
                    }),
              "who holds a task is told that somebody changed it");
  if (!trial.traits.shares_notes) return;
  trial.succeeds(other.put_note({.kind = NoteKind::queue, .name = "mail", .content = {1}}),
                 "a queue is paused");
  trial.holds(tells(trial, watching, fd,
                    [](const Changes& changes) { return changes.unknown || changes.notes; }),
              "a paused queue is told");
  trial.succeeds(other.remove_note(NoteKind::queue, "mail"), "it is resumed");
}

constexpr std::array checks{
    Check{Group::watching, "a change wakes who watches", a_change_wakes},
    Check{Group::watching, "who holds a task is told of edits, and of paused queues",
          edits_and_pauses_are_told},
};

}  // namespace

std::span<const Check> watching_checks() { return checks; }

}  // namespace asyncz::stores::conformance
