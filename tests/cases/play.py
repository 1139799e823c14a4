# SPDX-License-Identifier: MIT
"""Cases in Python: playing them one after the other, and tasks that run until they are let go."""

import os

from shifted import library_works
from world import check, new_world, wait_until


def on_files(case):
    """Marks a case of what holds on the file store alone, where the kernel keeps reservations."""
    case.on_files = True
    return case


def play(cases):
    for case in cases:
        with new_world() as world:
            if hasattr(case, "on_files") and not world.on_files:
                continue
            print(case.__name__.replace("_", " "), flush=True)
            if hasattr(case, "shifted") and not library_works():
                print("... not played: no libfaketime, or none that works here")
                check(os.environ.get("ASYNCZ_REQUIRE_ALL") != "1", "nothing may be left out")
                continue
            case(world)


def until(name):
    """What a task says to go on until the test has made the file of this name."""
    return f"until [ -e {name} ]; do sleep 0.02; done"


def held(world, name, *options):
    """Adds a task that says NAME.ran when it runs, and runs until NAME.go is there."""
    line = f"touch {name}.ran; {until(name + '.go')}"
    world.run("add", "--id", name, *options, "--cwd", world.folder, "--shell", line)


def runs(world, name):
    wait_until((world.folder / f"{name}.ran").exists, f"the run of {name}")


def let_go(world, name):
    (world.folder / f"{name}.go").touch()
