#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes the vectors of this folder anew: make_vectors.py [FOLDER].

It seals and encodes by asyncz-record(5), as open_record.py opens and decodes, so that our code is
compared with that page and not with itself. The nonces are fixed; a record that asyncz makes has a
random one. Each vector that is to be refused differs in one thing from one that opens.
"""

import pathlib
import struct
import sys
import textwrap

import open_record as spec

SECRET = b"vector"
KEY = spec.store_key(SECRET)
NONCE = bytes(range(100, 124))

# --- Encoding -------------------------------------------------------------------------------------


def unsigned(number):
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes(out) + bytes([number])


def signed(number):
    return unsigned(2 * number if number >= 0 else -2 * number - 1)


def text(value):
    data = value.encode("utf-8", "surrogateescape")
    return unsigned(len(data)) + data


def real(number):
    return struct.pack("<d", number)


def items(*encoded):
    return unsigned(len(encoded)) + b"".join(encoded)


def texts(*values):
    return items(*map(text, values))


def pairs(**values):
    return items(*(text(key) + text(value) for key, value in values.items()))


def record(**fields):
    """The fields of a record: tag_NAME=bytes, in the order in which they are given."""
    tags = (int(name[1:].split("_")[0]) for name in fields)
    return b"".join(bytes([tag]) + value for tag, value in zip(tags, fields.values())) + b"\0"


FLAG = b""
CHOICE = [bytes([index]) for index in range(9)]
EARLIEST = -(2**63)


def content(kind, encoded):
    return bytes([kind, 1]) + encoded


def task_content(task, progress=b""):
    """A task's content; `progress` is the field 2 where it is not the default."""
    return content(1, b"\x01" + task + progress + b"\0")


EXAMPLE = bytes.fromhex(
    "0101 01 01066261636B7570 020474727565 03010474727565 05 0280897A 00 00"
    "02 0480897A 0580897A 00 00"
)

FULL_TASK = record(
    t1_id=text("backup"),
    t2_name=text("täglich"),
    t3_argv=texts("tar", "", "\0\udcff"),
    t4_shell=FLAG,
    t5_trigger=record(
        t1_kind=CHOICE[6],
        t5_children=items(
            record(t2_at=signed(-1)),
            record(
                t1_kind=CHOICE[1],
                t3_every=signed(3_600_000_000),
                t6_start=signed(0),
                t7_end=signed(EARLIEST),
            ),
            record(
                t1_kind=CHOICE[2],
                t4_expression=text("30 2 * * *"),
                t8_dst_gap=CHOICE[1],
                t9_dst_fold=CHOICE[2],
            ),
        ),
    ),
    t6_timezone=text("Europe/Berlin"),
    t7_queue=text("mail"),
    t8_priority=signed(-9),
    t9_coalesce=FLAG,
    t10_misfire_grace_time=signed(0),
    t11_max_instances=signed(10000),
    t12_overlap=CHOICE[2],
    t13_jitter=signed(1),
    t14_after=items(
        record(t1_id=text("a"), t2_any_end=FLAG), record(t1_id=text("b"), t3_met=FLAG), record()
    ),
    t15_retries=signed(1000000),
    t16_retry_delay=signed(-5),
    t17_retry_backoff=real(1.5),
    t18_retry_max_delay=signed(2**63 - 1),
    t19_timeout=signed(7),
    t20_kill_grace=signed(0),
    t21_success_exit_codes=items(),
    t22_delivery=CHOICE[1],
    t23_cwd=text("/srv"),
    t24_umask=unsigned(0o77),
    t25_env_captured=FLAG,
    t26_env=items(text("") + text("empty"), text("A") + text("1"), text("B") + text("")),
    t27_unset_env=texts("C"),
    t28_user=text("nobody"),
    t29_nice=signed(-20),
    t30_rlimit=items(
        record(t1_name=text("nofile"), t2_value=unsigned(2**64 - 1)), record(t1_name=text("cpu"))
    ),
    t31_stdin=text("in\0put"),
    t32_output=CHOICE[1],
    t33_output_limit=signed(0),
    t34_on_success=text(""),
    t35_on_failure=text("mail root"),
    t36_on_end=text("true"),
    t37_tags=texts("x", "y"),
    t38_paused=FLAG,
)
FULL_PROGRESS = record(
    t1_created=signed(1),
    t2_revision=signed(2**63 - 1),
    t3_settled_fence=unsigned(2**64 - 1),
    t4_due=signed(0),
    t5_moment=signed(EARLIEST),
    t6_attempt=signed(3),
    t7_last_run=record(
        t1_fence=unsigned(1),
        t2_state=CHOICE[7],
        t3_scheduled=signed(2),
        t4_attempt=signed(2),
        t5_start=signed(3),
        t6_end=signed(4),
        t7_exit_status=signed(0),
        t8_signal=signed(9),
    ),
    t8_instances=texts("backup@1"),
    t9_waiters=texts("after-backup"),
    t10_boots=items(record(t1_machine_id=text("machine"), t2_boot_id=text("boot")), record()),
    t11_cancel_fence=unsigned(127),
    t12_remove_after_run=FLAG,
    t13_paused_by=text("root@host"),
    t14_paused_since=signed(128),
    t15_zone_rules=unsigned(1),
)
FULL_RUN = record(
    t1_task=text("backup"),
    t2_fence=unsigned(5),
    t3_name=text("tar"),
    t4_queue=text("mail"),
    t5_state=CHOICE[3],
    t6_reason=text("too slow"),
    t7_scheduled=signed(1),
    t8_attempt=signed(2),
    t9_start=signed(2),
    t10_end=signed(3),
    t11_exit_status=signed(0),
    t12_signal=signed(15),
    t13_worker=text("host-1"),
    t14_host=text("host"),
    t15_cpu=signed(4),
    t16_max_memory=signed(5),
    t17_output=text("done\n"),
    t18_stretch=record(t1_first=signed(6), t2_last=signed(7), t3_count=signed(0)),
    t19_task_record=text("record"),
    t20_created=signed(8),
    t21_revision=signed(9),
)
WORKER = record(
    t1_name=text("host-1"),
    t2_host=text("host"),
    t3_pid=signed(1),
    t4_version=text("0.1.0"),
    t5_concurrency=signed(2),
    t6_queues=texts("mail:3"),
    t7_running=texts("backup.5"),
    t8_since=signed(1_800_000_000_000_000),
)
PAUSE = record(
    t1_queue=text("mail"), t2_by=text("root@host"), t3_since=signed(1_800_000_000_000_000)
)

