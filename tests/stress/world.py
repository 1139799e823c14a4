# SPDX-License-Identifier: MIT
"""A store, its workers and what their tasks saw, for tests of the whole program."""

import collections
import contextlib
import itertools
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

FULL = os.environ.get("ASYNCZ_STRESS") == "full"
PATIENCE = 300 if FULL else 120  # seconds until something that must happen has not happened
EXAMPLES = pathlib.Path(__file__).parents[2] / "examples"
SIGTERM_BIT = 1 << signal.SIGTERM - 1


class World:
    def __init__(self, asyncz, witness, folder, url=None):
        self.folder = pathlib.Path(folder)
        self.store = self.folder / "store"
        self.on_files = not url
        self.url = url or f"file://{self.store}"
        # Long enough for a busy machine, short enough to wait for.
        self.lease = ("--lease", "6s") if url else ()
        self.place = ()  # the words before each command, such as those that enter a namespace
        self.witnessed = self.folder / "witnessed"
        self.witnessed.mkdir()
        self.log = self.witnessed / "log"
        self.log.touch()
        self._asyncz = os.path.abspath(asyncz)
        self._witness = witness
        self._workers = []
        self._queues = []
        key = self.folder / "key"
        key.write_text("a key for this test\n")
        key.chmod(0o600)
        self.environment = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.folder),
            "XDG_STATE_HOME": str(self.folder / "state"),
            "TZ": "UTC",
            "ASYNCZ_STORE_ENCRYPTION_KEY_FILE": str(key),
        }

    def command(self, *words, store=None):
        url = f"file://{store}" if store else self.url
        return [*self.place, self._asyncz, "--store", url, *map(str, words)]

    def run(self, *words, store=None, exits=(0,), stdin=""):
        done = subprocess.run(self.command(*words, store=store), env=self.environment, text=True,
                              input=stdin, capture_output=True, timeout=PATIENCE)
        check(done.returncode in exits, f"{words} is exit {done.returncode}: {done.stderr or done.stdout}")
        return done

    def json(self, *words, store=None):
        return json.loads(self.run("--json", *words, store=store).stdout)

    # --- Workers and adders -------------------------------------------------------------------

    def start_worker(self, *options, store=None):
        with open(self.folder / "workers.log", "ab") as log:
            worker = subprocess.Popen(self.command("worker", *self.lease, *options, store=store),
                                      env=self.environment, stdin=subprocess.DEVNULL, stdout=log,
                                      stderr=log)
        self._workers.append(worker)
        return worker

    def kill_worker(self, worker):
        worker.kill()
        worker.wait()
        self._workers.remove(worker)

    def stop_workers(self):
        for worker in self._workers:
            wait_until(lambda: worker.poll() is not None or expects_signals(worker), "a worker")
            worker.send_signal(signal.SIGTERM)
        self.wait_for_workers()

    def wait_for_workers(self):
        """Until all have ended by themselves."""
        exits = [worker.wait(timeout=PATIENCE) for worker in self._workers]
        self._workers.clear()
        check(not any(exits), f"workers ended with {exits}: {self.worker_log()}")

    def worker_log(self):
        path = self.folder / "workers.log"
        return path.read_text()[-2000:] if path.exists() else ""

    def start_adder(self, name, count, milliseconds, ahead=None):
        """A shell loop that adds tasks one by one, as users do; what they witness is NAME-N. Without
        a count it goes on until stop_adders(). With `ahead` so many of its tasks may not have begun:
        it takes a line from a queue for each, and each that begins gives one."""
        loop = """
            i=0
            while [ "$i" != "$1" ] && { [ -z "$8" ] || read -r _; } && ! [ -e "$5/../enough" ]; do
              "$2" --store "$3" add -- "$4" "$5" "$6-$i" "$7" ${8:+"$8"} </dev/null || exit
              i=$((i + 1))
            done"""
        queue = self.open_queue(name, ahead) if ahead else None
        with open(self.folder / "added", "a") as added:
            return subprocess.Popen(
                ["/bin/sh", "-c", loop, "adder", str(count), self._asyncz, self.url, self._witness,
                 str(self.witnessed), name, str(milliseconds), self.folder / name if queue else ""],
                env=self.environment, stdin=queue or subprocess.DEVNULL, stdout=added)

    def open_queue(self, name, lines):
        """A FIFO in the world's folder that holds so many lines, and keeps what it is given."""
        os.mkfifo(self.folder / name)
        queue = os.open(self.folder / name, os.O_RDWR | os.O_CLOEXEC)
        self._queues.append(queue)
        give(queue, lines)
        return queue

    def stop_adders(self):
        (self.folder / "enough").touch()
        for queue in self._queues:
            give(queue, 1)  # to whoever waits for one

    def added(self):
        """The ids that adders were given."""
        return (self.folder / "added").read_text().split()

    # --- What was seen ------------------------------------------------------------------------

    def events(self):
        """(what, name, run) of each line of the log, in order."""
        lines = (line.split() for line in self.log.read_text().splitlines())
        return [(what, name, run) for what, _, name, run in lines]

    def counts(self, what):
        return collections.Counter(name for kind, name, _ in self.events() if kind == what)


def give(queue, lines):
    os.write(queue, b"\n" * lines)


def expects_signals(worker):
    """Whether it has begun to read SIGTERM, which ends a process that is still starting."""
    return SIGTERM_BIT & signal_set(worker, "SigBlk")


def has_unread_signal(worker):
    """Whether a SIGTERM was sent that it has not read yet."""
    return SIGTERM_BIT & signal_set(worker, "ShdPnd")


def signal_set(process, which):
    """A line of proc_pid_status(5): bit N - 1 is signal N."""
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith(which)), 16)


def check(holds, message):
    if not holds:
        raise AssertionError(message)


def wait_until(condition, what, tick=0.1):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        check(time.monotonic() < deadline, f"still waiting for {what} after {PATIENCE} s")
        time.sleep(tick)


# A store of its own for each world on one server.
STORES = {"redis": "database={}", "postgresql": "tablename=world{}", "mariadb": "tablename=world{}",
          "mongodb": "collection=world{}", "redis_cluster": "key_prefix={{world{}}}:"}
worlds = itertools.count()


def url_on(server):
    url = os.environ[f"ASYNCZ_TEST_{server.upper()}_URL"]
    return url + ("&" if "?" in url else "?") + STORES[server].format(next(worlds))


@contextlib.contextmanager
def world_in(folder, asyncz, witness=None, url=None):
    """A world whose workers end with it, and say what they logged where the test fails."""
    world = World(asyncz, witness, folder, url)
    try:
        yield world
    except BaseException:
        print(world.worker_log(), file=sys.stderr)
        raise
    finally:
        for worker in world._workers:
            worker.kill()
            worker.wait()
        for queue in world._queues:
            os.close(queue)


@contextlib.contextmanager
def new_world():
    """A world made from the command line, ASYNCZ WITNESS CRONTABS [SERVER]; what is left of it goes
    with it. With SERVER its store is on the server that with_server.py started; that of `sqlite` is
    a file, that of `shelf` behind the example of a helper program."""
    server = sys.argv[4] if len(sys.argv) > 4 else None
    with tempfile.TemporaryDirectory(prefix="asyncz-stress-") as folder:
        if server in ("shelf", "sqlite"):
            url = f"{server}:{'//' if server == 'sqlite' else ''}{folder}/tasks.db"
        else:
            url = server and url_on(server)
        with world_in(folder, sys.argv[1], sys.argv[2], url) as world:
            world.environment["PATH"] += f":{EXAMPLES}"
            yield world
