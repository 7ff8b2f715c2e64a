#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Checkpoints, receipts and tiles, before verifiers that others wrote: all take ours, and refuse
them with any field or byte changed, as we do.

They are Go's checksum database, torchwood, the libraries of transparency-dev with Tessera's fsck,
those of Sigsum, and @sigstore/verify, from Go's module proxy and the npm registry. Those in Go
need a newer Go than Debian's, which its module proxy has too; test_tlog.py is for Debian's.
"""

import base64
import collections
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "daemon"))
from harness import EVALUATION, ROOT, ZTAUTH, Server, question, ztauth  # noqa: E402

from packages import npm  # noqa: E402

BUILD = os.path.dirname(ZTAUTH)
HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGE = "@sigstore/verify@4.1.3"
ZONE = "/zones/100000000001"
# Two full tiles and a part, so that there are two levels.
RECORDS = 600
# Of the bytes of a receipt, one in so many is changed; an argument of 1 is all of them, in some minutes.
STRIDE = int(sys.argv[1]) if len(sys.argv) > 1 else 11


# --- who is asked

class Go:
    """The judges of judges/main.go."""

    def __init__(self, work):
        if not shutil.which("go"):
            raise FileNotFoundError("there is no Go here")
        self.program = os.path.join(work, "judges")
        out = subprocess.run(["go", "build", "-o", self.program, "."], text=True, check=False,
                             cwd=os.path.join(HERE, "judges"), capture_output=True,
                             env={**os.environ, "GOFLAGS": "-mod=readonly", "GOTOOLCHAIN": "auto"})
        if out.returncode != 0 and re.search("dial tcp|toolchain|unknown directive|invalid go version", out.stderr):
            raise FileNotFoundError("Go's module proxy, or a newer Go, cannot be had here")
        assert out.returncode == 0, out.stderr

    def ask(self, questions):
        return talk([self.program], questions)


class Sigstore:
    def __init__(self):
        self.home = npm("sigstore", PACKAGE)
        if self.home is None:
            raise FileNotFoundError("node is not installed, or npm's registry cannot be reached")

    def ask(self, questions):
        if questions[0]["do"] not in ("checkpoint", "receipt"):
            return [{} for _ in questions]
        return talk(["node", os.path.join(HERE, "log_judge.mjs"), self.home], questions)


class Ours:
    def ask(self, questions):
        if questions[0]["do"] not in ("checkpoint", "receipt"):
            return [{} for _ in questions]
        lines = "".join(f"{q['do']} {q['key']} {base64.b64decode(q['text']).hex()}\n" for q in questions)
        said = subprocess.run([os.path.join(BUILD, "tests/interop/receipts")], input=lines, text=True,
                              capture_output=True, check=True).stdout.split()
        assert len(said) == len(questions)
        return [{"ztauth": "" if s == "1" else "refused"} for s in said]


def talk(command, questions):
    out = subprocess.run(command, input="".join(json.dumps(q) + "\n" for q in questions), text=True,
                         capture_output=True, check=False)
    answers = [json.loads(line) for line in out.stdout.splitlines()]
    assert out.returncode == 0 and len(answers) == len(questions), out.stderr
    return answers


def judge(judges, questions):
    """For each question, what each judge has against it: "" is nothing."""
    together = [{} for _ in questions]
    for j in judges:
        for all_said, said in zip(together, j.ask(questions)):
            all_said.update(said)
    return together


# --- what is asked about

def b64(data):
    return base64.b64encode(data).decode()


def mirror(server, into):
    """The log as it is served, in files: what anybody can fetch."""
    def get(path):
        c = server.connect()
        c.request("GET", f"{ZONE}/log/{path}")
        r = c.getresponse()
        data = r.read()
        assert r.status == 200, (path, r.status)
        os.makedirs(os.path.dirname(os.path.join(into, path)), exist_ok=True)
        with open(os.path.join(into, path), "wb") as f:
            f.write(data)
        return data

    size = int(get("checkpoint").split(b"\n")[1])
    for level in range(3):
        rows = size >> 8 * level
        for number in range((rows + 255) // 256):
            width = min(256, rows - 256 * number)
            name = f"{number:03}" if width == 256 else f"{number:03}.p/{width}"
            get(f"tile/{level}/{name}")
            if level == 0:
                get(f"tile/entries/{name}")
    return size


def checkpoint(server, size):
    for _ in range(200):
        c = server.connect()
        c.request("GET", f"{ZONE}/log/checkpoint")
        answer = c.getresponse()
        text = answer.read()
        if answer.status == 200 and int(text.split(b"\n")[1]) >= size:
            return text
        time.sleep(0.05)
    raise AssertionError(f"no checkpoint of {size} records")


def receipt_of(server, decision):
    path = server.path("receipt")
    # What others could not judge, openings, is left out.
    ztauth("receipt", "get", decision, "--open", "none", "--out", path, "--url", f"http://127.0.0.1:{server.port}{ZONE}")
    with open(path, "rb") as f:
        return f.read()


# --- how it is changed

def other_digits(line, at):
    digit = b"A" if line[at:at + 1] != b"A" else b"B"
    return line[:at] + digit + line[at + 1:]


def flipped(data, at, bits):
    return data[:at] + bytes([data[at] ^ bits]) + data[at + 1:]


def fields_of_checkpoint(text, stranger):
    """`stranger`: a signature by another key under the same name."""
    origin, size, root, empty, signature, _ = text.split(b"\n")
    lines = {"origin": [origin + b"x", origin[1:], origin.upper(), b""],
             "size": [b"%d" % (int(size) + 1), b"%d" % (int(size) - 1), b"0", b"0" + size, b"+" + size, b"-" + size,
                      size + b" ", size + b"0", b"18446744073709551616", b""],
             "root": [other_digits(root, 0), other_digits(root, 20), other_digits(root, 41), root[:-1], root + b"A",
                      root[:-4], b64(bytes(32)).encode(), b""],
             "signature": [b"", signature[3:], signature.replace(b"\xe2\x80\x94", b"-"), signature.replace(b" ", b"  "),
                           other_digits(signature, len(signature) - 90), other_digits(signature, len(signature) - 50),
                           signature[:-8], b"\xe2\x80\x94 other" + signature[signature.index(b" ", 4):], stranger]}
    for field, others in lines.items():
        for n, other in enumerate(others):
            put = {"origin": origin, "size": size, "root": root, "signature": signature, field: other}
            yield f"{field} {n}", b"\n".join([put["origin"], put["size"], put["root"], empty, put["signature"], b""])
    yield "a line more", text.replace(root + b"\n", root + b"\nmore\n")
    yield "no root", text.replace(root + b"\n", b"")
    yield "swapped", b"\n".join([origin, root, size, empty, signature, b""])
    yield "no empty line", text.replace(b"\n\n", b"\n")
    yield "carriage returns", text.replace(b"\n", b"\r\n")


def fields_of_receipt(text, another):
    """`another`: a receipt of another record of the same log."""
    head, note = text.split(b"\n\n", 1)
    first, extra, index, *path = head.split(b"\n")
    record = base64.b64decode(extra[6:])
    number = int(index[6:])

    def put(first=first, extra=extra, index=index, path=path, note=note):
        return b"\n".join([first, extra, index, *path]) + b"\n\n" + note

    for n, i in enumerate([number + 1, number - 1, number ^ 256, 0, 2 ** 63, -1]):
        yield f"index {n}", put(index=b"index %d" % i)
    yield "index with a zero", put(index=b"index 0%d" % number)
    others = [(f"record, byte {i}", flipped(record, i, 1)) for i in range(len(record))]
    for what, other in [*others, ("record with a byte more", record + b"\0"), ("record with a byte less", record[:-1])]:
        yield what, put(extra=b"extra " + base64.b64encode(other))
    yield "no record", put(extra=b"extra ")
    for i in range(len(path)):
        yield f"hash {i} other", put(path=path[:i] + [other_digits(path[i], 7)] + path[i + 1:])
        yield f"hash {i} gone", put(path=path[:i] + path[i + 1:])
        yield f"hash {i} twice", put(path=path[:i] + [path[i]] + path[i:])
        yield f"hash {i} short", put(path=path[:i] + [path[i][:-4]] + path[i + 1:])
    for i in range(len(path) - 1):
        yield f"hashes {i} swapped", put(path=path[:i] + [path[i + 1], path[i]] + path[i + 2:])
    yield "another version", put(first=b"c2sp.org/tlog-proof@v2")
    yield "the record of another", put(extra=another.split(b"\n")[1])
    yield "the path of another", put(path=another.split(b"\n\n")[0].split(b"\n")[3:])
    yield "no checkpoint", put(note=b"")


# One of each: what ends a line, what parts, digits, letters of both kinds, signs of base64, no text.
CLASSES = b"\0\n\r \t09AZaz+/=-.\x7f\x80\xff"


def bytes_of(text, stride=1):
    """Each byte: flipped, of each other class, left out, with one of each class before it."""
    for i in range(0, len(text), stride):
        yield f"byte {i} low bit", flipped(text, i, 1)
        yield f"byte {i} high bit", flipped(text, i, 128)
        yield f"byte {i} gone", text[:i] + text[i + 1:]
        yield f"end at {i}", text[:i]
        for c in CLASSES:
            if c != text[i]:
                yield f"byte {i} is {c}", text[:i] + bytes([c]) + text[i + 1:]
            yield f"{c} before byte {i}", text[:i] + bytes([c]) + text[i:]


# --- what is no change

def loosely(word):
    """What a reader of base64 sees that passes over what is none, and over bits behind the end."""
    digits = re.sub(rb"[^A-Za-z0-9+/]", b"", word.translate(bytes.maketrans(b"-_", b"+/")))
    return base64.b64decode(digits + b"A" * (len(digits) % 4 == 1) + b"=" * (-len(digits) % 4))


def excused(who, original, changed):
    """Readers of others read the line of a signature loosely: any base64, what else stands there, carriage
    returns. It counts as the same to them if all that is signed is, and so is the signature."""
    if who == "ztauth":
        return False
    signed, _, line = original.rpartition(b"\n\n")
    signature = loosely(line.split(b" ")[-1])
    if changed.startswith(signed + b"\n\n"):
        return any(loosely(w)[:len(signature)] == signature for w in re.findall(rb"[^\n ]+", changed[len(signed):]))
    # Before the checkpoint in a receipt: another spelling of the same bytes, or number.
    def read(text):
        lines = re.sub(rb"\nindex \+?0*(\d)", rb"\nindex \1", text.replace(b"\r", b"")).split(b"\n")
        return [loosely(w) if len(w) > 40 else w for w in lines]

    return read(changed) == read(original)


# --- the tests

def refuse(judges, key, do, original, changes):
    changes = [(what, text) for what, text in changes if text != original]
    said = judge(judges, [{"do": do, "key": key, "text": b64(text)} for _, text in changes])
    names = said[0].keys()
    loose = collections.Counter()
    for (what, text), answers in zip(changes, said):
        assert answers.keys() == names
        for who, says in answers.items():
            if says == "":
                assert excused(who, original, text), f"{who} takes a {do} with {what}: {text!r}"
                loose[who] += 1
    assert not loose["ztauth"]
    print(f"{do}: {len(changes)} changed, refused by {', '.join(names)}" +
          "".join(f"; {n} say the same to {who}" for who, n in loose.items()))


def accept(judges, questions):
    for q, answers in zip(questions, judge(judges, questions)):
        assert answers and not any(answers.values()), (q["do"], answers)
    print(f"{len(questions)} of {questions[0]['do']}: taken by {', '.join(answers)}")


def write_log(server):
    """Its key; an older checkpoint; receipts; what a stranger signed in its name."""
    subprocess.run([os.path.join(BUILD, "tests/interop/log_writer"), server.log_dir, str(RECORDS // 2)], check=True)
    server.start()
    key = re.search(r"log key: (\S+)", server.said()).group(1)
    older = checkpoint(server, RECORDS // 2)
    token = server.token()
    ids = []
    for _ in range(RECORDS // 2):
        answer = server.post(EVALUATION, question(token))[1]
        ids.append(answer["context"]["id"])
    receipts = [receipt_of(server, ids[n]) for n in (0, 100, -1)]
    return key, older, receipts, stranger()


def stranger():
    """A signature by another key under the log's name: that of another server."""
    other = Server()
    try:
        other.start()
        other.token()
        return checkpoint(other, 1).split(b"\n")[4]
    finally:
        other.close()


