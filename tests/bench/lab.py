# SPDX-License-Identifier: MIT
"""Where measures are taken: fresh directories, stores, workers and runs in turn."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import time

STARTED_TIMEOUT = 60


class Store:
    """A FileStore of its own, in a directory that nothing was deleted from."""

    def __init__(self, lab, path):
        self.path = path
        self._lab = lab

    def command(self, *words):
        return [str(self._lab.asyncz), "--store", f"file://{self.path}", *map(str, words)]

    def run(self, *words, **options):
        return self._lab.run(self.command(*words), **options)

    def add_all(self, tasks):
        """Adds tasks, given as objects of `add --batch`, in bulk."""
        batch = self._lab.batch_file(tasks)
        self.run("add", "--batch", batch)

    def files(self):
        return sorted(self.path.glob("*.task"))


class Lab:
    """A folder, an environment and the processes of one run of the benchmark."""

    def __init__(self, asyncz, baselines, folder, scale):
        self.asyncz = pathlib.Path(asyncz).resolve()
        self.folder = pathlib.Path(folder).resolve()
        self.results = {}  # what one measure keeps for another
        self._baselines = pathlib.Path(baselines).resolve()
        self._scale = scale
        self._count = 0
        self._running = []
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True, mode=0o700)
        key = self.folder / "key"
        key.write_text("a key for the benchmark\n")
        key.chmod(0o600)
        self._environment = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.folder),
            "TMPDIR": str(self.folder),
            "TZ": "UTC",
            "ASYNCZ_STORE_ENCRYPTION_KEY_FILE": str(key),
        }

    def close(self):
        for process in list(self._running):
            self.end(process)
        shutil.rmtree(self.folder, ignore_errors=True)

    def scaled(self, count, least=1):
        """How many of `count` rounds or tasks this run takes."""
        return max(least, int(count * self._scale))

    # --- Files --------------------------------------------------------------------------------

    def directory(self, name):
        self._count += 1
        path = self.folder / f"{self._count:03}-{name}"
        path.mkdir(mode=0o700)
        return path

    def store(self, name):
        return Store(self, self.directory(name))

    def pipe(self, name):
        """A named pipe for stamps, and the reading end of it, which never sees an end of file."""
        path = self.directory(name) / "pipe"
        os.mkfifo(path, 0o600)
        return path, os.fdopen(os.open(path, os.O_RDWR), "r", buffering=1)

    def batch_file(self, tasks):
        path = self.directory("batch") / "tasks.jsonl"
        with open(path, "w", encoding="utf-8") as file:
            for task in tasks:
                file.write(json.dumps(task) + "\n")
        return path

    # --- Processes ----------------------------------------------------------------------------

    def baseline(self, name, *words):
        return [str(self._baselines / name), *map(str, words)]

    def run(self, command, env=None, **options):
        environment = self._environment | (env or {})
        return subprocess.run(
            command, env=environment, check=True, text=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, **options)

    def start(self, command):
        log = open(self.folder / "processes.log", "ab")
        process = subprocess.Popen(
            command, env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        log.close()
        self._running.append(process)
        return process

    def end(self, process, how=signal.SIGTERM):
        if process.poll() is None:
            process.send_signal(how)
        process.wait(timeout=STARTED_TIMEOUT)
        self._running.remove(process)

    def worker(self, store, *options):
        """A worker that has settled down and sleeps."""
        process = self.start(store.command("worker", *options))
        self.wait_until_idle(process)
        return process

    def wait_until_idle(self, process, calm=0.3):
        """Until none of its threads has used the processor for a while."""
        before = -1
        deadline = time.monotonic() + STARTED_TIMEOUT
        while (now := cpu_time(process.pid)) != before:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{process.args} does not settle down")
            before = now
            time.sleep(calm)

    # --- Measuring ----------------------------------------------------------------------------

    def race(self, rounds, *commands, env=None):
        """Runs the commands in turn; a list of times in microseconds for each."""
        words = self.baseline("race", rounds)
        for index, command in enumerate(commands):
            words += (["---"] if index else []) + [shutil.which(command[0]), *command[1:]]
        lines = self.run(words, env=env).stdout.splitlines()
        return [list(column) for column in zip(*(map(int, line.split()) for line in lines))]

    def seconds(self, command):
        """How long one long command takes."""
        begin = time.monotonic()
        self.run(command)
        return time.monotonic() - begin


def cpu_time(pid):
    """Nanoseconds that the threads of a process have run."""
    total = 0
    for thread in pathlib.Path(f"/proc/{pid}/task").iterdir():
        total += int((thread / "schedstat").read_text().split()[0])
    return total


def resident_bytes(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"process {pid} has no memory")


def read_stamp(stream):
    """Time in microseconds and pid of the next stamp."""
    time_text, pid, _ = stream.readline().split()
    return int(time_text), int(pid)
