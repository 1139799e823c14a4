#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Connections to a store's server cut again and again, in the middle of whatever they carry: no
task is lost, what was acknowledged is there, and none runs beside itself.

usage: cut_connections.py ASYNCZ WITNESS CRONTABS SERVER, with tests/servers on the path.
"""

import importlib
import random
import sys
import threading
import time

from relay import Relay
from server import skipped, started
from world import FULL, check, wait_until, world_in

WORKERS = 2
TASKS = 2000 if FULL else 150
MOST_SECONDS = 0.1  # between two cuts


def add_all(world, failures):
    """One by one, each again until the answer arrives; a conflict says that it had been stored."""
    for number in range(TASKS):
        name = f"task-{number}"
        while True:
            done = world.run("add", "--id", name, "--", world._witness, world.witnessed, name, 20,
                             exits=(0, 4, 5))
            if done.returncode != 5:
                break
            failures.append(done.stderr)


def cut_until(relay, done):
    cuts = 0
    while not done.is_set():
        time.sleep(random.uniform(0, MOST_SECONDS))
        relay.cut()
        cuts += 1
    return cuts


def play(world, relay):
    ended, failures = threading.Event(), []
    for _ in range(WORKERS):
        world.start_worker("--concurrency", 2)
    wait_until(lambda: world.run("workers", exits=(0, 3)).stdout.count("\n") == WORKERS,
               "the workers")

    def work():
        try:
            add_all(world, failures)
        finally:
            ended.set()

    adder = threading.Thread(target=work)
    adder.start()
    cuts = cut_until(relay, ended)
    adder.join()
    wait_until(lambda: not world.json("list"), "an empty store")
    world.stop_workers()

    started = world.counts("start")
    check(len(started) == TASKS, f"{len(started)} of {TASKS} tasks ran")
    check(not world.counts("overlap"), f"ran beside itself: {world.counts('overlap')}")
    runs = world.json("history", "--limit", 0)
    name_of = {run: name for what, name, run in world.events() if what == "start"}
    good = {name_of[run["id"]] for run in runs if run["state"] == "succeeded"}
    check(len(good) == TASKS, f"{len(good)} of {TASKS} succeeded")
    check(cuts > 5, f"only {cuts} cuts: this has shown nothing")
    again = sum(starts > 1 for starts in started.values())
    print(f"{cuts} cuts, {TASKS} tasks: {len(failures)} adds had to be made again, "
          f"{again} ran again, none beside itself")


def main():
    kind = importlib.import_module(sys.argv[4]).SERVER
    if kind.missing():
        return skipped(f"{kind.missing()} is missing")
    with started(kind) as (server, folder):
        relay = Relay(("127.0.0.1", server.port))
        url = server.tcp_url.replace(f":{server.port}", f":{relay.port}")
        with world_in(folder, sys.argv[1], sys.argv[2], url) as world:
            play(world, relay)
    return 0


if __name__ == "__main__":
    sys.exit(main())
