# SPDX-License-Identifier: MIT
"""A Redis Cluster of two nodes, each with half of the slots. Its URL names the node that has not
the store's."""

import subprocess
import time

from redis import Redis
from server import PATIENCE, free_port

SLOTS = 16384


class Node(Redis):
    def __init__(self, folder):
        folder.mkdir(exist_ok=True)
        super().__init__(folder, **{"cluster-enabled": "yes", "cluster-port": free_port()})

    def tell(self, *words):
        """The whole answer to one command."""
        return subprocess.run([self.find("redis-cli"), "-s", self.socket, *map(str, words)],
                              check=True, text=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE).stdout.strip()

    def is_working(self):
        return "cluster_state:ok" in self.tell("CLUSTER", "INFO")


class RedisCluster:
    name = "Redis"
    missing = Redis.missing

    def __init__(self, folder, tag="asyncz"):
        self.tag = tag
        self.nodes = [Node(folder / name) for name in ("one", "two")]

    def start(self):
        for node in self.nodes:
            node.start()
        one, two = self.nodes
        if "cluster_slots_assigned:0" in one.tell("CLUSTER", "INFO"):
            one.tell("CLUSTER", "ADDSLOTSRANGE", 0, SLOTS // 2 - 1)
            two.tell("CLUSTER", "ADDSLOTSRANGE", SLOTS // 2, SLOTS - 1)
            one.tell("CLUSTER", "MEET", two.address, two.port, two.settings["cluster-port"])
        deadline = time.monotonic() + PATIENCE
        while not all(node.is_working() for node in self.nodes):
            if time.monotonic() > deadline:
                raise RuntimeError(f"the cluster does not start: {self.log()}")
            time.sleep(0.05)

    def stop(self):
        for node in self.nodes:
            node.stop()

    def log(self):
        return "".join(node.log() for node in self.nodes)

    def owner(self):
        """The node that has the store's slot, and the other one."""
        one, two = self.nodes
        return (one, two) if self.slot() < SLOTS // 2 else (two, one)

    def slot(self):
        return int(self.nodes[0].tell("CLUSTER", "KEYSLOT", f"{{{self.tag}}}"))

    @property
    def url(self):
        _, other = self.owner()
        return f"{other.tcp_url}?timeout=2s"

    def move_store(self):
        """Its slot and all keys in it to the node that has not had it, as an administrator does."""
        source, target = self.owner()
        slot, ids = self.slot(), {node: node.tell("CLUSTER", "MYID") for node in self.nodes}
        target.tell("CLUSTER", "SETSLOT", slot, "IMPORTING", ids[source])
        source.tell("CLUSTER", "SETSLOT", slot, "MIGRATING", ids[target])
        while keys := source.tell("CLUSTER", "GETKEYSINSLOT", slot, 100).splitlines():
            source.tell("MIGRATE", target.address, target.port, "", 0, 10000, "KEYS", *keys)
        for node in (target, source):
            node.tell("CLUSTER", "SETSLOT", slot, "NODE", ids[target])


SERVER = RedisCluster
