# SPDX-License-Identifier: MIT
"""MongoDB on a loopback port: a real mongod where one is on the path, else FerretDB, else
mongo-java-server, which is `mongo_java_server` by itself."""

import contextlib
import hashlib
import os
import pathlib
import re
import shutil

from relay import Relay
from server import Server, free_port

SOURCES = pathlib.Path(__file__).parent / "mongodb"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache", "asyncz")


def provided(name, key):
    """Where scripts/test-servers puts what it makes of the file `key`."""
    return CACHE / f"{name}-{hashlib.sha256((SOURCES / key).read_bytes()).hexdigest()}"


class Mongod(Server):
    programs = ("mongod",)
    name = "MongoDB"
    table = "collection"
    for_others = {"address": "0.0.0.0"}  # to be reached from other machines

    def __init__(self, folder, address="127.0.0.1"):
        super().__init__(folder)
        self.address = address
        self.port = free_port()
        self.relay = None

    @property
    def url(self):
        return self.url_at("127.0.0.1")

    @property
    def tcp_url(self):
        """One whose connections can be cut."""
        self.relay = self.relay or Relay(("127.0.0.1", self.port))
        return self.url_at("127.0.0.1", self.relay.port)

    def url_at(self, address, port=None):
        return f"mongodb://{address}:{port or self.port}/asyncz"

    def cut_connections(self):
        self.relay.cut()

    def prepare(self):
        (self.folder / "data").mkdir()

    def command(self):
        return ["mongod", "--quiet", "--dbpath", self.folder / "data", "--bind_ip", self.address,
                "--port", self.port, "--unixSocketPrefix", self.folder]

    def is_ready(self):
        """Whether it listens, in whatever namespace."""
        with contextlib.suppress(OSError):
            sockets = pathlib.Path(f"/proc/{self.process.pid}/net")
            table = (sockets / "tcp").read_text() + (sockets / "tcp6").read_text()
            return re.search(rf":{self.port:04X} \S+:0000 0A ", table) is not None
        return False


class FerretDB(Mongod):
    """Another program that speaks as MongoDB does, its data in SQLite files."""

    program = provided("ferretdb", "ferretdb.patch") / "ferretdb"
    users = ()

    @classmethod
    def missing(cls):
        return None if cls.program.is_file() else "FerretDB"

    def require_password(self, secret):
        """It makes its first user as it starts, and keeps him in a database of his own."""
        self.users = ("--test-enable-new-auth", "--setup-database=admin",
                      "--setup-username=tester", f"--setup-password={secret}")
        self.stop()
        self.start()

    def as_who(self, url):
        return url.replace("//", "//tester@") + "&authSource=admin"

    def command(self):
        data = self.folder / "data"
        return [self.program, f"--listen-addr={self.address}:{self.port}", "--handler=sqlite",
                f"--sqlite-url=file:{data}/", f"--state-dir={data}", "--telemetry=disable",
                "--debug-addr=-", "--log-level=warn", *self.users]


class MongoJavaServer(Mongod):
    """It says that it is a replica set, and has change streams."""

    programs = ("java", "javac")
    libraries = provided("mongo-java-server", "pom.xml")

    @classmethod
    def missing(cls):
        return super().missing() or (None if cls.libraries.is_dir() else "mongo-java-server")

    def command(self):
        return ["java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", f"{self.libraries}/*",
                SOURCES / "Mongod.java", self.address, self.port, self.folder / "data" / "file"]


SERVER = next((kind for kind in (Mongod, FerretDB) if not kind.missing()), MongoJavaServer)
