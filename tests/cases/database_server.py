#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What becomes of commands and workers when their database's server is gone, slow or wants a password.

usage: database_server.py ASYNCZ NAME, with tests/stress and tests/servers on the path.
"""

import importlib
import os
import pathlib
import sys
import tempfile

from redis_server import (a_worker_that_slept_longer_than_its_lease_settles_nothing, go, logged,
                          ran, shell, states, waiting_task,
                          what_cannot_be_prolonged_is_ended_before_its_lease)
from world import World, check, wait_until

SECRET = "s3cret-of-the-test"


def a_command_without_its_server_is_exit_5_with_a_hint(world, server):
    server.stop()
    failed = world.run("list", exits=(5,))
    check("hint" in failed.stderr, f"no hint: {failed.stderr}")
    world.run("worker", "--drain", exits=(5,))


def a_server_that_does_not_answer_costs_its_timeout_and_no_more(world, server):
    world.run("add", "--paused", "--", "true")
    server.pause()
    world.run("list", exits=(5,))
    server.resume()
    check(len(world.json("list")) == 1, "a task was lost")


def a_missing_database_is_named(world, server):
    world.url = world.url.replace("/postgres?", "/nowhere?").replace("/asyncz?", "/nowhere?")
    check("nowhere" in world.run("list", exits=(3,)).stderr, "it is not named")


def a_password_is_needed_and_never_shown(world, server):
    world.run("add", "--paused", "--", "true")
    server.require_password(SECRET)
    world.url = tried = server.as_who(world.url)
    wait_until(lambda: world.run("list", exits=(0, 7)).returncode == 7, "the demand of a password")
    user = tried.split("//")[1].split("@")[0]
    world.url = tried.replace(f"{user}@", f"{user}:wrong-one@")
    failed = world.run("list", exits=(7,))
    check("wrong-one" not in failed.stderr + failed.stdout, "the password is shown")

    world.url = tried.replace(f"{user}@", f"{user}:{SECRET}@")
    shown = world.run("doctor", exits=(0, 1)).stdout + world.run("status").stdout
    file = world.folder / "password"
    file.write_text(SECRET + "\n")
    file.chmod(0o600)
    world.url = f"{tried}&password_file={file}"
    world.run("list")
    file.chmod(0o644)
    world.run("list", exits=(7,))

    world.url = tried
    world.environment["ASYNCZ_STORE_PASSWORD"] = SECRET
    shell(world, "env >env")
    world.start_worker("--drain").wait()
    world._workers.clear()
    shown += (world.folder / "env").read_text() + (world.folder / "workers.log").read_text()
    check(SECRET not in shown, "the password is shown")


def a_refused_password_is_not_shown(world, server):
    world.run("add", "--paused", "--", "true")
    world.url = world.url.replace("//", f"//somebody:{SECRET}@")
    shown = "".join(world.run(*words, exits=(0, 1, 7)).stderr
                    for words in (("list",), ("doctor",), ("config",), ("worker", "--drain")))
    check("user or password is wrong" in shown and SECRET not in shown, shown)


def a_worker_survives_its_server_and_keeps_what_runs(world, server):
    world.lease = ("--lease", "10m")
    waiting_task(world)
    worker = world.start_worker()
    wait_until(lambda: ran(world) == ["start"], "the start")
    server.kill()
    go(world)
    wait_until(lambda: ran(world) == ["start", "end"], "the end")
    wait_until(logged(world, server.name), "a word of the outage")
    server.start()
    wait_until(lambda: not world.json("list"), "the settlement")
    check(states(world) == ["succeeded"], f"history: {states(world)}")
    shell(world, "echo again >>ran")
    wait_until(lambda: ran(world)[-1] == "again", "a new task")
    check(worker.poll() is None, "the worker has gone")
    world.stop_workers()


def a_server_that_takes_no_writes_is_waited_for(world, server):
    """As one does that was made a standby."""
    world.lease = ("--lease", "10m")
    waiting_task(world)
    world.start_worker()
    wait_until(lambda: ran(world) == ["start"], "the start")
    server.set_read_only(True)
    go(world)
    wait_until(lambda: ran(world) == ["start", "end"], "the end")
    wait_until(logged(world, "read-only"), "a word of it")
    server.set_read_only(False)
    wait_until(lambda: not world.json("list"), "the settlement")
    check(states(world) == ["succeeded"], f"history: {states(world)}")
    world.stop_workers()


def cut_connections_cost_nothing(world, server):
    world.lease = ("--lease", "10m")
    waiting_task(world)
    world.start_worker()
    wait_until(lambda: ran(world) == ["start"], "the start")
    server.cut_connections()
    shell(world, "echo other >>ran")
    wait_until(lambda: "other" in ran(world), "the other task")
    go(world)
    wait_until(lambda: not world.json("list"), "the settlements")
    check(states(world) == ["succeeded"] * 2, f"history: {states(world)}")
    world.stop_workers()


CASES = [
    a_command_without_its_server_is_exit_5_with_a_hint,
    a_server_that_does_not_answer_costs_its_timeout_and_no_more,
    a_worker_survives_its_server_and_keeps_what_runs,
    cut_connections_cost_nothing,
    what_cannot_be_prolonged_is_ended_before_its_lease,
    a_worker_that_slept_longer_than_its_lease_settles_nothing,
]


# Where the server is asked for a database that is there, and knows who asks.
CASES_WITH_USERS = [a_missing_database_is_named, a_password_is_needed_and_never_shown]

CASES_READ_ONLY = [a_server_that_takes_no_writes_is_waited_for]

CASES_WITHOUT_USERS = [a_refused_password_is_not_shown]


def play(case, kind):
    with tempfile.TemporaryDirectory(prefix="asyncz-database-") as place:
        os.chmod(place, 0o711)
        folder, data = pathlib.Path(place, "world"), pathlib.Path(place, "server")
        folder.mkdir()
        data.mkdir()
        server = kind(data)
        server.start()
        url = server.tcp_url
        world = World(sys.argv[1], None, folder, f"{url}?timeout=2s&{kind.table}=work")
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
    kind = importlib.import_module(sys.argv[2]).SERVER
    if kind.missing():
        print(f"{kind.missing()} is missing")
        return 1 if os.environ.get("ASYNCZ_REQUIRE_ALL", "0") not in ("", "0") else 77
    cases = CASES + (CASES_WITH_USERS if hasattr(kind, "require_password") else CASES_WITHOUT_USERS)
    for case in cases + (CASES_READ_ONLY if hasattr(kind, "set_read_only") else []):
        play(case, kind)
        print(case.__name__.replace("_", " "))
    return 0


if __name__ == "__main__":
    sys.exit(main())