def tiles_changed(dir):
    """Each file of the log, changed in each way; it is put back afterwards."""
    for folder, _, names in os.walk(dir):
        for name in names:
            path = os.path.join(folder, name)
            short = os.path.relpath(path, dir)
            with open(path, "rb") as f:
                data = f.read()
            if short == "checkpoint":
                continue
            step = len(data) // 5 + 1
            changes = [(f"byte {i}", flipped(data, i, bit))
                       for i in [0, 1, 2, *range(3, len(data), step), len(data) - 1] for bit in (1, 128)]
            changes += [("end gone", data[:-1]), ("a byte more", data + b"\0"), ("empty", b""),
                        ("zeros", bytes(len(data))), ("from the second row", data[32:] + data[:32])]
            if short.startswith("tile/entries/"):
                first = 2 + int.from_bytes(data[:2], "big")
                second = first + 2 + int.from_bytes(data[first:first + 2], "big")
                changes += [("an entry gone", data[first:]), ("an entry twice", data[:first] + data),
                            ("entries swapped", data[first:second] + data[:first] + data[second:])]
            for what, changed in changes:
                if changed == data:
                    continue
                with open(path, "wb") as f:
                    f.write(changed)
                yield f"{short}: {what}"
            os.unlink(path)
            yield f"{short}: gone"
            with open(path, "wb") as f:
                f.write(data)


