#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`asyncz top` in a real terminal, tmux's: what it shows, what its keys do, how it leaves."""

import contextlib
import os
import pathlib
import re
import shlex
import signal
import subprocess

from play import held, let_go, play, runs
from world import check, wait_until


INVERTED = re.compile(r"\x1b\[(\d+;)*7m")


class Terminal:
    """A terminal in which a shell runs a line; its own tmux server, which goes with it."""

    def __init__(self, world, line, columns=80, rows=24):
        self.socket = world.folder / "tmux"
        config = world.folder / "tmux.conf"
        config.write_text("set -g status off\nset -g default-terminal screen-256color\n"
                          "set -g escape-time 0\nset -g remain-on-exit on\n")
        self.world = world
        self.tmux("-f", config, "new-session", "-d", "-x", columns, "-y", rows, "/bin/sh", "-c", line)

    def tmux(self, *words):
        done = subprocess.run(["tmux", "-u", "-S", str(self.socket), *map(str, words)], text=True,
                              env=self.world.environment | {"LC_ALL": "C.UTF-8"},
                              capture_output=True)
        check(done.returncode == 0, f"tmux {words}: {done.stderr}")
        return done.stdout

    def screen(self):
        return self.tmux("capture-pane", "-p").rstrip("\n").split("\n")

    def shows(self, *texts):
        wait_until(lambda: any(all(text in line for text in texts) for line in self.screen()),
                   f"{texts} on the screen")

    def looks(self, rule):
        """Until the picture is as `rule` checks it; one that is still being drawn may not be."""
        def is_drawn():
            try:
                rule(self.screen())
            except (AssertionError, IndexError):
                return False
            return True
        wait_until(is_drawn, f"what {rule.__name__} wants")

    def marked(self):
        """The number of the line that is shown inverted, or -1."""
        lines = self.tmux("capture-pane", "-p", "-e").split("\n")
        return next((number for number, line in enumerate(lines) if INVERTED.search(line)), -1)

    def marked_text(self):
        """What the marked line shows, or nothing."""
        marked = self.marked()
        return self.screen()[marked] if marked >= 0 else ""

    def mark(self, text):
        """Marks the first line of the list that begins so."""
        def is_marked():
            marked = self.marked()
            wanted = next((number for number, line in enumerate(self.screen())
                           if line.startswith(text)), marked)
            if marked != wanted:
                self.press("Down" if marked < wanted else "Up")
            return marked == wanted
        wait_until(is_marked, f"the mark on {text}")

    def press(self, *keys):
        self.tmux("send-keys", *keys)

    def resize(self, columns, rows):
        self.tmux("resize-window", "-x", columns, "-y", rows)


@contextlib.contextmanager
def terminal(world, line=None, **size):
    opened = Terminal(world, line or shlex.join(world.command("top")), **size)
    try:
        yield opened
    except BaseException:
        print("\n".join(opened.screen()))
        raise
    finally:
        # The server too: one that is still ending would take the next one's session with it.
        ids = opened.tmux("display-message", "-p", "#{pane_pid} #{pid}").split()
        processes = [pathlib.Path("/proc", process) for process in ids]
        opened.tmux("kill-server")
        wait_until(lambda: not any(it.exists() for it in processes), "the end of what ran in it")


def a_task_appears_runs_fails_and_is_retried_and_cancelled_by_keys(world):
    world.run("add", "--every", "1h", "--id", "hourly", "--", "true")
    world.start_worker("--name", "one", "--concurrency", "4")
    with terminal(world) as top:
        top.shows("asyncz top", "://")
        top.shows("worker one", "0 of 4 running")
        top.shows("hourly", "scheduled", "in 59m")
        world.run("add", "--id", "flaky", "--cwd", world.folder, "--shell",
                  "echo began; touch flaky.ran; until [ -e flaky.go ]; do sleep 0.05; done; "
                  "[ -e good ] || exit 7; until [ -e never ]; do sleep 0.05; done")
        top.shows("flaky", "running", "on one")
        top.shows("worker one", "1 of 4 running")
        let_go(world, "flaky")
        top.shows("flaky.1", "failed", "exit 7")
        (world.folder / "good").touch()
        top.mark("flaky.1")
        top.press("r")
        top.shows("flaky", "running", "on one")
        top.mark("flaky")
        top.press("c")
        top.shows("stop the runs of flaky? y/n")
        top.press("n")
        top.shows("q quit")
        top.press("c")
        top.shows("stop the runs of flaky? y/n")
        top.press("y")
        wait_until(lambda: world.json("history", "flaky")[0]["state"] == "cancelled", "its end")
        wait_until(lambda: not any(line.startswith("flaky ") for line in top.screen()[:-1]),
                   "the end of its row")
    world.stop_workers()


def a_task_is_paused_and_goes_on(world):
    world.run("add", "--every", "1h", "--id", "hourly", "--", "true")
    with terminal(world) as top:
        top.shows("no worker is live")
        top.mark("hourly")
        top.press("p")
        top.shows("hourly", "paused")
        check(world.json("show", "hourly")["paused"], "it is not paused")
        top.press("p")
        top.shows("hourly", "scheduled")
        top.press("r")
        top.shows("hourly has not run yet")


def the_output_of_a_run_is_followed(world):
    world.run("add", "--id", "talker", "--cwd", world.folder, "--shell",
              "seq 100; touch talker.ran; until [ -e talker.go ]; do sleep 0.05; done; echo the end")
    world.start_worker()
    runs(world, "talker")
    with terminal(world) as top:
        top.shows("talker", "running")
        top.press("Enter")
        top.shows("output of talker.1")
        top.press("Escape")
        top.shows("asyncz top")
        top.press("Enter")
        top.shows("100")
        top.press("Home")
        wait_until(lambda: top.screen()[1:2] == ["1"], "the first line")
        top.press("End")
        top.shows("100")
        let_go(world, "talker")
        top.shows("the end")
        top.press("q")
        top.shows("asyncz top")
    world.stop_workers()


