#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A key rotated again and again, at times by a process that is killed in the middle of it, while
tasks are added and run: each runs once, and in the end the last key alone opens all."""

import signal
import subprocess

from world import FULL, PATIENCE, check, new_world

ADDERS = 2
TASKS = 2000 if FULL else 200
WAITING = 1000 if FULL else 100  # tasks that only wait, and are sealed anew each time


def add_waiting_tasks(world):
    lines = "".join(f'{{"id": "waiting-{number}", "command": ["true"], "paused": true}}\n'
                    for number in range(WAITING))
    world.run("add", "--batch", "-", stdin=lines)


def rotate_and_kill(world, seconds):
    """A rotation that has this long; whether it was killed."""
    process = subprocess.Popen(world.command("key", "rotate"), env=world.environment,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
    return process.wait(timeout=PATIENCE) == -signal.SIGKILL


def forget_former_keys(world):
    for file in world.folder.glob("key.previous*"):
        file.unlink()


def main():
    with new_world() as world:
        add_waiting_tasks(world)
        world.start_worker("--concurrency", 2)
        world.start_worker("--concurrency", 2)
        adders = [world.start_adder(f"adder{number}", TASKS // ADDERS, 1)
                  for number in range(ADDERS)]
        kills, turns = 0, 0
        while turns < 8 or any(adder.poll() is None for adder in adders):
            kills += rotate_and_kill(world, 0.01 * 2 ** (turns % 6))
            turns += 1
        check(not any(adder.wait() for adder in adders), "an add failed")
        check(kills > 0, "no rotation was killed: this has shown nothing")
        world.run("key", "rotate")
        world.run("worker", "--drain")
        world.stop_workers()

        world.run("key", "rotate")
        forget_former_keys(world)
        check(len(world.json("list")) == WAITING, "a waiting task is gone or cannot be read")
        started = world.counts("start")
        check(len(started) == TASKS, f"{len(started)} of {TASKS} tasks ran")
        check(set(started.values()) == {1}, "a task ran twice")
        print(f"{turns} rotations, {kills} of them killed; {TASKS} tasks ran once each")


if __name__ == "__main__":
    main()
