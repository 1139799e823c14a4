# SPDX-License-Identifier: MIT
"""Cases in Python: playing them one after the other, and tasks that run until they are let go."""

from world import new_world, wait_until


def play(cases):
    for case in cases:
        print(case.__name__.replace("_", " "), flush=True)
        with new_world() as world:
            case(world)


def held(world, name, *options):
    """Adds a task that says NAME.ran when it runs, and runs until NAME.go is there."""
    line = f"touch {name}.ran; until [ -e {name}.go ]; do sleep 0.05; done"
    world.run("add", "--id", name, *options, "--cwd", world.folder, "--shell", line)


def runs(world, name):
    wait_until((world.folder / f"{name}.ran").exists, f"the run of {name}")


def let_go(world, name):
    (world.folder / f"{name}.go").touch()
