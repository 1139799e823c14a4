# SPDX-License-Identifier: MIT
"""Stores against the bare statements through their client library (S13)."""

from table import at_least


def reserve_and_settle(lab):
    folder = lab.directory("sqlite")
    tasks, rounds = lab.scaled(10_000, least=1000), lab.scaled(5)
    words = lab.baseline("bench_sql", folder, tasks, rounds)
    ours, bare = map(float, lab.run(words).stdout.split())
    return [at_least("S13", "reserve and settle by hundreds, SQLite", ours, bare, 0.6)]