def it_fits_into_the_terminal_whatever_its_size(world):
    for number in range(60):
        world.run("add", "--at", f"2099-01-01T00:{number:02}:00Z", "--id", f"task-{number:02}",
                  "--", "echo", "x" * 150)

    def fits_80_by_24(lines):
        check(len(lines) == 24 and max(map(len, lines)) <= 80, f"{lines}")
        check(lines[0].startswith("asyncz top  ") and lines[0].endswith("+00:00"), lines[0])
        check(lines[1] == "60 tasks  60 scheduled", lines[1])
        check(lines[4].split() == ["TASK", "STATE", "WHEN", "QUEUE", "LAST", "COMMAND"], lines[4])
        check(lines[5].startswith("task-00  scheduled  in 263") and lines[5].endswith("…"), lines[5])
        check("task-17" in lines[22] and lines[23].endswith("q quit"), f"{lines[22:]}")

    def fits_200_by_50(lines):
        check(len(lines) == 50 and "x" * 140 in lines[5] and "task-43" in lines[48], f"{lines}")
        check(lines[0].endswith("+00:00") and len(lines[0]) == 200, lines[0])

    def fits_20_by_5(lines):
        check(len(lines) == 5 and max(map(len, lines)) <= 20 and lines[1].startswith("60 tasks"),
              f"{lines}")

    def ends_with_the_last_task(lines):
        check("task-59" in lines[22], f"{lines}")

    with terminal(world) as top:
        top.looks(fits_80_by_24)
        top.press("End")
        top.looks(ends_with_the_last_task)
        wait_until(lambda: top.marked() == 22, "the mark at the end")
        top.press("Home")
        top.looks(fits_80_by_24)
        top.resize(200, 50)
        top.looks(fits_200_by_50)
        top.resize(20, 5)
        top.looks(fits_20_by_5)
        top.resize(80, 24)
        top.looks(fits_80_by_24)


def each_key_moves_the_mark_as_it_says(world):
    for number in range(40):
        world.run("add", "--at", f"2099-01-01T00:{number:02}:00Z", "--id", f"task-{number:02}",
                  "--", "true")
    with terminal(world) as top:
        top.shows("task-00")
        for key, task in (("j", 1), ("Down", 2), ("k", 1), ("Up", 0), ("Up", 0), ("PageDown", 18),
                          ("PageDown", 36), ("PageDown", 39), ("PageUp", 21), ("Home", 0), ("End", 39)):
            top.press(key)
            wait_until(lambda: top.marked_text().startswith(f"task-{task:02} "), f"{task} after {key}")
        top.press("Enter")
        top.shows("task-39 has not run yet")


def the_last_run_of_a_task_may_be_one_of_its_instances(world):
    world.run("add", "--every", "1h", "--id", "many", "--max-instances", 2, "--", "false")
    world.start_worker()
    world.run("run", "many")
    with terminal(world) as top:
        top.shows("many", "scheduled", "failed", "ago")


def what_a_name_holds_is_not_for_the_terminal(world):
    world.run("add", "--in", "1h", "--id", "nasty", "--", "echo", "\x1b[31mred\x07\u202e")
    with terminal(world) as top:
        top.shows("nasty", "\\x1b[31mred\\x07")


def it_leaves_the_terminal_as_it_was(world):
    world.run("add", "--in", "1h", "--", "true")
    for ending in ("q", "C-c", signal.SIGTERM, signal.SIGHUP):
        command = shlex.join(world.command("top"))
        line = (f"trap : INT; at={world.folder}; echo before; stty -a >$at/stty1; echo $$ >$at/pid; "
                f"{command}; status=$?; stty -a >$at/stty2; echo \"exit $status\"; sleep 1000")
        with terminal(world, line) as top:
            top.shows("asyncz top", "://")
            if isinstance(ending, str):
                top.press(ending)
            else:
                shell = (world.folder / "pid").read_text().strip()
                child = subprocess.run(["ps", "-o", "pid=", "--ppid", shell], text=True,
                                       capture_output=True, check=True).stdout.split()[0]
                os.kill(int(child), ending)
            top.shows("exit 0")
            lines = top.screen()
            check(lines[:2] == ["before", "exit 0"], f"{ending}: {lines}")
            flag = top.tmux("display-message", "-p", "#{cursor_flag}").strip()
            check(flag == "1", "the cursor stays hidden")
        before, after = ((world.folder / name).read_text() for name in ("stty1", "stty2"))
        check(before == after, f"{ending}: {before} {after}")
        (world.folder / "stty2").unlink()


def where_there_is_no_terminal_it_says_so(world):
    world.run("add", "--in", "1h", "--", "true")
    check("needs a terminal" in world.run("top", exits=(2,)).stderr, "what it says")
    world.run("--json", "top", exits=(2,))
    command = shlex.join(world.command("top"))
    with terminal(world, f"TERM=nobody-knows {command}; echo exit $?; sleep 1000") as top:
        top.shows("the terminal 'nobody-knows' is not known")
        top.shows("exit 2")


play([
    a_task_appears_runs_fails_and_is_retried_and_cancelled_by_keys,
    a_task_is_paused_and_goes_on,
    the_output_of_a_run_is_followed,
    it_fits_into_the_terminal_whatever_its_size,
    each_key_moves_the_mark_as_it_says,
    the_last_run_of_a_task_may_be_one_of_its_instances,
    what_a_name_holds_is_not_for_the_terminal,
    it_leaves_the_terminal_as_it_was,
    where_there_is_no_terminal_it_says_so,
])
