# SPDX-License-Identifier: Apache-2.0
"""A log in Python, and what a witness adds to it, by their specifications: RFC 6962 2.1, and
signed-note, tlog-checkpoint, tlog-cosignature and tlog-witness of C2SP."""

import base64
import hashlib
import struct
import time

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

RAW = serialization.Encoding.Raw, serialization.PublicFormat.Raw
DASH = "\u2014 ".encode()


def sha(data):
    return hashlib.sha256(data).digest()


def split(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def root(leaves):
    if not leaves:
        return sha(b"")
    if len(leaves) == 1:
        return sha(b"\0" + leaves[0])
    k = split(len(leaves))
    return sha(b"\1" + root(leaves[:k]) + root(leaves[k:]))


def consistency(leaves, old):
    """PROOF(m, D[n])"""
    def sub(m, d, whole):
        if m == len(d):
            return [] if whole else [root(d)]
        k = split(len(d))
        if m <= k:
            return sub(m, d[:k], whole) + [root(d[k:])]
        return sub(m - k, d[k:], False) + [root(d[:k])]

    return sub(old, leaves, True) if 0 < old <= len(leaves) else []


def b64(data):
    return base64.b64encode(data)


def key_id(name, kind, public):
    return sha(name.encode() + b"\n" + bytes([kind]) + public)[:4]


def read_vkey(vkey):
    name, digits, text = vkey.split("+", 2)
    typed = base64.b64decode(text)
    assert bytes.fromhex(digits) == key_id(name, typed[0], typed[1:]), vkey
    return name, typed[0], ed25519.Ed25519PublicKey.from_public_bytes(typed[1:])


def cosigned(note, vkey):
    """When a witness cosigned it: all times, each of a signature that holds."""
    name, kind, key = read_vkey(vkey)
    assert kind == 4, vkey
    text, lines = note.rsplit(b"\n\n", 1)
    times = []
    for line in lines.split(b"\n")[:-1]:
        dash, who, digits = line.decode().split(" ")
        raw = base64.b64decode(digits)
        if dash == "\u2014" and who == name and raw[:4] == key_id(name, 4, key.public_bytes(*RAW)):
            at = struct.unpack(">Q", raw[4:12])[0]
            key.verify(raw[12:], b"cosignature/v1\ntime %d\n" % at + text + b"\n")
            times.append(at)
    return times


class Log:
    def __init__(self, origin):
        self.origin = origin
        self.key = ed25519.Ed25519PrivateKey.generate()
        self.public = self.key.public_key().public_bytes(*RAW)
        self.vkey = "%s+%s+%s" % (origin, key_id(origin, 1, self.public).hex(),
                                  b64(b"\1" + self.public).decode())
        self.leaves = []

    def grow(self, count):
        self.leaves += [b"entry %d" % (len(self.leaves) + i) for i in range(count)]

    def checkpoint(self, leaves, key=None):
        key = key or self
        text = b"%s\n%d\n%s\n" % (self.origin.encode(), len(leaves), b64(root(leaves)))
        signed = key_id(key.origin, 1, key.public) + key.key.sign(text)
        return text + b"\n" + DASH + key.origin.encode() + b" " + b64(signed) + b"\n"

    @staticmethod
    def call(old, proof, checkpoint):
        return (b"old %d\n" % old + b"".join(b64(h) + b"\n" for h in proof) + b"\n" + checkpoint)

    def check_cosignature(self, size, line, vkey):
        times = cosigned(self.checkpoint(self.leaves[:size]) + line, vkey)
        assert len(times) == 1 and abs(times[0] - time.time()) < 60, times
