#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a worker tells monitoring: the metrics file, /metrics, /healthz, /readyz."""

import shutil
import socket
import stat
import subprocess

from play import held, let_go, play, runs
from probe import get, listening, samples
from world import check, wait_until

OPENMETRICS = "application/openmetrics-text; version=1.0.0"


def judged_by_promtool(text):
    if not shutil.which("promtool"):
        return
    verdict = subprocess.run(["promtool", "check", "metrics"], input=text, text=True,
                             capture_output=True)
    check(verdict.returncode == 0, f"promtool: {verdict.stdout}{verdict.stderr}{text}")


def openmetrics_families(text):
    try:
        from prometheus_client.openmetrics.parser import text_string_to_metric_families
    except ImportError:
        return None
    return {family.name: family for family in text_string_to_metric_families(text)}


def some_runs(world):
    world.run("add", "--", "true")
    world.run("add", "--queue", "mail", "--shell", "exit 3")
    world.run("add", "--queue", "mail", "--on-success", "true", "--", "true")


# --- What is measured ----------------------------------------------------------------------------


def runs_are_counted_by_queue_and_outcome(world):
    some_runs(world)
    port = listening(world)
    wait_until(lambda: not world.json("list"), "the runs")
    # It counts a settlement when all of it is done, which is after the task has gone.
    settled = 'asyncz_store_operation_seconds_count{operation="settle"}'
    wait_until(lambda: settled in (seen := samples(get(port, "/metrics")[1])) and
               seen["asyncz_running"] == 0, "their ends")
    status, text, kind = get(port, "/metrics")
    check((status, kind) == (200, "text/plain; version=0.0.4; charset=utf-8"), f"{status} {kind}")
    judged_by_promtool(text)
    seen = samples(text)
    for queue, outcome, count in (("default", "succeeded", 1), ("mail", "failed", 1),
                                  ("mail", "succeeded", 1)):
        name = f'asyncz_runs_total{{queue="{queue}",outcome="{outcome}"}}'
        check(seen.get(name) == count, f"{name}: {text}")
    check(seen['asyncz_run_duration_seconds_count{queue="mail"}'] == 2, text)
    check(seen['asyncz_run_lateness_seconds_count{queue="mail"}'] == 2, text)
    check(seen[settled] >= 1, text)
    check(seen["asyncz_store_up"] == 1 and seen["asyncz_workers"] == 1, text)
    check(seen["asyncz_reservations_lost_total"] == 0, text)
    world.stop_workers()


def who_asks_for_openmetrics_gets_it(world):
    some_runs(world)
    port = listening(world)
    wait_until(lambda: not world.json("list"), "the runs")
    status, text, kind = get(port, "/metrics", Accept=f"{OPENMETRICS}, text/plain;q=0.5")
    check(status == 200 and kind.startswith("application/openmetrics-text"), kind)
    check(text.endswith("\n# EOF\n"), text[-100:])
    families = openmetrics_families(text)
    if families is not None:
        check(families["asyncz_runs"].type == "counter", f"{families.keys()}")
        check(families["asyncz_run_duration_seconds"].type == "histogram", f"{families.keys()}")
    world.stop_workers()


def what_waits_and_what_runs_is_seen(world):
    held(world, "a")
    world.run("add", "--queue", "other", "--id", "b", "--", "true")
    world.run("add", "--queue", "other", "--every", "1h", "--", "true")
    world.run("pause", "--queue", "third")
    port = listening(world, "--queue", "default")
    runs(world, "a")
    # The look at the store is repeated each few seconds only.
    wait_until(lambda: samples(get(port, "/metrics")[1]).get(
        'asyncz_tasks{queue="default",state="running"}') == 1, "the running task")
    seen = samples(get(port, "/metrics")[1])
    check(seen["asyncz_running"] == 1, f"{seen}")
    check(seen['asyncz_queue_due{queue="other"}'] == 1, f"{seen}")
    check(seen['asyncz_queue_due{queue="default"}'] == 0, f"{seen}")
    check(seen['asyncz_queue_oldest_due_seconds{queue="other"}'] > 0, f"{seen}")
    check(seen['asyncz_tasks{queue="other",state="scheduled"}'] == 1, f"{seen}")
    check(seen['asyncz_queue_paused{queue="third"}'] == 1, f"{seen}")
    let_go(world, "a")
    world.stop_workers()


# --- The file ------------------------------------------------------------------------------------


def the_file_follows_what_happens_and_goes_with_its_worker(world):
    file = world.folder / "asyncz.prom"
    held(world, "a")
    world.start_worker("--metrics-file", file)
    wait_until(file.exists, "the file")
    runs(world, "a")
    wait_until(lambda: samples(file.read_text())["asyncz_running"] == 1, "the run in the file")
    check(stat.S_IMODE(file.stat().st_mode) == 0o644, f"mode {file.stat().st_mode:o}")
    judged_by_promtool(file.read_text())
    let_go(world, "a")
    ended = 'asyncz_runs_total{queue="default",outcome="succeeded"}'
    wait_until(lambda: samples(file.read_text()).get(ended) == 1, "its end in the file")
    world.stop_workers()
    check(not file.exists(), "the file was left behind")
    check(not list(world.folder.glob("asyncz.prom*")), "something was left behind")


