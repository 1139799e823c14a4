#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A worker killed by SIGKILL every second: each task runs at least once, none twice at the same
time, and the history says which ran again."""

import time

from world import FULL, check, new_world

ADDERS = 4
TASKS = 2000 if FULL else 200
# As long as a worker can be killed in the middle of them, at one kill a second.
MILLISECONDS = 30 if FULL else 100


def is_done(world, adders):
    return all(adder.poll() is not None for adder in adders) and not world.json("list")


def kill_by_turns(world, adders):
    """Kills one of two workers each second until all tasks have ended; how many it killed."""
    workers = [world.start_worker("--concurrency", 2) for _ in range(2)]
    kills = 0
    while True:
        time.sleep(1)
        if is_done(world, adders):
            break
        check(kills < 200, f"{len(world.counts('end'))} of {TASKS} tasks ended after 200 kills")
        world.kill_worker(workers.pop(0))
        workers.append(world.start_worker("--concurrency", 2))
        kills += 1
    check(not any(adder.wait() for adder in adders), "an add failed")
    return kills


def check_history(world, started):
    """Each task ended once, with success; the attempt counts what was interrupted before."""
    runs = world.json("history", "--limit", 0)
    name_of = {run: name for what, name, run in world.events() if what == "start"}
    last = {name_of[run["id"]]: run for run in runs if run["state"] == "succeeded"}
    check(set(last) == set(started), f"the history holds {len(last)} of {TASKS} tasks")
    for name, starts in started.items():
        check(last[name]["attempt"] >= starts,
              f"{name} was started {starts} times, the history says {last[name]}")


def main():
    with new_world() as world:
        adders = [world.start_adder(f"adder{number}", TASKS // ADDERS, MILLISECONDS)
                  for number in range(ADDERS)]
        kills = kill_by_turns(world, adders)
        world.stop_workers()

        started = world.counts("start")
        again = sum(starts > 1 for starts in started.values())
        check(len(started) == TASKS, f"{len(started)} of {TASKS} tasks ran")
        check(not world.counts("overlap"), f"ran beside itself: {world.counts('overlap')}")
        check(again > 0, f"none of {kills} kills interrupted a run: this has shown nothing")
        check_history(world, started)
        print(f"{kills} kills, {TASKS} tasks: {again} ran again, none beside itself")


if __name__ == "__main__":
    main()
