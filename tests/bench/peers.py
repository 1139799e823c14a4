# SPDX-License-Identifier: MIT
"""The rows against peers, where they are installed: task-spooler (`tsp`) and `nq`."""

import contextlib
import os
import shutil
import time

from commands import add_command
from table import at_least, at_most, median
from workers import drain_rate


class Peer:
    """A queue of its own that runs nothing before it is released."""

    def __init__(self, lab, program, env):
        self.env = env
        self.add_command = [shutil.which(program), "/bin/true"]
        self._lab = lab
        self._program = program
        self._gate = lab.directory("gate") / "gate"
        os.mkfifo(self._gate)
        self.run("cat", self._gate)

    def run(self, *words):
        self._lab.run([self._program, *map(str, words)], env=self.env)

    def finish(self, slots):
        """Lets everything run that was added; seconds until it has."""
        begin = time.monotonic()
        if slots > 1:
            self.run("-S", slots)
        self._gate.open("w").close()
        self.run("-w")
        return time.monotonic() - begin


@contextlib.contextmanager
def queue(lab, program):
    folder = lab.directory(program)
    if program == "nq":
        yield Peer(lab, "nq", {"NQDIR": str(folder)})
        return
    peer = Peer(lab, "tsp", {"TS_SOCKET": str(folder / "socket"), "TMPDIR": str(folder)})
    try:
        yield peer
    finally:
        peer.run("-K")


def installed(goals):
    return {program: goal for program, goal in goals.items() if shutil.which(program)}


def add(lab):
    rows = []
    for program, goal in installed({"tsp": 0.9, "nq": 0.7}).items():
        with queue(lab, program) as peer:
            ours, theirs = lab.race(lab.scaled(50), add_command(lab.store("add")),
                                    peer.add_command, env=peer.env)
            peer.finish(slots=1)
        rows.append(at_most(program, f"durable add / {program}", median(ours), median(theirs),
                            goal))
    return rows


def their_rate(lab, program, count):
    with queue(lab, program) as peer:
        for _ in range(count):
            peer.run("/bin/true")
        return count / peer.finish(slots=2 if program == "tsp" else 1)  # nq runs one by one


def run(lab):
    rows = []
    for program, goal in installed({"tsp": 3.5, "nq": 3.5}).items():
        ours, theirs = [], []
        for _ in range(lab.scaled(3)):
            ours.append(drain_rate(lab, 1000))
            theirs.append(their_rate(lab, program, 200))
        rows.append(at_least(program, f"running no-op tasks at 2 / {program}", median(ours),
                             median(theirs), goal))
    return rows
