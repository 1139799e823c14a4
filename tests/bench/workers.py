# SPDX-License-Identifier: MIT
"""S7 to S10 and S12: what a worker costs, idle and busy."""

import collections
import shutil
import time

from commands import FAR, far_tasks, store_of_many
from lab import resident_bytes
from starts import pick_ups
from table import at_least, at_most, bounded, median


# --- S7, S12: rates -------------------------------------------------------------------------------


def drain_rate(lab, count):
    """No-op tasks a second, run by a worker from its start to its end."""
    store = lab.store("run")
    store.add_all({"command": ["/bin/true"]} for _ in range(count))
    return count / lab.seconds(store.command("worker", "--concurrency", 2, "--drain"))


def throughput(lab):
    count, rounds = 5000, lab.scaled(3)
    words = lab.directory("xargs") / "words"
    words.write_text("x\n" * count)
    ours, xargs, loop = [], [], []
    for _ in range(rounds):
        ours.append(drain_rate(lab, count))
        xargs.append(count / lab.seconds(["xargs", "-a", str(words), "-P", "2", "-n", "1",
                                          "/bin/true"]))
        loop.append(count / lab.seconds(lab.baseline("spawn_loop", count, 2, "/bin/true")))
    return [
        at_least("S7", "running no-op tasks at 2 / xargs -P 2", median(ours), median(xargs), 1.2),
        at_least("S7", "running no-op tasks at 2 / vfork loop", median(ours), median(loop), 0.7),
    ]


def drain_together(lab, count, workers, concurrency):
    """Rate of `workers` processes on one store, and the number of tasks that did not run once."""
    store = lab.store("together")
    log = lab.directory("together-log") / "log"
    log.touch()
    store.add_all({"command": lab.baseline("stamp", log, index)} for index in range(count))
    command = store.command("worker", "--drain", "--concurrency", concurrency)
    begin = time.monotonic()
    processes = [lab.start(command) for _ in range(workers)]
    for process in processes:
        process.wait()
    rate = count / (time.monotonic() - begin)
    for process in processes:
        lab.end(process)
    runs = collections.Counter(line.split()[2] for line in log.read_text().splitlines())
    return rate, sum(runs[str(index)] != 1 for index in range(count))


def many_workers(lab):
    count = 2000
    many, one, wrong = [], [], 0
    for _ in range(lab.scaled(5)):
        for rates, workers, concurrency in ((many, 8, 1), (one, 1, 8)):
            rate, bad = drain_together(lab, count, workers, concurrency)
            rates.append(rate)
            wrong += bad
    return [
        at_least("S12", "8 workers / 1 at the same concurrency", median(many), median(one), 0.8),
        bounded("S12", "tasks that did not run exactly once", wrong, 0, ""),
    ]


# --- S8: idle -------------------------------------------------------------------------------------


def system_calls(lab, pid, seconds):
    """Calls that ended while the process was looked at; what it waits in all the time does not."""
    trace = lab.directory("strace") / "trace"
    tracer = lab.start(["strace", "-f", "-p", str(pid), "-o", str(trace)])
    time.sleep(seconds)
    lab.end(tracer)
    waits = ("<detached ...>", "<unfinished ...>")
    return sum(not line.endswith(waits) for line in trace.read_text().splitlines())


def idle(lab):
    store = lab.store("idle")
    store.run("add", "--at", FAR, "--", "/bin/true")
    store.run("add", "--", "/bin/true")
    worker = lab.worker(store)
    time.sleep(2)
    memory = resident_bytes(worker.pid) / (1 << 20)
    rows = [bounded("S8", "idle worker: resident memory", memory, 6, "MiB")]
    if shutil.which("strace"):
        calls = system_calls(lab, worker.pid, 10)
        rows.insert(0, bounded("S8", "idle worker: system calls in 10 s", calls, 0, ""))
    lab.end(worker)
    return rows


# --- S9, S10: being ready -------------------------------------------------------------------------


def ready_rows(lab, name, store, count, rounds):
    """A worker that drains a store in which nothing is due ends as soon as it is ready."""
    ours, bare, uring = lab.race(
        rounds, store.command("worker", "--drain"), lab.baseline("scan", store.path),
        lab.baseline("uring_scan", store.path))
    few = lab.worker(lab.store("few"))
    many = lab.worker(store)
    memory = (resident_bytes(many.pid) - resident_bytes(few.pid)) / count
    lab.end(few)
    lab.end(many)
    return [
        at_most(name, f"worker ready with {count:,} / scan", median(ours) / 1e3,
                median(bare) / 1e3, 1.4, "ms"),
        at_most(name, f"worker ready with {count:,} / io_uring scan", median(ours) / 1e3,
                median(uring) / 1e3, 2, "ms"),
        bounded(name, f"memory a task with {count:,}", memory, 150, "B"),
    ]


def ready(lab):
    rows = ready_rows(lab, "S9", store_of_many(lab), 100_000, lab.scaled(5))
    return [row for row in rows if "io_uring" not in row.what]  # no goal at this size


def ready_with_a_million(lab):
    count = 1_000_000
    store = lab.store("million")
    store.add_all(far_tasks(count))
    rows = ready_rows(lab, "S10", store, count, lab.scaled(3))
    beside_many, _ = pick_ups(lab, store, lab.scaled(100, least=5))
    alone, _ = pick_ups(lab, lab.store("pick-up"), lab.scaled(100, least=5))
    rows.append(at_most("S10", "pick-up beside 1,000,000 / beside none", median(beside_many),
                        median(alone), 1.2))
    return rows
