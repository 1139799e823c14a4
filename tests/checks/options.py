#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every command has a man page, and both name the same options.

usage: options.py ROOT ASYNCZ

The options of a command are those that `asyncz COMMAND --help` lists; those of its page are what
stands as `.It Fl …` in asyncz-COMMAND(1). The global options are in asyncz(1).
"""

import pathlib
import re
import subprocess
import sys

OPTION = re.compile(r"(?<![\w-])(--?[A-Za-z][A-Za-z0-9-]*)")


def help_text(asyncz, *command):
    run = subprocess.run([asyncz, *command, "--help"], capture_output=True, text=True, check=True)
    return run.stdout


def options_of_help(text):
    """Options stand at the beginning of lines, before two spaces and their description."""
    found = set()
    for line in text.splitlines():
        if re.match(r" {2,6}-", line):
            found.update(OPTION.findall(re.split(r"\s{2,}", line.strip())[0]))
    return found


def commands_of_help(text):
    """Rows of the section that begins with `Commands`."""
    section = re.split(r"^commands:?$", text, flags=re.I | re.M)[1]
    rows = re.match(r"(?:\n?[ \t]+\S.*|\n(?=\n?[ \t]))*", section)[0]
    return re.findall(r"^[ \t]{1,4}([a-z]+)\b", rows, flags=re.M)


def options_of_page(path):
    """What follows `Fl` in the head of a list item, up to the next macro."""
    found = set()
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith(".It Fl"):
            continue
        for words in re.split(r"\bFl ", line)[1:]:
            own = re.split(r" (?:Ar|Cm|Ns|No|Op)\b", words)[0]
            found.update("-" + word for word in own.split() if word not in ",|")
    return found


def main():
    root, asyncz = pathlib.Path(sys.argv[1]), sys.argv[2]
    pages = {p.stem: p for p in (root / "man").glob("*.1")}
    top = help_text(asyncz)
    everywhere = options_of_help(top) | {"-h", "--help"}
    complaints = []

    def compare(name, options):
        if name not in pages:
            complaints.append(f"no page {name}(1)")
            return
        written = options_of_page(pages.pop(name))
        complaints.extend(f"{name}(1) does not tell of {o}" for o in sorted(options - written))
        complaints.extend(f"{name}(1) tells of {o}, which is unknown" for o in sorted(written - options))

    compare("asyncz", everywhere)
    for command in commands_of_help(top):
        compare(f"asyncz-{command}", options_of_help(help_text(asyncz, command)) - everywhere)
    complaints.extend(f"{name}(1) is no command's page" for name in sorted(pages))
    print("\n".join(complaints))
    return 1 if complaints else 0


sys.exit(main())
