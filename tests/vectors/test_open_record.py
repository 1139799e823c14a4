#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A program that knows asyncz-record(5) alone reads what asyncz wrote, and refuses what was altered.

    test_open_record.py WRITE_TASK
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

OPENER = pathlib.Path(__file__).with_name("open_record.py")
TASK_ID = "täglich"


def opened(key, path):
    return subprocess.run([sys.executable, OPENER, key, path], capture_output=True, check=False)


def expect_task(key, path):
    done = opened(key, path)
    if done.returncode == 77:
        sys.exit(77)
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    task, progress, clear = record["task"], record["progress"], record["clear"]
    assert task["id"] == TASK_ID
    assert task["argv"] == ["backup", "--to", "/srv"]
    assert task["trigger"]["kind"] == "cron" and task["trigger"]["expression"] == "30 2 * * *"
    assert task["timezone"] == "Europe/Berlin"
    assert task["queue"] == clear["queue"] == "mail"
    assert task["priority"] == clear["priority"] == -3
    assert task["coalesce"] is False and task["paused"] is False
    assert task["env"] == {"A": "1", "B": ""}
    assert task["retry_backoff"] == 1.5 and task["umask"] == 0o22 and task["timeout"] is None
    assert progress["due"] == 1_000_000 and progress["moment"] == 2_000_000
    assert clear["moment"] == 2_000_000
    assert clear["fence"] == progress["settled_fence"] + 1, "it was reserved once"
    assert clear["revision"] > progress["revision"]


def expect_refusal(key, path, what):
    done = opened(key, path)
    assert done.returncode == 1, f"{what}: {done.returncode} {done.stdout} {done.stderr}"


def main():
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        store, key = root / "tasks", root / "key"
        environment = {k: v for k, v in os.environ.items() if not k.startswith("ASYNCZ_")}
        subprocess.run([sys.argv[1], store, key], check=True, env=environment)
        path = store / f"{TASK_ID}.task"
        expect_task(key, path)

        whole = path.read_bytes()
        for at in (16, 48, 128 + 4, 128 + 8, 128 + 20, 128 + 45, len(whole) - 1):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            expect_refusal(key, path, f"byte {at} altered")
        path.write_bytes(whole[:-1])
        expect_refusal(key, path, "cut")
        renamed = store / "other.task"
        renamed.write_bytes(whole)
        expect_refusal(key, renamed, "renamed")
        path.write_bytes(whole)
        other_key = root / "other"
        other_key.write_text("another secret\n", encoding="utf-8")
        expect_refusal(other_key, path, "another key")
        expect_task(key, path)


if __name__ == "__main__":
    main()
