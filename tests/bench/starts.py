# SPDX-License-Identifier: MIT
"""S5 and S6: from the moment that a task can run to its first instruction."""

import os
import pathlib
import random
import time

from table import at_most, median, percentile_99
from lab import read_stamp


def move_in(source, directory, stamps):
    """Moves a file into a watched directory; microseconds until its task began."""
    begin = time.time_ns() // 1000
    os.rename(source, directory / source.name)
    started, _ = read_stamp(stamps)
    return started - begin


def stamp_tasks(lab, pipe, count):
    """Files of due tasks that stamp into a pipe, in a store that no worker looks at."""
    store = lab.store("stamps")
    store.add_all({"command": lab.baseline("stamp", pipe, "x")} for _ in range(count))
    return store.files()


def pick_ups(lab, store, rounds):
    """Times of picking up `rounds` tasks by an idle worker, and by the baseline, in turn."""
    pipe, stamps = lab.pipe("stamps")
    bare = lab.directory("pick-up-bare")
    bare_files = lab.directory("pick-up-bare-files")
    worker = lab.worker(store)
    baseline = lab.start(lab.baseline("pickup", bare, *lab.baseline("stamp", pipe, "x")))
    lab.wait_until_idle(baseline)

    ours, theirs = [], []
    for file in stamp_tasks(lab, pipe, rounds):
        bare_file = bare_files / file.name
        bare_file.touch()
        for source, target, times in ((file, store.path, ours), (bare_file, bare, theirs)):
            times.append(move_in(source, target, stamps))
            time.sleep(random.uniform(0.08, 0.12))  # what follows a run is written by then
    lab.end(worker)
    lab.end(baseline)
    return ours, theirs


def pick_up(lab):
    ours, bare = pick_ups(lab, lab.store("pick-up"), lab.scaled(300, least=5))
    lab.results["pick-up"] = ours
    return [
        at_most("S5", "pick-up / inotify and spawn, median", median(ours), median(bare), 1.3),
        at_most("S5", "pick-up / inotify and spawn, 99 %", percentile_99(ours),
                percentile_99(bare), 2),
    ]


def random_times(count):
    """Sorted microseconds, about 50 a second, from three seconds after now on."""
    begin = time.time_ns() // 1000 + 3_000_000
    return sorted(begin + random.randrange(count * 20_000) for _ in range(count))


def rfc3339(microseconds):
    seconds, fraction = divmod(microseconds, 1_000_000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{fraction:06}Z"


def wait_for_lines(path, count):
    deadline = time.monotonic() + 120
    while len(lines := path.read_text().splitlines()) < count:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{len(lines)} of {count} timed starts happened")
        time.sleep(0.5)
    return lines


def lateness(log: pathlib.Path, count):
    """Microseconds from the due time, which is a stamp's word, to the stamp."""
    stamps = (line.split() for line in wait_for_lines(log, count))
    return [int(started) - int(due) for started, _, due in stamps]


def our_lateness(lab, worker_store, count):
    log = lab.directory("lateness") / "log"
    log.touch()
    worker_store.add_all(
        {"command": lab.baseline("stamp", log, due), "trigger": {"at": rfc3339(due)}}
        for due in random_times(count))
    return lateness(log, count)


def bare_lateness(lab, count):
    folder = lab.directory("lateness-bare")
    log = folder / "log"
    log.touch()
    (folder / "times").write_text("".join(f"{due}\n" for due in random_times(count)))
    lab.run(lab.baseline("timed_start", folder / "times", *lab.baseline("stamp", log)))
    return lateness(log, count)


def timed_starts(lab):
    count, runs = 1000, lab.scaled(5)
    store = lab.store("timed")
    worker = lab.worker(store, "--concurrency", 16)
    ours, bare = [], []
    for _ in range(runs):
        ours.append(our_lateness(lab, store, count))
        bare.append(bare_lateness(lab, count))
    lab.end(worker)
    over_runs = lambda measure, runs: median([measure(times) for times in runs])
    return [
        at_most("S6", "lateness of timed starts / timerfd and spawn, median",
                over_runs(median, ours), over_runs(median, bare), 1.3),
        at_most("S6", "lateness of timed starts / timerfd and spawn, 99 %",
                over_runs(percentile_99, ours), over_runs(percentile_99, bare), 1.5),
    ]
