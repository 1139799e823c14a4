#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a worker promises beyond running things: how it stops, waits, catches up and is killed."""

import json
import os
import pathlib
import shlex
import signal
import subprocess
import time

from play import on_files, play
from shifted import BY_TRUE_TIME, an_hour_ago, shifted
from world import check, has_unread_signal, wait_until


def ran(world, name="log"):
    path = world.folder / name
    return path.read_text().split() if path.exists() else []


def add(world, *words):
    return world.run("add", *words).stdout.strip()


def shell(world, line, *options):
    return add(world, *options, "--cwd", world.folder, "--shell", line)


def states(world):
    return {run["task"]: run["state"] for run in reversed(world.json("history", "--limit", 0))}


# --- Stopping ------------------------------------------------------------------------------------


def a_stopped_worker_lets_its_runs_finish_and_takes_nothing_new(world):
    for number in range(30):
        shell(world, f"echo s{number} >>log; until [ -e free ]; do sleep 0.02; done; "
                     f"echo e{number} >>log")
    worker = world.start_worker("--concurrency", 4)
    wait_until(lambda: len(ran(world)) == 4, "four starts", tick=0.01)
    worker.send_signal(signal.SIGTERM)
    wait_until(lambda: not has_unread_signal(worker), "its reading the signal", tick=0.01)
    (world.folder / "free").touch()
    world.wait_for_workers()
    lines = ran(world)
    starts, ends = [[line[1:] for line in lines if line[0] == kind] for kind in "se"]
    check(sorted(starts) == sorted(ends), "a run was not left to finish")
    check(len(starts) == 4, f"{len(starts)} runs began")
    check(len(world.json("list")) == 26, "a task was lost or kept")
    check(worker.returncode == 0, "no orderly stop")


def told_twice_it_ends_its_runs_and_they_are_run_again_elsewhere(world):
    task = shell(world, "echo start >>log; sleep 100")
    worker = world.start_worker()
    wait_until(lambda: ran(world), "the start", tick=0.01)
    worker.send_signal(signal.SIGTERM)
    worker.send_signal(signal.SIGINT)
    world.stop_workers()
    check(states(world) == {task: "lost"}, f"history: {states(world)}")
    check([row["state"] for row in world.json("list")] == ["due"], "the task is not due again")


def a_stop_that_runs_ignore_is_enforced_after_their_grace(world):
    shell(world, "trap '' TERM; echo start >>log; while :; do sleep 0.05; done",
          "--kill-grace", "200ms")
    world.start_worker("--shutdown-timeout", "200ms")
    wait_until(lambda: ran(world), "the start", tick=0.01)
    world.stop_workers()  # would wait for ever if it did


def wait_until_it_looks(world):
    """Until the new worker has looked for what is due: a task added after all others has run."""
    shell(world, "touch looked", "--priority=-9")
    wait_until((world.folder / "looked").exists, "the worker's look", tick=0.01)


# --- Being killed --------------------------------------------------------------------------------


@on_files
def a_child_that_outlives_its_worker_is_not_run_beside_itself(world):
    shell(world, "echo start >>log; until [ -e free ]; do sleep 0.02; done; echo end >>log")
    worker = world.start_worker()
    wait_until(lambda: ran(world), "the start", tick=0.01)
    world.kill_worker(worker)
    world.start_worker("--drain")
    wait_until_it_looks(world)
    (world.folder / "free").touch()
    world.wait_for_workers()
    check(ran(world) == ["start", "end", "start", "end"], f"it ran {ran(world)}")
    check(not world.json("list"), "the task was kept")


def at_most_once_means_a_killed_run_is_lost_and_not_repeated(world):
    task = shell(world, "echo start >>log; until [ -e free ]; do sleep 0.02; done",
                 "--delivery", "at-most-once")
    worker = world.start_worker()
    wait_until(lambda: ran(world), "the start", tick=0.01)
    world.kill_worker(worker)
    (world.folder / "free").touch()
    world.start_worker("--drain")
    world.wait_for_workers()
    check(ran(world) == ["start"], f"it ran {ran(world)}")
    check(states(world) == {task: "lost"}, f"history: {states(world)}")


@on_files
def a_daemon_left_behind_holds_its_task_back_until_it_ends(world):
    daemon = "echo up >>log; until [ -e free ]; do sleep 0.02; done; echo down >>log"
    shell(world, f"echo start >>log; [ -e killed ] || setsid sh -c '{daemon}' >/dev/null 2>&1 & "
                 "until [ -e killed ]; do sleep 0.02; done", "--every", "500ms")
    worker = world.start_worker()
    wait_until(lambda: "up" in ran(world), "the daemon", tick=0.01)
    world.kill_worker(worker)
    (world.folder / "killed").touch()
    world.start_worker()
    wait_until_it_looks(world)
    (world.folder / "free").touch()
    wait_until(lambda: ran(world).count("start") >= 2, "the second run")
    world.stop_workers()
    check(ran(world)[:4] == ["start", "up", "down", "start"], f"it ran {ran(world)}")


# --- Time ----------------------------------------------------------------------------------------


