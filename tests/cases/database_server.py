#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What becomes of commands and workers when their store's server is gone, slow or wants a password.

usage: database_server.py ASYNCZ NAME [CASE...], with tests/stress and tests/servers on the path.
"""

import importlib
import signal
import sys
import time

from probe import get, listening, samples
from server import skipped, started
from world import check, wait_until, world_in

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
    check("hint" in failed.stderr, f"no hint: {failed.stderr}")
    world.run("worker", "--drain", exits=(5,))


def a_server_that_does_not_answer_costs_its_timeout_and_no_more(world, server):
    world.run("add", "--paused", "--", "true")
    server.pause()
    begin = time.monotonic()
    failed = world.run("list", exits=(5,))
    check(time.monotonic() - begin < 30, "its timeout was 2s")
    check("hint" in failed.stderr, f"no hint: {failed.stderr}")
    server.resume()
    check(len(world.json("list")) == 1, "a task was lost")


def a_store_on_a_server_needs_a_key(world, server):
    del world.environment["ASYNCZ_STORE_ENCRYPTION_KEY_FILE"]
    check("key" in world.run("add", "--", "true", exits=(2,)).stderr, "no word of a key")
    config = world.folder / "config.toml"
    config.write_text("[encryption]\nenabled = false\n")
    world.run("--config", config, "add", "--", "true")


def a_damaged_record_is_reported_put_aside_and_costs_nothing_else(world, server):
    for name in ("good", "evil"):
        shell(world, f"echo {name} >>ran", "--id", name)
    shell(world, "true", "--id", "later", "--in", "1h")
    server.damage("work", "evil")
    check("evil" in world.run("list", exits=(6,)).stdout, "it is not shown")
    world.start_worker("--drain").wait()
    world._workers.clear()
    check(ran(world) == ["good"], f"it ran {ran(world)}")
    check("evil" in (world.folder / "workers.log").read_text(), "the worker does not name it")
    check("evil" in world.run("doctor", exits=(6,)).stdout, "doctor does not name it")
    check("unreadable" in world.run("doctor", "--fix", exits=(6,)).stdout, "it was not put aside")
    world.run("doctor", exits=(0, 1))
    check([task["id"] for task in world.json("list")] == ["later"], "what is left")
    world.run("add", "--id", "evil", "--paused", "--", "true")


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


def a_connection_is_encrypted_and_its_server_known_where_the_url_says_so(world, server):
    tried = world.url
    world.url = f"{tried}&sslmode=require"
    failed = world.run("list", exits=(5,))
    check("SSL" in failed.stderr or "TLS" in failed.stderr, failed.stderr)
    server.stop()
    server.demand_tls()
    server.start()
    world.run("add", "--id", "kept", "--paused", "--", "true")
    world.url = f"{tried}&sslmode=verify-full&sslrootcert={server.certificate}"
    check([task["id"] for task in world.json("list")] == ["kept"], "the task")
    check(server.refuses_the_clear(), "it may have been in the clear")
    stranger = world.folder / "stranger.pem"
    server.make_certificate(world.folder / "stranger.key", stranger)
    world.url = f"{tried}&sslmode=verify-full&sslrootcert={stranger}"
    failed = world.run("list", exits=(5,))
    check("certificate" in failed.stderr, failed.stderr)
    world.url = f"{tried}&sslmode=nonsense"
    check("sslmode" in world.run("list", exits=(2,)).stderr, "sslmode is not named")


# --- Workers ---------------------------------------------------------------------------------------


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
    port = listening(world, "--lease", "4s", "--name", "sleeper")
    sleeper, = world._workers
    wait_until(lambda: ran(world) == ["start"], "the start")
    sleeper.send_signal(signal.SIGSTOP)
    world.start_worker("--lease", "4s", "--name", "other")
    wait_until(lambda: ran(world) == ["start", "start"], "the run elsewhere")
    sleeper.send_signal(signal.SIGCONT)
    wait_until(logged(world, "lost"), "the end of the first run")
    lost = "asyncz_reservations_lost_total"
    wait_until(lambda: samples(get(port, "/metrics")[1])[lost] == 1, "its word to monitoring")
    go(world)
    wait_until(lambda: not world.json("list"), "the settlement")
    world.stop_workers()
    runs = world.json("history", task, "--limit", 0)
    good = [run["worker"] for run in runs if run["state"] == "succeeded"]
    check(good == ["other"], f"history: {[(run['worker'], run['state']) for run in runs]}")


CASES = [
    a_command_without_its_server_is_exit_5_with_a_hint,
    a_server_that_does_not_answer_costs_its_timeout_and_no_more,
    a_store_on_a_server_needs_a_key,
    a_worker_survives_its_server_and_keeps_what_runs,
    cut_connections_cost_nothing,
    what_cannot_be_prolonged_is_ended_before_its_lease,
    a_worker_that_slept_longer_than_its_lease_settles_nothing,
]

# Where the server is asked for a database that is there, and knows who asks.
CASES_WITH_USERS = [a_missing_database_is_named, a_password_is_needed_and_never_shown]

CASES_WITHOUT_USERS = [a_refused_password_is_not_shown]


def cases_of(kind):
    """Those that this kind of server can play."""
    cases = list(CASES)
    if hasattr(kind, "damage"):
        cases.append(a_damaged_record_is_reported_put_aside_and_costs_nothing_else)
    if hasattr(kind, "demand_tls"):
        cases.append(a_connection_is_encrypted_and_its_server_known_where_the_url_says_so)
    if hasattr(kind, "set_read_only"):
        cases.append(a_server_that_takes_no_writes_is_waited_for)
    return cases + (CASES_WITH_USERS if hasattr(kind, "require_password") else CASES_WITHOUT_USERS)


def play(case, kind):
    with (started(kind) as (server, folder),
          world_in(folder, sys.argv[1],
                   url=f"{server.tcp_url}?timeout=2s&{kind.table}=work") as world):
        case(world, server)


def play_all(cases, kind, chosen):
    if kind.missing():
        return skipped(f"{kind.missing()} is missing")
    for case in cases:
        if not chosen or case.__name__ in chosen:
            print(case.__name__.replace("_", " "), flush=True)
            play(case, kind)
    return 0


def main():
    kind = importlib.import_module(sys.argv[2]).SERVER
    return play_all(cases_of(kind), kind, sys.argv[3:])


if __name__ == "__main__":
    sys.exit(main())
