#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""test_wire.py [STEP [SEED]]: who follows a ledger, through a wire that flips each byte once, cuts
at each length, and dawdles. STEP: every so many bytes; 1 is all. The ref is where it was or at the
right new commit, always; and it gets there once the wire is good."""

import os
import random
import socket
import subprocess
import sys
import threading
import time

from harness import ZTAUTH, main
from sync import ZONE, Zone, change, version

STEP = int(sys.argv[1]) if len(sys.argv) > 1 else 24
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 20261125
MASKS = [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff]
PULLER = os.path.join(os.path.dirname(ZTAUTH), "tests", "interop", "puller")
rng = random.Random(SEED)
print(f"seed {SEED}, step {STEP}")


def whole(data):
    """Has an HTTP message its end?"""
    head, end, body = data.partition(b"\r\n\r\n")
    if not end:
        return False
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return len(body) >= int(value)
    return True


def read_message(s):
    data = b""
    while not whole(data):
        piece = s.recv(65536)
        if not piece:
            break
        data += piece
    return data


class Wire:
    """Between a client and the server. `harm(bytes, to_server, number of the message)` gives what
    is passed on, in pieces, and whether the wire is cut then."""

    def __init__(self, port):
        self.port = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.own = self.listener.getsockname()[1]
        self.harm, self.count, self.seen = None, 0, []
        threading.Thread(target=self.run, daemon=True).start()

    def begin(self, harm):
        self.harm, self.count, self.seen = harm, 0, []

    def run(self):
        while True:
            client, _ = self.listener.accept()
            threading.Thread(target=self.carry, args=(client,), daemon=True).start()

    def carry(self, client):
        with client, socket.create_connection(("127.0.0.1", self.port)) as server:
            for s in (client, server):
                s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                while self.pass_on(client, server, True) and self.pass_on(server, client, False):
                    pass
            except OSError:
                pass

    def pass_on(self, source, sink, to_server):
        data = read_message(source)
        if not data:
            return False
        if to_server:
            self.count += 1
        self.seen.append((to_server, len(data)))
        pieces, cut = self.harm(data, to_server, self.count) if self.harm else ([data], False)
        for piece in pieces:
            sink.sendall(piece)
        if cut:
            # Nobody waits for what will not come; but what the server has to say is let through.
            sink.shutdown(socket.SHUT_WR)
            if to_server:
                source.sendall(read_message(sink))
            return False
        return True


zone = Zone().start()
writer, reader = zone.key("writer"), zone.key("reader")
zone.govern(writer="writers", reader="readers")
old_objects, old = change(version(1), None, writer)
assert zone.push(writer, "main", old_objects, None, old)[0] == 200
new_objects, new = change(version(2), old, writer)
assert zone.push(writer, "main", new_objects, old, new)[0] == 200
with open(zone.path("signers"), "w", encoding="utf-8") as f, open(writer.path + ".pub", encoding="utf-8") as public:
    f.write("writer " + public.read())
puller = subprocess.Popen([PULLER, f"/zones/{ZONE}/ledgers/main", reader.path, zone.path("signers")],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
wire = Wire(zone.port)


def ask(line):
    puller.stdin.write(line + "\n")
    puller.stdin.flush()
    at, _, said = puller.stdout.readline().rstrip("\n").partition(" ")
    assert at, "the puller ended"
    return at, said


def begin():
    answer = ask(f"begin {zone.port} {old}")
    assert answer == (old, ""), answer


def follow(harm):
    """Where the ref is and what was said, after a pull over a bad wire; then the wire is good."""
    wire.begin(harm)
    at, said = ask(f"follow {wire.own}")
    assert at in (old, new), (at, said)
    assert said or at == new
    if at == old:
        wire.begin(None)
        assert ask(f"follow {wire.own}") == (new, ""), said
    begin()
    return at, said


def sizes(to_server):
    """Of the messages of one good pull."""
    begin()
    wire.begin(None)
    assert ask(f"follow {wire.own}") == (new, "")
    begin()
    return [n for direction, n in wire.seen if direction == to_server]


def each_offset(to_server, extra=0):
    for number, size in enumerate(sizes(to_server), 1):
        for offset in range(rng.randrange(STEP), size + extra, STEP):
            yield number, offset


def flip(which, offset, mask, direction):
    def harm(data, to_server, number):
        if (number, to_server) != (which, direction):
            return [data], False
        bad = bytearray(data)
        bad[min(offset, len(bad) - 1)] ^= mask
        return [bytes(bad)], True
    return harm


def flips(to_server):
    count = arrived = 0
    for number, offset in each_offset(to_server):
        for mask in MASKS if STEP == 1 else [rng.choice(MASKS)]:
            at, _ = follow(flip(number, offset, mask, to_server))
            count, arrived = count + 1, arrived + (at == new)
    print(f"     {count} flips, {arrived} of which changed nothing that is looked at")


def test_answers_with_a_byte_flipped():
    flips(False)


def test_requests_with_a_byte_flipped():
    flips(True)


def test_answers_cut_off():
    count = 0
    for which, length in each_offset(False):
        def harm(data, to_server, number):
            return ([data[:length]], True) if (number, to_server) == (which, False) else ([data], False)
        at, said = follow(harm)
        assert at == old and said, (which, length)
        count += 1
    print(f"     {count} cuts")


def test_answers_with_something_behind():
    """More than was announced, or an answer that nobody has asked for."""
    for which in (1, 2):
        for more in (b"\0", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", bytes(100000)):
            def harm(data, to_server, number):
                return ([data + more], False) if (number, to_server) == (which, False) else ([data], False)
            follow(harm)


def test_an_answer_of_before():
    """What was right once, again: the ref does not go back to it."""
    recorded = {}

    def record(data, to_server, number):
        if not to_server:
            recorded[number] = data
        return [data], False

    def replay(data, to_server, number):
        return [data if to_server else recorded.get(number, recorded[1])], False

    begin()
    wire.begin(record)
    assert ask(f"follow {wire.own}") == (new, "")
    objects, newest = change(version(3), new, writer)
    assert zone.push(writer, "main", objects, new, newest)[0] == 200
    wire.begin(None)
    assert ask(f"follow {wire.own}") == (newest, "")
    wire.begin(replay)
    at, said = ask(f"follow {wire.own}")
    assert at == newest and said == "gone back", (at, said)
    wire.begin(None)
    assert ask(f"follow {wire.own}") == (newest, "")


def test_slow():
    """A wire that dawdles, in pieces of any size."""
    begin()
    for _ in range(5):
        def harm(data, to_server, number):
            pieces = []
            while data:
                size = rng.choice([1, 2, 7, 50, 1000])
                pieces, data = pieces + [data[:size]], data[size:]
                time.sleep(rng.uniform(0, 0.01))
            return pieces, False
        begin()
        wire.begin(harm)
        at, said = ask(f"follow {wire.own}")
        assert said == "" and at == zone.refs("main")["main"], (at, said)


try:
    main([v for k, v in list(globals().items()) if k.startswith("test_")])
    puller.stdin.close()
    assert puller.wait(10) == 0
    zone.stop()
finally:
    puller.kill()
    zone.close()
