# SPDX-License-Identifier: MIT
"""S1 to S4 and S11: what a command costs, from its start to its end."""

from table import at_least, at_most, median

MANY = 100_000
FAR = "2100-01-01T00:00:00Z"
FAR_SECONDS = 4_102_444_800


def add_command(store):
    return store.command("add", "--at", FAR, "--", "/bin/true")


def far_tasks(count):
    """Tasks that are not due while anybody measures, at times without order."""
    for index in range(count):
        due = FAR_SECONDS + index * 7919 % (28 * 86400)
        yield {"command": ["/bin/true"], "trigger": {"at": f"@{due}"}}


def store_of_many(lab):
    """A store with 100,000 tasks, made once a run."""
    if "many" not in lab.results:
        store = lab.store("many")
        store.add_all(far_tasks(MANY))
        lab.results["many"] = store
    return lab.results["many"]


def start(lab):
    ours, bare = lab.race(lab.scaled(200), [str(lab.asyncz), "--version"], ["/bin/true"])
    return [at_most("S1", "start: --version / true", median(ours), median(bare), 1.7)]


def durable_add(lab):
    store = lab.store("add")
    store.run("add", "--at", FAR, "--", "/bin/true")
    size = store.files()[0].stat().st_size
    bare = lab.baseline("durable_add", lab.directory("add-bare"), size)
    ours, bare = lab.race(lab.scaled(150), add_command(store), bare)
    return [at_most("S2", "durable add / bare", median(ours), median(bare), 1.3)]


def durable_add_beside_many(lab):
    empty, many = lab.store("add-empty"), store_of_many(lab)
    ours, alone = lab.race(lab.scaled(150), add_command(many), add_command(empty))
    return [at_most("S3", "durable add beside 100,000 / beside none", median(ours), median(alone),
                    1.2)]


def bulk_add(lab):
    count, rounds = 10_000, lab.scaled(5)
    batch = lab.batch_file(far_tasks(count))
    places = lab.directory("bulk")
    for index in range(rounds):
        (places / f"ours-{index}").mkdir(mode=0o700)
        (places / f"bare-{index}").mkdir(mode=0o700)
    probe = lab.store("bulk-size")
    probe.add_all(far_tasks(1))
    size = probe.files()[0].stat().st_size
    ours, bare = lab.race(
        rounds,
        [str(lab.asyncz), "add", "--batch", str(batch), "--store", f"file://{places}/ours-{{}}"],
        lab.baseline("bulk_add", count, size, f"{places}/bare-{{}}"))
    rate = lambda times: count * 1e6 / median(times)
    return [at_least("S4", "bulk add of 10,000 / bare", rate(ours), rate(bare), 0.5)]


def list_many(lab):
    store = store_of_many(lab)
    ours, bare = lab.race(lab.scaled(7), store.command("list", "--json"),
                          lab.baseline("scan", store.path))
    return [at_most("S11", "list --json of 100,000 / scan", median(ours) / 1e3,
                    median(bare) / 1e3, 3, "ms")]
