#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""All tasks and their history go from store to store, also when the migration is killed.

usage: migrate.py ASYNCZ [SERVER…], where ASYNCZ_TEST_<SERVER>_URL is the server's store
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time

TASKS = 1200
PATIENCE = 120


class Stores:
    def __init__(self, asyncz, folder):
        self.asyncz = asyncz
        self.environment = {"PATH": "/usr/bin:/bin", "HOME": folder, "TZ": "UTC",
                            "ASYNCZ_STORE_ENCRYPTION_KEY": "a key for this test"}

    def start(self, store, *words, **options):
        return subprocess.Popen([self.asyncz, "--store", store, *words], env=self.environment,
                                text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, **options)

    def run(self, store, *words, exits=0, stdin=""):
        process = self.start(store, *words)
        out, err = process.communicate(stdin, timeout=PATIENCE)
        assert process.returncode == exits, f"{words} on {store} is {process.returncode}: {err}"
        return out

    def content(self, store):
        """All that a migration has to carry over."""
        history = [run["id"] for run in json.loads(self.run(store, "--json", "history",
                                                            "--limit", "0"))]
        return sorted(self.run(store, "export", "--reveal").splitlines()), history

    def count(self, store):
        process = self.start(store, "list")
        out, _ = process.communicate(timeout=PATIENCE)
        return len(out.splitlines()) if process.returncode == 0 else 0


def fill(stores, store):
    tasks = [{"id": f"task-{number}", "command": ["/bin/true"], "trigger": {"every": "1h"}}
             for number in range(TASKS)]
    tasks += [{"id": f"due-{number}", "command": ["/bin/echo", "hello"], "trigger": {"at": "now"}}
              for number in range(3)]
    stores.run(store, "add", "--batch", "-", stdin="\n".join(map(json.dumps, tasks)))
    stores.run(store, "worker", "--drain")


def kill_in_the_middle(stores, source, target):
    process = stores.start(source, "migrate", "--to", target, "--move")
    deadline = time.monotonic() + PATIENCE
    while stores.count(target) == 0 and process.poll() is None:
        assert time.monotonic() < deadline, "nothing arrives"
    process.send_signal(signal.SIGKILL)
    process.communicate()


def check_workers(stores, source, target):
    """A live worker is named, and keeps everything where it is."""
    worker = stores.start(target, "worker", "--name", "busy")
    deadline = time.monotonic() + PATIENCE
    while "busy" not in stores.run(target, "workers"):
        assert time.monotonic() < deadline, "the worker does not show"
    for words in ((source, "migrate", "--to", target), (target, "migrate", "--move", "--to", source)):
        process = stores.start(*words)
        _, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 4 and "busy" in err, f"{words}: {process.returncode} {err}"
    worker.send_signal(signal.SIGTERM)
    worker.communicate(timeout=PATIENCE)
    assert worker.returncode == 0, "the worker did not end well"


def main():
    asyncz, servers = sys.argv[1], sys.argv[2:]
    with tempfile.TemporaryDirectory(prefix="asyncz-migrate-") as folder:
        stores = Stores(asyncz, folder)
        chain = [f"file://{folder}/files", f"sqlite://{folder}/tasks.db"]
        chain += [os.environ[f"ASYNCZ_TEST_{name.upper()}_URL"] for name in servers]
        chain.append(f"file://{folder}/back")
        fill(stores, chain[0])
        expected = stores.content(chain[0])
        for source, target in zip(chain, chain[1:]):
            kill_in_the_middle(stores, source, target)
            stores.run(source, "migrate", "--to", target, "--move")
            assert stores.content(target) == expected, f"{target} differs from {source}"
            assert stores.content(source) == ([], []), f"something was left in {source}"
        stores.run(chain[-1], "migrate", "--to", chain[0])
        assert stores.content(chain[-1]) == expected, "a copy has taken something away"
        again = json.loads(stores.run(chain[-1], "--json", "migrate", "--to", chain[0]))
        assert again == {"tasks": 0, "runs": 0, "present": TASKS}, again

        stores.run(chain[0], "remove", "task-7")
        stores.run(chain[0], "add", "--id", "task-7", "--every", "2h", "--", "false")
        stores.run(chain[-1], "migrate", "--to", chain[0], exits=4)
        check_workers(stores, chain[0], chain[1])
        print(f"{TASKS} tasks went through {len(chain)} stores, killed on each way")


if __name__ == "__main__":
    main()
