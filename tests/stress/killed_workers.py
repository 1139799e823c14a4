#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Workers killed by SIGKILL at random instants under load: each task runs at least once, none twice
at the same time, and the history says which ran again."""

import random
import time

from world import FULL, check, new_world, wait_until

ADDERS = 4 if FULL else 1
TASKS = None if FULL else 150  # of each adder; at full size it goes on until all kills are over
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


def check_history(world, started):
    """Each task ended once, with success; the attempt counts what was interrupted before."""
    runs = world.json("history", "--limit", 0)
    name_of = {run: name for what, name, run in world.events() if what == "start"}
    last = {name_of[run["id"]]: run for run in runs if run["state"] == "succeeded"}
    check(set(last) == set(started), f"the history holds {len(last)} of {len(started)} tasks")
    for name, starts in started.items():
        check(last[name]["attempt"] >= starts,
              f"{name} was started {starts} times, the history says {last[name]}")


def main():
    with new_world() as world:
        adders = [world.start_adder(f"adder{number}", TASKS, MILLISECONDS)
                  for number in range(ADDERS)]
        kill_by_turns(world)
        world.stop_adders()
        check(not any(adder.wait() for adder in adders), "an add failed")
        wait_until(lambda: not world.json("list"), "an empty store")
        world.stop_workers()

        tasks = len(world.added())
        started = world.counts("start")
        again = sum(starts > 1 for starts in started.values())
        check(len(started) == tasks, f"{len(started)} of {tasks} tasks ran")
        check(not world.counts("overlap"), f"ran beside itself: {world.counts('overlap')}")
        check(again > 0, f"none of {KILLS} kills interrupted a run: this has shown nothing")
        check_history(world, started)
        print(f"{KILLS} kills, {tasks} tasks: {again} ran again, none beside itself")


if __name__ == "__main__":
    main()
