#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a worker says of itself: as text, as JSON, to the journal, and after a reload."""

import json
import signal
import socket
import subprocess

from play import held, let_go, play, runs
from world import PATIENCE, check, expects_signals, wait_until


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


def the_service_manager_is_told_how_it_is(world):
    """systemd's protocol, by a socket with a path and by one in the abstract name space."""
    for name, address in ((str(world.folder / "notify"), None), (f"@{world.folder}", f"\0{world.folder}")):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.settimeout(PATIENCE)
            manager.bind(address or name)
            world.environment |= {"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "200000"}
            held(world, "a", "--no-capture-env", "--env", "MARK=x")
            worker = world.start_worker()
            hear(manager, "READY=1")
            hear(manager, "WATCHDOG=1")
            runs(world, "a")
            hear(manager, "STATUS=1 running")
            seen = environment_of_child(worker)
            check("MARK=x" in seen, f"{seen}")
            check(not [it for it in seen if it.startswith(("NOTIFY", "WATCHDOG"))], f"{seen}")
            worker.terminate()
            hear(manager, "STOPPING=1")
            hear(manager, "WATCHDOG=1")  # also while it waits for its runs
            let_go(world, "a")
            world.wait_for_workers()
        for file in ("a.go", "a.ran"):
            (world.folder / file).unlink()


def hear(manager, text):
    while manager.recv(4096).decode() != text:
        pass


def environment_of_child(worker):
    child = subprocess.run(["ps", "-o", "pid=", "--ppid", str(worker.pid)], text=True,
                           capture_output=True, check=True).stdout.split()[0]
    with open(f"/proc/{child}/environ", encoding="utf-8") as environ:
        return environ.read().split("\0")


def the_key_may_be_a_credential(world):
    credentials = world.folder / "credentials"
    credentials.mkdir()
    (credentials / "asyncz-store-key").write_bytes(
        (world.folder / "key").read_bytes())
    (credentials / "asyncz-store-key").chmod(0o400)
    task = world.run("add", "--no-capture-env", "--shell", "env").stdout.strip()
    del world.environment["ASYNCZ_STORE_ENCRYPTION_KEY_FILE"]
    world.environment["CREDENTIALS_DIRECTORY"] = str(credentials)
    world.start_worker("--drain")
    world.wait_for_workers()
    run, = world.json("history", task)
    check(run["state"] == "succeeded" and "CREDENTIALS" not in run["output"], f"{run}")


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
    wait_until(lambda: world.json("workers")[0]["concurrency"] == 3, "its word")
    config.write_text("[defaults]\nretrys = 2\n")
    worker.send_signal(signal.SIGHUP)
    wait_until(logged(world, "retrys"), "the error")
    del world.environment["ASYNCZ_CONFIG"]  # the worker may be reading it still
    check(world.json("show", "a")["retries"] == 2, "a configuration that cannot be read changed it")
    world.stop_workers()


play([
    as_json_every_line_is_json,
    the_journal_is_told_of_priorities,
    the_service_manager_is_told_how_it_is,
    the_key_may_be_a_credential,
    a_reload_reads_the_defaults_again,
])
