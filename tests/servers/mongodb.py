# SPDX-License-Identifier: MIT
"""MongoDB on a loopback port: a real mongod where one is on the path, else mongo-java-server."""

import contextlib
import hashlib
import os
import pathlib
import shutil
import socket

from server import Server, free_port

SOURCES = pathlib.Path(__file__).parent / "mongodb"
PROJECT = SOURCES / "pom.xml"


class Mongod(Server):
    programs = ("mongod",)
    name = "MongoDB"
    address = "127.0.0.1"

    def __init__(self, folder):
        super().__init__(folder)
        self.port = free_port()

    @property
    def url(self):
        return f"mongodb://{self.address}:{self.port}/asyncz"

    @property
    def tcp_url(self):
        return self.url

    def prepare(self):
        (self.folder / "data").mkdir()

    def command(self):
        return ["mongod", "--quiet", "--dbpath", self.folder / "data", "--bind_ip", self.address,
                "--port", self.port, "--unixSocketPrefix", self.folder]

    def is_ready(self):
        with contextlib.suppress(OSError), socket.create_connection((self.address, self.port), 10):
            return True
        return False


class MongoJavaServer(Mongod):
    """Its libraries are those that scripts/test-servers has fetched."""

    programs = ("java", "javac")
    libraries = (pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
                 / "asyncz" / f"mongodb-{hashlib.sha256(PROJECT.read_bytes()).hexdigest()}")

    @classmethod
    def missing(cls):
        return super().missing() or (None if cls.libraries.is_dir() else "mongo-java-server")

    def command(self):
        return ["java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", f"{self.libraries}/*",
                SOURCES / "Mongod.java", self.port, self.folder / "data" / "file"]


SERVER = Mongod if shutil.which("mongod") else MongoJavaServer
