#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Takes what is measured against goals: ours and a baseline in turn, one table, and the same as JSON.

Goals are ratios within one run, because machines differ and are noisy. Names select measures; a
measure of a million tasks runs only where it is named. --scale 0.1 takes a tenth of the rounds.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import platform
import sys
import traceback

import commands
import crashes
import peers
import starts
import stores
import workers
from lab import Lab
from table import format_rows

# In this order: nothing may be added to a file system that has just lost many files.
MEASURES = {
    "S1": commands.start,
    "S2": commands.durable_add,
    "S3": commands.durable_add_beside_many,
    "S4": commands.bulk_add,
    "S11": commands.list_many,
    "S9": workers.ready,
    "S8": workers.idle,
    "S5": starts.pick_up,
    "S6": starts.timed_starts,
    "S15": crashes.take_over,
    "S15-load": crashes.take_over_under_load,
    "S7": workers.throughput,
    "S12": workers.many_workers,
    "S13": stores.reserve_and_settle,
    "peers-add": peers.add,
    "peers-run": peers.run,
    "S10": workers.ready_with_a_million,
}
ONLY_BY_NAME = {"S10"}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--asyncz", required=True)
    parser.add_argument("--baselines", required=True, help="folder of the baselines")
    parser.add_argument("--output", required=True, help="JSON file")
    parser.add_argument("--scale", type=float, default=float(os.environ.get("BENCH_SCALE", "1")))
    parser.add_argument("names", nargs="*", metavar="NAME", help=" ".join(MEASURES))
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(MEASURES)
    if unknown:
        parser.error(f"no measure {' '.join(sorted(unknown))}; there are {' '.join(MEASURES)}")
    return arguments


def take(lab, names):
    rows, failed = [], []
    for name in names:
        print(f"{name} …", end=" ", file=sys.stderr, flush=True)
        try:
            rows += MEASURES[name](lab)
        except Exception:  # one that fails must not cost the others
            traceback.print_exc()
            failed.append(name)
    print(file=sys.stderr)
    return rows, failed


def main():
    arguments = parse_arguments()
    output = pathlib.Path(arguments.output)
    names = arguments.names or [name for name in MEASURES if name not in ONLY_BY_NAME]
    load = os.getloadavg()[0]
    lab = Lab(arguments.asyncz, arguments.baselines, output.parent / "bench-work", arguments.scale)
    try:
        rows, failed = take(lab, names)
    finally:
        lab.close()
    print(format_rows(rows))
    output.write_text(json.dumps({
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.release()}",
        "load_before": load,
        "scale": arguments.scale,
        "rows": [dataclasses.asdict(row) for row in rows],
        "failed": failed,
    }, indent=2, ensure_ascii=False) + "\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
