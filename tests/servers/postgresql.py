# SPDX-License-Identifier: MIT
"""PostgreSQL on a unix socket; as durable as it comes."""

import glob
import os
import shutil
import signal
import subprocess

from server import Server, free_port


class Postgresql(Server):
    programs = ("postgres", "initdb", "psql")
    name = "PostgreSQL"
    table = "tablename"
    for_others = {"listen_addresses": "0.0.0.0"}  # to be reached from other machines
    user = "nobody"  # it refuses to run as root
    stop_signal = signal.SIGINT  # without waiting for clients

    def __init__(self, folder, **settings):
        super().__init__(folder)
        self.port = free_port()
        self.settings = settings

    @classmethod
    def find(cls, program):
        """Debian keeps the server's own programs by version."""
        versions = sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)
        return super().find(program) or shutil.which(program, path=":".join(versions))

    @property
    def url(self):
        return f"postgresql://asyncz@/postgres?host={self.folder}/socket&port={self.port}"

    @property
    def tcp_url(self):
        return self.url_at("127.0.0.1")

    def url_at(self, address):
        return f"postgresql://asyncz@{address}:{self.port}/postgres"

    def prepare(self):
        self.run("initdb", "-D", self.folder / "data", "-U", "asyncz", "-A", "trust", "-E", "UTF8",
                 "--locale=C.UTF-8", "--no-sync")
        self.run("sh", "-c", f"echo host all all samenet trust >>{self.folder}/data/pg_hba.conf")
        self.run("mkdir", "-m", "755", self.folder / "socket")

    def command(self):
        settings = {"port": self.port, "listen_addresses": "127.0.0.1",
                    "unix_socket_directories": self.folder / "socket",
                    "unix_socket_permissions": "0777"} | self.settings
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return ["postgres", "-D", self.folder / "data", *words]

    def is_ready(self):
        words = [self.find("psql"), "-Atqc", "select 1", self.url]
        return subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
                              env=os.environ | {"PGCONNECT_TIMEOUT": "10"}).returncode == 0

    def require_password(self, secret):
        self.run("psql", "-qc", f"alter user asyncz password '{secret}'", self.url)
        rules = self.folder / "data" / "pg_hba.conf"
        rules.write_text("local all all scram-sha-256\nhost all all all scram-sha-256\n")
        self.process.send_signal(signal.SIGHUP)

    def set_read_only(self, on):
        self.run("psql", "-qc", f"alter system set default_transaction_read_only = {on}",
                 "-c", "select pg_reload_conf()", self.url)

    def demand_tls(self):
        """From the next start on, of connections that come through a port."""
        key, self.certificate = self.own_certificate()
        self.settings |= {"ssl": "on", "ssl_key_file": key, "ssl_cert_file": self.certificate}
        (self.folder / "data" / "pg_hba.conf").write_text(
            "local all all trust\nhostssl all all all trust\n")

    def refuses_the_clear(self):
        words = [self.find("psql"), "-Atqc", "select 1", f"{self.tcp_url}?sslmode=disable"]
        return subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True).returncode != 0

    def damage(self, store, task):
        self.run("psql", "-qc", f"update {store} set state = state || 'x' where id = '{task}'",
                 self.url)

    def cut_connections(self):
        self.run("psql", "-qc", "select pg_terminate_backend(pid) from pg_stat_activity"
                 " where application_name = 'asyncz'", self.url)


SERVER = Postgresql
