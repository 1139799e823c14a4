#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Workers killed by SIGKILL at random instants under load: each task runs at least once, none twice
at the same time, and the history says which ran again."""

import collections
import random
import time

from world import FULL, check, new_world, wait_until

ADDERS = 4 if FULL else 1
AHEAD = 8  # tasks of each adder that have not begun: more would only be left for later
KILLS = 200 if FULL else 10
MOST_SECONDS = 0.8 if FULL else 1.2  # between two of them
# Also on a slow store, which takes few tasks a second, a kill mostly comes in the middle of one.
MILLISECONDS = 30 if FULL else 300


def kill_by_turns(world):
    """Always one of two workers, the older one."""
    workers = [world.start_worker("--concurrency", 2) for _ in range(2)]
    for _ in range(KILLS):
        time.sleep(random.uniform(0, MOST_SECONDS))
        world.kill_worker(workers.pop(0))
        workers.append(world.start_worker("--concurrency", 2))


def resume_the_unlucky(world):
    """What was interrupted six times in a row has been paused; the ids of such tasks."""
    unlucky = [task["id"] for task in world.json("list", "--state", "paused")]
    if unlucky:
        world.run("resume", *unlucky)
    return unlucky


def wait_for_all(world):
    """Until the store is empty; how often each task had to be resumed."""
    resumed = collections.Counter()

    def is_empty():
        resumed.update(resume_the_unlucky(world))
        return not world.json("list")

    wait_until(is_empty, "an empty store")
    return resumed


def check_history(world, started, resumed):
    """Each task ended once, with success; the attempt counts what was interrupted before, from when
    it was resumed."""
    runs = world.json("history", "--limit", 0)
    name_of = {run: name for what, name, run in world.events() if what == "start"}
    last = {name_of[run["id"]]: run for run in runs if run["state"] == "succeeded"}
    check(set(last) == set(started), f"the history holds {len(last)} of {len(started)} tasks")
    for name, starts in started.items():
        attempts = last[name]["attempt"] + 6 * resumed[last[name]["task"]]
        check(attempts >= starts,
              f"{name} was started {starts} times, the history says {last[name]}")


def main():
    with new_world() as world:
        begin = time.monotonic()
        adders = [world.start_adder(f"adder{number}", None, MILLISECONDS, AHEAD)
                  for number in range(ADDERS)]
        kill_by_turns(world)
        world.stop_adders()
        check(not any(adder.wait() for adder in adders), "an add failed")
        resumed = wait_for_all(world)
        world.stop_workers()

        tasks = len(world.added())
        started = world.counts("start")
        again = sum(starts > 1 for starts in started.values())
        check(len(started) == tasks, f"{len(started)} of {tasks} tasks ran")
        check(not world.counts("overlap"), f"ran beside itself: {world.counts('overlap')}")
        check(again > 0, f"none of {KILLS} kills interrupted a run: this has shown nothing")
        check_history(world, started, resumed)
        print(f"{KILLS} kills, {tasks} tasks in {time.monotonic() - begin:.0f} s: {again} ran again, "
              "none beside itself")


if __name__ == "__main__":
    main()
