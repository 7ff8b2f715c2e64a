#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The log over HTTP: checkpoint, tiles, receipts; what the server says of itself; a server
that is started on a log that is not what was signed."""

import base64
import hashlib
import os
import re
import shutil
import subprocess
import time

from harness import EVALUATION, ZTAUTH, Server, main, question, ztauth

ZONE = "/zones/100000000001"
server = Server(extra="revocations revoked.txt\n")
ztauth("revoke", "--file", server.path("revoked.txt"), "--empty")
server.start()
token = server.token()


def get(path, where=None, method="GET"):
    c = (where or server).connect()
    c.request(method, path)
    answer = c.getresponse()
    return answer.status, answer.read(), answer.headers


def verifier(where):
    return re.search(r"log key: (\S+)", where.said()).group(1)


def decide(where=None, proof=None):
    return (where or server).post(EVALUATION, question(proof or token))[1]["context"]


def wait_checkpoint(size, where=None):
    for _ in range(200):
        status, text, _ = get(ZONE + "/log/checkpoint", where)
        if status == 200 and int(text.split(b"\n")[1]) >= size:
            return text
        time.sleep(0.05)
    raise AssertionError(f"no checkpoint of {size} records")


def verify(where, *args):
    return subprocess.run([ZTAUTH, "log", "verify", "--dir", where.log_dir, *args],
                          capture_output=True, text=True, check=False)


def test_the_server_says_what_it_is():
    first, key, policy, trust = server.log()[:4]
    assert first["kind"] == "log" and first["index"] == 0, first
    assert first["resource_id"] == "shop.example" + ZONE + "/log" and first["allowed"]
    assert first["key"] == verifier(server)
    assert key["kind"] == "key" and len(key["key"]) == 43, key
    commit = decide()["ztauth"]["commit"]
    assert policy["kind"] == "policy" and policy["commit"] == commit, policy
    assert trust["kind"] == "trust" and trust["commit"] == commit and len(trust["digest"]) == 64


def wait_record(kind, count):
    for _ in range(100):
        found = [r for r in server.log() if r["kind"] == kind]
        if len(found) >= count:
            return found
        time.sleep(0.05)
    raise AssertionError(f"no {count} records of {kind}")


def test_changes_are_recorded():
    with open(server.path("ledger/more.cedar"), "w", encoding="utf-8") as f:
        f.write("forbid (principal, action, resource) when { false };\n")
    server.reload()
    wait_record("policy", 2)
    assert len(wait_record("trust", 1)) == 1  # it is the same
    with open(server.path("ledger/trust/levels.json"), "a", encoding="utf-8") as f:
        f.write("\n")
    server.reload()
    trust = wait_record("trust", 2)
    assert trust[0]["digest"] != trust[1]["digest"]
    # What cannot be loaded is not in force, so it is not recorded.
    with open(server.path("ledger/more.cedar"), "w", encoding="utf-8") as f:
        f.write("nonsense\n")
    server.reload()
    server.wait_said("reload refused")
    assert len(wait_record("policy", 3)) == 3
    os.unlink(server.path("ledger/more.cedar"))
    ztauth("revoke", "--file", server.path("revoked.txt"), "--jti", "x", "--iss", "https://corp.example")
    change = wait_record("change", 2)[-1]  # the first was at the start
    with open(server.path("revoked.txt"), "rb") as f:
        assert change["digest"] == hashlib.sha256(f.read()).hexdigest()
    assert change["action"] == "revocations"
    ztauth("key", "gen", "--out", server.path("new.pem"))
    os.rename(server.path("new.pem"), server.path("zone.pem"))
    server.reload()
    keys = wait_record("key", 2)
    assert keys[0]["key"] != keys[1]["key"]
    global token
    token = server.token()


def test_a_receipt_comes_at_once():
    answer = decide()
    start = time.time()
    status, text, headers = get(ZONE + "/receipts/" + answer["id"])
    assert status == 200, (status, text)
    assert time.time() - start < 5, time.time() - start
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Cache-Control"] == "no-store"
    lines = text.split(b"\n")
    assert lines[0] == b"c2sp.org/tlog-proof@v1"
    assert lines[2] == b"index %d" % answer["ztauth"]["log_index"]
    path = server.path("one.tlog-proof")
    with open(path, "wb") as f:
        f.write(text)
    out = ztauth("receipt", "verify", path, "--key", verifier(server))
    assert answer["id"] in out
    assert '"subject_id":"alice"' in out and "withheld" not in out, out
    extra = base64.b64decode(lines[1].removeprefix(b"extra "))
    end = 2 + int.from_bytes(extra[:2], "big")
    bad = text.replace(base64.b64encode(extra),
                       base64.b64encode(extra[:end - 1] + b"x" + extra[end:]))
    with open(path, "wb") as f:
        f.write(bad)
    out = subprocess.run([ZTAUTH, "receipt", "verify", path, "--key", verifier(server)],
                         capture_output=True, text=True, check=False)
    assert out.returncode == 2 and "does not lead" in out.stderr, out


def test_receipts_of_nothing():
    known = decide()["id"]
    for digits in ("", "0" * 32, known[:-1], known + "0", known.upper(), known[:-2] + "zz",
                   known + "/", "../log/checkpoint"):
        if digits == known:
            continue
        status, body, _ = get(ZONE + "/receipts/" + digits)
        assert status == 404, (digits, status, body)
    out = subprocess.run([ZTAUTH, "receipt", "get", "0" * 32, "--url",
                          f"http://127.0.0.1:{server.port}{ZONE}"],
                         capture_output=True, text=True, check=False)
    assert out.returncode == 1 and "no record of this id" in out.stderr


def test_many_receipts_at_once():
    ids = [decide()["id"] for _ in range(20)]
    connections = []
    for one in ids:
        c = server.connect()
        c.request("GET", ZONE + "/receipts/" + one)
        connections.append(c)
    for c in connections:
        answer = c.getresponse()
        assert answer.status == 200 and answer.read().startswith(b"c2sp.org/")


def test_tiles():
    size = server.log()[-1]["index"] + 1
    wait_checkpoint(size)
    width = size % 256
    status, body, headers = get(f"{ZONE}/log/tile/0/000.p/{width}")
    assert status == 200 and len(body) == 32 * width
    assert "immutable" in headers["Cache-Control"]
    assert get(f"/log/tile/0/000.p/{width}")[1] == body  # the default zone
    status, head, _ = get(f"{ZONE}/log/tile/0/000.p/{width}", method="HEAD")
    assert status == 200 and head == b""
    for path in ("0/000.p/255", "0/001", "1/000.p/2", "0/0", "9/000", "data/000", "0/000.p/0", ""):
        assert get(f"{ZONE}/log/tile/{path}")[0] == 404, path
    # What records say is not for everybody.
    status, body, _ = get(f"{ZONE}/log/tile/entries/000.p/{width}")
    assert status == 403 and b"handed out" in body
    assert get(ZONE + "/log/checkpoint", method="POST")[0] == 405
    assert get("/zones/100000000002/log/checkpoint")[0] == 404


def test_without_a_key_there_is_nothing():
    other = Server()
    try:
        with open(other.path("ztauth.conf"), encoding="utf-8") as f:
            text = f.read().replace("log_key log.pem\n", "")
        with open(other.path("ztauth.conf"), "w", encoding="utf-8") as f:
            f.write(text)
        other.start()
        assert get(ZONE + "/log/checkpoint", other)[0] == 404
        assert get(ZONE + "/receipts/" + "0" * 32, other)[0] == 404
        assert other.log()[0].get("key") is None
        other.stop()
        assert verify(other).returncode == 0
    finally:
        other.close()


def refuses(where, why):
    out = subprocess.run([ZTAUTH, "serve", "--config", where.path("ztauth.conf")],
                         capture_output=True, text=True, check=False, timeout=60)
    assert out.returncode == 1 and why in out.stderr, out


def test_another_log_is_refused():
    """A backup, a damaged tree, a checkpoint of somebody else."""
    other = Server().start()
    try:
        proof = other.token()
        decide(other, proof)
        other.stop()
        key = verifier(other)
        shutil.copytree(other.log_dir, other.path("backup"))
        other.start()
        decide(other, proof)
        other.stop()
        shutil.copytree(other.log_dir, other.path("newest"))
        newest = other.path("newest/checkpoint")
        assert "signed, of these" in verify(other, "--key", key, "--older", newest).stdout
        # Segments and tree of the backup under the newest checkpoint.
        shutil.rmtree(other.log_dir)
        shutil.copytree(other.path("backup"), other.log_dir)
        shutil.copy(newest, other.path("log/checkpoint"))
        refuses(other, "it has lost entries")
        # All of the backup agrees; who kept a checkpoint sees it.
        shutil.copy(other.path("backup/checkpoint"), other.path("log/checkpoint"))
        out = verify(other, "--key", key, "--older", newest)
        assert out.returncode == 2 and "it has lost entries" in out.stderr, out
        with open(other.path("log/tree/0"), "r+b") as f:
            f.seek(40)
            byte = f.read(1)
            f.seek(40)
            f.write(bytes([byte[0] ^ 1]))
        refuses(other, "the tree is damaged")
        shutil.copy(other.path("backup/tree/0"), other.path("log/tree/0"))
        with open(other.path("log/checkpoint"), "r+b") as f:
            text = f.read()
            f.seek(60)
            f.write(b"A" if text[60] != ord("A") else b"B")
        refuses(other, "signature")
        # The checkpoint is gone: it can be made again, for the segments are there.
        os.unlink(other.path("log/checkpoint"))
        shutil.rmtree(other.path("log/tree"))
        other.start()
        wait_checkpoint(2, other)
        other.stop()
        assert verify(other, "--key", key).returncode == 0
        ztauth("key", "gen", "--alg", "EdDSA", "--out", other.path("another.pem"))
        os.rename(other.path("another.pem"), other.path("log.pem"))
        refuses(other, "has not signed it")
    finally:
        other.close()


if __name__ == "__main__":
    try:
        main([v for k, v in list(globals().items()) if k.startswith("test_")])
        server.stop()
        assert verify(server, "--key", verifier(server)).returncode == 0
    finally:
        server.close()
