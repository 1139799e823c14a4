# SPDX-License-Identifier: MIT
"""Stores against the bare statements through their client library (S13)."""

import os
import pathlib
import subprocess
import tempfile

from table import at_least

SERVERS = ("redis", "postgresql", "mariadb", "mongodb")
WITH_SERVER = pathlib.Path(__file__).parent.parent / "servers/with_server.py"


def reserve_and_settle(lab):
    tasks, rounds = lab.scaled(10_000, least=1000), lab.scaled(5)
    rows = [row(lab, "sqlite", [], tasks, rounds, lab.directory("sqlite"))]
    for name in SERVERS:
        # The server that stands in for MongoDB's has no index to find what is due by.
        some = min(tasks, 1000) if name == "mongodb" else tasks
        rows.append(row(lab, name, [WITH_SERVER, name, "--"], some, rounds))
    return [row for row in rows if row]


def row(lab, name, server, *words):
    """Nothing where there is no such server here."""
    cache = os.environ.get("XDG_CACHE_HOME") or str(pathlib.Path.home() / ".cache")
    # Some servers run as another user, who may not enter the lab.
    places = {"TMPDIR": tempfile.gettempdir(), "XDG_CACHE_HOME": cache}
    try:
        done = lab.run([*server, *lab.baseline("bench_stores", name, *words)], env=places)
    except subprocess.CalledProcessError as error:
        if error.returncode == 77:
            return None
        raise
    ours, bare = map(float, done.stdout.split())
    return at_least("S13", f"reserve and settle by hundreds, {name}", ours, bare, 0.6)
