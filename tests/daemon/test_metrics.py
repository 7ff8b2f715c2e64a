#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a server counts, where, and that it says nothing of who asked."""

import http.client
import re

from harness import EVALUATION, Server, main

LINE = re.compile(r'([a-z_]+)(?:\{([a-z]+="[^"\\\n]*"(?:,[a-z]+="[^"\\\n]*")*)\})? ([0-9.]+)')

server = Server(extra="metrics 127.0.0.1:0\nworkers 2\n")


def listener():
    return int(re.search(r"metrics on http://127\.0\.0\.1:(\d+)/metrics", server.said()).group(1))


def fetch(path="/metrics", method="GET"):
    c = http.client.HTTPConnection("127.0.0.1", listener(), timeout=30)
    c.request(method, path)
    r = c.getresponse()
    return r, r.read().decode()


def scrape():
    """Values by name and labels, as they stand there."""
    r, text = fetch()
    assert r.status == 200
    assert r.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    out = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        m = LINE.fullmatch(line)
        assert m, line
        key = m.group(1) + ("{" + m.group(2) + "}" if m.group(2) else "")
        assert key not in out, key
        out[key] = float(m.group(3))
    return out


def decisions(decision, leg, code):
    return (f'ztauth_decisions_total{{zone="100000000001",decision="{decision}",'
            f'leg="{leg}",code="{code}"}}')


def test_counts():
    server.start()
    token = server.token()
    before = scrape()
    for _ in range(3):
        assert server.answer(token) == (True, "permitted")
    assert server.answer(token, subject={"type": "User", "id": "mallory"})[0] is False
    server.post(EVALUATION, "{")
    server.post("/mallory", "{}")
    server.raw(b"mallory\r\n\r\n")
    after = scrape()
    assert after[decisions("allow", "policy", "permitted")] == 3
    assert after[decisions("deny", "token", "subject_mismatch")] == 1
    route = 'ztauth_requests_total{route="' + EVALUATION + '",class='
    assert after[route + '"2xx"}'] == 4
    assert after[route + '"4xx"}'] == 1
    # At no path that there is, and no HTTP at all.
    assert after['ztauth_requests_total{route="none",class="4xx"}'] == 2
    assert after["ztauth_decision_seconds_count"] == 4
    assert after['ztauth_decision_seconds_bucket{le="+Inf"}'] == 4
    assert after["ztauth_log_entries"] - before["ztauth_log_entries"] == 4
    assert after["ztauth_log_up"] == after["ztauth_ledger_in_force"] == 1
    assert after["ztauth_workers"] == 2


def test_nobody_is_named():
    text = fetch()[1]
    for name in ("alice", "mallory", "teapot", "order-api"):
        assert name not in text, name


def test_where_it_is():
    """Not for callers; and nothing else is where it is."""
    c = server.connect()
    c.request("GET", "/metrics")
    assert c.getresponse().status == 404
    assert fetch("/healthz")[0].status == 404
    assert fetch(method="POST")[0].status == 405
    assert fetch(method="HEAD")[1] == ""
    server.stop()


if __name__ == "__main__":
    try:
        main([test_counts, test_nobody_is_named, test_where_it_is])
    finally:
        server.close()
