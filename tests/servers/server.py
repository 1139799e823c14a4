# SPDX-License-Identifier: MIT
"""A throw-away server for tests: what all kinds of them have in common."""

import contextlib
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time

PATIENCE = 120  # seconds until a server that does not answer will not


class Server:
    """One instance with its data in `folder`, and nothing of it elsewhere.

    A kind defines `programs`, `command()`, `is_ready()` and `url`, and `prepare()` where data must
    be made before the first start. It ends with the process that started it.
    """

    programs = ()  # all that must be on the path or in PLACES
    place = ()   # the words before its command, such as those that enter a namespace
    user = None    # whom it runs as where we are root; it refuses to run as root
    stop_signal = signal.SIGTERM  # what ends it, data written

    PLACES = ("/usr/sbin", "/usr/local/bin", "/usr/bin", "/bin")

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.process = None

    @classmethod
    def missing(cls):
        """The first of its programs that this machine has not, or None."""
        return next((name for name in cls.programs if not cls.find(name)), None)

    @classmethod
    def find(cls, program):
        return shutil.which(program) or shutil.which(program, path=":".join(cls.PLACES))

    def prepare(self):
        pass

    def start(self):
        """Starts it, also again after stop() or kill(); returns when it answers."""
        if not any(self.folder.iterdir()):
            if self.user and os.geteuid() == 0:
                shutil.chown(self.folder, self.user)
            self.prepare()
        with open(self.folder.parent / f"{self.folder.name}.log", "ab") as log:
            self.process = subprocess.Popen(self.as_user(self.command()), stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, cwd="/")
        deadline = time.monotonic() + PATIENCE
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{type(self).__name__} does not start: {self.log()}")
            time.sleep(0.01)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.send_signal(self.stop_signal)
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def as_who(self, url):
        """The URL as the user whose password require_password() has set."""
        return url

    def make_certificate(self, key, certificate):
        """One for 127.0.0.1 that is signed by itself, and its key."""
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                        "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key,
                        "-out", certificate], check=True, stdin=subprocess.DEVNULL,
                       capture_output=True)

    def own_certificate(self):
        """Its own key and certificate, for a server that speaks TLS; their paths."""
        key, certificate = self.folder / "key.pem", self.folder / "certificate.pem"
        self.make_certificate(key, certificate)
        if self.user and os.geteuid() == 0:
            shutil.chown(key, self.user)
        return key, certificate

    def log(self):
        return (self.folder.parent / f"{self.folder.name}.log").read_text(errors="replace")[-2000:]

    def run(self, *words):
        """Runs a program of the server's as its user."""
        subprocess.run(self.as_user(list(map(str, words))), check=True, cwd="/",
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def as_user(self, words):
        words = [self.find(words[0]), *map(str, words[1:])]
        switch = []
        if self.user and os.geteuid() == 0:
            group = pwd.getpwnam(self.user).pw_gid
            switch = [f"--reuid={self.user}", f"--regid={group}", "--clear-groups"]
        return [*self.place, "setpriv", *switch, "--pdeathsig=KILL", "--", *words]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def started(kind):
    """A server of this kind that runs, and an empty folder beside its own."""
    with tempfile.TemporaryDirectory(prefix="asyncz-server-") as place:
        os.chmod(place, 0o711)
        folder, data = pathlib.Path(place, "world"), pathlib.Path(place, "server")
        folder.mkdir()
        data.mkdir()
        server = kind(data)
        try:
            server.start()
            yield server, folder
        finally:
            server.stop()


def skipped(why):
    """The exit status of a test that cannot run here, which it says."""
    print(why)
    return 1 if os.environ.get("ASYNCZ_REQUIRE_ALL", "0") not in ("", "0") else 77