@shifted
def what_was_due_while_no_worker_lived_runs_once_at_the_next_start(world):
    task = an_hour_ago(world, "add", "--every", "10m", "--cwd", world.folder, *BY_TRUE_TIME, "--shell",
                       "echo $ASYNCZ_SCHEDULED_TIME >>log").stdout.strip()
    world.start_worker("--once")
    world.wait_for_workers()
    check(len(ran(world)) == 1, f"it ran {len(ran(world))} times")
    check(world.json("show", task)["state"] in ("scheduled", "due"), "it is not planned again")


def starts_are_on_time(world):
    for _ in range(20):
        at = time.time() + 4
        shell(world, f"echo {at:.6f} $(date +%s.%N) >>log", "--at", f"@{at:.6f}")
    world.start_worker("--concurrency", 20)
    wait_until(lambda: len(ran(world)) == 40, "all runs")
    world.stop_workers()
    words = [float(word) for word in ran(world)]
    early = [start - at for at, start in zip(words[::2], words[1::2]) if start < at]
    check(not early, f"started early: {early}")


def a_task_added_to_an_idle_worker_is_picked_up_at_once(world):
    world.start_worker()
    for number in range(5):
        shell(world, f"echo {number} >>log")
        wait_until(lambda: len(ran(world)) == number + 1, "its run", tick=0.005)
    world.stop_workers()


# --- Queues, priorities, output ------------------------------------------------------------------


def queues_and_priorities_decide_who_goes_first(world):
    for priority in (-5, 9, 0):
        shell(world, f"echo {priority} >>log", "--priority", str(priority), "--queue", "mail")
    shell(world, "echo other >>log")
    world.start_worker("--drain", "--concurrency", 1, "--queue", "mail")
    world.wait_for_workers()
    check(ran(world) == ["9", "0", "-5"], f"it ran {ran(world)}")
    check(len(world.json("list")) == 1, "another queue's task was taken")


def what_a_run_wrote_before_its_worker_was_killed_can_be_read(world):
    task = shell(world, "echo precious; echo start >>log; sleep 100", "--delivery", "at-most-once")
    worker = world.start_worker()
    wait_until(lambda: ran(world), "the start", tick=0.01)
    group = next(world.folder.rglob("logs/*.log"))
    world.kill_worker(worker)
    check(group.read_text() == "precious\n", "the log is not there")
    end_sleepers(world)
    world.start_worker("--drain")
    world.wait_for_workers()
    check(world.run("logs", task).stdout == "precious\n", "the sealed log says something else")


def a_worker_without_standard_descriptors_gives_their_numbers_to_no_file(world):
    line = shlex.join(world.command("worker", *world.lease))
    worker = subprocess.Popen(["/bin/sh", "-c", f"exec {line} <&- >&- 2>&-"], env=world.environment)
    world._workers.append(worker)
    task = shell(world, "echo said; echo ran >>log")
    wait_until(lambda: not world.json("list"), "the end of the run", tick=0.01)
    held = [os.readlink(f"/proc/{worker.pid}/fd/{number}") for number in range(3)]
    check(held == ["/dev/null"] * 3, f"it holds {held}")
    check(world.run("logs", task).stdout == "said\n", "the log says something else")
    world.stop_workers()


def doctor_has_nothing_to_say_of_a_log_that_the_next_worker_will_seal(world):
    task = shell(world, "echo precious; echo start >>log; until [ -e go ]; do sleep 0.02; done")
    worker = world.start_worker()
    wait_until(lambda: ran(world) == ["start"], "the start", tick=0.01)
    world.kill_worker(worker)
    end_sleepers(world)
    world.start_worker("--drain")
    wait_until(lambda: ran(world) == ["start"] * 2, "the run anew", tick=0.01)
    check(len(list(world.folder.rglob("logs/*.log"))) == 2, "the logs are not there")
    found = json.loads(world.run("--json", "doctor", exits=(0, 1)).stdout)
    said = [it["what"] for it in found if it["check"] == "logs"]
    check(not said, f"it says {said}")
    (world.folder / "go").touch()
    world.wait_for_workers()
    check(not list(world.folder.rglob("logs/*.log")), "a log is not sealed")
    check(world.run("logs", task).stdout == "precious\n", "the sealed log says something else")


def end_sleepers(world):
    """Ends the children that an earlier worker of this world has left."""
    for status in pathlib.Path("/proc").glob("[0-9]*/cwd"):
        try:
            if os.readlink(status) == str(world.folder):
                os.kill(int(status.parent.name), signal.SIGKILL)
        except (FileNotFoundError, PermissionError, ProcessLookupError):
            pass


play([
    a_stopped_worker_lets_its_runs_finish_and_takes_nothing_new,
    told_twice_it_ends_its_runs_and_they_are_run_again_elsewhere,
    a_stop_that_runs_ignore_is_enforced_after_their_grace,
    a_child_that_outlives_its_worker_is_not_run_beside_itself,
    at_most_once_means_a_killed_run_is_lost_and_not_repeated,
    a_daemon_left_behind_holds_its_task_back_until_it_ends,
    what_was_due_while_no_worker_lived_runs_once_at_the_next_start,
    starts_are_on_time,
    a_task_added_to_an_idle_worker_is_picked_up_at_once,
    queues_and_priorities_decide_who_goes_first,
    what_a_run_wrote_before_its_worker_was_killed_can_be_read,
    a_worker_without_standard_descriptors_gives_their_numbers_to_no_file,
    doctor_has_nothing_to_say_of_a_log_that_the_next_worker_will_seal,
])
