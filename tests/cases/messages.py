#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a worker says of itself: as text, as JSON, to the journal, and after a reload."""

import json
import signal
import subprocess

from play import play
from world import check, expects_signals, wait_until


def log_of(world):
    return (world.folder / "workers.log").read_text()


def logged(world, text):
    return lambda: text in log_of(world)


def junk(world):
    """A task file that nobody can read."""
    world.run("add", "--shell", "exit 3")
    file = world.store / "junk.task"
    file.write_text("this is no task")
    file.chmod(0o600)


def as_json_every_line_is_json(world):
    junk(world)
    world.start_worker("--drain", "--log-format", "json")
    world.wait_for_workers()
    lines = [json.loads(line) for line in log_of(world).splitlines()]
    check({line["severity"] for line in lines} >= {"note", "warning", "error"}, log_of(world))
    failed, = [line for line in lines if "run" in line]
    check(failed["severity"] == "warning" and "exit status 3" in failed["message"], f"{failed}")


def the_journal_is_told_of_priorities(world):
    junk(world)
    log = world.folder / "workers.log"
    log.touch()
    world.environment["JOURNAL_STREAM"] = f"{log.stat().st_dev}:{log.stat().st_ino}"
    world.start_worker("--drain")
    world.wait_for_workers()
    lines = log_of(world).splitlines()
    check(all(line[0] == "<" and line[2] == ">" for line in lines), log_of(world))
    check({line[1] for line in lines} == set("346"), log_of(world))
    check(lines[0].startswith("<6>worker "), lines[0])
    with open(log, "ab") as journal:
        subprocess.run(world.command("worker", "--name", "a:b"), env=world.environment,
                       stdout=journal, stderr=journal)
    check(log_of(world).splitlines()[-1].startswith("<3>asyncz: error: --name"), log_of(world))
    world.environment["JOURNAL_STREAM"] = "1:1"  # somebody else's
    told = subprocess.run(world.command("show", "nobody"), env=world.environment, text=True,
                          capture_output=True).stderr
    check(told.startswith("asyncz: error"), told)


def a_reload_reads_the_defaults_again(world):
    config = world.folder / "config.toml"
    tasks = world.folder / "app.toml"
    world.environment["ASYNCZ_CONFIG"] = str(config)
    config.write_text("[defaults]\nretries = 1\n")
    tasks.write_text('[tasks.a]\ncommand = ["true"]\ntrigger = {every = "1h"}\n')
    worker = world.start_worker("--load", tasks)
    wait_until(logged(world, "runs up to"), "the task")
    check(world.json("show", "a")["retries"] == 1, "the first defaults")
    config.write_text("[defaults]\nretries = 2\n[worker]\nconcurrency = 3\n")
    wait_until(lambda: expects_signals(worker), "the worker")
    worker.send_signal(signal.SIGHUP)
    wait_until(lambda: world.json("show", "a")["retries"] == 2, "the second defaults")
    wait_until(logged(world, "up to 3 at a time"), "the concurrency")
    config.write_text("[defaults]\nretrys = 2\n")
    worker.send_signal(signal.SIGHUP)
    wait_until(logged(world, "retrys"), "the error")
    del world.environment["ASYNCZ_CONFIG"]  # the worker may be reading it still
    check(world.json("show", "a")["retries"] == 2, "a configuration that cannot be read changed it")
    world.stop_workers()


play([
    as_json_every_line_is_json,
    the_journal_is_told_of_priorities,
    a_reload_reads_the_defaults_again,
])
