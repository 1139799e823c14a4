# SPDX-License-Identifier: MIT
"""S15: from the end of what a killed worker left behind to its task's start on another worker."""

import os
import pathlib
import signal
import time

from lab import read_stamp
from starts import move_in
from table import at_most, bounded, median


def parent_of(pid):
    return int(pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def kill_its_worker(lab, workers, task_pid):
    """SIGKILL for the worker that runs this process; the worker that is left."""
    victim = next(worker for worker in workers if worker.pid == parent_of(task_pid))
    workers.remove(victim)
    lab.end(victim, signal.SIGKILL)
    return workers[0]


def started_again(orphan, stamps):
    """Ends an orphan; microseconds until its task began anew, and the new process."""
    begin = time.time_ns() // 1000
    os.kill(orphan, signal.SIGKILL)
    started, pid = read_stamp(stamps)
    return started - begin, pid


def take_over(lab):
    rounds = lab.scaled(40, least=3)
    pipe, stamps = lab.pipe("take-over")
    prepared, store = lab.store("take-over-tasks"), lab.store("take-over")
    prepared.add_all({"command": lab.baseline("stamp", pipe, "short")} for _ in range(rounds))
    short = prepared.files()
    prepared.add_all({"command": lab.baseline("stamp", pipe, "long", 60_000)}
                     for _ in range(rounds))
    long = [file for file in prepared.files() if file not in short]

    workers, pick_ups, take_overs = [], [], []
    for short_file, long_file in zip(short, long):
        while len(workers) < 2:
            workers.append(lab.worker(store, "--concurrency", 1))
        pick_ups.append(move_in(short_file, store.path, stamps))
        time.sleep(0.1)
        os.rename(long_file, store.path / long_file.name)
        _, pid = read_stamp(stamps)
        survivor = kill_its_worker(lab, workers, pid)
        lab.wait_until_idle(survivor)
        duration, pid = started_again(pid, stamps)
        take_overs.append(duration)
        os.kill(pid, signal.SIGKILL)
        lab.wait_until_idle(survivor)
    for worker in workers:
        lab.end(worker)
    return [at_most("S15", "start of a killed worker's task / pick-up", median(take_overs),
                    median(pick_ups), 3)]


def take_over_under_load(lab):
    """The other worker always has something to do; the freed task comes first by its priority."""
    pipe, stamps = lab.pipe("load")
    store = lab.store("load")
    long = {"command": lab.baseline("stamp", pipe, "long", 60_000), "priority": 9}
    load = {"command": lab.baseline("stamp", "/dev/null", "load", 20)}
    take_overs = []
    for _ in range(lab.scaled(10, least=2)):
        workers = [lab.worker(store, "--concurrency", 2) for _ in range(2)]
        store.add_all([long])
        _, pid = read_stamp(stamps)
        store.add_all(load for _ in range(200))
        kill_its_worker(lab, workers, pid)
        time.sleep(0.5)
        duration, pid = started_again(pid, stamps)
        take_overs.append(duration)
        os.kill(pid, signal.SIGKILL)
        lab.run(store.command("worker", "--drain"))
        lab.end(workers[0])
    return [bounded("S15", "the same under load, longest", max(take_overs) / 1e3, 1000, "ms")]