# --- Sealing --------------------------------------------------------------------------------------


def sealed(plain, kind="task", record_id="backup", key=KEY, algorithm=spec.AES_GCM):
    header = spec.MAGIC + bytes([algorithm, 0, 0, 0]) + spec.key_id(key) + NONCE
    cipher, nonce = spec.cipher_of(algorithm, key, NONCE)
    data = header + bytes([spec.KINDS[kind]]) + record_id.encode()
    return header + cipher.encrypt(nonce, plain, data)


def flipped(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def with_byte(data, at, byte):
    return data[:at] + bytes([byte]) + data[at + 1 :]


# --- The vectors ----------------------------------------------------------------------------------

OPENS, NOT_OPENED, NOT_DECODED = "opens", "does not open", "opens, does not decode"
RUN_ID = "00c0ffee00c0ffee.5.0"


def seal_vectors():
    good = sealed(EXAMPLE)
    xchacha = sealed(EXAMPLE, algorithm=spec.XCHACHA)
    yield "seal_aes256_gcm", "algorithm 1", OPENS, good, EXAMPLE
    yield "seal_xchacha20_poly1305", "algorithm 2", OPENS, xchacha, EXAMPLE
    for name, shows, record_bytes in (
        ("cut", "the last byte is missing", good[:-1]),
        ("cut_in_header", "it ends within the header", good[:30]),
        ("empty", "there is nothing", b""),
        ("trailing_byte", "a byte follows the tag", good + b"\0"),
        ("flipped_magic", "a bit of the magic is flipped", flipped(good, 3)),
        ("flipped_reserved", "a byte that must be zero is not", flipped(good, 6)),
        ("flipped_key_id", "a bit of the key id is flipped", flipped(good, 8)),
        ("flipped_nonce_of_key", "a bit of the nonce's first part is flipped", flipped(good, 16)),
        ("flipped_nonce_of_gcm", "a bit of the nonce's second part is flipped", flipped(good, 39)),
        ("flipped_ciphertext", "a bit of the ciphertext is flipped", flipped(good, 40)),
        ("flipped_tag", "a bit of the tag is flipped", flipped(good, len(good) - 1)),
        ("xchacha_flipped_nonce", "a bit of the nonce is flipped", flipped(xchacha, 39)),
        ("xchacha_flipped_tag", "a bit of the tag is flipped", flipped(xchacha, len(xchacha) - 1)),
        ("unknown_algorithm", "the algorithm is 3", with_byte(good, 4, 3)),
        ("other_algorithm", "the algorithm is said to be the other one", with_byte(good, 4, 2)),
        ("wrong_kind", "it was sealed as a run", sealed(EXAMPLE, kind="run")),
        ("wrong_id", "it was sealed for another id", sealed(EXAMPLE, record_id="backup2")),
        ("wrong_key", "it was sealed under another key", sealed(EXAMPLE, key=spec.store_key(b"x"))),
        ("forged_key_id", "another key's work under our key's id",
         good[:40] + sealed(EXAMPLE, key=spec.store_key(b"x"))[40:]),
        ("not_sealed", "the content itself", EXAMPLE + bytes(56)),
    ):
        yield "seal_" + name, shows, NOT_OPENED, record_bytes, None


def content_vectors():
    named = b"\x01" + text("backup")  # the field 1 of a task
    for name, shows, plain in (
        ("cut", "the last byte is missing", EXAMPLE[:-1]),
        ("empty", "there is nothing", b""),
        ("trailing_byte", "a byte follows the end", EXAMPLE + b"\0"),
        ("wrong_type", "it says that it is a run", with_byte(EXAMPLE, 0, 2)),
        ("newer_version", "the version is 2", with_byte(EXAMPLE, 1, 2)),
        ("version_zero", "the version is 0", with_byte(EXAMPLE, 1, 0)),
        ("overlong_varint", "the id's length is in two bytes",
         task_content(b"\x01\x86\x00backup\0")),
        ("varint_of_65_bits", "a number does not fit into 64 bits",
         task_content(named + b"\x0d" + b"\xff" * 9 + b"\x02\0")),
        ("number_out_of_range", "max_instances is 2^31",
         task_content(named + b"\x0b" + signed(2**31) + b"\0")),
        ("unknown_tag", "there is a field 39", task_content(named + b"\x27\x01a\0")),
        ("tag_order", "the name stands before the id",
         task_content(b"\x02" + text("true") + named + b"\0")),
        ("tag_twice", "there are two ids", task_content(named + named + b"\0")),
        ("default_text", "an empty name is written", task_content(named + b"\x02\x00\0")),
        ("default_list", "an empty list of tags is written", task_content(named + b"\x25\x00\0")),
        ("default_record", "a trigger without a field is written",
         task_content(named + b"\x05\x00\0")),
        ("unknown_choice", "overlap is its word 3", task_content(named + b"\x0c\x03\0")),
        ("text_beyond_end", "the id's length is beyond the end", task_content(b"\x01\x7fbackup\0")),
        ("count_beyond_end", "the list of tags has 2^40 items",
         task_content(named + b"\x25" + unsigned(2**40) + b"\x01a\0")),
        ("map_order", "the keys of env descend", task_content(named + b"\x1a" + pairs(B="", A="") + b"\0")),
        ("map_key_twice", "a key of env comes twice",
         task_content(named + b"\x1a" + items(text("A") + text("1"), text("A") + text("2")) + b"\0")),
        ("not_a_number", "retry_backoff is not a number",
         task_content(named + b"\x11" + real(float("nan")) + b"\0")),
        ("nested_too_deep", "triggers are nested 20 deep",
         task_content(named + b"\x05" + b"\x05\x01" * 20 + b"\x02\x02" + b"\0" * 21 + b"\0")),
    ):
        yield "task_" + name, shows, NOT_DECODED, sealed(plain), plain


def record_vectors():
    full = task_content(FULL_TASK, b"\x02" + FULL_PROGRESS)
    yield "task_nothing", "every field has its default", OPENS, sealed(content(1, b"\0")), content(1, b"\0")
    yield "task_everything", "no field has its default", OPENS, sealed(full), full
    for name, shows, kind, record_id, plain in (
        ("run_nothing", "every field has its default", "run", RUN_ID, content(2, b"\0")),
        ("run_everything", "no field has its default", "run", RUN_ID, content(2, FULL_RUN)),
        ("worker_everything", "no field has its default", "worker", "host-1", content(3, WORKER)),
        ("queue_pause_everything", "no field has its default", "note", "mail", content(4, PAUSE)),
        ("log", "a finished log is sealed as it is", "log", "backup.5", b"done\n"),
    ):
        yield name, shows, OPENS, sealed(plain, kind, record_id), plain, kind, record_id


def write(folder, name, shows, expect, record_bytes, plain, kind="task", record_id="backup"):
    lines = [f"shows: {shows}", f"expect: {expect}", f"secret: {SECRET.decode()}", f"kind: {kind}",
             f"id: {record_id}"]
    for key, value in (("sealed", record_bytes), ("content", plain)):
        if value is not None:
            lines += [f"{key}:", *textwrap.wrap(value.hex(), 96, initial_indent="  ", subsequent_indent="  ")]
    (folder / f"{name}.vector").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else __file__).resolve()
    folder = folder if folder.is_dir() else folder.parent
    for vectors in (seal_vectors(), record_vectors(), content_vectors()):
        for vector in vectors:
            write(folder, *vector)


if __name__ == "__main__":
    main()
