#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Opens a task's file and prints the task as JSON.

    open_record.py KEY_FILE TASK_FILE

Written from asyncz-record(5) alone, without any code of asyncz and without libsodium: what this
opens is what that page says. Exits with 1 where the record is to be refused, and with 77 where
Python's cryptography is missing.
"""

import hashlib
import json
import os
import struct
import sys

try:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
except ImportError:
    print("needs python3-cryptography", file=sys.stderr)
    sys.exit(77)


class Refused(Exception):
    """The bytes are not what asyncz writes."""


def check(holds, why):
    if not holds:
        raise Refused(why)


# --- Keys and the seal ----------------------------------------------------------------------------

MAGIC = b"AZ\x00\x01"
HEADER_SIZE = 40
TAG_SIZE = 16
KINDS = {"task": 1, "run": 2, "worker": 3, "note": 4, "log": 5}
AES_GCM, XCHACHA = 1, 2


def store_key(secret):
    return hashlib.sha256(secret).digest()


def key_of_file(path):
    with open(path, "rb") as file:
        secret = file.read()
    return store_key(secret.removesuffix(b"\n"))


def key_id(key):
    return hashlib.blake2b(key, digest_size=32).digest()[:8]


def keyed(key, size, text):
    return hashlib.blake2b(text, key=key, digest_size=size).digest()


def hchacha20(key, nonce):
    """The first step of XChaCha20 (draft-irtf-cfrg-xchacha, 2.2)."""
    state = list(struct.unpack("<16I", b"expand 32-byte k" + key + nonce))

    def quarter(a, b, c, d):
        for x, y, z, by in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            state[x] = (state[x] + state[y]) & 0xFFFFFFFF
            state[z] ^= state[x]
            state[z] = (state[z] << by | state[z] >> (32 - by)) & 0xFFFFFFFF

    for _ in range(10):
        for i in range(4):
            quarter(i, 4 + i, 8 + i, 12 + i)
        for i in range(4):
            quarter(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4)
    return struct.pack("<8I", *state[:4], *state[12:])


def cipher_of(algorithm, key, nonce):
    """The AEAD of a record, and the nonce that it takes."""
    if algorithm == AES_GCM:
        return AESGCM(keyed(key, 32, b"asyncz aes256gcm" + nonce[:12])), nonce[12:]
    check(algorithm == XCHACHA, f"unknown algorithm {algorithm}")
    subkey = hchacha20(keyed(key, 32, b"asyncz xchacha20"), nonce[:16])
    return ChaCha20Poly1305(subkey), bytes(4) + nonce[16:]


def open_sealed(key, kind, record_id, sealed):
    check(len(sealed) >= HEADER_SIZE + TAG_SIZE, "too short")
    header, ciphertext = sealed[:HEADER_SIZE], sealed[HEADER_SIZE:]
    check(header[:4] == MAGIC, "no sealed record")
    check(header[5:8] == bytes(3), "bytes 5 to 7 are not zero")
    check(header[8:16] == key_id(key), f"sealed under key {header[8:16].hex()}")
    cipher, nonce = cipher_of(header[4], key, header[16:40])
    data = header + bytes([KINDS[kind]]) + record_id.encode()
    try:
        return cipher.decrypt(nonce, ciphertext, data)
    except InvalidTag:
        raise Refused("does not authenticate") from None


# --- The content ----------------------------------------------------------------------------------

NONE = object()  # the default of a field that may hold every value
NEVER = 2**63 - 1


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, size):
        check(size <= len(self.data) - self.at, "cut")
        self.at += size
        return self.data[self.at - size : self.at]

    def byte(self):
        return self.take(1)[0]

    def unsigned(self, bits=64):
        number, shift = 0, 0
        while True:
            byte = self.byte()
            number |= (byte & 0x7F) << shift
            check(number < 2**bits, "number out of range")
            if byte < 0x80:
                check(byte or not shift, "number longer than it need be")
                return number
            shift += 7

    def signed(self, bits=64):
        number = self.unsigned(bits)
        return -(number // 2) - 1 if number % 2 else number // 2

    def signed32(self):
        return self.signed(32)

    def unsigned32(self):
        return self.unsigned(32)

    def real(self):
        return struct.unpack("<d", self.take(8))[0]

    def text(self):
        return self.take(self.unsigned()).decode("utf-8", "surrogateescape")

    def map(self):
        pairs = [(self.text(), self.text()) for _ in range(self.unsigned())]
        keys = [key.encode("utf-8", "surrogateescape") for key, _ in pairs]
        check(all(a < b for a, b in zip(keys, keys[1:])), "keys out of order")
        return dict(pairs)


def choice(*words):
    def read(reader):
        index = reader.byte()
        check(index < len(words), "unknown choice")
        return words[index]

    return read


def list_of(read):
    return lambda reader: [read(reader) for _ in range(reader.unsigned())]


class Record:
    """Fields by tag: name, how to read it (None: a flag), default."""

    def __init__(self, *fields):
        self.fields = dict(enumerate(fields, start=1))

    def __call__(self, reader):
        values = {name: default for name, _, default in self.fields.values()}
        last = 0
        while tag := reader.byte():
            check(tag in self.fields and tag > last, f"unknown or misplaced field {tag}")
            last = tag
            name, read, default = self.fields[tag]
            value = read(reader) if read else not default
            check(default is NONE or value != default, f"{name} has its default")
            values[name] = value
        return {name: None if value is NONE else value for name, value in values.items()}

    def default(self):
        return self(Reader(b"\0"))


R = Reader
STATES = choice("running", "succeeded", "failed", "timed-out", "cancelled", "missed", "skipped", "lost")

TRIGGER = Record(
    ("kind", choice("date", "interval", "cron", "calendar", "boot", "shutdown", "any", "all"), "date"),
    ("at", R.signed, 0),
    ("every", R.signed, 0),
    ("expression", R.text, ""),
    ("children", list_of(lambda reader: TRIGGER(reader)), []),
    ("start", R.signed, NONE),
    ("end", R.signed, NONE),
    ("dst_gap", choice("shift", "skip"), "shift"),
    ("dst_fold", choice("first", "second", "both"), "first"),
)
DEPENDENCY = Record(("id", R.text, ""), ("any_end", None, False), ("met", None, False))
LIMIT = Record(("name", R.text, ""), ("value", R.unsigned, 0))
TASK = Record(
    ("id", R.text, ""),
    ("name", R.text, ""),
    ("argv", list_of(R.text), []),
    ("shell", None, False),
    ("trigger", TRIGGER, TRIGGER.default()),
    ("timezone", R.text, "UTC"),
    ("queue", R.text, "default"),
    ("priority", R.signed32, 0),
    ("coalesce", None, True),
    ("misfire_grace_time", R.signed, NONE),
    ("max_instances", R.signed32, 1),
    ("overlap", choice("skip", "queue", "replace"), "skip"),
    ("jitter", R.signed, 0),
    ("after", list_of(DEPENDENCY), []),
    ("retries", R.signed32, 0),
    ("retry_delay", R.signed, 10_000_000),
    ("retry_backoff", R.real, 2.0),
    ("retry_max_delay", R.signed, 3_600_000_000),
    ("timeout", R.signed, NONE),
    ("kill_grace", R.signed, 10_000_000),
    ("success_exit_codes", list_of(R.signed32), [0]),
    ("delivery", choice("at-least-once", "at-most-once"), "at-least-once"),
    ("cwd", R.text, NONE),
    ("umask", R.unsigned32, NONE),
    ("env_captured", None, False),
    ("env", R.map, {}),
    ("unset_env", list_of(R.text), []),
    ("user", R.text, NONE),
    ("nice", R.signed32, NONE),
    ("rlimit", list_of(LIMIT), []),
    ("stdin", R.text, ""),
    ("output", choice("capture", "discard"), "capture"),
    ("output_limit", R.signed, 10_485_760),
    ("on_success", R.text, NONE),
    ("on_failure", R.text, NONE),
    ("on_end", R.text, NONE),
    ("tags", list_of(R.text), []),
    ("paused", None, False),
)
LAST_RUN = Record(
    ("fence", R.unsigned, 0),
    ("state", STATES, "succeeded"),
    ("scheduled", R.signed, 0),
    ("attempt", R.signed32, 1),
    ("start", R.signed, NONE),
    ("end", R.signed, NONE),
    ("exit_status", R.signed32, NONE),
    ("signal", R.signed32, NONE),
)
BOOT_MARK = Record(("machine_id", R.text, ""), ("boot_id", R.text, ""))
PROGRESS = Record(
    ("created", R.signed, 0),
    ("revision", R.signed, 0),
    ("settled_fence", R.unsigned, 0),
    ("due", R.signed, NONE),
    ("moment", R.signed, NEVER),
    ("attempt", R.signed32, 1),
    ("last_run", LAST_RUN, NONE),
    ("instances", list_of(R.text), []),
    ("waiters", list_of(R.text), []),
    ("boots", list_of(BOOT_MARK), []),
    ("cancel_fence", R.unsigned, 0),
    ("remove_after_run", None, False),
    ("paused_by", R.text, ""),
    ("paused_since", R.signed, NONE),
    ("zone_rules", R.unsigned, 0),
)
STORED_TASK = Record(("task", TASK, TASK.default()), ("progress", PROGRESS, PROGRESS.default()))


def task_of_content(content):
    reader = Reader(content)
    check(reader.take(2) == b"\x01\x01", "no task of version 1")
    task = STORED_TASK(reader)
    check(reader.at == len(content), "goes on after its end")
    return task


# --- The file -------------------------------------------------------------------------------------


def open_task_file(key, path):
    """The task, and the clear fields beside it."""
    with open(path, "rb") as file:
        data = file.read()
    check(len(data) >= 128 and data[:8] == b"asyncz\x01\x00", "no task's file")
    moment, priority, size, revision, fence, worker, zero = struct.unpack("<qiIqQII", data[8:48])
    queue, padding = data[48:112].rstrip(b"\0").decode(), data[112:128]
    check(not zero and padding == bytes(16) and size == len(data) - 128, "damaged prefix")

    task_id = os.path.basename(path).removesuffix(".task")
    task = task_of_content(open_sealed(key, "task", task_id, data[128:]))
    fields, progress = task["task"], task["progress"]
    special = {"boot": "@boot", "shutdown": "@shutdown"}
    sealed_moment = NEVER if fields["paused"] else progress["moment"]
    check(fields["id"] == task_id, "another task's id")
    check(queue == special.get(fields["trigger"]["kind"], fields["queue"]), "another queue")
    check(priority == fields["priority"], "another priority")
    check(revision >= progress["revision"], "revision too low")
    check(fence >= progress["settled_fence"], "fence too low")
    check(fence > progress["settled_fence"] or moment >= sealed_moment, "moment too early")
    clear = {"moment": moment, "queue": queue, "priority": priority, "revision": revision,
             "fence": fence, "worker": worker}
    return {"clear": clear, **task}


def main():
    if len(sys.argv) != 3:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    try:
        task = open_task_file(key_of_file(sys.argv[1]), sys.argv[2])
    except Refused as refused:
        print(f"{sys.argv[2]}: {refused}", file=sys.stderr)
        return 1
    print(json.dumps(task, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
