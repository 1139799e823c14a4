#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A store on a Redis Cluster of two nodes, whose URL names the node that has not its keys.

usage: cluster.py ASYNCZ, with tests/stress and tests/servers on the path.
"""

import sys

from redis_cluster import RedisCluster
from server import skipped, started
from world import check, wait_until, world_in

TAG = "key_prefix={asyncz}:"


def ran(world):
    path = world.folder / "ran"
    return path.read_text().split() if path.exists() else []


def keys_without_a_hash_tag_are_refused_and_told_what_to_write(world, cluster):
    for parameters in ("", "&key_prefix=asyncz:", "&key_prefix={}:", "&tasks_key={a}tasks"):
        world.url = cluster.url + parameters
        for words in (("list",), ("add", "--", "true"), ("worker", "--drain")):
            failed = world.run(*words, exits=(2,))
            check("?key_prefix={asyncz}:" in failed.stderr, failed.stderr)
    for node in cluster.nodes:
        check(node.tell("DBSIZE") == "0", "something was written")
    world.url = cluster.url + "&tasks_key={a}tasks&run_times_key={a}times"
    world.run("add", "--", "true")


def another_database_is_refused(world, cluster):
    world.url = cluster.url.replace("?", "/3?") + "&" + TAG
    check("database 0 alone" in world.run("list", exits=(2,)).stderr, "no word of the database")


def all_promises_of_a_store_are_kept(world, cluster):
    report = world.json("doctor", "--conformance")
    check(report["ok"], [it for it in report["checks"] if not it["ok"]])
    check("watch" in report["level"] and "history" in report["level"], report["level"])


def doctor_and_why_know_the_store(world, cluster):
    world.run("add", "--id", "kept", "--paused", "--", "true")
    world.run("doctor")
    check("paused" in world.run("why", "kept").stdout, "why")
    check(world.json("status")["tasks"] == 1, "status")


def a_store_that_moves_to_the_other_node_is_followed(world, cluster):
    """While a run goes on and the worker waits; what was told the old node's address, too."""
    worker = world.start_worker("--lease", "1m")
    world.run("add", "--cwd", world.folder, "--shell",
              "echo start >>ran; until [ -e go ]; do sleep 0.05; done; echo end >>ran")
    wait_until(lambda: ran(world) == ["start"], "the start")
    cluster.move_store()
    (world.folder / "go").touch()
    wait_until(lambda: not world.json("list"), "the settlement")
    world.run("add", "--cwd", world.folder, "--shell", "echo again >>ran")
    wait_until(lambda: ran(world) == ["start", "end", "again"], "a new task")
    check(worker.poll() is None, "the worker has gone")
    world.stop_workers()
    states = [run["state"] for run in world.json("history", "--limit", 0)]
    check(states == ["succeeded"] * 2, f"history: {states}")


CASES = [
    keys_without_a_hash_tag_are_refused_and_told_what_to_write,
    another_database_is_refused,
    all_promises_of_a_store_are_kept,
    doctor_and_why_know_the_store,
    a_store_that_moves_to_the_other_node_is_followed,
]


def play(case):
    with (started(RedisCluster) as (cluster, folder),
          world_in(folder, sys.argv[1], url=f"{cluster.url}&{TAG}") as world):
        world.lease = ()
        case(world, cluster)


def main():
    if RedisCluster.missing():
        return skipped(f"{RedisCluster.missing()} is missing")
    chosen = sys.argv[2:]
    for case in CASES:
        if not chosen or case.__name__ in chosen:
            print(case.__name__.replace("_", " "), flush=True)
            play(case)
    return 0


if __name__ == "__main__":
    sys.exit(main())
