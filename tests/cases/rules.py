#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The rules by which tasks run, kept by workers on any store: retries, overlap, instances, misfires,
delivery, followers, hooks, and what a command is given."""

import subprocess
import time

from play import play, until
from shifted import BY_TRUE_TIME, an_hour_ago, shifted
from world import check, wait_until


def lines(world, name="log"):
    path = world.folder / name
    return path.read_text().splitlines() if path.exists() else []


def shell(world, line, *options):
    return world.run("add", *options, "--cwd", world.folder, "--shell", line).stdout.strip()


def make(world, name):
    (world.folder / name).touch()


def drain(world, *options):
    world.start_worker("--drain", *options)
    world.wait_for_workers()


def history(world, task):
    """The runs of a task, the oldest first."""
    return world.json("history", task, "--limit", 0)[::-1]


def states(world, task):
    return [run["state"] for run in history(world, task)]


def us(run, field):
    return run[f"{field}_time_us"]


# --- Ends ----------------------------------------------------------------------------------------


def a_failure_is_tried_again_later_each_time(world):
    task = shell(world, "echo try >>log; [ $ASYNCZ_ATTEMPT = 3 ]", "--retries", 5,
                 "--retry-delay", "200ms", "--retry-backoff", 3)
    world.start_worker()
    world.run("wait", task)
    world.stop_workers()
    runs = history(world, task)
    check([(run["attempt"], run["state"]) for run in runs] ==
          [(1, "failed"), (2, "failed"), (3, "succeeded")], f"{runs}")
    gaps = [us(after, "start") - us(before, "end") for before, after in zip(runs, runs[1:])]
    check(gaps[0] >= 170_000 and gaps[1] >= 530_000, f"{gaps}")  # a tenth less by chance
    check(not world.json("list"), "it was kept")


def a_retry_waits_no_longer_than_it_may(world):
    task = shell(world, "[ $ASYNCZ_ATTEMPT = 2 ]", "--retries", 5, "--retry-delay", "1h",
                 "--retry-max-delay", "100ms")
    world.start_worker()
    world.run("wait", task)
    world.stop_workers()
    check(states(world, task) == ["failed", "succeeded"], f"{states(world, task)}")


def a_due_time_may_be_put_off_by_chance(world):
    second = 1_000_000
    for number in range(12):
        shell(world, "true", "--id", f"often-{number}", "--every", "1h", "--start", "2020-01-01T00:00:00Z",
              "--jitter", "30m")
    tasks = world.json("list")
    moments = {task["next_run_time_us"] % (3600 * second) for task in tasks}
    check(len(moments) > 6 and max(moments) <= 1800 * second, f"{moments}")


def a_retry_never_delays_the_schedule(world):
    shell(world, "echo $ASYNCZ_ATTEMPT >>log; exit 1", "--id", "often", "--every", "300ms",
          "--retries", 5, "--retry-delay", "300ms", "--on-failure", "echo hook >>hooks")
    world.start_worker()
    wait_until(lambda: len(lines(world)) > 2 and len(lines(world, "hooks")) > 1, "some runs")
    world.run("remove", "often")
    world.stop_workers()
    check(set(lines(world)) == {"1"}, f"{lines(world)}")


def an_exit_code_may_be_a_success(world):
    good = shell(world, "exit 3", "--success-exit-codes", "0,3")
    bad = shell(world, "exit 4", "--success-exit-codes", "0,3")
    drain(world)
    check(states(world, good) == ["succeeded"] and states(world, bad) == ["failed"], "their ends")


# --- More than one run at a time -----------------------------------------------------------------


def due_while_it_runs(world, *options):
    """A task with two due times, and a worker that is in its first run when the second comes; the
    busier the machine, the more time is between them."""
    world.start_worker("--concurrency", 4)
    for seconds in (1, 4, 16, 64):
        second = time.time() + 2 * seconds
        name = f"twice-{seconds}"
        added = world.run("add", "--id", name, "--at", f"@{second - seconds:.3f}",
                          "--at", f"@{second:.3f}", *options, "--cwd", world.folder, "--shell",
                          f"date +%s.%N >began; echo start >>log; {until('go')}; echo end >>log",
                          exits=(0, 2))  # 2: these times have passed
        if added.returncode != 0:
            continue
        wait_until(lambda: lines(world), "the first run")
        if float(lines(world, "began")[0]) < second:
            break
        world.run("remove", name)
        make(world, "go")
        wait_until(lambda: not world.json("list"), "its end")
        for file in ("go", "log"):
            (world.folder / file).unlink()
    wait_until(lambda: time.time() > second + 0.2, "the second due time", tick=0.05)
    return name


def while_it_runs_due_times_are_skipped(world):
    task = due_while_it_runs(world)
    check(lines(world) == ["start"], "it ran beside itself")
    make(world, "go")
    wait_until(lambda: not world.json("list"), "its end")
    world.stop_workers()
    check(sorted(states(world, task)) == ["skipped", "succeeded"], f"{states(world, task)}")


def the_latest_of_them_may_wait_instead(world):
    due_while_it_runs(world, "--overlap", "queue")
    check(lines(world) == ["start"], "it ran beside itself")
    make(world, "go")
    wait_until(lambda: not world.json("list"), "its end")
    world.stop_workers()
    check(lines(world) == ["start", "end"] * 2, f"{lines(world)}")


def the_next_may_take_the_place_of_the_first(world):
    task = due_while_it_runs(world, "--overlap", "replace", "--kill-grace", "10s")
    wait_until(lambda: lines(world) == ["start"] * 2, "the next run")
    make(world, "go")
    wait_until(lambda: not world.json("list"), "its end")
    world.stop_workers()
    first, second = history(world, task)
    check(first["state"] == "cancelled" and "next due time" in first["reason"], f"{first}")
    check(second["state"] == "succeeded", f"{second}")


def instances_are_counted_across_workers(world):
    shell(world, f"echo start >>log; {until('go')}", "--id", "often", "--every", "300ms",
          "--max-instances", 2)
    for name in ("one", "two"):
        world.start_worker("--concurrency", 2, "--name", name)
    wait_until(lambda: len(lines(world)) == 2, "two runs")
    wait_until(lambda: "skipped" in states(world, "often"), "a due time without room")
    check(len(lines(world)) == 2, f"{len(lines(world))} runs at a time")
    world.run("pause", "often")
    make(world, "go")
    world.stop_workers()


def a_worker_runs_so_many_of_a_queue_at_a_time(world):
    for number in range(4):
        shell(world, f"echo start >>log; {until('go')}", "--queue", "mail")
    shell(world, "echo other >>other", "--queue", "other", "--priority=-9")
    world.start_worker("--drain", "--concurrency", 4, "--queue", "mail:2", "--queue", "other")
    wait_until(lambda: len(lines(world)) == 2 and lines(world, "other"), "two, and one of another")
    make(world, "go")
    world.wait_for_workers()
    check(len(lines(world)) == 4, f"{len(lines(world))} ran")


def nothing_of_a_paused_queue_runs(world):
    world.run("pause", "--queue", "mail")
    shell(world, "echo mail >>log", "--queue", "mail", "--priority", 9)
    shell(world, "echo other >>log")
    world.start_worker("--concurrency", 1)
    wait_until(lambda: lines(world), "a run")
    check(lines(world) == ["other"], f"{lines(world)}")
    check(len(world.json("list", "--queue", "mail")) == 1, "it is gone")
    world.run("resume", "--queue", "mail")
    wait_until(lambda: not world.json("list"), "its run")
    world.stop_workers()
    check(lines(world) == ["other", "mail"], f"{lines(world)}")


# --- Too late ------------------------------------------------------------------------------------


def shell_an_hour_ago(world, line, *options):
    an_hour_ago(world, "add", *options, *BY_TRUE_TIME, "--cwd", world.folder, "--shell", line)


@shifted
def while_it_is_paused_nothing_is_recorded(world):
    shell_an_hour_ago(world, "echo run >>log", "--id", "often", "--every", "300ms")
    an_hour_ago(world, "pause", "often")
    resumed = time.time() * 1_000_000
    world.run("resume", "often")
    world.start_worker()
    wait_until(lambda: lines(world), "a run")
    world.run("pause", "often")
    world.stop_workers()
    first = history(world, "often")[0]
    check(first["state"] == "succeeded" and us(first, "scheduled") >= resumed, f"{first}")


@shifted
def what_is_too_late_is_missed_and_the_rest_is_on_time(world):
    shell_an_hour_ago(world, "echo run >>log", "--id", "often", "--every", "700ms",
                      "--misfire-grace-time", "300ms")
    oldest = time.time() * 1_000_000 - 300_000
    world.start_worker()
    wait_until(lambda: lines(world), "a run in time")
    world.run("pause", "often")
    world.stop_workers()
    runs = history(world, "often")
    check(runs[0]["state"] == "missed" and runs[0]["count"] >= 5000, f"{runs[0]}")
    ran = [us(run, "scheduled") for run in runs if run.get("start_time")]
    check(ran and min(ran) >= oldest, f"{runs}")


@shifted
def missed_times_are_one_run_or_each_its_own(world):
    begin = time.time() - 3000
    for name, options in (("one", ()), ("each", ("--no-coalesce", "--max-instances", 100))):
        shell_an_hour_ago(world, f"echo run >>{name}", "--id", name, "--every", "10m",
                          "--start", f"@{begin:.3f}", "--end", f"@{begin + 2700:.3f}", *options)
    drain(world)
    check(len(lines(world, "one")) == 1, f"{len(lines(world, 'one'))} runs")
    check(len(lines(world, "each")) == 5, f"{len(lines(world, 'each'))} runs")


# --- Killed workers ------------------------------------------------------------------------------


def a_run_that_a_crash_interrupted_is_repeated(world):
    task = shell(world, f"echo $ASYNCZ_ATTEMPT >>log; {until('go')}")
    worker = world.start_worker()
    wait_until(lambda: lines(world), "the start")
    world.kill_worker(worker)
    make(world, "go")
    drain(world)
    check(len(lines(world)) == 2, f"it ran {lines(world)}")
    check(states(world, task)[-1] == "succeeded", f"{states(world, task)}")


# --- Followers and hooks -------------------------------------------------------------------------


def followers_run_when_what_they_follow_has_ended(world):
    shell(world, "echo good >>log", "--id", "good")
    shell(world, "echo bad >>log; exit 1", "--id", "bad")
    shell(world, "echo after both >>log", "--after", "good", "--after-any", "bad")
    never = shell(world, "echo never >>log", "--after", "bad")
    drain(world)
    check(sorted(lines(world)[:2]) == ["bad", "good"] and lines(world)[2:] == ["after both"],
          f"{lines(world)}")
    check(states(world, never) == ["cancelled"], f"{states(world, never)}")


def who_follows_what_is_gone_is_cancelled_and_so_are_its_followers(world):
    for options in (("--id", "gone", "--in", "1h"), ("--id", "second", "--after", "gone"),
                    ("--id", "third", "--after", "second"), ("--id", "anyhow", "--after-any", "third")):
        shell(world, f"echo {options[1]} >>log", *options)
    world.run("remove", "gone")
    drain(world)
    check(lines(world) == ["anyhow"], f"{lines(world)}")
    check([states(world, name) for name in ("second", "third", "anyhow")] ==
          [["cancelled"], ["cancelled"], ["succeeded"]], "their ends")
    shell(world, "true", "--id", "often", "--every", "1h")
    told = world.run("add", "--after", "often", "--", "true", exits=(2, 4)).stderr
    check("on_success" in told or "on-success" in told, told)


def hooks_are_told_how_it_ended(world):
    told = 'echo $0 $ASYNCZ_STATE $ASYNCZ_EXIT_STATUS $(cat) >>log'
    hooks = [word for name in ("success", "failure", "end")
             for word in (f"--on-{name}", told.replace("$0", name))]
    shell(world, "echo output; exit 3", "--retries", 1, "--retry-delay", "1ms", *hooks)
    world.start_worker()
    wait_until(lambda: not world.json("list"), "its end")
    world.stop_workers()
    check(sorted(lines(world)) == ["end failed 3 output", "failure failed 3 output"],
          f"{lines(world)}")


# --- What a command is given ---------------------------------------------------------------------


def a_command_gets_its_stdin_environment_and_place(world):
    world.environment["LEFT_OUT"] = "x"
    task = shell(world, 'cat; echo "$A $LEFT_OUT $ASYNCZ_QUEUE $ASYNCZ_ATTEMPT"; pwd; umask',
                 "--every", "1h", "--stdin", "words\n", "--env", "A=a b", "--unset-env", "LEFT_OUT",
                 "--umask", "0077", "--queue", "mail")
    world.run("run", task)
    drain(world)
    run, = history(world, task)
    check(run["output"] == f"words\na b  mail 1\n{world.folder}\n0077\n", run["output"])


def a_one_shot_keeps_where_it_was_added(world):
    """As with at: directory, mask and environment, but for what names a terminal."""
    place = world.folder / "place"
    place.mkdir()
    environment = world.environment | {"KEPT": "k", "TERM": "xterm", "DISPLAY": ":1"}
    subprocess.run(world.command("add", "--id", "here", "--shell",
                                 'pwd; umask; echo "$KEPT $TERM $DISPLAY"'),
                   cwd=place, umask=0o026, env=environment, check=True, capture_output=True)
    drain(world)
    run, = history(world, "here")
    check(run["output"] == f"{place}\n0026\nk  \n", run["output"])


EATER = """
import time
eaten = bytearray(b"x" * 200_000_000)
end = time.process_time() + 0.3
while time.process_time() < end:
    pass
