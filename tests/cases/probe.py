# SPDX-License-Identifier: MIT
"""Asking a worker by HTTP how it is."""

import http.client
import re

from world import wait_until


def listening(world, *options):
    """Starts a worker that listens at a free port; that port."""
    world.start_worker("--metrics-listen", "127.0.0.1:0", *options)
    pattern = re.compile(r"metrics are at http://127\.0\.0\.1:(\d+)/metrics")
    wait_until(lambda: pattern.search(world.worker_log()), "its address")
    return int(pattern.search(world.worker_log())[1])


def get(port, path, method="GET", **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    return answer.status, answer.read().decode(), answer.headers["Content-Type"]


def samples(text):
    """{'name{labels}': value}, of all lines that are no comments."""
    lines = (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, value in lines}
