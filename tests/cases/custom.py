#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A store behind a helper program: the example in Python, and helpers that do all wrong.

usage: custom.py ASYNCZ no-witness, with tests/stress on the path.
"""

import os
import pathlib
import signal

from play import held, let_go, play, runs
from world import EXAMPLES, check, wait_until

HELLO = """read -r hello; echo '{"n":1,"ok":{"protocol":1,"offers":[]}}'"""


def on_shelf(world):
    """Moves the world to a store of the example; its helper may be taken away with `bin`."""
    folder = world.folder / "bin"
    folder.mkdir()
    (folder / "asyncz-store-shelf").symlink_to(EXAMPLES / "asyncz-store-shelf")
    world.environment["PATH"] = f"{folder}:{world.environment['PATH']}"
    world.url = f"shelf:{world.folder}/tasks.db"
    world.lease = ("--lease", "1m")


def with_helper(world, script):
    """Moves the world to a store whose helper is this shell script."""
    on_shelf(world)
    helper = world.folder / "bin" / "asyncz-store-odd"
    helper.write_text(f"#!/bin/sh\n{script}\n")
    helper.chmod(0o755)
    world.url = "odd:anything"


def helpers_of(worker):
    """The processes of helpers that a worker has started."""
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            is_helper = b"asyncz-store-shelf" in (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if is_helper and parent == worker.pid:
            found.append(int(entry.name))
    return found


# --- A helper that does what it should -------------------------------------------------------------


def the_commands_work_on_it(world):
    on_shelf(world)
    task = world.run("add", "--", "echo", "hello").stdout.strip()
    world.run("add", "--id", "weekly", "--every", "7d", "--", "true")
    check({it["id"] for it in world.json("list")} == {task, "weekly"}, "not listed")
    world.run("pause", "weekly")
    check(world.json("show", "weekly")["state"] == "paused", "not paused")
    world.run("worker", "--drain")
    check([it["task"] for it in world.json("history")] == [task], "not in the history")
    check(world.run("logs", task).stdout == "hello\n", "no log")
    world.run("remove", "weekly")
    check(world.json("list") == [], "something is left")
    world.run("list", store=None)
    database = (world.folder / "tasks.db").read_bytes()
    check(b"hello" not in database, "the helper was given a plain text")


def a_running_task_is_shown_and_cancelled(world):
    on_shelf(world)
    world.start_worker()
    held(world, "long")
    runs(world, "long")
    check(world.json("show", "long")["state"] == "running", "not shown as running")
    world.run("run", "long", exits=(4,))
    world.run("cancel", "long")
    wait_until(lambda: world.json("list") == [], "its end")
    check([it["state"] for it in world.json("history")] == ["cancelled"], "not cancelled")
    world.stop_workers()


def a_paused_queue_holds_its_tasks_back(world):
    on_shelf(world)
    world.run("pause", "--queue", "mail")
    world.run("add", "--queue", "mail", "--", "true")
    world.run("worker", "--drain")
    check(len(world.json("list")) == 1, "it ran")
    world.run("resume", "--queue", "mail")
    world.run("worker", "--drain")
    check(world.json("list") == [], "it did not run")


def tasks_go_there_and_back(world):
    files = world.url
    world.run("add", "--id", "weekly", "--every", "7d", "--", "true")
    world.run("add", "--", "true")
    world.run("worker", "--drain")
    on_shelf(world)
    shelf, world.url = world.url, files
    world.run("migrate", "--to", shelf, "--move")
    check(world.json("list") == [] and world.json("history") == [], "something stayed")
    world.url = shelf
    check([it["id"] for it in world.json("list")] == ["weekly"], "it did not arrive")
    check(len(world.json("history")) == 1, "the history did not arrive")
    world.run("migrate", "--to", files, "--move")
    world.url = files
    check([it["id"] for it in world.json("list")] == ["weekly"], "it did not come back")


# --- A helper that is killed -----------------------------------------------------------------------


def killed_helpers_cost_a_worker_nothing(world):
    on_shelf(world)
    worker = world.start_worker()
    held(world, "long")
    runs(world, "long")
    before = helpers_of(worker)
    check(before, "there are no helpers")
    for helper in before:
        os.kill(helper, signal.SIGKILL)
    let_go(world, "long")
    wait_until(lambda: world.json("list") == [], "its settlement")
    check([it["state"] for it in world.json("history")] == ["succeeded"], "it did not succeed")
    check(worker.poll() is None, "the worker has gone")
    world.stop_workers()


def a_worker_waits_for_a_helper_that_has_gone(world):
    on_shelf(world)
    worker = world.start_worker()
    held(world, "long")
    runs(world, "long")
    helper = world.folder / "bin" / "asyncz-store-shelf"
    helper.unlink()
    for process in helpers_of(worker):
        os.kill(process, signal.SIGKILL)
    let_go(world, "long")
    wait_until(lambda: "asyncz-store-shelf" in world.worker_log(), "a word of it")
    helper.symlink_to(EXAMPLES / "asyncz-store-shelf")
    wait_until(lambda: world.json("list") == [], "its settlement")
    check([it["state"] for it in world.json("history")] == ["succeeded"], "it did not succeed")
    world.stop_workers()


# --- Helpers that do all wrong ---------------------------------------------------------------------


def fails(world, status, word):
    failed = world.run("list", exits=(status,))
    check(word in failed.stderr, f"{word} is not in {failed.stderr}")


def a_missing_helper_is_named(world):
    world.url = "nowhere:x"
    fails(world, 2, "asyncz-store-nowhere")


def a_helper_without_a_key_is_refused(world):
    on_shelf(world)
    del world.environment["ASYNCZ_STORE_ENCRYPTION_KEY_FILE"]
    failed = world.run("add", "--", "true", exits=(2,))
    check("key" in failed.stderr, failed.stderr)


def one_that_ends_is_exit_5_and_its_words_are_shown(world):
    with_helper(world, "echo 'the disk is on fire' >&2; exit 3")
    fails(world, 5, "asyncz-store-odd: the disk is on fire")
    fails(world, 5, "status 3")


def one_that_hangs_is_exit_5(world):
    with_helper(world, "exec sleep 1000")
    world.url = "odd:x?timeout=200ms"
    fails(world, 5, "200ms")


def one_that_complains_without_end_is_exit_5(world):
    with_helper(world, "exec yes no 3>&1 >&2")
    world.url = "odd:x?timeout=200ms"
    fails(world, 5, "200ms")


def what_a_helper_leaves_behind_holds_nobody_up(world):
    with_helper(world, f"(exec yes no >&2) &\n{HELLO}\nread -r request; exit 3")
    fails(world, 5, "status 3")


def one_that_ends_in_mid_request_is_exit_5(world):
    with_helper(world, f"{HELLO}\nread -r request; kill -9 $$")
    fails(world, 5, "signal 9")


def what_is_no_answer_is_exit_6(world):
    for answer in ("this is no JSON", "[]", '{"n":2}', '{"n":3,"ok":true}', '{"ok":true}',
                   '{"n":2,"item":{"id":"a"}}', '{"n":2,"item":7}', '{"n":2,"error":"no"}',
                   '{"n":2,"error":{"kind":"odd","what":"x"}}'):
        (world.folder / "answer").write_text(answer + "\n")
        if not (world.folder / "bin").exists():
            with_helper(world, f"{HELLO}\nread -r request; cat '{world.folder}/answer'; read -r end")
        fails(world, 6, "asyncz-store-odd")


def an_endless_line_is_exit_6(world):
    with_helper(world, f"{HELLO}\nread -r request; exec tr '\\0' x </dev/zero")
    fails(world, 6, "longer than")


def another_protocol_is_exit_6(world):
    with_helper(world, """read -r hello; echo '{"n":1,"ok":{"protocol":7}}'; read -r end""")
    fails(world, 6, "version 7")


def what_the_helper_refuses_is_refused(world):
    refusal = '{"n":1,"error":{"kind":"denied","what":"no","hint":"ask"}}'
    with_helper(world, f"read -r hello; echo '{refusal}'; read -r end")
    fails(world, 7, "hint: ask")


def a_helper_sees_no_key(world):
    with_helper(world, f"env >'{world.folder}/env'; exit 1")
    world.environment["ASYNCZ_STORE_ENCRYPTION_KEY_PREVIOUS"] = "an old one"
    world.environment["ASYNCZ_STORE_PASSWORD"] = "for the store"
    world.run("list", exits=(5,))
    seen = (world.folder / "env").read_text()
    check("ASYNCZ_STORE_ENCRYPTION_KEY" not in seen, "it sees a key")
    check("ASYNCZ_STORE_PASSWORD" in seen, "it does not see its password")


if __name__ == "__main__":
    play([
        the_commands_work_on_it,
        a_running_task_is_shown_and_cancelled,
        a_paused_queue_holds_its_tasks_back,
        tasks_go_there_and_back,
        killed_helpers_cost_a_worker_nothing,
        a_worker_waits_for_a_helper_that_has_gone,
        a_missing_helper_is_named,
        a_helper_without_a_key_is_refused,
        one_that_ends_is_exit_5_and_its_words_are_shown,
        one_that_hangs_is_exit_5,
        one_that_complains_without_end_is_exit_5,
        what_a_helper_leaves_behind_holds_nobody_up,
        one_that_ends_in_mid_request_is_exit_5,
        what_is_no_answer_is_exit_6,
        an_endless_line_is_exit_6,
        another_protocol_is_exit_6,
        what_the_helper_refuses_is_refused,
        a_helper_sees_no_key,
    ])