def refuse_tiles(go, key, dir):
    """They are asked in turn, of what lies there at the time."""
    refused = 0
    with subprocess.Popen([go.program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.DEVNULL) as p:
        for what in tiles_changed(dir):
            p.stdin.write(json.dumps({"do": "tiles", "key": key, "dir": dir}) + "\n")
            p.stdin.flush()
            answers = json.loads(p.stdout.readline())
            took = {who for who, says in answers.items() if says == ""}
            # fsck passes over what is left behind the rows of a tile.
            assert took <= ({"transparency-dev"} if re.match(r"tile/\d.*: a byte more", what) else set()), (took, what)
            refused += 1
        p.stdin.close()
    print(f"tiles: {refused} changed, refused by {', '.join(answers)}")


def refuse_files(key, log):
    """The files that the server keeps, before `ztauth log verify`: where tiles and bundles come from."""
    def verify():
        return subprocess.run([ZTAUTH, "log", "verify", "--dir", log, "--key", key], capture_output=True, check=False)

    refused = 0
    assert verify().returncode == 0
    for name in ("checkpoint", "tree/0", "tree/1", "tree/at", "00000000000000000000.seg"):
        path = os.path.join(log, name)
        with open(path, "rb") as f:
            data = f.read()
        step = len(data) // 8 + 1
        for i in [*range(0, len(data), step), len(data) - 1]:
            for changed in (flipped(data, i, 1), flipped(data, i, 128)):
                with open(path, "wb") as f:
                    f.write(changed)
                assert verify().returncode == 2, (name, i)
                refused += 1
        with open(path, "wb") as f:
            f.write(data)
    assert verify().returncode == 0
    print(f"files of the log: {refused} changed, refused by ztauth log verify")


def main():
    with tempfile.TemporaryDirectory() as work:
        try:
            judges = [Ours(), Go(work), Sigstore()]
        except FileNotFoundError as e:
            print(e)
            sys.exit(77)
        server = Server(extra="serve_entries yes\n")
        try:
            key, older, receipts, stranger = write_log(server)
            dir = os.path.join(work, "mirror")
            mirror(server, dir)
            server.stop()
            log = shutil.copytree(server.log_dir, os.path.join(work, "log"))
        finally:
            server.close()
        with open(os.path.join(dir, "checkpoint"), "rb") as f:
            newest = f.read()
        accept(judges, [{"do": "checkpoint", "key": key, "text": b64(t)} for t in (older, newest)])
        accept(judges, [{"do": "receipt", "key": key, "text": b64(t)} for t in receipts])
        accept(judges, [{"do": "consistency", "key": key, "dir": dir, "older": b64(older), "text": b64(newest)}])
        accept(judges, [{"do": "tiles", "key": key, "dir": dir}])
        refuse(judges, key, "checkpoint", newest, [*fields_of_checkpoint(newest, stranger), *bytes_of(newest)])
        refuse(judges, key, "receipt", receipts[1],
               [*fields_of_receipt(receipts[1], receipts[0]), *bytes_of(receipts[1], STRIDE)])
        refuse_tiles(judges[1], key, dir)
        refuse_files(key, log)


if __name__ == "__main__":
    main()
