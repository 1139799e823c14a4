# SPDX-License-Identifier: MIT
"""redis-server on a unix socket and a loopback port; as durable as Redis can be."""

import contextlib
import os
import socket

from server import Server, free_port


class Redis(Server):
    programs = ("redis-server",)
    name = "Redis"
    table = "key_prefix"
    for_others = {"bind": "0.0.0.0", "protected-mode": "no"}  # to be reached from other machines

    def __init__(self, folder, **settings):
        super().__init__(folder)
        self.port = free_port()
        self.address = "127.0.0.1"
        self.socket = self.folder / "socket"
        self.settings = {"appendonly": "yes", "appendfsync": "always", "save": "",
                         "databases": 64} | settings

    @property
    def url(self):
        return f"unix://{self.socket}"

    @property
    def tcp_url(self):
        return f"redis://{self.address}:{self.port}"

    def url_at(self, address):
        return f"redis://{address}:{self.port}"

    def command(self):
        settings = {"bind": self.address, "port": self.port, "unixsocket": self.socket,
                    "dir": self.folder, "daemonize": "no"} | self.settings
        words = [word for name, value in settings.items() for word in (f"--{name}", str(value))]
        return ["redis-server", *words]

    def is_ready(self):
        with contextlib.suppress(OSError):
            return self.ask("PING") in (b"+PONG", b"-NOAUTH Authentication required.")
        return False

    def cut_connections(self):
        self.ask("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        self.ask("CLIENT", "KILL", "TYPE", "pubsub")

    def damage(self, store, task):
        """Puts a byte at the end of a record; its first line stays as it is."""
        key = f"{store}asyncz.tasks"
        self.ask("EVAL", "redis.call('HSET', KEYS[1], ARGV[1],"
                 " redis.call('HGET', KEYS[1], ARGV[1]) .. 'x')", 1, key, task)

    def ask(self, *words):
        """The first line of the answer to one command."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(60)
            connection.connect(os.fspath(self.socket))
            words = [os.fsencode(str(word)) for word in words]
            connection.sendall(b"*%d\r\n" % len(words) + b"".join(
                b"$%d\r\n%s\r\n" % (len(word), word) for word in words))
            return connection.makefile("rb").readline().rstrip()


SERVER = Redis
