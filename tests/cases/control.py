#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Stopping runs and waiting for them: cancel, wait, add --wait."""

import json
import os
import pathlib
import pwd
import signal
import subprocess
import sys

from play import held, let_go, on_files, play, runs
from world import check, wait_until


def start(world, *words, **more):
    return subprocess.Popen(world.command(*words), env=world.environment, text=True,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, **more)


def last_run(world, task):
    return world.json("history", task)[0]


# --- Cancelling ----------------------------------------------------------------------------------


def a_cancelled_run_is_stopped_and_not_tried_again(world):
    held(world, "a", "--retries", "5")
    world.start_worker()
    runs(world, "a")
    world.run("cancel", "a")
    world.run("wait", "a", exits=(125,))
    check(last_run(world, "a")["state"] == "cancelled", "its state")
    check(not world.json("list"), "it is tried again")
    world.stop_workers()


def a_cancelled_run_of_a_recurring_task_leaves_its_schedule(world):
    held(world, "a", "--every", "1h")
    world.run("run", "a")
    world.start_worker()
    runs(world, "a")
    wait_until(lambda: world.json("workers")[0]["running"], "the worker's word")
    run, = world.json("workers")[0]["running"]
    check(world.json("cancel", run) == [{"id": run}], "what was cancelled")
    world.run("wait", run, exits=(125,))
    wait_until(lambda: world.json("show", "a")["state"] == "scheduled", "its settlement")
    world.run("cancel", run, exits=(3,))
    world.stop_workers()


def what_does_not_run_cannot_be_cancelled(world):
    world.run("add", "--id", "later", "--in", "1h", "--", "true")
    told = world.run("cancel", "later", exits=(3,)).stderr
    check("remove" in told and "pause" in told, told)
    world.run("cancel", "nobody", exits=(3,))
    world.run("cancel", "--all", exits=(2,))
    world.run("cancel", "--all", "--yes")


def runs_are_cancelled_by_what_they_have_in_common(world):
    held(world, "a", "--queue", "mail")
    held(world, "b")
    world.start_worker("--concurrency", 4)
    runs(world, "a")
    runs(world, "b")
    world.run("cancel", "--queue", "mail", "--yes")
    world.run("wait", "a", exits=(125,))
    let_go(world, "b")
    world.run("wait", "b")
    world.stop_workers()


def a_run_in_the_foreground_is_cancelled_and_not_tried_again(world):
    held(world, "a", "--retries", "5")
    running = start(world, "run", "--foreground", "a")
    runs(world, "a")
    world.run("cancel", "a")
    check(running.wait() == 125, f"exit status {running.returncode}")
    check(not world.json("list"), "it is tried again")
    check(last_run(world, "a")["state"] == "cancelled", f"{last_run(world, 'a')}")


def a_run_in_the_foreground_is_cancelled_by_a_signal(world):
    held(world, "a", "--retries", "5")
    running = start(world, "run", "--foreground", "a")
    runs(world, "a")
    running.send_signal(signal.SIGINT)
    check(running.wait() == 125, f"exit status {running.returncode}")
    check(last_run(world, "a")["reason"] == "ended by SIGINT", f"{last_run(world, 'a')}")


def a_run_in_the_foreground_keeps_what_it_passes_on(world):
    world.run("add", "--id", "a", "--every", "1h", "--shell", "echo out; echo err >&2; exit 3")
    told = world.run("run", "--foreground", "a", exits=(3,))
    check((told.stdout, told.stderr) == ("out\n", "err\n"), f"{told}")
    kept = sorted(world.run("logs", "a").stdout.splitlines())
    check(kept == ["err", "out"], f"{kept}")
    check(sorted(last_run(world, "a")["output"].splitlines()) == kept, f"{last_run(world, 'a')}")


@on_files
def a_daemon_that_a_dead_worker_left_behind_is_ended(world):
    daemon = "touch daemon.ran; until [ -e daemon.go ]; do sleep 0.05; done"
    world.run("add", "--id", "a", "--cwd", world.folder, "--shell",
              f"setsid sh -c '{daemon}' >/dev/null 2>&1 & touch a.ran; wait")
    worker = world.start_worker()
    runs(world, "a")
    wait_until((world.folder / "daemon.ran").exists, "the daemon")
    world.kill_worker(worker)
    check(world.json("show", "a")["state"] == "running", "it does not hold its task")
    told = world.run("cancel", "a").stderr
    check("no live worker" in told, told)
    check(world.json("show", "a")["state"] != "running", "it holds its task still")
    world.start_worker("--drain")
    world.run("wait", "a", exits=(125,))
    check(last_run(world, "a")["state"] == "cancelled", f"{last_run(world, 'a')}")
    world.stop_workers()


