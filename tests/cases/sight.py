#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the commands show of workers at work: status, workers, why."""

import json
import os
import subprocess

from play import held, let_go, on_files, play, runs
from world import check, wait_until


def workers_tells_who_runs_what(world):
    held(world, "a", "--queue", "mail")
    worker = world.start_worker("--name", "one", "--queue", "mail:2", "--concurrency", "3")
    runs(world, "a")
    wait_until(lambda: world.json("workers")[0]["running"], "the worker's word")
    row, = world.json("workers")
    check((row["name"], row["pid"], row["queues"], row["concurrency"]) ==
          ("one", worker.pid, ["mail:2"], 3), f"{row}")
    check([run.split(".")[0] for run in row["running"]] == ["a"], f"{row}")
    name, host, pid, queues, running, *_ = world.run("workers").stdout.split("\t")
    check((name, host, pid, queues) == ("one", row["host"], str(worker.pid), "mail:2"), "the line")
    check(running == row["running"][0], "the line's run")
    check("one: 1 of 3 running" in world.run("status").stdout, "status")
    let_go(world, "a")
    world.stop_workers()
    check(not world.json("workers"), "a stopped worker is listed")


def a_killed_worker_is_not_live(world):
    """On files at once, elsewhere when its last word is older than a lease."""
    world.run("add", "--every", "1h", "--", "true")
    worker = world.start_worker()
    wait_until(lambda: world.json("workers"), "the worker")
    world.kill_worker(worker)
    if not world.on_files:
        wait_until(lambda: not world.json("workers"), "its end")
    check(not world.json("workers"), "a killed worker is listed")


def status_tells_of_each_change(world):
    world.run("add", "--id", "first", "--every", "1h", "--", "true")
    watch = subprocess.Popen(world.command("status", "--watch", "--json"), env=world.environment,
                             stdout=subprocess.PIPE, text=True)
    check(json.loads(watch.stdout.readline())["tasks"] == 1, "the beginning")
    world.run("add", "--id", "second", "--every", "1h", "--", "true")
    check(json.loads(watch.stdout.readline())["tasks"] == 2, "the change")
    watch.terminate()
    check(watch.wait() == 0, "no orderly end")


def on_a_terminal_status_is_drawn_in_place(world):
    world.run("add", "--every", "1h", "--", "true")
    ours, theirs = os.openpty()
    watch = subprocess.Popen(world.command("status", "--watch"), stdin=theirs, stdout=theirs,
                             env=world.environment | {"TERM": "xterm", "LINES": "5"})
    os.close(theirs)
    shown = b""
    while shown.count(b"\033[H") < 2:  # drawn, and drawn again
        shown += os.read(ours, 4096)
    check(b"tasks     1: 1 scheduled" in shown and b"\033[2J" in shown, f"{shown}")
    watch.terminate()
    while True:
        try:
            shown += os.read(ours, 4096)
        except OSError:
            break
    check(watch.wait() == 0, "no orderly end")
    check(shown.endswith(b"\033[?25h"), "the cursor stays hidden")


# --- why -----------------------------------------------------------------------------------------


def reasons(world, name):
    return {reason["code"]: reason["text"] for reason in world.json("why", name)["reasons"]}


def why_names_the_run_and_what_its_queue_is_full_of(world):
    held(world, "a", "--queue", "mail")
    worker = world.start_worker("--name", "one", "--queue", "mail:1", "--concurrency", "3")
    runs(world, "a")
    wait_until(lambda: world.json("workers")[0]["running"], "the worker's word")
    told = reasons(world, "a")
    check("worker one" in told["running"] and str(worker.pid) in told["running"], f"{told}")
    world.run("add", "--id", "b", "--queue", "mail", "--", "true")
    world.run("add", "--id", "c", "--queue", "other", "--", "true")
    told = reasons(world, "b")
    check("one runs 1 of 1 of queue mail: a." in told["worker-full"], f"{told}")
    told = reasons(world, "c")
    check("no live worker serves queue other (one: mail:1)" in told["queue-unserved"], f"{told}")
    let_go(world, "a")
    world.run("wait", "b")
    world.stop_workers()


@on_files
def why_names_the_process_that_a_dead_worker_left_behind(world):
    held(world, "a")
    worker = world.start_worker()
    runs(world, "a")
    world.kill_worker(worker)
    told = reasons(world, "a")
    check("process " in told["left-behind"] and "asyncz cancel a" in told["left-behind"], f"{told}")
    let_go(world, "a")
    wait_until(lambda: "interrupted" in reasons(world, "a"), "its end")
    world.start_worker("--drain")
    world.run("wait", "a")
    world.stop_workers()


def why_tells_what_became_of_a_due_time(world):
    world.run("add", "--id", "a", "--every", "1h", "--", "sh", "-c", "exit 4")
    world.run("run", "a")
    world.start_worker("--drain")
    wait_until(lambda: world.json("history", "a"), "its run")
    run, = world.json("history", "a")
    told = world.run("why", "a", "--at", run["scheduled_time"]).stdout
    check(told.startswith(f"run {run['id']} for ") and "exit status 4" in told, told)
    world.stop_workers()


play([
    workers_tells_who_runs_what,
    a_killed_worker_is_not_live,
    status_tells_of_each_change,
    on_a_terminal_status_is_drawn_in_place,
    why_names_the_run_and_what_its_queue_is_full_of,
    why_names_the_process_that_a_dead_worker_left_behind,
    why_tells_what_became_of_a_due_time,
])
