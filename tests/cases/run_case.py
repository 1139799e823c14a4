#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Plays whole-program sessions and compares what comes of them.

usage: run_case.py ASYNCZ FILE.case…

A session reads as a terminal does:

    $ asyncz add --id hello -- echo hello
    hello
    $ asyncz show nobody
    ! asyncz: error: …
    ? 3

`$` begins a command for bash, `>` goes on with it. What follows is its standard output, `!` its
standard error, `?` its exit status (0 unless said). `…` stands for anything within a line, and alone
on a line for any number of lines. `#` is a comment.

Each session has a folder, a home and a store of its own; played as root it becomes the user nobody,
so that the places of the system are never touched.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

NOBODY = 65534
TIME_LIMIT = 60  # seconds for a command


class Step:
    def __init__(self, line, command):
        self.line, self.command = line, command
        self.out, self.err, self.status = [], [], 0


def read_steps(path):
    steps = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        mark, rest = line[:2], line[2:]
        if line.startswith("#"):
            continue
        if mark == "$ ":
            steps.append(Step(number, rest))
        elif not steps:
            if line.strip():
                sys.exit(f"{path}:{number}: no command comes before this")
        elif mark == "> ":
            steps[-1].command += "\n" + rest
        elif mark == "! ":
            steps[-1].err.append(rest)
        elif mark == "? ":
            steps[-1].status = int(rest)
        elif line or steps[-1].out:
            steps[-1].out.append(line)
    for step in steps:  # empty lines between steps are for the reader
        while step.out and not step.out[-1]:
            step.out.pop()
    return steps


def matches(expected, lines):
    """Whether the lines are as expected, `…` being anything."""
    pattern = ""
    for line in expected:
        if line == "…":
            pattern += r"(?:.*\n)*"
        else:
            pattern += ".*".join(map(re.escape, line.split("…"))) + r"\n"
    return re.fullmatch(pattern, "".join(line + "\n" for line in lines)) is not None


def environment(folder):
    return {
        "PATH": f"{folder}/bin:/usr/local/bin:/usr/bin:/bin",
        "HOME": f"{folder}/home",
        "XDG_CONFIG_HOME": f"{folder}/home/.config",
        "XDG_STATE_HOME": f"{folder}/home/.local/state",
        "ASYNCZ_STORE_ENCRYPTION_KEY": "of a case",
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8",
    }


def prepare(folder, asyncz):
    work, home, programs = (folder / name for name in ("desk", "home", "bin"))
    for each in (work, home, programs):
        each.mkdir()
    shutil.copy(asyncz, programs / "asyncz")
    if os.geteuid() == 0:
        for each in (folder, work, home, programs):
            os.chown(each, NOBODY, NOBODY)
    folder.chmod(0o755)
    return work


def run(step, work, env):
    as_nobody = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    try:
        return subprocess.run(
            ["bash", "-c", step.command], cwd=work, env=env, stdin=subprocess.DEVNULL,
            capture_output=True, timeout=TIME_LIMIT, check=False, umask=0o022, **as_nobody)
    except subprocess.TimeoutExpired as late:
        note = b"(and has not ended)\n"
        return subprocess.CompletedProcess(late.cmd, -1, (late.stdout or b"") + note, late.stderr or b"")


def complaints_about(step, done):
    texts = {}
    for name, raw in (("stdout", done.stdout), ("stderr", done.stderr)):
        texts[name] = raw.decode("utf-8", "backslashreplace").split("\n")
        if texts[name][-1] == "":
            texts[name].pop()
    if not matches(step.out, texts["stdout"]):
        yield "stdout", step.out, texts["stdout"]
    if not matches(step.err, texts["stderr"]):
        yield "stderr", step.err, texts["stderr"]
    if step.status != done.returncode:
        yield "exit status", [str(step.status)], [str(done.returncode)]


def play(path, asyncz):
    """Whether the session went as it is written."""
    with tempfile.TemporaryDirectory(prefix="asyncz-case-") as name:
        folder = pathlib.Path(name)
        work = prepare(folder, asyncz)
        for step in read_steps(path):
            done = run(step, work, environment(folder))
            wrong = list(complaints_about(step, done))
            for what, expected, found in wrong:
                print(f"{path}:{step.line}: $ {step.command}\n  {what} should be")
                print(*(f"    {line}" for line in expected), sep="\n")
                print("  and is")
                print(*(f"    {line}" for line in found), sep="\n")
            if wrong:
                return False
    return True


def main():
    asyncz = pathlib.Path(sys.argv[1]).resolve()
    results = [play(pathlib.Path(name), asyncz) for name in sys.argv[2:]]
    return 0 if all(results) else 1


sys.exit(main())
