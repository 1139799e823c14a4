#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs a command beside throw-away servers.

usage: with_server.py NAME[=MODULE]... -- COMMAND...

For each NAME the module NAME.py beside this one, or another MODULE.py, starts a server, data in a
temporary folder, and COMMAND finds its URL in ASYNCZ_TEST_<NAME>_URL; where that is set already,
that server is used.
Exits with COMMAND's status, or with 77 (skipped), under ASYNCZ_REQUIRE_ALL=1 with 1, where a
server's program is missing.
"""

import contextlib
import importlib
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

from server import skipped  # noqa: E402


def variable(name):
    return f"ASYNCZ_TEST_{name.upper()}_URL"


def main():
    words = sys.argv[1:]
    if "--" not in words[1:]:
        print(__doc__, file=sys.stderr)
        return 2
    names, command = words[:words.index("--")], words[words.index("--") + 1:]
    modules = {name: module or name for name, _, module in (word.partition("=") for word in names)}
    kinds = {name: importlib.import_module(module).SERVER for name, module in modules.items()
             if not os.environ.get(variable(name))}
    for name, kind in kinds.items():
        if kind.missing():
            return skipped(f"{name}: {kind.missing()} is missing")
    # Ended by a signal we still end the servers, and with them their data.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    environment = dict(os.environ)
    with contextlib.ExitStack() as stack:
        place = stack.enter_context(tempfile.TemporaryDirectory(prefix="asyncz-servers-"))
        os.chmod(place, 0o711)
        for name, kind in kinds.items():
            folder = pathlib.Path(place, name)
            folder.mkdir()
            server = kind(folder)
            stack.callback(server.stop)
            server.start()
            environment[variable(name)] = server.url
        return subprocess.run(command, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