HOLD = """
import fcntl, os, struct, sys
os.setsid()
lock = os.open(sys.argv[1], os.O_WRONLY)
fcntl.fcntl(lock, 37, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0))  # F_OFD_SETLK
if sys.argv[2] != "0":
    os.setresuid(*[int(sys.argv[2])] * 3)
print("held", flush=True)
sys.stdin.read()
"""


@on_files
def only_what_the_task_s_user_could_end_is_ended(world):
    """A run may hand its lock to any process that takes it, such as one of root's."""
    if os.geteuid() != 0:
        return
    for name, holder, ended in (("a", 0, False), ("b", pwd.getpwnam("nobody").pw_uid, True)):
        world.run("add", "--id", name, "--user", "nobody", "--cwd", "/", "--", "sleep", "1000")
        worker = world.start_worker()
        wait_until(lambda: children_of(worker), "its run")
        run, = children_of(worker)
        world.kill_worker(worker)
        os.kill(run, signal.SIGKILL)
        wait_until(lambda: world.json("show", name)["state"] != "running", "its end")
        lock = world.store / ".asyncz" / "running" / name
        with subprocess.Popen([sys.executable, "-c", HOLD, lock, str(holder)], text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
            check(other.stdout.readline() == "held\n", "it does not hold the task")
            told = world.run("cancel", name).stderr
            check(("left alone" in told) is not ended and ("ended process" in told) is ended, told)
            check((other.poll() is not None) is ended, f"{holder}: {other.poll()}")
            other.stdin.close()
        world.start_worker("--drain")
        world.wait_for_workers()


def children_of(worker):
    threads = pathlib.Path(f"/proc/{worker.pid}/task").glob("*/children")
    return [int(pid) for thread in threads for pid in thread.read_text().split()]


def a_task_is_removed_while_an_instance_of_it_runs(world):
    held(world, "a", "--every", "1h")
    world.run("run", "a")
    world.start_worker()
    runs(world, "a")
    world.run("remove", "a")
    check(not world.json("list"), "it is still there")
    let_go(world, "a")
    wait_until(lambda: world.json("history"), "the end of its run")
    check(last_run(world, "a")["state"] == "succeeded", f"{last_run(world, 'a')}")
    check(not world.json("list"), "it has come back")
    world.stop_workers()


def an_instance_that_outlives_its_task_is_found_by_its_run_id(world):
    held(world, "a", "--every", "1h")
    world.run("run", "a")
    world.start_worker()
    runs(world, "a")
    wait_until(lambda: world.json("workers")[0]["running"], "the worker's word")
    run, = world.json("workers")[0]["running"]
    world.run("remove", "a")
    world.run("logs", run)
    check(world.json("cancel", run) == [{"id": run}], "what was cancelled")
    wait_until(lambda: world.json("history"), "the end of its run")
    check(last_run(world, "a")["state"] == "cancelled", f"{last_run(world, 'a')}")
    world.stop_workers()


# --- Waiting -------------------------------------------------------------------------------------


def waiting_ends_as_the_run_does(world):
    for name, line in (("good", "true"), ("bad", "exit 7"), ("killed", "kill -9 $$")):
        world.run("add", "--id", name, "--shell", line)
    world.run("add", "--id", "late", "--timeout", "10ms", "--", "sleep", "1000")
    world.start_worker("--drain")
    world.run("wait", "good", "--timeout", "1h")
    world.run("wait", "good", "bad", "killed", exits=(7,))
    world.run("wait", "killed", exits=(128 + 9,))
    world.run("wait", "late", exits=(124,))
    world.run("wait", "nobody", exits=(125,))
    states = [run["state"] for run in json.loads(
        world.run("wait", "--json", "good", "bad", exits=(7,)).stdout)]
    check(states == ["succeeded", "failed"], f"{states}")
    world.stop_workers()


def the_last_attempt_is_waited_for(world):
    world.run("add", "--id", "a", "--retries", "1", "--retry-delay", "1ms", "--cwd", world.folder,
              "--shell", "test -e second && exit 0; touch second; exit 1")
    world.start_worker()
    world.run("wait", "a")
    world.stop_workers()


def a_recurring_task_is_waited_for_until_its_next_run_has_ended(world):
    held(world, "a", "--every", "1h")
    world.start_worker()
    waiting = start(world, "wait", "a", "-v")
    wait_until(lambda: takes(waiting, signal.SIGINT), "the waiting for its next run")
    world.run("run", "a")
    runs(world, "a")
    present = start(world, "wait", "a")
    wait_until(lambda: takes(present, signal.SIGINT), "the waiting for its present run")
    let_go(world, "a")
    check(waiting.wait() == 0 and present.wait() == 0, "exit status")
    world.stop_workers()


def waiting_ends_by_its_timeout_and_by_an_interrupt(world):
    held(world, "a")
    world.start_worker()
    runs(world, "a")
    world.run("wait", "a", "--timeout", "1ms", exits=(124,))
    waiting = start(world, "wait", "a")
    wait_until(lambda: takes(waiting, signal.SIGINT), "its waiting")
    waiting.send_signal(signal.SIGINT)
    check(waiting.wait() == 128 + signal.SIGINT, "exit status")
    check(world.json("show", "a")["state"] == "running", "the task was stopped as well")
    let_go(world, "a")
    world.run("wait", "a")
    world.stop_workers()


def takes(process, number):
    """Whether it takes the signal itself."""
    status = (line.split() for line in open(f"/proc/{process.pid}/status", encoding="ascii"))
    blocked = next(line[1] for line in status if line[0] == "SigBlk:")
    return int(blocked, 16) >> (number - 1) & 1


def it_is_said_that_nobody_will_run_it(world):
    world.run("add", "--id", "a", "--queue", "mail", "--", "true")
    told = world.run("wait", "a", "--timeout", "1ms", exits=(124,)).stderr
    check("no live worker serves queue mail" in told, told)
    world.run("pause", "--queue", "mail")
    told = world.run("wait", "a", "--timeout", "1ms", exits=(124,)).stderr
    check("queue mail is paused" in told, told)
    world.run("pause", "a")
    told = world.run("wait", "a", "--timeout", "1ms", exits=(124,)).stderr
    check("task a is paused" in told, told)


def what_has_failed_is_tried_again_when_asked(world):
    world.run("add", "--id", "once", "--tag", "kept", "--cwd", world.folder, "--shell", "[ -e mended ]")
    world.run("worker", "--drain")
    check(not world.json("list"), "it is still there")
    world.run("retry", "once")
    again, = world.json("list")
    check(again["tags"] == ["kept"] and again["state"] == "due", f"{again}")
    (world.folder / "mended").touch()
    world.run("worker", "--drain")
    states = [run["state"] for run in world.json("history", "once")]
    check(states == ["succeeded", "failed"], f"{states}")
    world.run("retry", "once", exits=(4,))


def what_is_removed_is_not_waited_for_any_longer(world):
    world.run("add", "--id", "a", "--in", "1h", "--", "true")
    waiting = start(world, "wait", "a")
    wait_until(lambda: takes(waiting, signal.SIGINT), "its waiting")
    world.run("remove", "a")
    check(waiting.wait() == 125, "exit status")


# --- add --wait ----------------------------------------------------------------------------------


def output_and_exit_status_are_passed_on(world):
    world.start_worker()
    done = world.run("add", "--wait", "--shell", "echo out; echo err >&2; exit 3", exits=(3,))
    check(done.stdout == "out\nerr\n", f"{done.stdout!r}")
    check("added " in done.stderr, done.stderr)
    done = world.run("add", "--wait", "--", "true")
    check(done.stdout == "", f"{done.stdout!r}")
    run = json.loads(world.run("add", "--wait", "--json", "--", "echo", "x").stdout)
    check((run["state"], run["output"]) == ("succeeded", "x\n"), f"{run}")
    world.stop_workers()


def output_comes_while_the_run_lasts(world):
    world.start_worker()
    adding = start(world, "add", "--wait", "--cwd", world.folder, "--shell",
                   "echo first; until [ -e go ]; do sleep 0.05; done; echo second; exit 5")
    check(adding.stdout.readline() == "first\n", "the first line")
    (world.folder / "go").touch()
    check(adding.stdout.read() == "second\n", "the rest")
    check(adding.wait() == 5, "exit status")
    world.stop_workers()


play([
    a_cancelled_run_is_stopped_and_not_tried_again,
    a_cancelled_run_of_a_recurring_task_leaves_its_schedule,
    what_does_not_run_cannot_be_cancelled,
    runs_are_cancelled_by_what_they_have_in_common,
    a_run_in_the_foreground_is_cancelled_and_not_tried_again,
    a_run_in_the_foreground_is_cancelled_by_a_signal,
    a_run_in_the_foreground_keeps_what_it_passes_on,
    a_daemon_that_a_dead_worker_left_behind_is_ended,
    only_what_the_task_s_user_could_end_is_ended,
    a_task_is_removed_while_an_instance_of_it_runs,
    an_instance_that_outlives_its_task_is_found_by_its_run_id,
    waiting_ends_as_the_run_does,
    the_last_attempt_is_waited_for,
    a_recurring_task_is_waited_for_until_its_next_run_has_ended,
    waiting_ends_by_its_timeout_and_by_an_interrupt,
    it_is_said_that_nobody_will_run_it,
    what_has_failed_is_tried_again_when_asked,
    what_is_removed_is_not_waited_for_any_longer,
    output_and_exit_status_are_passed_on,
    output_comes_while_the_run_lasts,
])
