#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""ztauth log search and stats over the log of a server that decides."""

import json
import subprocess

from harness import EVALUATION, ZTAUTH, Server, main, question

server = Server().start()
token = server.token()
decisions = [server.post(EVALUATION, question(token))[1] for _ in range(3)]
denied = server.post(EVALUATION, question(token, resource={"type": "Product", "id": "kettle"},
                                          action={"name": "sell"}))[1]
assert all(d["decision"] for d in decisions) and not denied["decision"]


def log(*args):
    return subprocess.run([ZTAUTH, "log", *args], capture_output=True, text=True, check=False)


def search(*args, code=0):
    out = log("search", "--dir", server.log_dir, "--json", *args)
    assert out.returncode == code, out
    return [json.loads(line) for line in out.stdout.splitlines()]


def test_what_is_asked_for_is_found():
    everything = server.log()
    assert search() == everything
    assert [r["index"] for r in search("--kind", "decision", "--allowed")] == [
        d["context"]["ztauth"]["log_index"] for d in decisions]
    for option, value in (("--subject", 'User::"alice"'), ("--subject", "alice"),
                          ("--resource", 'Product::"kettle"'), ("--action", "sell"),
                          ("--workload", "spiffe://shop.example/order-api")):
        found = search("--kind", "decision", "--denied", option, value)
        assert [r["id"] for r in found] == [denied["context"]["id"]], (option, found)
    one = search("--kind", "decision", "--limit", "1")
    assert len(one) == 1 and search("--txn", one[0]["txn"])
    assert search("--commit", one[0]["commit"], "--since", "1h", "--until", "2999-01-01")
    assert search("--policy", one[0]["policies"][0], "--leg", one[0]["leg"])
    assert search("--subject", 'User::"bob"', code=2) == []
    assert search("--since", "2999-01-01", code=2) == []
    assert search("--until", "2001-01-01T00:00:00Z", code=2) == []


def test_columns_stand_below_each_other():
    out = log("search", "--dir", server.log_dir, "--kind", "decision")
    lines = out.stdout.splitlines()
    assert len(lines) == 4, out
    assert len({line.index("User::") for line in lines}) == 1, out.stdout
    assert len({line.index("Product::") for line in lines}) == 1, out.stdout
    assert "denied" in lines[3] and "\x1b" not in out.stdout


def test_counts():
    out = log("stats", "--dir", server.log_dir, "--json")
    counts = json.loads(out.stdout)
    assert counts["records"] == 4 and counts["decision"] == {"allowed": 3, "denied": 1}, counts
    assert counts["workload"] == {"spiffe://shop.example/order-api": 4}, counts
    assert sum(counts["hour"].values()) == sum(counts["leg"].values()) == 4
    assert sum(counts["code"].values()) == 4 and counts["policy"]
    text = log("stats", "--dir", server.log_dir).stdout
    assert text.startswith("4 records\n") and "allowed" in text, text
    none = json.loads(log("stats", "--dir", server.log_dir, "--json", "--action", "x").stdout)
    assert none["records"] == 0 and none["policy"] == {}


def test_wrong_use():
    for args in (["--since", "yesterday"], ["--since", "h"], ["--until", "99999999d"],
                 ["--allowed", "--denied"], ["--limit", "x"]):
        out = log("search", "--dir", server.log_dir, *args)
        assert out.returncode == 64 and out.stderr.startswith("ztauth: --"), (args, out)
    assert log("search").returncode == 64
    out = log("search", "--dir", server.path("nothing"), "--since", "1h")
    assert out.returncode == 1 and "nothing" in out.stderr, out


try:
    main([test_what_is_asked_for_is_found, test_columns_stand_below_each_other, test_counts,
          test_wrong_use])
finally:
    server.close()