def a_worker_that_ends_by_itself_leaves_the_file(world):
    file = world.folder / "asyncz.prom"
    some_runs(world)
    world.start_worker("--drain", "--metrics-file", file)
    world.wait_for_workers()
    check(samples(file.read_text())['asyncz_runs_total{queue="mail",outcome="failed"}'] == 1,
          file.read_text())


def a_file_that_cannot_be_written_is_an_error_at_the_start(world):
    told = world.run("worker", "--metrics-file", "/nowhere/asyncz.prom", exits=(1,)).stderr
    check("--metrics-file: cannot write /nowhere/asyncz.prom" in told, told)


# --- The port ------------------------------------------------------------------------------------


def a_port_that_is_taken_is_an_error_at_the_start(world):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        told = world.run("worker", "--metrics-listen", str(port), exits=(1,)).stderr
        check(f"cannot listen at 127.0.0.1:{port}" in told and "hint" in told, told)
    for address in ("nobody:80", "80:", "::1:80", "127.0.0.1:99999", "-1", "+80", "80x"):
        world.run("worker", "--metrics-listen", address, exits=(2,))


def only_what_is_there_is_given_and_only_to_get_and_head(world):
    port = listening(world)
    check(get(port, "/healthz")[:2] == (200, "ok\n"), "/healthz")
    check(get(port, "/readyz")[:2] == (200, "ok\n"), "/readyz")
    check(get(port, "/healthz", "HEAD")[:2] == (200, ""), "HEAD")
    check(get(port, "/metrics?x=1")[0] == 200, "a query")
    check(get(port, "/")[0] == 404 and get(port, "/../etc/passwd")[0] == 404, "another path")
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        check(get(port, "/metrics", method)[0] == 405, method)
    for request, status in ((b"\r\n\r\n", b"400"), (b"GET /metrics\r\n\r\n", b"400"),
                            (b"GET /metrics SPDY/3\r\n\r\n", b"400"),
                            (b"GET /" + b"x" * 9000 + b" HTTP/1.1", b"431")):
        with socket.create_connection(("127.0.0.1", port), timeout=60) as raw:
            raw.sendall(request)
            check(raw.recv(64).split()[1] == status, f"{request[:40]}")
    world.stop_workers()


def silent_and_slow_clients_keep_nobody_waiting(world):
    port = listening(world)
    silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(40)]
    for each in silent[::2]:
        each.sendall(b"GET /metrics HTTP/1.1\r\nX: ")
    check(get(port, "/healthz")[0] == 200, "a probe")
    world.run("add", "--cwd", world.folder, "--shell", "touch ran")
    wait_until((world.folder / "ran").exists, "a run")
    for each in silent:
        each.settimeout(60)
        try:
            check(each.recv(1) == b"", "it was answered")
        except ConnectionResetError:
            pass
        each.close()
    world.stop_workers()


def a_stopping_worker_lives_and_is_not_ready(world):
    held(world, "a")
    port = listening(world)
    runs(world, "a")
    worker, = world._workers
    worker.terminate()
    wait_until(lambda: get(port, "/readyz")[0] == 503, "its word")
    check("stopping" in get(port, "/readyz")[1], "why")
    check(get(port, "/healthz")[0] == 200, "/healthz")
    let_go(world, "a")
    world.wait_for_workers()


def a_store_in_memory_is_seen_as_well(world):
    load = world.folder / "app.toml"
    load.write_text('[tasks.a]\ncommand = ["true"]\ntrigger = {every = "1h"}\n')
    world.url = "memory:"
    port = listening(world, "--load", load)
    seen = samples(get(port, "/metrics")[1])
    check(seen['asyncz_tasks{queue="default",state="scheduled"}'] == 1, f"{seen}")
    check(get(port, "/readyz")[0] == 200, "/readyz")
    world.stop_workers()


play([
    runs_are_counted_by_queue_and_outcome,
    who_asks_for_openmetrics_gets_it,
    what_waits_and_what_runs_is_seen,
    the_file_follows_what_happens_and_goes_with_its_worker,
    a_worker_that_ends_by_itself_leaves_the_file,
    a_file_that_cannot_be_written_is_an_error_at_the_start,
    a_port_that_is_taken_is_an_error_at_the_start,
    only_what_is_there_is_given_and_only_to_get_and_head,
    silent_and_slow_clients_keep_nobody_waiting,
    a_stopping_worker_lives_and_is_not_ready,
    a_store_in_memory_is_seen_as_well,
])
