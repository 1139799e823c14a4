#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What becomes of commands and workers when their Redis server is gone, slow, full or not theirs.

usage: redis_server.py ASYNCZ, with tests/stress and tests/servers on the path.
"""

import os
import pathlib
import signal
import sys
import tempfile

from probe import get, listening, samples
from redis import Redis
from world import World, check, wait_until

SECRET = "s3cret-of-the-test"


def ran(world):
    path = world.folder / "ran"
    return path.read_text().split() if path.exists() else []


def shell(world, line, *options):
    return world.run("add", *options, "--cwd", world.folder, "--shell", line).stdout.strip()


def waiting_task(world):
    """A task that says `start`, waits for the file `go` and says `end`."""
    return shell(world, "echo start >>ran; until [ -e go ]; do sleep 0.05; done; echo end >>ran")


def go(world):
    (world.folder / "go").touch()


def states(world):
    return [run["state"] for run in world.json("history", "--limit", 0)]


def logged(world, text):
    return lambda: text in (world.folder / "workers.log").read_text()


# --- Commands --------------------------------------------------------------------------------------


def a_command_without_its_server_is_exit_5_with_a_hint(world, server):
    server.stop()
    failed = world.run("list", exits=(5,))
    check("hint" in failed.stderr or "start it" in failed.stderr, f"no hint: {failed.stderr}")
    world.run("worker", "--drain", exits=(5,))


def a_server_that_does_not_answer_costs_its_timeout_and_no_more(world, server):
    world.url = f"{server.tcp_url}?timeout=1s"
    server.pause()
    failed = world.run("list", exits=(5,))
    check("no answer within 1s" in failed.stderr, failed.stderr)
    server.resume()
    world.run("list")


def a_full_server_refuses_tasks_and_keeps_those_it_has(world, server):
    kept = shell(world, "true", "--paused")
    server.ask("CONFIG", "SET", "maxmemory", "1mb")
    failed = world.run("add", "--stdin", "x" * 100000, "--", "true", exits=(5,))
    check("memory is full" in failed.stderr, failed.stderr)
    server.ask("CONFIG", "SET", "maxmemory", "0")
    check([task["id"] for task in world.json("list")] == [kept], "a task was lost")


def a_policy_that_drops_tasks_is_refused(world, server):
    server.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    failed = world.run("list", exits=(2,))
    check("noeviction" in failed.stderr, failed.stderr)


def a_replica_and_foreign_keys_are_named(world, server):
    server.ask("SET", "asyncz.tasks", "something else")
    failed = world.run("add", "--", "true", exits=(6,))
    check("tasks_key" in failed.stderr, failed.stderr)
    server.ask("DEL", "asyncz.tasks")
    server.ask("REPLICAOF", "127.0.0.1", "1")
    failed = world.run("add", "--", "true", exits=(5,))
    check("primary" in failed.stderr, failed.stderr)


def a_password_is_needed_and_never_shown(world, server):
    server.ask("CONFIG", "SET", "requirepass", SECRET)
    check("password" in world.run("list", exits=(7,)).stderr, "no word of the password")
    world.url = server.tcp_url.replace("//", "//:wrong-one@")
    failed = world.run("list", exits=(7,))
    check("wrong-one" not in failed.stderr + failed.stdout, "the password is shown")

    world.url = server.tcp_url
    file = world.folder / "password"
    file.write_text(SECRET + "\n")
    file.chmod(0o600)
    world.url = f"{server.tcp_url}?password_file={file}"
    world.run("list")
    file.chmod(0o644)
    world.run("list", exits=(7,))

    world.url = server.tcp_url
    world.environment["ASYNCZ_STORE_PASSWORD"] = SECRET
    shell(world, "env >env; echo start >>ran")
    world.start_worker("--drain").wait()
    world._workers.clear()
    check(ran(world) == ["start"], "it did not run")
    shown = (world.folder / "env").read_text() + (world.folder / "workers.log").read_text()
    shown += world.run("doctor").stdout + world.run("config").stdout
    check(SECRET not in shown, "the password is shown")


def a_store_on_a_server_needs_a_key(world, server):
    del world.environment["ASYNCZ_STORE_ENCRYPTION_KEY_FILE"]
    check("key" in world.run("add", "--", "true", exits=(2,)).stderr, "no word of a key")
    config = world.folder / "config.toml"
    config.write_text("[encryption]\nenabled = false\n")
    world.run("--config", config, "add", "--", "true")


def doctor_shows_what_is_kept_on_disk(world, server):
    shell(world, "true", "--paused")
    check("appendfsync always" in world.run("doctor").stdout, "no word of persistence")
    server.ask("CONFIG", "SET", "appendonly", "no")
    found = world.run("doctor", exits=(1,)).stdout
    check("may end with the server" in found, found)


# --- Workers ---------------------------------------------------------------------------------------


def a_worker_survives_its_server_and_keeps_what_runs(world, server):
    world.lease = ("--lease", "10m")
    waiting_task(world)
    worker = world.start_worker()
    wait_until(lambda: ran(world) == ["start"], "the start")
    server.kill()
    go(world)
    wait_until(lambda: ran(world) == ["start", "end"], "the end")
    wait_until(logged(world, "cannot be used"), "a word of the outage")
    server.start()
    wait_until(lambda: not world.json("list"), "the settlement")
    check(states(world) == ["succeeded"], f"history: {states(world)}")
    shell(world, "echo again >>ran")
    wait_until(lambda: ran(world)[-1] == "again", "a new task")
    check(worker.poll() is None, "the worker has gone")
    world.stop_workers()


def readiness_goes_and_comes_with_the_server(world, server):
    world.lease = ("--lease", "10m")
    port = listening(world)
    check(get(port, "/readyz")[0] == 200, "/readyz at the start")
    server.kill()
    wait_until(lambda: get(port, "/readyz")[0] == 503, "a word of the outage")
    check(get(port, "/healthz")[0] == 200, "/healthz")
    wait_until(lambda: samples(get(port, "/metrics")[1])["asyncz_store_up"] == 0, "the store's end")
    text = get(port, "/metrics")[1]
    check("asyncz_store_errors_total{" in text, text)
    check(SECRET not in text and server.tcp_url not in text, text)
    server.start()
    wait_until(lambda: get(port, "/readyz")[0] == 200, "its return")
    wait_until(lambda: samples(get(port, "/metrics")[1])["asyncz_store_up"] == 1, "its return")
    world.stop_workers()


def cut_connections_and_forgotten_scripts_cost_nothing(world, server):
    world.lease = ("--lease", "10m")
    waiting_task(world)
    world.start_worker()
    wait_until(lambda: ran(world) == ["start"], "the start")
    server.ask("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    server.ask("CLIENT", "KILL", "TYPE", "pubsub")
    server.ask("SCRIPT", "FLUSH")
    shell(world, "echo other >>ran")
    wait_until(lambda: "other" in ran(world), "the other task")
    go(world)
    wait_until(lambda: not world.json("list"), "the settlements")
    check(states(world) == ["succeeded"] * 2, f"history: {states(world)}")
    world.stop_workers()


def what_cannot_be_prolonged_is_ended_before_its_lease(world, server):
    waiting_task(world)
    world.start_worker("--lease", "3s")
    wait_until(lambda: ran(world) == ["start"], "the start")
    server.pause()
    wait_until(logged(world, "could not be prolonged"), "the end of the run")
    go(world)
    server.resume()
    wait_until(lambda: not world.json("list"), "the second run")
    check(ran(world) == ["start", "start", "end"], f"it ran {ran(world)}")
    check(states(world)[0] == "succeeded", f"history: {states(world)}")
    world.stop_workers()


def a_worker_that_slept_longer_than_its_lease_settles_nothing(world, server):
    task = waiting_task(world)
    sleeper = world.start_worker("--lease", "4s", "--name", "sleeper")
    wait_until(lambda: ran(world) == ["start"], "the start")
    sleeper.send_signal(signal.SIGSTOP)
    world.start_worker("--lease", "4s", "--name", "other")
    wait_until(lambda: ran(world) == ["start", "start"], "the run elsewhere")
    sleeper.send_signal(signal.SIGCONT)
    wait_until(logged(world, "lost"), "the end of the first run")
    go(world)
    wait_until(lambda: not world.json("list"), "the settlement")
    world.stop_workers()
    runs = world.json("history", task, "--limit", 0)
    good = [run["worker"] for run in runs if run["state"] == "succeeded"]
    check(good == ["other"], f"history: {[(run['worker'], run['state']) for run in runs]}")


CASES = [
    a_command_without_its_server_is_exit_5_with_a_hint,
    a_server_that_does_not_answer_costs_its_timeout_and_no_more,
    a_full_server_refuses_tasks_and_keeps_those_it_has,
    a_policy_that_drops_tasks_is_refused,
    a_replica_and_foreign_keys_are_named,
    a_password_is_needed_and_never_shown,
    a_store_on_a_server_needs_a_key,
    doctor_shows_what_is_kept_on_disk,
    a_worker_survives_its_server_and_keeps_what_runs,
    readiness_goes_and_comes_with_the_server,
    cut_connections_and_forgotten_scripts_cost_nothing,
    what_cannot_be_prolonged_is_ended_before_its_lease,
    a_worker_that_slept_longer_than_its_lease_settles_nothing,
]


def play(case):
    with tempfile.TemporaryDirectory(prefix="asyncz-redis-") as place:
        folder, data = pathlib.Path(place, "world"), pathlib.Path(place, "redis")
        folder.mkdir()
        data.mkdir()
        server = Redis(data)
        server.start()
        world = World(sys.argv[1], None, folder, server.tcp_url)
        try:
            case(world, server)
        except BaseException:
            print(world.worker_log(), file=sys.stderr)
            raise
        finally:
            for worker in world._workers:
                worker.kill()
                worker.wait()
            server.stop()


def main():
    if Redis.missing():
        print(f"{Redis.missing()} is missing")
        return 1 if os.environ.get("ASYNCZ_REQUIRE_ALL", "0") not in ("", "0") else 77
    chosen = sys.argv[2:]
    for case in CASES:
        if not chosen or case.__name__ in chosen:
            print(case.__name__.replace("_", " "), flush=True)
            play(case)
    return 0


if __name__ == "__main__":
    sys.exit(main())
