#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How much of a server clients may have, each limit reached and passed."""

import contextlib
import json
import os
import re
import select
import signal
import socket
import threading
import time

from harness import EVALUATION, Server, main, question

GET = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"


@contextlib.contextmanager
def serving(extra, files=None):
    server = Server(extra=extra)
    try:
        yield server.start(files)
    finally:
        server.close()


def connect(server, address="127.0.0.1"):
    return socket.create_connection(("127.0.0.1", server.port), timeout=30,
                                    source_address=(address, 0))


def read_answers(s, count):
    """The status and the head of so many answers."""
    data, heads = b"", []
    while len(heads) < count:
        piece = s.recv(65536)
        assert piece, (count, heads, data)
        data += piece
        while b"\r\n\r\n" in data:
            head, rest = data.split(b"\r\n\r\n", 1)
            length = int(re.search(rb"Content-Length: (\d+)", head).group(1))
            if len(rest) < length:
                break
            heads.append((int(head[9:12]), head))
            data = rest[length:]
    return heads


def is_served(s):
    s.sendall(GET)
    return read_answers(s, 1)[0][0] == 200


def has_ended(s):
    try:
        return s.recv(1) == b""
    except ConnectionResetError:
        return True


def answered(sockets, quiet=2):
    """Those that get something, until for some seconds no other does."""
    left, seen = set(sockets), []
    while left:
        ready = select.select(list(left), [], [], quiet)[0]
        if not ready:
            break
        seen += ready
        left -= set(ready)
    return seen


def test_connections_of_all():
    with serving("workers 1\nconnections_max 4\n") as server:
        first = [connect(server) for _ in range(4)]
        assert all(is_served(s) for s in first)
        late = connect(server, "127.0.0.2")
        late.sendall(GET)
        assert answered([late]) == []
        first[0].close()
        assert read_answers(late, 1)[0][0] == 200
        assert all(is_served(s) for s in first[1:])


def test_connections_count_over_all_workers():
    """None is answered past the limit; which worker it would have come to is no matter."""
    with serving("workers 2\nconnections_max 6\n") as server:
        many = [connect(server) for _ in range(24)]
        for s in many:
            s.sendall(GET)
        seen = answered(many)
        assert len(seen) == 6, len(seen)
        for s in many:
            s.close()
        assert is_served(connect(server))


def test_connections_of_a_peer():
    with serving("workers 2\npeer_connections_max 3\n") as server:
        mine = [connect(server) for _ in range(3)]
        assert all(is_served(s) for s in mine)
        assert has_ended(connect(server))
        assert is_served(connect(server, "127.0.0.2"))
        assert all(is_served(s) for s in mine)
        mine[0].close()
        while True:  # until the server has seen the end
            s = connect(server)
            s.sendall(GET)
            if not has_ended(s):
                break


def test_requests_of_a_peer():
    with serving("workers 2\npeer_requests_max 2\n") as server:
        many = [connect(server) for _ in range(4)]
        for s in many:
            s.sendall(GET * 25)
        heads = [head for s in many for head in read_answers(s, 25)]
        assert {status for status, _ in heads} == {200, 429}, heads
        refused = [head for status, head in heads if status == 429]
        # Two at once, and what the time that it took may have added.
        assert len(refused) > 50, len(refused)
        assert all(b"\r\nRetry-After: 1\r\n" in head + b"\r\n" for head in refused)
        assert is_served(connect(server, "127.0.0.2"))
        # Whoever connects anew begins where it was.
        for s in many:
            s.close()
        s = connect(server)
        s.sendall(GET * 25)
        assert 429 in {status for status, _ in read_answers(s, 25)}
        while not is_served(s):
            time.sleep(0.1)


def test_what_is_refused_is_not_decided():
    with serving("workers 1\npeer_requests_max 4\n") as server:
        body = question(server.token()).encode()
        head = (f"POST {EVALUATION} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n").encode()
        s = connect(server)
        s.sendall((head + body) * 40)
        seen = [status for status, _ in read_answers(s, 40)]
        s.close()
        assert 429 in seen and 200 in seen, seen
        server.stop()
        decisions = [r for r in server.records() if r["kind"] == "decision"]
        assert len(decisions) == seen.count(200), decisions