"""


def the_history_says_what_a_run_has_used(world):
    world.run("add", "--id", "eater", "--", "python3", "-c", EATER)
    world.run("add", "--id", "other", "--", "true")
    drain(world, "--concurrency", 1)
    eater, = history(world, "eater")
    other, = history(world, "other")
    check(300_000 <= eater["cpu_us"] <= eater["end_time_us"] - eater["start_time_us"] + 100_000,
          f"{eater}")
    check(200_000_000 <= eater["max_memory"] < 800_000_000, f"{eater}")
    check(other["cpu_us"] < 300_000 and other["max_memory"] < 200_000_000, f"{other}")


play([
    a_failure_is_tried_again_later_each_time,
    a_retry_waits_no_longer_than_it_may,
    a_due_time_may_be_put_off_by_chance,
    a_retry_never_delays_the_schedule,
    an_exit_code_may_be_a_success,
    while_it_runs_due_times_are_skipped,
    the_latest_of_them_may_wait_instead,
    the_next_may_take_the_place_of_the_first,
    instances_are_counted_across_workers,
    a_worker_runs_so_many_of_a_queue_at_a_time,
    nothing_of_a_paused_queue_runs,
    while_it_is_paused_nothing_is_recorded,
    what_is_too_late_is_missed_and_the_rest_is_on_time,
    missed_times_are_one_run_or_each_its_own,
    a_run_that_a_crash_interrupted_is_repeated,
    followers_run_when_what_they_follow_has_ended,
    who_follows_what_is_gone_is_cancelled_and_so_are_its_followers,
    hooks_are_told_how_it_ended,
    a_command_gets_its_stdin_environment_and_place,
    a_one_shot_keeps_where_it_was_added,
    the_history_says_what_a_run_has_used,
])
