#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Workers and a stream of adds from several shell loops: each task runs exactly once."""

from world import FULL, check, new_world, wait_until

ADDERS = 4
WORKERS = 8 if FULL else 2
TASKS = 5000 if FULL else 200


def main():
    with new_world() as world:
        world.lease = ()  # as long as ever: here none has to end
        for _ in range(WORKERS):
            world.start_worker("--concurrency", 2)
        adders = [world.start_adder(f"adder{number}", TASKS // ADDERS, milliseconds=5)
                  for number in range(ADDERS)]
        check(not any(adder.wait() for adder in adders), "an add failed")
        wait_until(lambda: not world.json("list"), "an empty store")
        world.stop_workers()

        started = world.counts("start")
        check(len(started) == TASKS, f"{len(started)} of {TASKS} tasks ran")
        check(max(started.values()) == 1, f"{started.most_common(3)} ran more than once")
        check(world.counts("end") == started, "a run did not end by itself")

        runs = world.json("history", "--limit", 0)
        witnessed = {run for what, _, run in world.events() if what == "start"}
        check({run["id"] for run in runs} == witnessed, "the history names other runs")
        check(len(runs) == TASKS, f"{len(runs)} runs in the history")
        check(all(run["state"] == "succeeded" for run in runs), "a run did not succeed")
        print(f"{TASKS} tasks of {ADDERS} shell loops ran once each on {WORKERS} workers")


if __name__ == "__main__":
    main()
