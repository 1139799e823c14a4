#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What `worker --load` promises: its files are the store's tasks, at the start and at SIGHUP."""

import signal
import subprocess

from play import play
from world import check, expects_signals, wait_until


def task(name, schedule, command="true"):
    return f"[tasks.{name}]\ncommand = {command!r}\ntrigger = {{ {schedule} }}\n"


def schedules(world):
    return {task["id"].split("-")[0]: task["schedule"] for task in world.json("list")}


def lines(world):
    log = world.folder / "log"
    return log.read_text().splitlines() if log.exists() else []


def a_changed_file_is_loaded_at_hangup(world):
    tasks, crontab = world.folder / "tasks.toml", world.folder / "my.crontab"
    tasks.write_text(task("a", 'every = "1h"') + task("b", 'cron = "0 3 * * *"'))
    crontab.write_text("0 4 * * * true\n0 22-4 * * * true\n")
    world.run("add", "--id", "mine", "--every", "1d", "--", "true")
    worker = world.start_worker("--load", tasks, "--load", crontab)
    wait_until(lambda: expects_signals(worker), "the worker")
    check(schedules(world) == {"a": "every 1h", "b": "0 3 * * *", "my": "0 4 * * *",
                               "mine": "every 1d"}, f"at the start: {schedules(world)}")
    check("my.crontab:2: " in world.worker_log(), "the bad line is not named")

    tasks.write_text(task("a", 'every = "2h"'))
    crontab.write_text("@daily true\n")
    worker.send_signal(signal.SIGHUP)
    wait_until(lambda: schedules(world) == {"a": "every 2h", "my": "@daily", "mine": "every 1d"},
               "the second load")
    world.stop_workers()


def a_file_that_is_broken_at_hangup_changes_nothing(world):
    tasks, other = world.folder / "tasks.toml", world.folder / "other.toml"
    tasks.write_text(task("a", 'every = "1h"'))
    other.write_text("")
    worker = world.start_worker("--load", tasks, "--load", other)
    wait_until(lambda: expects_signals(worker), "the worker")
    tasks.write_text("[tasks.a]\ntrigger = 1\n")
    other.write_text(task("c", 'every = "3h"'))
    worker.send_signal(signal.SIGHUP)
    wait_until(lambda: "c" in schedules(world), "the other file")
    check(schedules(world) == {"a": "every 1h", "c": "every 3h"}, f"it is {schedules(world)}")
    check("tasks.toml:2: " in world.worker_log(), "the log does not say where")
    world.stop_workers()


def a_file_that_is_broken_at_the_start_is_a_usage_error(world):
    tasks = world.folder / "tasks.toml"
    for text in ("[tasks", task("a", "every = 5")):
        tasks.write_text(text)
        done = world.run("worker", "--drain", "--load", tasks, exits=(2,))
        check("tasks.toml:" in done.stderr, f"it says {done.stderr}")
    check(not world.json("list"), "something was added")


def a_memory_store_is_a_cron_that_leaves_nothing(world):
    tasks = world.folder / "tasks.toml"
    tasks.write_text(task("once", "", f"echo once >>{world.folder}/log")
                     .replace("trigger = {  }\n", "") +
                     task("again", 'every = "100ms"', f"echo again >>{world.folder}/log"))
    command = [world._asyncz, "--store", "memory:", "worker", "--load", str(tasks)]
    worker = subprocess.Popen(command, env=world.environment, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: lines(world).count("again") > 2, "the runs", tick=0.01)
        tasks.write_text(task("other", 'every = "100ms"', f"echo other >>{world.folder}/log"))
        worker.send_signal(signal.SIGHUP)
        wait_until(lambda: lines(world).count("other") > 2, "what was loaded later", tick=0.01)
    finally:
        worker.terminate()
        check(worker.wait() == 0, "no orderly stop")
    check(lines(world).count("once") == 1, f"it ran {lines(world)}")
    check("again" not in lines(world)[-2:], "what has gone from the file still runs")
    for words in (["worker", "--once"], ["list"]):
        done = subprocess.run([world._asyncz, "--store", "memory:", *words], env=world.environment,
                              capture_output=True, check=False)
        check(done.returncode == 2, f"{words} is exit {done.returncode} on a memory store")


play([
    a_changed_file_is_loaded_at_hangup,
    a_file_that_is_broken_at_hangup_changes_nothing,
    a_file_that_is_broken_at_the_start_is_a_usage_error,
    a_memory_store_is_a_cron_that_leaves_nothing,
])