def test_descriptors_are_left_for_the_log():
    with serving("workers 2\n", files=160) as server:
        token = server.token()
        old = server.connect()
        assert server.post(EVALUATION, question(token), connection=old)[1]["decision"] is True
        many = [connect(server) for _ in range(120)]
        for s in many:
            s.sendall(GET)
        assert len(answered(many)) <= 79
        assert server.post(EVALUATION, question(token), connection=old)[1]["decision"] is True
        server.reload()  # which opens files
        server.wait_said("in force")
        for s in many:
            s.close()
        assert is_served(connect(server))
        server.stop()


def test_no_descriptors_at_all():
    with serving("workers 1\n") as server:
        own = len(os.listdir(f"/proc/{server.process.pid}/fd"))
    with serving("workers 1\n", files=own + 8) as server:
        old = server.connect()
        token = server.token()
        assert server.post(EVALUATION, question(token), connection=old)[1]["decision"] is True
        many = [connect(server) for _ in range(30)]
        for s in many:
            s.sendall(GET)
        seen = answered(many)
        assert 0 < len(seen) < 30, len(seen)
        assert server.post(EVALUATION, question(token), connection=old)[1]["decision"] is True
        for s in seen:
            s.close()
        # The others are taken as soon as there is room.
        assert set(answered([s for s in many if s not in seen], 5))
        for s in many:
            s.close()
        assert is_served(connect(server))
        server.stop()


def test_what_is_under_way_is_answered_at_the_end():
    with serving("workers 2\n") as server:
        body = question(server.token()).encode()
        head = (f"POST {EVALUATION} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n").encode()
        s, idle = connect(server), connect(server)
        assert is_served(idle) and is_served(s)
        s.sendall(head + body[:20])
        server.process.send_signal(signal.SIGTERM)
        assert has_ended(idle)
        while True:
            try:
                connect(server).close()
            except OSError:
                break
        s.sendall(body[20:])
        answer = b""
        while piece := s.recv(65536):
            answer += piece
        assert b" 200 OK\r\n" in answer and b"\r\nConnection: close\r\n" in answer, answer
        assert json.loads(answer.split(b"\r\n\r\n", 1)[1])["decision"] is True
        assert server.process.wait(30) == 0


def test_reloads_lose_no_request():
    with serving("workers 2\n") as server:
        body = question(server.token())
        ended, wrong, count = threading.Event(), [], [0] * 4

        def ask(i):
            connection = server.connect()
            try:
                while not ended.is_set():
                    status, out, _ = server.post(EVALUATION, body, connection=connection)
                    if status != 200 or out["decision"] is not True:
                        wrong.append((status, out))
                    count[i] += 1
            except OSError as e:
                wrong.append(e)

        threads = [threading.Thread(target=ask, args=(i,)) for i in range(len(count))]
        for t in threads:
            t.start()
        for _ in range(20):
            server.reload()
            before = sum(count)
            while sum(count) < before + 40 and not wrong:
                time.sleep(0.005)
        ended.set()
        for t in threads:
            t.join()
        assert not wrong, wrong[:3]
        assert min(count) > 0, count


def test_words_are_checked():
    for line, why in (
        ("connections_max 0", "is a number from 1"),
        ("peer_connections_max many", "is a number from 1"),
        ("peer_requests_max 0", "is 1 to 1000000 requests a second"),
        ("peer_requests_max 1000001", "is 1 to 1000000 requests a second"),
    ):
        server = Server(extra=line + "\n")
        try:
            server.start()
        except AssertionError:
            assert why in server.said(), server.said()
        else:
            raise AssertionError(line)
        finally:
            server.close()


main([v for k, v in list(globals().items()) if k.startswith("test_")])
