#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A worker on a store with real crontabs imported starts, runs what is due, and is idle.

The crontabs' commands are strangers', so each is replaced by `true` on the way through `export` and
`add --batch` into the store that the worker serves.
"""

import json
import pathlib
import re
import sys
import time

from world import PATIENCE, check, new_world

DIALECTS = ("vixie", "bsd", "busybox", "dcron", "systemd-cron")


def sections(path):
    """(dialect, whether with a user column, text) of each crontab in the collection."""
    for section in re.split(r"^#@ ", path.read_text(), flags=re.MULTILINE)[1:]:
        head, _, text = section.partition("\n")
        facts = dict(word.split("=", 1) for word in head.split() if "=" in word)
        dialect, kind = facts["dialect"], facts["kind"]
        family = next((name for name in DIALECTS if dialect.startswith(name)), None)
        if family and kind in ("user", "system", "file"):
            yield family, kind == "system" or dialect.endswith("-system"), text


def import_all(world, path):
    """Imports each section from a file of its own; how many there were."""
    count = 0
    for dialect, system, text in sections(path):
        count += 1
        crontab = world.folder / f"crontab-{count}"
        crontab.write_text(text)
        reads = [] if dialect == "systemd-cron" else ["--dialect", dialect]
        world.run("import", *reads, *(["--system"] if system else []), crontab, exits=(0, 1))
    return count


def harmless_copy(world):
    """A second store with the same schedules, but what is due each second, and another command."""
    tasks = [json.loads(line) for line in world.run("export").stdout.splitlines()]
    tasks = [task for task in tasks if task["trigger"].get("cron") != "* * * * * *"]
    for task in tasks:
        task |= {"command": ["/bin/true"], "stdin": None, "cwd": None, "user": None, "env": None}
        task |= {"on_success": None, "on_failure": None, "on_end": None}
    store = world.folder / "harmless"
    lines = "".join(json.dumps(task) + "\n" for task in tasks)
    world.run("add", "--batch", "-", store=store, stdin=lines)
    return store, len(tasks)


def processor_time(worker):
    """Nanoseconds that its threads have run."""
    threads = pathlib.Path(f"/proc/{worker.pid}/task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads)


def wait_until_idle(worker, seconds=2):
    """Until it has not run for a while; at a full minute some of the schedules are due."""
    deadline = time.monotonic() + PATIENCE
    before = -1
    while (now := processor_time(worker)) != before:
        check(time.monotonic() < deadline, "the worker never sleeps")
        before = now
        time.sleep(seconds)


def main():
    with new_world() as world:
        crontabs = import_all(world, pathlib.Path(sys.argv[3]))
        store, count = harmless_copy(world)
        check(count > 200, f"only {count} tasks came from {crontabs} crontabs")
        worker = world.start_worker(store=store)
        wait_until_idle(worker)
        check(worker.poll() is None, "the worker ended")
        check(len(world.json("list", store=store)) == count, "a recurring task has gone")
        world.stop_workers()
        runs = world.json("history", "--limit", 0, store=store)
        check(all(run["state"] == "succeeded" for run in runs), "a run did not succeed")
        print(f"{count} tasks of {crontabs} crontabs, {len(runs)} of them due, and an idle worker")


if __name__ == "__main__":
    main()
