# SPDX-License-Identifier: MIT
"""MariaDB on a unix socket and a loopback port."""

import contextlib
import socket
import subprocess

from server import Server, free_port


class Mariadb(Server):
    programs = ("mariadbd", "mariadb-install-db", "my_print_defaults", "mariadb")
    name = "MariaDB"
    table = "tablename"
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
                 f"--tmpdir={self.folder}", "--auth-root-authentication-method=normal",
                 "--skip-test-db", "--skip-name-resolve")
        self.run("mkdir", self.folder / "data" / "asyncz")  # which makes a database

    def command(self):
        # Each start of a server removes the temporary tables of all that share its tmpdir.
        settings = {"datadir": self.folder / "data", "tmpdir": self.folder,
                    "socket": self.socket, "port": self.port,
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

    def require_password(self, secret):
        self.ask("".join(f"set password for root@'{host}' = password('{secret}');"
                         for host in ("127.0.0.1", "localhost")))

    def demand_tls(self):
        """From the next start on, of connections that come through a port."""
        key, self.certificate = self.own_certificate()
        self.settings |= {"ssl-key": key, "ssl-cert": self.certificate,
                          "require-secure-transport": "ON"}

    def refuses_the_clear(self):
        words = ["mariadb", "--no-defaults", "-uroot", "-h127.0.0.1", f"-P{self.port}", "--skip-ssl",
                 "-e", "select 1"]
        return subprocess.run(self.as_user(words), cwd="/", stdin=subprocess.DEVNULL,
                              capture_output=True).returncode != 0

    def damage(self, store, task):
        self.ask(f"update asyncz.{store} set state = concat(state, 'x') where id = '{task}'")

    def cut_connections(self):
        """All but the one that says so: each is of the user root."""
        shown = self.ask("select id from information_schema.processlist where user = 'root'"
                         " and id <> connection_id()")
        self.ask("".join(f"kill {number};" for number in shown.split()))

    def ask(self, statements):
        words = ["mariadb", "--no-defaults", "-uroot", f"--socket={self.socket}", "-NBe", statements]
        return subprocess.run(self.as_user(words), check=True, cwd="/", text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE).stdout


SERVER = Mariadb
