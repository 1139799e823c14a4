#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What runs have printed: followed until they end, and kept as long as [history] says."""

import subprocess

from play import let_go, play, runs
from world import check


def talker(world):
    """A task that prints 20 lines, and another when it is let go."""
    world.run("add", "--id", "talker", "--cwd", world.folder, "--shell",
              "seq 20; touch talker.ran; until [ -e talker.go ]; do sleep 0.05; done; echo the end")
    world.start_worker()
    runs(world, "talker")


def follow(world, *options):
    return subprocess.Popen(world.command("logs", "-f", "talker", *options), text=True,
                            env=world.environment, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE)


def a_run_is_followed_across_its_end(world):
    talker(world)
    following, tail = follow(world), follow(world, "--tail", 2)
    check([following.stdout.readline() for _ in range(20)] == [f"{n}\n" for n in range(1, 21)],
          "what it had printed")
    check(tail.stdout.readline() == "19\n" and tail.stdout.readline() == "20\n", "the tail")
    let_go(world, "talker")
    for each in (following, tail):
        check(each.stdout.read() == "the end\n" and each.wait() == 0, "its end")
    world.stop_workers()
    check(world.run("logs", "talker", "--tail", 2).stdout == "20\nthe end\n", "the sealed log")
    check(follow(world).stdout.read().endswith("\n20\nthe end\n"), "following what has ended")


def four_runs(world):
    """A task that ran four times and printed 100,000 bytes each time."""
    world.run("add", "--id", "many", "--every", "1h", "--shell",
              "head -c 99990 /dev/urandom | base64 -w 0 | head -c 99999; echo")
    for _ in range(4):
        world.run("run", "many")
        world.start_worker("--drain")
        world.wait_for_workers()


def kept(world, **limits):
    """How much of the output of each run is left after a pruning, the latest first."""
    config = world.folder / "config.toml"
    config.write_text("[history]\n" + "".join(f"{name} = {value}\n" for name, value in limits.items()))
    world.environment["ASYNCZ_CONFIG"] = str(config)
    world.run("history", "--prune")
    return [len(world.run("logs", f"many~{n}").stdout) for n in range(len(world.json("history")))]


def logs_are_kept_by_their_number_and_size(world):
    four_runs(world)
    whole, end = 100_000, 4096
    check(kept(world, keep_runs=0) == [whole] * 4, "nothing was to go")
    check(kept(world, keep_runs=3) == [whole] * 3 + [end], "three were to stay")
    check(kept(world, keep_bytes=250_000) == [whole] * 2 + [end] * 2, "two were to stay")


def what_is_older_goes_with_its_record(world):
    four_runs(world)
    check(kept(world, keep_age='"1d"') == [100_000] * 4, "nothing was to go")
    check(kept(world, keep_age='"1us"') == [], "all was to go")
    check(not list(world.folder.rglob("*.sealed")), "a log is left")


play([
    a_run_is_followed_across_its_end,
    logs_are_kept_by_their_number_and_size,
    what_is_older_goes_with_its_record,
])
