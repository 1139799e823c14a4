#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Two workers on two machines and one store: one machine is cut off in the middle of a run and let
back. The task never runs twice at the same time, and what the one that was cut off did not count.

usage: two_machines.py SERVER ASYNCZ, with tests/stress on the path. The machines are network
namespaces, which root alone may make.
"""

import contextlib
import importlib
import os
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

from server import skipped  # noqa: E402
from world import check, wait_until, world_in  # noqa: E402

TASK = """exec 9>lock; flock -n 9 || echo overlap >>ran; echo "start $ASYNCZ_RUN_ID" >>ran
until [ -e go ]; do sleep 0.05; done; echo end >>ran"""


def ip(*words):
    subprocess.run(["ip", *words], check=True, capture_output=True)


class Network:
    """A server's machine, and two others that are wired to it alone."""

    def __init__(self):
        self._mark = f"az{os.getpid()}"
        self._names = [f"{self._mark}{name}" for name in ("s", "a", "b")]

    def __enter__(self):
        for name in self._names:
            ip("netns", "add", name)
            ip("-n", name, "link", "set", "lo", "up")
        for number, name in enumerate(self._names[1:], 1):
            ours, theirs = f"{self._mark}{number}", f"{self._mark}{number}s"
            ip("link", "add", ours, "netns", name, "type", "veth", "peer", "name", theirs, "netns",
               self._names[0])
            ip("-n", name, "addr", "add", f"10.83.{number}.2/24", "dev", ours)
            ip("-n", self._names[0], "addr", "add", f"10.83.{number}.1/24", "dev", theirs)
            ip("-n", name, "link", "set", ours, "up")
            ip("-n", self._names[0], "link", "set", theirs, "up")
        return self

    def __exit__(self, *_):
        for name in self._names:
            subprocess.run(["ip", "netns", "del", name], capture_output=True)

    def on(self, number):
        """The words before a command that runs on machine 1 or 2, or on the server's, 0."""
        return ("ip", "netns", "exec", self._names[number])

    def wire(self, number, state):
        ip("-n", self._names[0], "link", "set", f"{self._mark}{number}s", state)


def ran(world):
    path = world.folder / "ran"
    return path.read_text().splitlines() if path.exists() else []


def starts(world):
    return sum(line.startswith("start") for line in ran(world))


def start_worker(world, network, server, number):
    here = world.url, world.place
    world.place = network.on(number)
    world.url = server.url_at(f"10.83.{number}.1")
    world.start_worker("--lease", "4s", "--name", f"machine{number}")
    world.url, world.place = here


def cancel_from_elsewhere(world):
    """A run on one of the two, by a command on the server's machine."""
    other = world.run("add", "--cwd", world.folder, "--shell", "touch began; exec sleep 1000").stdout.strip()
    wait_until((world.folder / "began").exists, "another run")
    world.run("cancel", other)
    wait_until(lambda: not world.json("list"), "its end")
    run, = world.json("history", other)
    check(run["state"] == "cancelled" and run["worker"].startswith("machine"), f"{run}")


def play(world, network, server):
    task = world.run("add", "--cwd", world.folder, "--shell", TASK).stdout.strip()
    start_worker(world, network, server, 1)
    wait_until(lambda: starts(world) == 1, "the first run")
    network.wire(1, "down")
    start_worker(world, network, server, 2)
    wait_until(lambda: starts(world) == 2, "the run on the other machine")
    network.wire(1, "up")
    wait_until(lambda: any(run["worker"] == "machine1" for run in world.json("history", task)),
               "what the first machine has to say")
    (world.folder / "go").touch()
    wait_until(lambda: not world.json("list"), "the settlement")
    cancel_from_elsewhere(world)
    world.stop_workers()

    check("overlap" not in ran(world), f"it ran beside itself: {ran(world)}")
    check(ran(world).count("end") == 1 and starts(world) == 2, f"it ran {ran(world)}")
    runs = {run["worker"]: run["state"] for run in world.json("history", task, "--limit", 0)}
    check(runs == {"machine1": "lost", "machine2": "succeeded"}, f"history: {runs}")


def cannot(kind):
    """Why this test cannot run here, or None."""
    if kind.missing():
        return f"{kind.missing()} is missing"
    if os.geteuid() != 0:
        return "only root may make network namespaces"
    probe = subprocess.run(["unshare", "-n", "true"], capture_output=True)
    return None if probe.returncode == 0 else "no network namespaces here"


def main():
    kind = importlib.import_module(sys.argv[1]).SERVER
    if why := cannot(kind):
        return skipped(why)
    with contextlib.ExitStack() as stack:
        place = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="asyncz-two-")))
        place.chmod(0o711)
        folder, data = place / "world", place / "server"
        folder.mkdir()
        data.mkdir()
        network = stack.enter_context(Network())
        server = kind(data, **kind.for_others)
        server.place = network.on(0)
        stack.callback(server.stop)
        server.start()
        world = stack.enter_context(world_in(folder, sys.argv[2], url=server.url))
        world.place = network.on(0)
        play(world, network, server)
    print(f"cut off and let back on {sys.argv[1]}: one run counted, none beside itself")
    return 0


if __name__ == "__main__":
    sys.exit(main())
