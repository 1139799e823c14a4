#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What becomes of commands and workers when the disk of their store's server is full. It may answer
that, or end.

usage: full_server.py ASYNCZ NAME, with tests/stress and tests/servers on the path. Its disk is a
mount that root alone may make.
"""

import contextlib
import importlib
import os
import subprocess
import sys

from database_server import logged, play_all, ran, shell, states
from server import skipped
from world import check, give, wait_until

INSIDE = "ASYNCZ_TEST_OWN_MOUNTS"  # set where mounts are ours alone


def on_small_disk(kind):
    """Such a server whose folder is a disk of its own."""

    class OnSmallDisk(kind):
        def start(self):
            if not any(self.folder.iterdir()):
                options = "size=200m,mode=0755"
                subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", self.folder], check=True)
            super().start()

        def stop(self):
            super().stop()
            subprocess.run(["umount", "--lazy", self.folder], check=True)

        def fill(self):
            with open(self.folder / "filler", "wb", buffering=0) as filler:
                for size in (1 << 16, 1):
                    with contextlib.suppress(OSError):
                        while True:
                            filler.write(bytes(size))

        def make_room(self):
            (self.folder / "filler").unlink()
            if self.process.poll() is not None:
                self.start()

    return OnSmallDisk


def a_full_server_refuses_tasks_and_keeps_those_it_has(world, server):
    kept = shell(world, "true", "--paused")
    server.fill()
    failed = world.run("add", "--stdin", "x" * 100_000, "--", "true", exits=(5,))
    check("hint" in failed.stderr, f"no hint: {failed.stderr}")
    server.make_room()
    # One that ends in mid-command may have stored what it has not acknowledged.
    tasks = [task["id"] for task in world.json("list")]
    check(kept in tasks, f"a task was lost: {tasks}")


def a_worker_of_a_full_server_waits_and_keeps_what_it_has_to_write(world, server):
    turns = world.open_queue("turns", 0)  # a line for each attempt
    shell(world, "echo start >>ran; read -r _ <turns; echo end >>ran; [ -e good ]",
          "--retries", 1, "--retry-delay", "1s")
    worker = world.start_worker("--lease", "10m")
    wait_until(lambda: ran(world) == ["start"], "the start")
    server.fill()
    give(turns, 2)
    wait_until(logged(world, server.name), "a word of it")
    check(ran(world) == ["start", "end"] and worker.poll() is None, "the worker has gone")
    (world.folder / "good").touch()
    server.make_room()
    wait_until(lambda: not world.json("list"), "the second attempt")
    check(states(world) == ["succeeded", "failed"], f"history: {states(world)}")
    world.stop_workers()


def main():
    if INSIDE not in os.environ:
        if subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode != 0:
            return skipped("no mount namespaces here")
        os.environ[INSIDE] = "1"
        os.execvp("unshare", ["unshare", "-m", sys.executable, *sys.argv])
    kind = on_small_disk(importlib.import_module(sys.argv[2]).SERVER)
    return play_all([a_full_server_refuses_tasks_and_keeps_those_it_has,
                     a_worker_of_a_full_server_waits_and_keeps_what_it_has_to_write],
                    kind, sys.argv[3:])


if __name__ == "__main__":
    sys.exit(main())
