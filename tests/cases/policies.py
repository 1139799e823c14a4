#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a task's policies promise of real processes: limits, ends that are forced, hooks, and children
that do not behave."""

import os
import pathlib
import signal
import subprocess

from play import on_files, play
from world import check, wait_until


def text(world, name):
    path = world.folder / name
    return path.read_text() if path.exists() else ""


def shell(world, line, *options):
    return world.run("add", *options, "--cwd", world.folder, "--shell", line).stdout.strip()


def drain(world, *options):
    world.start_worker("--drain", *options)
    world.wait_for_workers()


def only_run(world, task):
    runs = world.json("history", task)
    check(len(runs) == 1, f"{task} has {len(runs)} runs: {runs}")
    return runs[0]


def is_alive(pid):
    """Whether the process runs; a zombie that nobody reaps does not."""
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


WAIT_FOR_GO = "while [ ! -e go ]; do sleep 0.05; done"


# --- Ends that are forced ------------------------------------------------------------------------


def a_timeout_ends_the_whole_group_also_what_ignores_sigterm(world):
    task = shell(world, "trap '' TERM; (trap '' TERM; sleep 1000) & echo $! >pid; while :; do wait; done",
                 "--timeout", "3s", "--kill-grace", "100ms")
    drain(world)
    run = only_run(world, task)
    check((run["state"], run["signal"]) == ("timed-out", "SIGKILL"), f"{run}")
    pid = int(text(world, "pid"))
    wait_until(lambda: not is_alive(pid), "the end of the child's child")


def a_timeout_reaches_a_child_that_has_left_its_group(world):
    line = "import os, time; os.setpgid(0, os.getpgid(os.getppid())); time.sleep(1000)"
    task = world.run("add", "--timeout", "3s", "--", "python3", "-c", line).stdout.strip()
    drain(world)
    check(only_run(world, task)["state"] == "timed-out", "it was not ended")


def a_run_that_leaves_a_daemon_has_ended(world):
    task = shell(world, f"setsid sh -c 'echo $$ >pid; {WAIT_FOR_GO}; echo x >gone' </dev/null >/dev/null 2>&1 &")
    drain(world)
    check(only_run(world, task)["state"] == "succeeded", "the run did not end")
    check(not world.json("list"), "its task was kept")
    wait_until(lambda: text(world, "pid"), "the daemon")
    check(is_alive(int(text(world, "pid"))), "the daemon was ended with its run")
    (world.folder / "go").touch()
    wait_until(lambda: text(world, "gone"), "the daemon's end")


@on_files
def a_worker_that_is_stopped_and_goes_on_loses_nothing(world):
    task = shell(world, f"echo run >>log; {WAIT_FOR_GO}")
    worker = world.start_worker()
    wait_until(lambda: text(world, "log"), "the start")
    worker.send_signal(signal.SIGSTOP)
    (world.folder / "go").touch()
    other = shell(world, "echo other >>log")
    second = world.start_worker("--once")
    second.wait()
    check(text(world, "log") == "run\nother\n", f"they ran {text(world, 'log')!r}")
    worker.send_signal(signal.SIGCONT)
    wait_until(lambda: not world.json("list"), "the settlement")
    world._workers.remove(second)
    world.stop_workers()
    check(only_run(world, task)["state"] == "succeeded", "the run is not in the history")
    check(only_run(world, other)["state"] == "succeeded", "the other is not in the history")


@on_files
def what_kills_its_worker_again_and_again_is_paused(world):
    task = shell(world, "echo run >>log; kill -9 $PPID", "--on-failure", "echo $ASYNCZ_STATE >>hooks")
    for _ in range(6):
        worker = world.start_worker()
        check(worker.wait() == -signal.SIGKILL, f"a worker ended with {worker.returncode}")
        world._workers.remove(worker)
    drain(world)
    check(text(world, "log") == "run\n" * 6, f"it ran {text(world, 'log')!r}")
    check([run["state"] for run in world.json("history", task)] == ["lost"] * 6, "the history")
    check(text(world, "hooks") == "lost\n", f"its hook: {text(world, 'hooks')!r}")
    check(world.json("show", task)["state"] == "paused", "it is not paused")
    drain(world)
    check(text(world, "log") == "run\n" * 6, "it ran again")


# --- Output --------------------------------------------------------------------------------------


def output_far_past_its_limit_is_cut(world):
    task = shell(world, "echo first; head -c 1G /dev/zero | tr '\\0' x; echo; echo last",
                 "--output-limit", "1000000")
    drain(world)
    run = only_run(world, task)
    check(run["state"] == "succeeded", f"{run}")
    logged = world.run("logs", task).stdout
    check(logged.startswith("first\n") and logged.endswith("\nlast\n"), "an end is missing")
    check("bytes left out" in logged and len(logged) < 1_100_000, f"{len(logged)} bytes were kept")
    kept = sum(log.stat().st_size for log in world.folder.rglob("logs/*"))
    check(kept < 1_200_000, f"{kept} bytes are on the disk")


def a_child_that_closes_its_output_is_waited_for(world):
    task = shell(world, f"echo before; exec >&- 2>&-; echo x >closed; {WAIT_FOR_GO}; echo x >after; exit 3")
    world.start_worker("--drain")
    wait_until((world.folder / "closed").exists, "its closing of its output")
    check(world.json("list")[0]["state"] == "running", "its run ended with its output")
    (world.folder / "go").touch()
    world.wait_for_workers()
    run = only_run(world, task)
    check((run["state"], run["exit_status"], run["output"]) == ("failed", 3, "before\n"), f"{run}")
    check(text(world, "after"), "its run ended before it did")


# --- Limits --------------------------------------------------------------------------------------


def limits_niceness_and_umask_are_the_task_s(world):
    task = shell(world, "ulimit -n; ulimit -t; ulimit -v; ulimit -c; nice; umask", "--rlimit",
                 "cpu=60s,memory=512M,files=100,core=0", "--nice", "5", "--umask", "027")
    drain(world)
    output = only_run(world, task)["output"].split()
    check(output == ["100", "60", str(512 * 1024), "0", "5", "0027"], f"{output}")


def a_limit_that_is_passed_ends_the_run(world):
    task = shell(world, "exec head -c 100000 /dev/zero >big", "--rlimit", "fsize=1000,core=0")
    drain(world)
    run = only_run(world, task)
    check(run["signal"] == "SIGXFSZ" and run["state"] == "failed", f"{run}")


def another_user_has_nothing_of_root(world):
    if os.geteuid() != 0:
        return
    world.folder.chmod(0o755)
    task = world.run("add", "--user", "nobody", "--cwd", "/", "--shell",
                     "id -un; id -G; grep CapEff /proc/self/status; "
                     "cat /proc/self/environ | tr '\\0' '\\n' | grep -c KEY; ls /proc/self/fd | wc -l"
                     ).stdout.strip()
    drain(world)
    name, groups, capabilities, keys, descriptors = only_run(world, task)["output"].splitlines()
    check(name == "nobody", name)
    check("0" not in groups.split(), f"groups {groups}")
    check(int(capabilities.split()[1], 16) == 0, capabilities)
    check(keys == "0", "a key was leaked")
    check(int(descriptors) <= 5, f"{descriptors} descriptors")  # three, ls's own and the lock


LEASE = """
import fcntl, os, signal, sys
os.setgid(65534); os.setuid(65534)
signal.signal(signal.SIGIO, signal.SIG_IGN)
file = os.open(sys.argv[1], os.O_RDONLY)
fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
print("held", flush=True)
sys.stdin.read()
"""


def what_holds_up_another_user_s_task_holds_up_no_other(world):
    """That user can have the kernel wait with opening the program, by a lease as by a file system."""
    if os.geteuid() != 0:
        return
    world.folder.chmod(0o755)
    program = world.folder / "program"
    program.write_text("#!/bin/sh\necho begun\n")
    program.chmod(0o755)
    os.chown(program, 65534, 65534)
    world.run("add", "--id", "slow", "--user", "nobody", "--cwd", "/", "--", program)
    with subprocess.Popen(["python3", "-c", LEASE, program], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as holder:
        check(holder.stdout.readline() == "held\n", "no lease")
        world.start_worker("--drain", "--concurrency", 2)
        wait_until(lambda: world.json("show", "slow")["state"] == "running", "its start")
        shell(world, "touch other")
        wait_until((world.folder / "other").exists, "another task")
        check(world.json("show", "slow")["state"] == "running", "it was not held up")
        holder.stdin.close()
    world.wait_for_workers()
    check(only_run(world, "slow")["output"] == "begun\n", "it did not run")


# --- Hooks ---------------------------------------------------------------------------------------


def hooks_that_a_killed_worker_left_are_run_by_the_next(world):
    task = shell(world, "echo run >>log; echo output", "--on-end",
                 f"cat >>log; echo x >hooking; {WAIT_FOR_GO}; echo hooked >>log")
    worker = world.start_worker()
    wait_until(lambda: text(world, "hooking"), "the hook")
    world.kill_worker(worker)
    check(only_run(world, task)["state"] == "succeeded", "the end of the run was forgotten")
    (world.folder / "go").touch()
    drain(world)
    # Where there are no locks a hook ends with its worker.
    first = "hooked\n" if world.on_files else ""
    check(text(world, "log") == f"run\noutput\n{first}output\nhooked\n", text(world, "log"))
    only_run(world, task)
    check(not world.json("list"), "the task was kept")


def what_a_crontab_mails_is_mailed(world):
    mailed = world.folder / "mailed"
    program = world.folder / "mail"
    program.write_text(f"#!/bin/sh\n{{ echo \"$@\"; cat; }} >>{mailed}\n")
    program.chmod(0o755)
    crontab = world.folder / "table.crontab"
    crontab.write_text(f"PATH={world.folder}:/usr/bin:/bin\nMAILTO=me\n@reboot echo words\n@reboot true\n")
    world.run("import", crontab)
    hook = world.json("list")[0]["on_end"]
    check("sendmail" in hook and "MAILTO" in hook, hook)
    if pathlib.Path("/usr/sbin/sendmail").exists():
        return  # whose mail is not ours to read
    drain(world)
    check(mailed.read_text().endswith("-- me\nwords\n"), mailed.read_text())
    check(mailed.read_text().count("-- me") == 1, "a silent run was mailed")


# --- Records -------------------------------------------------------------------------------------


@on_files
def a_file_that_cannot_be_read_is_named_at_the_start(world):
    shell(world, "echo good >>log")
    junk = world.store / "junk.task"
    junk.write_text("this is no task")
    junk.chmod(0o600)
    drain(world)
    check(text(world, "log") == "good\n", "the other task did not run")
    told = [line for line in world.worker_log().splitlines() if "junk" in line]
    check(len(told) == 1, f"it was told of {len(told)} times: {told}")
    check(junk.read_text() == "this is no task", "it was touched")


play([
    a_timeout_ends_the_whole_group_also_what_ignores_sigterm,
    a_timeout_reaches_a_child_that_has_left_its_group,
    a_run_that_leaves_a_daemon_has_ended,
    a_worker_that_is_stopped_and_goes_on_loses_nothing,
    what_kills_its_worker_again_and_again_is_paused,
    output_far_past_its_limit_is_cut,
    a_child_that_closes_its_output_is_waited_for,
    limits_niceness_and_umask_are_the_task_s,
    a_limit_that_is_passed_ends_the_run,
    another_user_has_nothing_of_root,
    what_holds_up_another_user_s_task_holds_up_no_other,
    hooks_that_a_killed_worker_left_are_run_by_the_next,
    what_a_crontab_mails_is_mailed,
    a_file_that_cannot_be_read_is_named_at_the_start,
])
