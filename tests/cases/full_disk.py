#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A worker whose disk is full: it starts nothing new, says so, forgets nothing and fails no run."""

import contextlib
import os
import subprocess
import sys
import time

from play import play
from probe import get, listening, samples
from world import check, wait_until

INSIDE = "ASYNCZ_TEST_OWN_MOUNTS"  # set where mounts are ours alone


def lines(world):
    log = world.folder / "log"
    return log.read_text().splitlines() if log.exists() else []


@contextlib.contextmanager
def small_disk(world):
    """The store has one of its own."""
    world.store.mkdir(mode=0o700)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m,mode=0700", "tmpfs", world.store], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", world.store], check=True)


def fill(world):
    with open(world.store / "filler", "wb", buffering=0) as filler:
        try:
            while True:
                filler.write(bytes(4096))
        except OSError:
            pass


def nothing_new_is_started_and_it_is_told_until_there_is_room(world):
    with small_disk(world):
        fill_and_free(world)


def fill_and_free(world):
    for name in ("a", "b", "c"):
        world.run("add", "--id", name, "--every", "200ms", "--cwd", world.folder, "--shell",
                  "echo $ASYNCZ_RUN_ID >>log")
    port = listening(world, "--concurrency", 2)
    wait_until(lambda: len(lines(world)) > 3, "some runs")
    fill(world)
    wait_until(lambda: world.json("workers")[0]["trouble"], "its word")
    check("it cannot write to the store" in world.run("status").stdout, "status")
    check(get(port, "/readyz")[:2] == (503, "the store cannot be written\n"), "/readyz")
    check("no space left" in world.worker_log(), world.worker_log())
    wait_until(lambda: samples(get(port, "/metrics")[1])["asyncz_running"] == 0, "the end of its runs")
    before = lines(world)
    several_tries = time.monotonic() + 3  # one each second
    while time.monotonic() < several_tries:
        check(world.json("workers")[0]["trouble"], "it forgot")
        check(lines(world) == before, "it started another run")
    (world.store / "filler").unlink()
    wait_until(lambda: not world.json("workers")[0]["trouble"], "its word")
    wait_until(lambda: len(lines(world)) > len(before) + 3, "more runs")
    check(get(port, "/readyz")[0] == 200, "/readyz")
    world.stop_workers()
    runs = world.json("history", "--limit", 0)
    recorded = {run["id"] for run in runs if run["state"] == "succeeded"}
    check(recorded == set(lines(world)), f"{set(lines(world)) ^ recorded} are on one side only")


@contextlib.contextmanager
def few_files(folder):
    """A disk of its own that has room for so few files that it is soon full."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "nr_inodes=40,mode=0700", "tmpfs", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def leave_no_file(folder):
    """What the worker removes meanwhile is taken up, too."""
    with contextlib.suppress(OSError):
        for number in range(1000):
            (folder / f"filler-{number}-{time.monotonic_ns()}").touch()


def make_room(folder):
    for filler in folder.glob("filler-*"):
        filler.unlink()


def make_logs_folder(world):
    logs = world.store / ".asyncz" / "logs"
    logs.mkdir(parents=True)
    for folder in (world.store, logs.parent, logs):
        folder.chmod(0o700)
    return logs


def all_succeeded_and_none_was_lost(world):
    runs = [run for run in world.json("history", "--limit", 0) if run["state"] != "skipped"]
    check(all(run["state"] == "succeeded" for run in runs), f"{runs}")
    ids = {run["id"] for run in runs}
    check(ids == set(lines(world)), f"{set(lines(world)) ^ ids} are on one side only")


def a_run_whose_log_cannot_be_made_waits_until_it_can(world):
    logs = make_logs_folder(world)
    with few_files(logs):
        leave_no_file(logs)
        for name in ("a", "b", "c"):
            world.run("add", "--id", name, "--cwd", world.folder, "--shell", "echo $ASYNCZ_RUN_ID >>log")
        port = listening(world, "--concurrency", 2)
        wait_until(lambda: get(port, "/readyz")[:2] == (503, "no run can be started\n"), "its word")
        wait_until(lambda: world.json("workers")[0]["trouble"], "its word to all")
        check("it cannot write to the store or start runs" in world.run("status").stdout, "status")
        check("No space left" in world.worker_log(), world.worker_log())
        several_tries = time.monotonic() + 3
        while time.monotonic() < several_tries:
            check(get(port, "/readyz")[0] == 503, "it forgot")
            check(not lines(world), "it started a run")
        make_room(logs)
        wait_until(lambda: get(port, "/readyz")[0] == 200, "its word")
        wait_until(lambda: not world.json("workers")[0]["trouble"], "its word to all")
        wait_until(lambda: len(lines(world)) == 3, "the runs")
        world.stop_workers()
        all_succeeded_and_none_was_lost(world)


def it_also_waits_where_nothing_else_can_be_made(world):
    world.store.mkdir(mode=0o700)
    with few_files(world.store):
        for name in ("a", "b", "c"):
            world.run("add", "--id", name, "--every", "200ms", "--cwd", world.folder, "--shell",
                      "echo $ASYNCZ_RUN_ID >>log")
        port = listening(world, "--concurrency", 2)
        wait_until(lambda: len(lines(world)) > 3, "some runs")
        wait_until(lambda: leave_no_file(world.store) or get(port, "/readyz")[0] == 503, "its word",
                   tick=0.01)
        before = lines(world)
        make_room(world.store)
        wait_until(lambda: get(port, "/readyz")[0] == 200, "its word")
        wait_until(lambda: len(lines(world)) > len(before) + 3, "more runs")
        world.stop_workers()
        all_succeeded_and_none_was_lost(world)


def at_most_once_and_told_to_stop_it_is_left_to_the_next_worker(world):
    logs = make_logs_folder(world)
    with few_files(logs):
        leave_no_file(logs)
        world.run("add", "--id", "once", "--delivery", "at-most-once", "--cwd", world.folder,
                  "--shell", "echo ran >>log")
        port = listening(world, "--concurrency", 1)
        wait_until(lambda: get(port, "/readyz")[0] == 503, "its word")
        world.stop_workers()
        check(not world.json("history") and not lines(world), "it ran, or is said to have run")
        make_room(logs)
        world.start_worker("--drain")
        world.wait_for_workers()
        check(lines(world) == ["ran"], f"{lines(world)}")


if INSIDE not in os.environ:
    if subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode != 0:
        print("no mount namespaces here")
        sys.exit(1 if os.environ.get("ASYNCZ_REQUIRE_ALL", "0") not in ("", "0") else 77)
    os.environ[INSIDE] = "1"
    os.execvp("unshare", ["unshare", "-m", sys.executable, *sys.argv])

play([
    nothing_new_is_started_and_it_is_told_until_there_is_room,
    a_run_whose_log_cannot_be_made_waits_until_it_can,
    it_also_waits_where_nothing_else_can_be_made,
    at_most_once_and_told_to_stop_it_is_left_to_the_next_worker,
])
