#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A worker whose disk is full: it starts nothing new, says so, and forgets nothing."""

import contextlib
import os
import subprocess
import sys
import time

from play import play
from probe import get, listening
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


if INSIDE not in os.environ:
    if subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode != 0:
        print("no mount namespaces here")
        sys.exit(1 if os.environ.get("ASYNCZ_REQUIRE_ALL", "0") not in ("", "0") else 77)
    os.environ[INSIDE] = "1"
    os.execvp("unshare", ["unshare", "-m", sys.executable, *sys.argv])

play([
    nothing_new_is_started_and_it_is_told_until_there_is_room,
])
