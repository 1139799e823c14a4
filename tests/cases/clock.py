#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Workers under a shifted clock (libfaketime): changes of clocks in real runs, and clocks that are
set forward and back; time zones whose rules change meanwhile."""

import datetime
import os
import pathlib
import subprocess
import sys

from shifted import BY_TRUE_TIME, faked, library_works
from world import check, new_world, wait_until

SPEED = 2000  # half an hour passes in less than a second

# A line of the log for each run. Late runs are not merged, so that a slow machine sees them all.
LOGGED = ["--no-coalesce", "--max-instances", "100"]


def add(world, clock, name, *options):
    line = f"echo {name} $ASYNCZ_SCHEDULED_TIME >>{world.folder}/log"
    world.environment = faked(world, FAKETIME=clock)
    world.run("add", *BY_TRUE_TIME, "--id", name, *options, "--shell", line)


def start_worker(world, **environment):
    world.environment = faked(world, **environment)
    return world.start_worker("--concurrency", 8)


def runs(world):
    """The scheduled times of each task that ran."""
    log = world.folder / "log"
    found = {}
    for line in log.read_text().splitlines() if log.exists() else []:
        name, time = line.split()
        found.setdefault(name, []).append(time)
    return {name: sorted(times, key=datetime.datetime.fromisoformat)
            for name, times in found.items()}


def step(file, offset):
    """Sets the clocks that follow this file; in one step, since they may read it at any time."""
    there = file.with_name("offset-to-be")
    there.write_text(f"{offset}\n")
    there.rename(file)


# --- Changes of clocks ---------------------------------------------------------------------------

# Zone, begin and end (UTC), and for each schedule the local times at which it must run.
CROSSINGS = {
    "Berlin goes forward": (
        "Europe/Berlin", "2027-03-28 00:20:00", "2027-03-28 02:10:00", {
            ("*/30 * * * *",): ["2027-03-28T01:30:00+01:00", "2027-03-28T03:00:00+02:00",
                                "2027-03-28T03:30:00+02:00", "2027-03-28T04:00:00+02:00"],
            ("30 2 * * *",): ["2027-03-28T03:00:00+02:00"],
            ("30 2 * * *", "--dst-gap", "skip"): [],
            ("0,30 1-3 * * *",): ["2027-03-28T01:30:00+01:00", "2027-03-28T03:00:00+02:00",
                                  "2027-03-28T03:30:00+02:00"],
        }),
    "Berlin goes back": (
        "Europe/Berlin", "2027-10-30 23:50:00", "2027-10-31 02:10:00", {
            ("*/30 * * * *",): ["2027-10-31T02:00:00+02:00", "2027-10-31T02:30:00+02:00",
                                "2027-10-31T02:00:00+01:00", "2027-10-31T02:30:00+01:00",
                                "2027-10-31T03:00:00+01:00"],
            ("30 2 * * *",): ["2027-10-31T02:30:00+02:00"],
            ("30 2 * * *", "--dst-fold", "second"): ["2027-10-31T02:30:00+01:00"],
            ("30 2 * * *", "--dst-fold", "both"): ["2027-10-31T02:30:00+02:00",
                                                   "2027-10-31T02:30:00+01:00"],
        }),
    "New York goes forward": (
        "America/New_York", "2027-03-14 06:20:00", "2027-03-14 08:10:00", {
            ("*/30 * * * *",): ["2027-03-14T01:30:00-05:00", "2027-03-14T03:00:00-04:00",
                                "2027-03-14T03:30:00-04:00", "2027-03-14T04:00:00-04:00"],
            ("15 2 * * *",): ["2027-03-14T03:00:00-04:00"],
        }),
    "New York goes back": (
        "America/New_York", "2027-11-07 04:50:00", "2027-11-07 07:10:00", {
            ("*/30 * * * *",): ["2027-11-07T01:00:00-04:00", "2027-11-07T01:30:00-04:00",
                                "2027-11-07T01:00:00-05:00", "2027-11-07T01:30:00-05:00",
                                "2027-11-07T02:00:00-05:00"],
            ("15 1 * * *",): ["2027-11-07T01:15:00-04:00"],
        }),
    "Lord Howe goes forward by half an hour": (
        "Australia/Lord_Howe", "2027-10-02 15:10:00", "2027-10-02 16:10:00", {
            ("*/30 * * * *",): ["2027-10-03T02:30:00+11:00", "2027-10-03T03:00:00+11:00"],
            ("15 2 * * *",): ["2027-10-03T02:30:00+11:00"],
            ("30 2 * * *",): ["2027-10-03T02:30:00+11:00"],
        }),
    "Lord Howe goes back by half an hour": (
        "Australia/Lord_Howe", "2027-04-03 14:20:00", "2027-04-03 16:10:00", {
            ("*/30 * * * *",): ["2027-04-04T01:30:00+11:00", "2027-04-04T01:30:00+10:30",
                                "2027-04-04T02:00:00+10:30", "2027-04-04T02:30:00+10:30"],
            ("45 1 * * *",): ["2027-04-04T01:45:00+11:00"],
        }),
    "Apia loses a day": (
        "Pacific/Apia", "2011-12-30 08:50:00", "2011-12-30 12:10:00", {
            ("0 * * * *",): ["2011-12-29T23:00:00-10:00", "2011-12-31T00:00:00+14:00",
                             "2011-12-31T01:00:00+14:00", "2011-12-31T02:00:00+14:00"],
            ("0 12 30 12 *",): ["2011-12-31T00:00:00+14:00"],
            ("30 0 * * *",): ["2011-12-31T00:00:00+14:00", "2011-12-31T00:30:00+14:00"],
        }),
}


def cross(world, zone, begin, end, schedules):
    clock = f"@{begin}"
    expected = {}
    for number, (options, times) in enumerate(schedules.items()):
        add(world, clock, f"task-{number}", "--tz", zone, *LOGGED, "--cron", *options)
        if times:
            expected[f"task-{number}"] = times
    add(world, clock, "last", "--at", end.replace(" ", "T") + "Z", "--tz", "UTC")
    start_worker(world, FAKETIME=f"{clock} x{SPEED}")
    wait_until(lambda: "last" in runs(world), "the end of the window")
    wait_until(lambda: all(set(times) <= set(runs(world).get(name, []))
                           for name, times in expected.items()), "all runs")
    world.stop_workers()
    found = runs(world)
    end_time = datetime.datetime.fromisoformat(end + "+00:00")
    for name in found:  # what came while we were not looking
        found[name] = [time for time in found[name]
                       if datetime.datetime.fromisoformat(time) <= end_time]
    found.pop("last")
    check(found == expected, f"it ran at {found}, not at {expected}")


# --- Clocks that are set -------------------------------------------------------------------------

def a_clock_that_is_a_day_ahead_runs_what_was_missed_once(world):
    add(world, "@2027-06-01 12:00:00", "task", "--every", "1h", "--start", "2027-06-01T13:00:00Z")
    start_worker(world, FAKETIME="@2027-06-02 12:30:00")
    wait_until(lambda: runs(world), "the run")
    world.run("add", *BY_TRUE_TIME, "--id", "after",
              "--shell", f"echo after x >>{world.folder}/other")
    wait_until((world.folder / "other").exists, "a run after it")
    world.stop_workers()
    check(runs(world) == {"task": ["2027-06-02T12:00:00+00:00"]}, f"it ran {runs(world)}")


def a_clock_that_goes_back_runs_nothing_again(world):
    add(world, "@2027-06-01 12:00:00", "task", *LOGGED, "--every", "1h",
        "--start", "2027-06-01T13:00:00Z")
    start_worker(world, FAKETIME="@2027-06-01 15:30:00")
    wait_until(lambda: len(runs(world).get("task", [])) == 3, "three runs")
    world.stop_workers()
    start_worker(world, FAKETIME=f"@2027-06-01 11:00:00 x{10 * SPEED}")
    wait_until(lambda: len(runs(world)["task"]) >= 5, "the runs of later hours")
    world.stop_workers()
    hours = [int(time[11:13]) for time in runs(world)["task"]]
    check(hours[:5] == [13, 14, 15, 16, 17], f"it ran at {hours}")


def a_clock_set_back_under_a_sleeping_worker_makes_it_wait_longer(world):
    offset = world.folder / "offset"
    step(offset, "+0")
    follow = {"FAKETIME_TIMESTAMP_FILE": str(offset)}
    world.environment = faked(world, **follow)
    due = world.folder / "due"
    world.run("add", *BY_TRUE_TIME, "--id", "due", "--in", "3s", "--shell", f"touch {due}")
    start_worker(world, **follow)
    step(offset, "-1h")
    # Wakes when the alarm was meant for, and again for this task, which is due now.
    for number in range(4):
        world.run("add", *BY_TRUE_TIME, "--in", "1s",
                  "--shell", f"touch {world.folder}/now-{number}")
        wait_until((world.folder / f"now-{number}").exists, "a task of now")
    check(not due.exists(), "it ran an hour before its time")
    step(offset, "+1h")
    world.run("add", *BY_TRUE_TIME, "--shell", "true")
    wait_until(due.exists, "the task, once its time has come")
    world.stop_workers()


# --- Time zones that change ----------------------------------------------------------------------

class SteppedClock:
    """A clock that only steps: it shows a time when told to, and wakes the workers."""

    def __init__(self, world):
        self.world, self.file, self.pokes = world, world.folder / "offset", 0
        step(self.file, "+0")
        world.environment = faked(world, FAKETIME_TIMESTAMP_FILE=str(self.file))

    def show(self, time):
        there = datetime.datetime.fromisoformat(time).timestamp()
        step(self.file, f"{there - datetime.datetime.now().timestamp():+.3f}")

    def wake(self):
        """Returns when the worker has looked at what is due."""
        self.pokes += 1
        mark = self.world.folder / f"poke-{self.pokes}"
        self.world.run("add", *BY_TRUE_TIME, "--priority", "-9", "--shell", f"touch {mark}")
        wait_until(mark.exists, "a task of now")


def with_zone(world, source):
    """Gives the zone Test/Zone the rules of another."""
    there = world.folder / "zones" / "Test"
    there.mkdir(parents=True, exist_ok=True)
    (there / "new").write_bytes(pathlib.Path("/usr/share/zoneinfo", source).read_bytes())
    (there / "new").rename(there / "Zone")
    world.environment["TZDIR"] = str(there.parent)


def a_changed_zone_is_noticed_by_a_running_worker(world):
    clock = SteppedClock(world)
    with_zone(world, "Europe/Berlin")
    clock.show("2027-06-01 09:50:00+00:00")
    log = world.folder / "log"
    world.run("add", *BY_TRUE_TIME, "--id", "noon", "--cron", "0 12 * * *", "--tz", "Test/Zone",
              "--shell", f"echo noon $ASYNCZ_SCHEDULED_TIME >>{log}")
    world.start_worker("--concurrency", 1)
    clock.wake()
    with_zone(world, "America/New_York")
    clock.show("2027-06-01 10:10:00+00:00")
    clock.wake()
    check(not log.exists(), f"it ran by the old rules: {runs(world)}")
    clock.show("2027-06-01 16:10:00+00:00")
    clock.wake()
    wait_until(lambda: runs(world), "the run by the new rules")
    world.stop_workers()
    check(runs(world) == {"noon": ["2027-06-01T12:00:00-04:00"]}, f"it ran {runs(world)}")


def a_zone_that_has_gone_is_an_error_on_its_task_alone(world):
    clock = SteppedClock(world)
    with_zone(world, "Europe/Berlin")
    clock.show("2027-06-01 09:50:00+00:00")
    for name, zone in (("gone", "Test/Zone"), ("utc", "UTC")):
        world.run("add", *BY_TRUE_TIME, "--id", name, "--cron", "0 * * * *", "--tz", zone,
                  "--shell", f"echo {name} $ASYNCZ_SCHEDULED_TIME >>{world.folder}/log")
    world.start_worker("--concurrency", 1)
    clock.wake()
    (world.folder / "zones/Test/Zone").unlink()
    clock.show("2027-06-01 10:10:00+00:00")
    clock.wake()
    wait_until(lambda: "gone: no such time zone" in world.worker_log(), "a word about it")
    wait_until(lambda: runs(world), "the other task")
    world.stop_workers()
    check(runs(world) == {"utc": ["2027-06-01T10:00:00+00:00"]}, f"it ran {runs(world)}")
    check({task["id"] for task in world.json("list")} >= {"gone"}, "the task is lost")


CASES = [
    a_changed_zone_is_noticed_by_a_running_worker,
    a_zone_that_has_gone_is_an_error_on_its_task_alone,
    a_clock_that_is_a_day_ahead_runs_what_was_missed_once,
    a_clock_that_goes_back_runs_nothing_again,
    a_clock_set_back_under_a_sleeping_worker_makes_it_wait_longer,
]


def main():
    if not library_works():
        print("skipped: no libfaketime, or none that works here")
        sys.exit(1 if os.environ.get("ASYNCZ_REQUIRE_ALL") == "1" else 77)
    for name, crossing in CROSSINGS.items():
        print(name, flush=True)
        with new_world() as world:
            cross(world, *crossing)
    for case in CASES:
        print(case.__name__.replace("_", " "), flush=True)
        with new_world() as world:
            case(world)


if __name__ == "__main__":
    main()
