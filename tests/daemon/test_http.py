#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""HTTP as attackers and odd clients speak it. SPEC: rfc9112"""

import json
import re
import socket
import time

from harness import EVALUATION, Server, main, question

server = Server().start()
token = server.token()
body = question(token).encode()


def request(data=body, headers="", path=EVALUATION, line="POST {} HTTP/1.1", length=True):
    head = line.format(path) + "\r\nHost: a\r\nContent-Type: application/json\r\n" + headers
    if length:
        head += f"Content-Length: {len(data)}\r\n"
    return head.encode() + b"\r\n" + data


def statuses(answer):
    return [int(code) for code in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]


def test_keep_alive_and_pipelining():
    answer = server.raw(request() * 50)
    assert statuses(answer) == [200] * 50, answer
    indexes = [json.loads(part[part.index(b"\r\n\r\n") + 4:])["context"]["ztauth"]["log_index"]
               for part in answer.split(b"HTTP/1.1 ")[1:]]
    assert indexes == sorted(indexes)


def test_very_many_requests_ahead():
    get = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
    assert statuses(server.raw(get * 20000)) == [200] * 20000


def test_chunked_in_single_bytes():
    chunks = b"".join(b"1\r\n" + body[i:i + 1] + b"\r\n" for i in range(len(body)))
    data = request(b"", "Transfer-Encoding: chunked\r\n", length=False) + chunks + b"0\r\n\r\n"
    with server.socket() as s:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for i in range(0, len(data), 97):
            s.sendall(data[i:i + 97])
        assert b'"decision":true' in s.recv(65536)


def test_expect_continue():
    with server.socket() as s:
        s.sendall(request(b"", "Expect: 100-continue\r\n" + f"Content-Length: {len(body)}\r\n",
                          length=False))
        assert s.recv(100).startswith(b"HTTP/1.1 100")
        s.sendall(body)
        assert b'"decision":true' in s.recv(65536)


def test_smuggling_is_refused():
    second = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
    for attack in (
        # a length and a coding
        request(b"0\r\n\r\n" + second, "Transfer-Encoding: chunked\r\n"),
        # two lengths
        request(body, "Content-Length: 0\r\n") + second,
        # a length with a sign, with digits of another kind, too large
        request(b"x", "Content-Length: +1\r\n", length=False) + second,
        request(b"x", "Content-Length: 1,1\r\n", length=False) + second,
        request(b"x", "Content-Length: 99999999999999999999\r\n", length=False) + second,
        # codings that are not known, or not last
        request(b"0\r\n\r\n", "Transfer-Encoding: xchunked\r\n", length=False) + second,
        request(b"0\r\n\r\n", "Transfer-Encoding: chunked, gzip\r\n", length=False) + second,
        # a space before the colon
        request(body, "Transfer-Encoding : chunked\r\n") + second,
        # a chunk size that is no number
        request(b"-1\r\n\r\n", "Transfer-Encoding: chunked\r\n", length=False) + second,
        # no host, two hosts
        b"GET /healthz HTTP/1.1\r\n\r\n" + second,
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" + second,
        # no HTTP at all
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /healthz HTTP/9.9\r\nHost: a\r\n\r\n",
        b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n" + second,
    ):
        seen = statuses(server.raw(attack))
        assert len(seen) == 1 and seen[0] in (400, 405, 413, 431, 501, 505), (attack[:200], seen)


def test_limits():
    assert statuses(server.raw(request(b"x" * (1 << 20)))) == [400]
    assert statuses(server.raw(request(b"", "Content-Length: 1048577\r\n", length=False))) == [413]
    big = b"100000\r\n" + b"x" * (1 << 20) + b"\r\n1\r\nx\r\n0\r\n\r\n"
    assert statuses(server.raw(
        request(b"", "Transfer-Encoding: chunked\r\n", length=False) + big)) == [413]
    assert statuses(server.raw(request(body, "X: " + "y" * 17000 + "\r\n"))) == [431]
    assert statuses(server.raw(request(body, "X: y\r\n" * 101))) == [431]
    assert statuses(server.raw(
        b"GET /" + b"a" * 17000 + b" HTTP/1.1\r\nHost: a\r\n\r\n")) == [431]


def test_paths_and_methods():
    for path, method, wanted in (
        ("/", "GET", 404), ("/healthz", "GET", 200), ("/readyz", "GET", 200),
        ("/healthz", "POST", 405), (EVALUATION, "GET", 405), ("/jwks.json", "HEAD", 200),
        ("/zones/100000000001/jwks.json", "GET", 200), ("/zones/100000000002/jwks.json", "GET", 404),
        ("/zones/100000000001", "GET", 404), ("/zones/100000000001/healthz", "GET", 404),
        ("/access/v1/evaluation/", "POST", 404), ("/%61ccess/v1/evaluation", "POST", 404),
    ):
        c = server.connect()
        c.request(method, path)
        r = c.getresponse()
        text = r.read()
        assert r.status == wanted, (method, path, r.status)
        assert r.headers["Date"]
        if wanted >= 400:
            assert set(json.loads(text)["error"]) == {"code", "message", "at"}
    c = server.connect()
    c.request("POST", EVALUATION, body, {"Content-Type": "text/plain"})
    assert c.getresponse().status == 400  # SPEC: authzen certification 2.4.3


def test_old_clients():
    answer = server.raw(b"GET /healthz HTTP/1.0\r\n\r\n")
    assert statuses(answer) == [200] and b"Connection: close" in answer
    with server.socket() as s:
        s.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        answer = b""
        while piece := s.recv(65536):
            answer += piece
        assert statuses(answer) == [200]


def test_request_id_is_given_back():
    _, _, headers = server.post(EVALUATION, body, **{"X-Request-ID": "abc-1"})
    assert headers["X-Request-ID"] == "abc-1"


def test_slow_clients_are_cut_off():
    with server.socket() as s:
        start = time.time()
        s.sendall(b"POST " + EVALUATION.encode() + b" HTTP/1.1\r\nHost: a\r\n")
        answer = b""
        try:
            while time.time() - start < 25:
                s.settimeout(1)
                try:
                    piece = s.recv(1000)
                    if not piece:
                        break
                    answer += piece
                    if b"408" in answer:
                        break
                except socket.timeout:
                    s.sendall(b"X: y\r\n")
        except OSError:
            pass
        assert b" 408 " in answer, answer
        assert time.time() - start < 20


def test_it_still_works_and_stops():
    assert server.post(EVALUATION, body)[1]["decision"] is True
    idle = server.socket()
    server.stop()
    assert idle.recv(1) == b""


try:
    main([v for k, v in list(globals().items()) if k.startswith("test_")])
finally:
    server.close()
