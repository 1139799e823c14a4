#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What database_server.py plays, on Redis; and what only Redis can do to commands and workers: be
full, drop tasks, be a replica, hold something else under their keys, forget its scripts.

usage: redis_server.py ASYNCZ [CASE...], with tests/stress and tests/servers on the path.
"""

import sys

from database_server import (CASES, SECRET,
                             a_damaged_record_is_reported_put_aside_and_costs_nothing_else,
                             a_refused_password_is_not_shown, go, logged, play_all, ran, shell,
                             states, waiting_task)
from probe import get, listening, samples
from redis import Redis
from world import check, wait_until


def a_server_that_does_not_answer_is_told_with_the_time_it_had(world, server):
    world.url = world.url.replace("timeout=2s", "timeout=1s")
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
    server.ask("SET", "workasyncz.tasks", "something else")
    failed = world.run("add", "--", "true", exits=(6,))
    check("tasks_key" in failed.stderr, failed.stderr)
    server.ask("DEL", "workasyncz.tasks")
    server.ask("REPLICAOF", "127.0.0.1", "1")
    failed = world.run("add", "--", "true", exits=(5,))
    check("primary" in failed.stderr, failed.stderr)


def a_password_is_needed_and_never_shown(world, server):
    server.ask("CONFIG", "SET", "requirepass", SECRET)
    check("password" in world.run("list", exits=(7,)).stderr, "no word of the password")
    tried = world.url
    world.url = tried.replace("//", "//:wrong-one@")
    failed = world.run("list", exits=(7,))
    check("wrong-one" not in failed.stderr + failed.stdout, "the password is shown")

    world.url = tried
    file = world.folder / "password"
    file.write_text(SECRET + "\n")
    file.chmod(0o600)
    world.url = f"{tried}&password_file={file}"
    world.run("list")
    file.chmod(0o644)
    world.run("list", exits=(7,))

    world.url = tried
    world.environment["ASYNCZ_STORE_PASSWORD"] = SECRET
    shell(world, "env >env; echo start >>ran")
    world.start_worker("--drain").wait()
    world._workers.clear()
    check(ran(world) == ["start"], "it did not run")
    shown = (world.folder / "env").read_text() + (world.folder / "workers.log").read_text()
    shown += world.run("doctor").stdout + world.run("config").stdout
    check(SECRET not in shown, "the password is shown")


def a_connection_that_would_need_tls_is_refused_and_told_what_to_do(world, server):
    world.url = world.url.replace("redis://", f"rediss://:{SECRET}@")
    failed = world.run("list", exits=(2,))
    check("TLS" in failed.stderr and "stunnel" in failed.stderr, failed.stderr)
    check(SECRET not in failed.stderr, "the password is shown")


def doctor_shows_what_is_kept_on_disk(world, server):
    shell(world, "true", "--paused")
    check("appendfsync always" in world.run("doctor").stdout, "no word of persistence")
    server.ask("CONFIG", "SET", "appendonly", "no")
    found = world.run("doctor", exits=(1,)).stdout
    check("may end with the server" in found, found)


# --- Workers ---------------------------------------------------------------------------------------


def a_worker_of_a_full_server_waits_and_keeps_what_it_has_to_write(world, server):
    """That a task is gone can be written all the same; not so that it is to be tried again."""
    shell(world, "echo start >>ran; until [ -e go ]; do sleep 0.05; done; echo end >>ran; [ -e good ]",
          "--retries", 1, "--retry-delay", "1s")
    worker = world.start_worker("--lease", "10m")
    wait_until(lambda: ran(world) == ["start"], "the start")
    server.ask("CONFIG", "SET", "maxmemory", "1mb")
    go(world)
    wait_until(logged(world, "memory is full"), "a word of the full memory")
    check(ran(world) == ["start", "end"] and worker.poll() is None, "the worker has gone")
    (world.folder / "good").touch()
    server.ask("CONFIG", "SET", "maxmemory", "0")
    wait_until(lambda: not world.json("list"), "the second attempt")
    check(states(world) == ["succeeded", "failed"], f"history: {states(world)}")
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


def forgotten_scripts_cost_nothing(world, server):
    waiting_task(world)
    world.start_worker("--lease", "10m")
    wait_until(lambda: ran(world) == ["start"], "the start")
    server.ask("SCRIPT", "FLUSH")
    go(world)
    wait_until(lambda: not world.json("list"), "the settlement")
    check(states(world) == ["succeeded"], f"history: {states(world)}")
    world.stop_workers()


ONLY_HERE = [
    a_server_that_does_not_answer_is_told_with_the_time_it_had,
    a_full_server_refuses_tasks_and_keeps_those_it_has,
    a_policy_that_drops_tasks_is_refused,
    a_replica_and_foreign_keys_are_named,
    a_password_is_needed_and_never_shown,
    a_connection_that_would_need_tls_is_refused_and_told_what_to_do,
    doctor_shows_what_is_kept_on_disk,
    a_worker_of_a_full_server_waits_and_keeps_what_it_has_to_write,
    readiness_goes_and_comes_with_the_server,
    forgotten_scripts_cost_nothing,
]


if __name__ == "__main__":
    sys.exit(play_all(
        CASES + [a_damaged_record_is_reported_put_aside_and_costs_nothing_else,
                 a_refused_password_is_not_shown] + ONLY_HERE, Redis, sys.argv[2:]))
