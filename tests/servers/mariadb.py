# SPDX-License-Identifier: MIT
"""MariaDB on a unix socket and a loopback port."""

import contextlib
import socket

from server import Server, free_port


class Mariadb(Server):
    programs = ("mariadbd", "mariadb-install-db", "my_print_defaults")
    user = "nobody"  # it refuses to run as root

    def __init__(self, folder, **settings):
        super().__init__(folder)
        self.port = free_port()
        self.socket = self.folder / "socket"
        self.settings = settings

    @property
    def url(self):
        return f"mariadb://root@localhost/asyncz?socket={self.socket}"

    @property
    def tcp_url(self):
        return f"mariadb://root@127.0.0.1:{self.port}/asyncz"

    def prepare(self):
        self.run("mariadb-install-db", "--no-defaults", f"--datadir={self.folder / 'data'}",
                 "--auth-root-authentication-method=normal", "--skip-test-db",
                 "--skip-name-resolve")
        self.run("mkdir", self.folder / "data" / "asyncz")  # which makes a database

    def command(self):
        settings = {"datadir": self.folder / "data", "socket": self.socket, "port": self.port,
                    "bind-address": "127.0.0.1", "skip-name-resolve": 1,
                    "innodb-buffer-pool-size": "64M"} | self.settings
        return ["mariadbd", "--no-defaults",
                *(f"--{name}={value}" for name, value in settings.items())]

    def is_ready(self):
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(10)
            connection.connect(str(self.socket))
            return b"MariaDB" in connection.recv(200)  # its greeting
        return False


SERVER = Mariadb
