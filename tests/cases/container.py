#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A worker as process 1 of a container: orphans, signals, its exit status."""

import os
import pathlib
import signal
import subprocess
import sys

from play import play, until
from world import check, wait_until

ALONE = ["unshare", *(["--user", "--map-root-user"] if os.geteuid() else []), "--pid", "--fork",
         "--kill-child", "--mount-proc"]


def contained(world, *options):
    """A worker in namespaces of its own: the process that we wait for, and its pid out here."""
    world.place = ALONE
    outer = world.start_worker(*options)
    world.place = ()
    children = pathlib.Path(f"/proc/{outer.pid}/task/{outer.pid}/children")
    wait_until(lambda: children.read_text(), "process 1")
    pid = int(children.read_text())
    wait_until(lambda: begun(pid), "its beginning")
    return outer, pid


def begun(pid):
    """Whether it reads SIGTERM itself by now."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    blocked = next(line.split()[1] for line in status.splitlines() if line.startswith("SigBlk"))
    return int(blocked, 16) >> (signal.SIGTERM - 1) & 1


def children_of(pid):
    """State and name of each."""
    found = subprocess.run(["ps", "-o", "stat=,comm=", "--ppid", str(pid)], text=True,
                           capture_output=True).stdout
    return found.splitlines()


def shell(world, line, *options):
    return world.run("add", *options, "--cwd", world.folder, "--shell", line).stdout.strip()


def orphans_are_reaped(world):
    worker, pid = contained(world)
    task = shell(world, f"setsid sh -c 'touch orphan; {until('go')}' </dev/null >/dev/null 2>&1 & "
                        f"{until('orphan')}; grep NSpid /proc/self/status")
    wait_until(lambda: world.json("history", task), "the run's end")
    run, = world.json("history", task)
    check(run["state"] == "succeeded", f"{run}")
    wait_until(lambda: len(children_of(pid)) == 1, "the orphan")
    (world.folder / "go").touch()
    wait_until(lambda: not children_of(pid), "its end: no zombie is left")
    os.kill(pid, signal.SIGTERM)
    world.wait_for_workers()


def told_to_stop_it_waits_for_its_runs_and_takes_the_rest_along(world):
    worker, pid = contained(world)
    task = shell(world, f"setsid sh -c 'touch orphan; sleep 1000' </dev/null >/dev/null 2>&1 & "
                        f"touch began; {until('go')}")
    wait_until(lambda: (world.folder / "began").exists() and (world.folder / "orphan").exists(),
               "the run")
    os.kill(pid, signal.SIGTERM)
    wait_until(lambda: "stopping" in world.worker_log(), "its word")
    shell(world, "touch another")
    check(worker.poll() is None, "it did not wait")
    (world.folder / "go").touch()
    world.wait_for_workers()  # with status 0, through unshare
    run, = world.json("history", task)
    check(run["state"] == "succeeded", f"{run}")
    check(not (world.folder / "another").exists(), "it took more work")


def told_twice_it_passes_the_signal_on(world):
    worker, pid = contained(world)
    task = shell(world, "trap 'echo got it >got; exit 9' TERM; touch began; "
                        "while :; do sleep 0.02; done")
    wait_until((world.folder / "began").exists, "the run")
    for each in (signal.SIGTERM, signal.SIGINT):
        os.kill(pid, each)
    world.wait_for_workers()
    check((world.folder / "got").read_text() == "got it\n", "the run was not told")
    check(world.json("history", task)[0]["state"] == "lost", "its state")


def its_exit_status_is_the_container_s(world):
    shell(world, "exit 3")
    worker, _ = contained_to_the_end(world, "--drain")
    check(worker == 0, f"an orderly end is {worker}")
    world.url = "redis://127.0.0.1:1/0"
    world.lease = ()
    worker, told = contained_to_the_end(world)
    check(worker == 5, f"without a store: {worker}: {told}")
    worker, told = contained_to_the_end(world, "--concurrency", "none")
    check(worker == 2, f"a wrong option: {worker}: {told}")


def without_dev_null_it_refuses_to_start(world):
    task = shell(world, "true")
    before = world.json("show", task)
    empty_dev = ["sh", "-c", 'mount -t tmpfs none /dev && exec "$@"', "sh"]
    done = subprocess.run([*ALONE, *empty_dev, *world.command("worker", "--drain")], text=True,
                          env=world.environment, stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=120)
    check(done.returncode == 5, f"{done.returncode}: {done.stderr}")
    check("cannot open /dev/null" in done.stderr, done.stderr)
    check(world.json("show", task) == before and not world.json("history"), "it took the task")


def contained_to_the_end(world, *options):
    done = subprocess.run([*ALONE, *world.command("worker", *options)], env=world.environment,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stderr


if subprocess.run([*ALONE, "true"], capture_output=True).returncode != 0:
    print("unshare makes no namespaces here")
    sys.exit(1 if os.environ.get("ASYNCZ_REQUIRE_ALL", "0") not in ("", "0") else 77)

play([
    orphans_are_reaped,
    told_to_stop_it_waits_for_its_runs_and_takes_the_rest_along,
    told_twice_it_passes_the_signal_on,
    its_exit_status_is_the_container_s,
    without_dev_null_it_refuses_to_start,
])
