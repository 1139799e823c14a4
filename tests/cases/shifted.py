# SPDX-License-Identifier: MIT
"""Commands under a shifted clock (libfaketime)."""

import glob
import subprocess
import sys

LIBRARY = (glob.glob("/usr/lib/*/faketime/libfaketime.so.1") or [""])[0]

# What tasks run needs no library in it, which now and then ends a process that starts.
BY_TRUE_TIME = ("--unset-env", "LD_PRELOAD")


def library_works():
    """It does not beside a sanitizer, which wants to be loaded first."""
    command = [sys.argv[1], "version"]
    environment = {"LD_PRELOAD": LIBRARY, "FAKETIME": "@2027-01-01 00:00:00", "PATH": "/usr/bin"}
    return LIBRARY and not subprocess.run(command, env=environment, capture_output=True,
                                          check=False).returncode


def faked(world, **more):
    """The environment in which the library works."""
    return dict(world.environment, LD_PRELOAD=LIBRARY, FAKETIME_NO_CACHE="1", **more)


def shifted(case):
    """Marks a case in which some commands have another clock."""
    case.shifted = True
    return case


def an_hour_ago(world, *words):
    """Runs a command as it would have been then; what its schedule had since is overdue."""
    now = world.environment
    world.environment = faked(world, FAKETIME="-1h")
    try:
        return world.run(*words)
    finally:
        world.environment = now
