#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Ledgers over HTTP: who may do what, what gets in, and what never does. SPEC: docs/formats/sync.md"""

import hashlib
import json
import secrets
import threading
import time

from harness import main
from sync import FILES, ZONE, Zone, change, commit, oid, transfer, version

TYPE = "application/vnd.ztauth.transfer"
zone = Zone().start()
admin = zone.admin
writer, reader, stranger = zone.key("writer"), zone.key("reader"), zone.key("stranger")


def head(name="main"):
    return zone.refs(name).get("main")


def code_of(answer):
    return answer["error"]["code"]


def readyz():
    status, data, _ = zone.send("GET", "/readyz")
    return status, json.loads(data)


def wait_in_force(commit_id, seconds=10):
    end = time.time() + seconds
    while time.time() < end:
        if readyz()[1].get("commit") == commit_id:
            return
        time.sleep(0.01)
    raise AssertionError(f"{commit_id} did not come into force:\n{zone.said()}")


def test_nothing_in_force_at_first():
    status, answer = readyz()
    assert status == 503 and code_of(answer) == "unavailable"
    assert answer["reasons"] == [{"condition": "ledger", "message": "the ledger has no commit yet",
                                  "mend": "push a first commit (ztauth push), or see what the server has said of it"}]
    status, answer, _ = zone.post("/access/v1/evaluation", "{}")
    assert status == 503


def test_only_the_administrator_at_first():
    assert [l["name"] for l in zone.ask(admin, "GET", "")[1]["ledgers"]] == ["admin", "main"]
    assert zone.ask(None, "GET", "") == (200, {"ledgers": []})
    assert zone.ask(stranger, "GET", "") == (200, {"ledgers": []})
    for key in (None, stranger):
        for method, path in (("GET", "/main/refs"), ("GET", "/main/log"), ("GET", "/none/refs"),
                             ("GET", f"/admin/objects/{head('admin')}"), ("POST", "/main/fetch")):
            status, answer = zone.ask(key, method, path)
            assert status == 403, (key, path, answer)
            assert answer == {"error": {"code": "forbidden", "message": "that is not permitted", "at": ""}}


def test_create():
    status, answer = zone.ask(admin, "POST", "", b'{"name":"shop"}')
    assert status == 201 and answer == {"name": "shop", "id": f"{ZONE}/shop"}
    assert zone.ask(admin, "POST", "", b'{"name":"shop"}')[0] == 409
    for body in (b'{"name":"../x"}', b'{"name":""}', b'{"name":1}', b"{", b'{"name":"a","b":1}', b"[]"):
        status, answer = zone.ask(admin, "POST", "", body)
        assert status in (400, 403) and "error" in answer, (body, answer)
    assert zone.ask(stranger, "POST", "", b'{"name":"mine"}')[0] == 403
    assert zone.refs("shop") == {}


def test_roles():
    zone.govern(writer="writers", reader="readers")
    objects, new = change(FILES, None, writer)
    assert zone.push(reader, "main", objects, None, new)[0] == 403
    assert zone.push(stranger, "main", objects, None, new)[0] == 403
    assert zone.push(None, "main", objects, None, new)[0] == 403
    status, answer = zone.push(writer, "main", objects, None, new)
    assert (status, answer) == (200, {"commit": new})
    assert zone.refs("main", reader) == {"main": new}
    wait_in_force(new)
    assert zone.push(writer, "admin", objects, head("admin"), new)[0] == 403
    assert zone.ask(writer, "GET", "/admin/refs")[0] == 403
    assert [l["name"] for l in zone.ask(reader, "GET", "")[1]["ledgers"]] == ["main", "shop"]


def test_history_and_difference():
    first = head()
    files = {**FILES, "b.cedar": b'@id("b") forbid (principal, action, resource);\n'}
    del files["a.cedar"]
    objects, second = change(files, first, writer, message="take a, give b\n")
    assert zone.push(writer, "main", objects, first, second)[0] == 200
    status, answer = zone.ask(reader, "GET", "/main/log")
    assert status == 200 and answer["next"] is None
    assert [c["id"] for c in answer["commits"]] == [second, first]
    got = answer["commits"][0]
    assert got["parent"] == first and got["key"] == writer.fingerprint
    assert got["message"] == "take a, give b\n" and got["author"] == "A U Thor <a@example.com>"
    assert got["date"] == "2026-01-01T00:00:00.000Z"
    status, answer = zone.ask(reader, "GET", "/main/log?limit=1")
    assert [c["id"] for c in answer["commits"]] == [second] and answer["next"] == first
    status, answer = zone.ask(reader, "GET", f"/main/log?from={first}")
    assert [c["id"] for c in answer["commits"]] == [first]
    status, answer = zone.ask(reader, "GET", f"/main/diff?from={first}&to={second}")
    assert answer["files"] == [
        {"path": "a.cedar", "change": "removed", "from": oid("blob", FILES["a.cedar"]), "to": None},
        {"path": "b.cedar", "change": "added", "from": None, "to": oid("blob", files["b.cedar"])}]
    status, body, = zone.ask(reader, "GET", "/main/objects/" + oid("blob", files["b.cedar"]))
    assert (status, body) == (200, files["b.cedar"])
    assert zone.files_of("main", second, reader) == files
    status, data = zone.ask(reader, "POST", "/main/fetch",
                            json.dumps({"want": [second], "have": [second]}).encode())
    assert (status, data) == (200, transfer([]))
    for differences, version in ((False, b"ZTAT\x01"), (True, b"ZTAT\x03")):
        status, data = zone.ask(reader, "POST", "/main/fetch", json.dumps(
            {"want": [second], "have": [], "differences": differences}).encode())
        assert status == 200 and data.startswith(version), data


def test_wrong_questions():
    nowhere, blob = "11" * 32, oid("blob", FILES["manifest.json"])
    for method, path, body, wanted in (
        ("GET", "/main/log?limit=501", b"", 400), ("GET", "/main/log?limit=x", b"", 400),
        ("GET", f"/main/log?from={nowhere}", b"", 404), ("GET", "/main/log?from=xyz", b"", 400),
        ("GET", f"/main/log?from={blob}", b"", 400), ("GET", "/main/refs?after=-1", b"", 400),
        ("GET", "/main/refs?after=99999999999999999999", b"", 400),
        ("GET", "/main/refs?after=1&after=2", b"", 409), ("GET", "/main/refs?after=%zz", b"", 400),
        ("GET", "/main/refs?after=1&wait_ms=60001", b"", 400),
        ("GET", f"/main/objects/{nowhere}", b"", 404), ("GET", "/main/objects/..", b"", 400),
        ("GET", "/nowhere/refs", b"", 404), ("GET", "/nowhere/log", b"", 404),
        ("GET", f"/main/diff?from={nowhere}&to={nowhere}", b"", 404),
        ("GET", "/main/diff", b"", 400), ("GET", "/main/what", b"", 404), ("GET", "/.x/refs", b"", 404),
        ("GET", "/main", b"", 404), ("GET", "/main/refs/x", b"", 404), ("PUT", "/main/refs", b"", 405),
        ("DELETE", "", b"", 405), ("POST", "/main/fetch", b'{"want":[]}', 400),
        ("POST", "/main/fetch", b'{"want":["x"]}', 400), ("POST", "/main/fetch", b"", 400),
        ("POST", "/main/fetch", json.dumps({"want": [nowhere]}).encode(), 404),
        ("POST", "/main/fetch", json.dumps({"want": [nowhere], "differences": 1}).encode(), 400),
    ):
        status, answer = zone.ask(admin, method, path, body)
        assert status == wanted or (wanted == 409 and status == 409), (method, path, status, answer)
        assert set(answer["error"]) == {"code", "message", "at"}


def test_waiting_for_a_change():
    sequence = zone.ask(reader, "GET", "/main/refs")[1]["sequence"]
    start = time.time()
    status, answer = zone.ask(reader, "GET", f"/main/refs?after={sequence}&wait_ms=300")
    assert status == 200 and time.time() - start >= 0.3 and answer["sequence"] == sequence
    assert zone.ask(reader, "GET", f"/main/refs?after={sequence - 1}&wait_ms=9000")[0] == 200
    # A number that was never given is of another store: one hears of that at once, not after a minute.
    status, answer = zone.ask(reader, "GET", f"/main/refs?after={sequence + 1}&wait_ms=60000")
    assert status == 200 and answer["sequence"] == sequence
    woken = []

    def wait(path):
        status, answer = zone.ask(reader, "GET", path)
        woken.append((time.time(), status, answer))

    threads = [threading.Thread(target=wait, args=(f"/main/refs?after={sequence}&wait_ms=20000",))
               for _ in range(8)]
    for t in threads:
        t.start()
    time.sleep(0.8)
    # A change of another ledger wakes nobody.
    objects, elsewhere = change(version(1), None, writer)
    assert zone.push(writer, "shop", objects, None, elsewhere)[0] == 200
    time.sleep(0.3)
    assert not woken, woken
    old = head()
    objects, new = change(version(2), old, writer)
    signed = zone.headers(writer, "POST", f"/zones/{ZONE}/ledgers/main/push?ref=main&old={old}&new={new}",
                          transfer(objects))
    status, _, _ = zone.send("POST", f"/zones/{ZONE}/ledgers/main/push?ref=main&old={old}&new={new}",
                             transfer(objects), {**signed, "Content-Type": TYPE})
    done = time.time()
    assert status == 200
    for t in threads:
        t.join(20)
    assert len(woken) == 8
    for at, status, answer in woken:
        assert status == 200 and answer["refs"] == {"main": new} and at - done < 0.25, (at - done, answer)


def test_conflict_says_where_the_ref_is():
    old = head()
    objects, new = change(version(3), old, writer)
    assert zone.push(writer, "main", objects, old, new)[0] == 200
    objects, late = change(version(4), old, writer)
    for wrong in (old, None, "22" * 32):
        status, answer = zone.push(writer, "main", objects, wrong, late)
        assert status == 409 and code_of(answer) == "conflict" and answer["commit"] == new
    assert zone.push(writer, "main", objects, "xyz", late)[0] == 400
    status, answer = zone.push(writer, "main", objects, "44" * 32, late, ref="other")
    assert status == 409 and answer["commit"] is None


def test_findings_have_places():
    old = head()
    files = {**FILES, "a.cedar": b"permit (principal, action, resource)\nwhen { resource.colour == 1 };\n",
             "no/place.txt": b"x"}
    objects, new = change(files, old, writer)
    status, answer = zone.push(writer, "main", objects, old, new)
    assert status == 422 and code_of(answer) == "not_admitted" and answer["commit"] == new
    places = [(f["file"], f["line"], f["rule"]) for f in answer["findings"]]
    assert ("no/place.txt", 0, "place") in places or ("no/place.txt", 1, "place") in places, places
    files = {**FILES, "a.cedar": files["a.cedar"]}
    objects, new = change(files, old, writer)
    status, answer = zone.push(writer, "main", objects, old, new)
    assert status == 422
    assert [(f["file"], f["line"]) for f in answer["findings"] if f["severity"] == "error"] == [("a.cedar", 2)]
    assert head() == old


def refused(objects, old, new, rule, key=None):
    status, answer = zone.push(key or writer, "main", objects, old, new)
    assert status == 422, answer
    assert rule in [f["rule"] for f in answer["findings"]], answer
    assert all(f["message"] and f["hint"] for f in answer["findings"])
    assert head() == old
    return answer


def test_history_that_does_not_follow():
    old = head()
    objects, new = change(version(5), None, writer)
    refused(objects, old, new, "parent")
    # A commit is left out on the way.
    first, one = change(version(6), old, writer)
    second, two = change(version(7), one, writer)
    answer = refused(second, old, two, "object")
    assert one in answer["findings"][0]["message"]
    # Both are there: it is good, and each is judged.
    bad, broken = change({**FILES, "a.cedar": b"nonsense"}, old, writer)
    after, mended = change(version(8), broken, writer)
    assert refused(bad + after, old, mended, "syntax")["commit"] == broken
    assert zone.push(writer, "main", first + second, old, two)[0] == 200
    # Nothing new; back to an older one.
    refused([], two, two, "parent")
    refused([], two, old, "parent")


def test_objects_that_are_missing_or_too_many():
    old = head()
    objects, new = change(version(9), old, writer)
    changed = [o for o in objects if b"// 9" in o[1] or o[0] != "blob"]
    for gone in changed:
        refused([o for o in objects if o != gone], old, new, "object")
    refused(objects + [("blob", b"not in the closure")], old, new, "object")
    more, other = change(version(10), old, writer)
    refused(objects + more, old, new, "object")
    # An id that is of another kind.
    blob = oid("blob", FILES["a.cedar"])
    body = commit(blob, old, writer)
    refused([("blob", FILES["a.cedar"]), ("commit", body)], old, oid("commit", body), "object")
    refused(objects, old, oid(*objects[0]), "object")
    # What was sent before needs not be sent again.
    status, answer = zone.ask(writer, "POST", "/main/objects", transfer(objects), TYPE)
    assert (status, answer) == (200, {"stored": len(objects)})
    assert head() == old
    assert zone.ask(reader, "POST", "/main/objects", transfer(objects), TYPE)[0] == 403
    assert zone.push(writer, "main", objects[-1:], old, new)[0] == 200


def test_transfers_that_are_none():
    old = head()
    objects, new = change(version(11), old, writer)
    good = transfer(objects)
    kinds = [good[:5] + bytes([kind]) + good[6:-32] for kind in (4, 5, 6, 7, 255)]
    wrong = [b"", b"ZTAT", good[:-1], good[:-33], good + b"\0", b"ZTAT\x02" + good[5:]]
    wrong += [good[:n] for n in (6, 10, 11, 40, len(good) // 2)]
    wrong += [k + hashlib.sha256(k).digest() for k in kinds]
    for i, data in enumerate(wrong):
        for path in (f"/main/push?ref=main&old={old}&new={new}", "/main/objects"):
            status, answer = zone.ask(writer, "POST", path, data, TYPE)
            assert status == 400, (i, status, answer)
            assert answer["error"]["at"].startswith("transfer, byte "), answer
    status, answer = zone.ask(writer, "POST", "/main/objects", good, "application/json")
    assert status == 415
    # Objects that are not well formed.
    tree = b"".join(m + b" " + n + b"\0" + b"\1" * 32 for m, n in ((b"100755", b"a"),))
    for kind, body in (("tree", tree), ("tree", b""), ("commit", b"tree x\n"), ("commit", b"")):
        status, answer = zone.ask(writer, "POST", "/main/objects", transfer([(kind, body)]), TYPE)
        assert status == 400, (kind, body, answer)
    assert head() == old


def test_each_byte_of_a_transfer():
    old = head()
    objects = [o for o in change(version(12), old, writer)[0] if o[0] != "blob" or b"// 12" in o[1]]
    new, good = oid(*objects[-1]), transfer(objects)
    target = f"/zones/{ZONE}/ledgers/main/push?ref=main&old={old}&new={new}"
    # A valid digest, so that what comes after it is looked at, too.
    # One signature would do for one body: the requests of this test are not signed, but allowed.
    allow_anonymous(True)
    try:
        c = zone.connect()

        def push(data):
            c.request("POST", target, data, {"Content-Type": TYPE})
            r = c.getresponse()
            return r.status, r.read()

        for i in range(len(good)):
            for flip in (1, 0x80):
                bad = good[:i] + bytes([good[i] ^ flip]) + good[i + 1:]
                status, answer = push(bad)
                assert status == 400, (i, status, answer)
                if i < len(good) - 32:
                    bad = bad[:-32]
                    status, answer = push(bad + hashlib.sha256(bad).digest())
                    assert status in (400, 422), (i, status, answer)
        assert head() == old
        assert push(good)[0] == 200
    finally:
        allow_anonymous(False)


def allow_anonymous(yes):
    """Let unsigned requests push to main; commits are still signed."""
    now = head("admin")
    files = zone.files_of("admin", now)
    files.pop("more.cedar", None)
    if yes:
        files["more.cedar"] = (f'@id("more") permit (principal is Anonymous, action == Action::"push", '
                               f'resource == Ledger::"{ZONE}/main");\n'
                               f'@id("race") permit (principal is Anonymous, action, '
                               f'resource == Ledger::"{ZONE}/race");\n').encode()
    objects, new = change(files, now, admin)
    assert zone.push(admin, "admin", objects, now, new)[0] == 200


def test_commits_are_signed_by_who_may():
    old = head()
    objects, new = change(version(13), old)
    assert zone.push(writer, "main", objects, old, new)[0] == 403
    for key in (reader, stranger):
        objects, new = change(version(13), old, key)
        assert zone.push(writer, "main", objects, old, new)[0] == 403
    # Signed by one who may, but not this.
    objects, new = change(version(13), old, writer)
    body = objects[-1][1].replace(b"change\n", b"other\n")
    refused(objects[:-1] + [("commit", body)], old, oid("commit", body), "signature")
    # The administrator's commit, brought by the writer.
    objects, new = change(version(13), old, admin)
    assert zone.push(writer, "main", objects, old, new)[0] == 200


def test_a_key_is_taken_back():
    zone.govern(writer="writers", reader="readers", stranger="writers")
    old = head()
    objects, new = change(version(14), old, stranger)
    assert zone.push(stranger, "main", objects, old, new)[0] == 200
    zone.govern(writer="writers", reader="readers")
    objects, late = change(version(15), new, stranger)
    assert zone.push(stranger, "main", objects, new, late)[0] == 403
    assert zone.push(writer, "main", objects, new, late)[0] == 403
    assert zone.ask(stranger, "GET", "/main/refs")[0] == 403
    assert head() == new


def test_signed_requests():
    target = f"/zones/{ZONE}/ledgers/main/refs"
    now = int(time.time() * 1000)

    def get(headers, path=target, method="GET", body=b""):
        return zone.send(method, path, body, headers)[0]

    good = zone.headers(reader, "GET", target)
    assert get(good) == 200
    assert get(good) == 401  # once is enough
    nonce = secrets.token_hex(16)
    assert get(zone.headers(reader, "GET", target, nonce=nonce)) == 200
    assert get(zone.headers(reader, "GET", target, nonce=nonce)) == 401
    assert get(zone.headers(writer, "GET", target, nonce=nonce)) == 200
    for date, wanted in ((now - 61000, 401), (now + 61000 + 5000, 401), (now - 50000, 200),
                         (now + 50000, 200), (0, 401), (10 ** 15, 401)):
        assert get(zone.headers(reader, "GET", target, date=date)) == wanted, date
    for host, wanted in (("other.example", 401), ("localhost", 200), ("127.0.0.1", 200),
                         ("127.0.0.1.other.example", 401), ("[::1]:8420", 200), ("127.1", 401),
                         ("LOCALHOST:1", 200), ("localhost.", 401)):
        assert get(zone.headers(reader, "GET", target, host=host)) == wanted, host
    # Anything else than what was signed.
    assert get({**zone.headers(reader, "GET", target), "Host": "localhost"}) == 401
    assert get(zone.headers(reader, "GET", target), target + "?after=1") == 401
    assert get(zone.headers(reader, "GET", target + "?after=1"), target) == 401
    assert get(zone.headers(reader, "POST", target)) == 401
    assert get(zone.headers(reader, "GET", target), f"/zones/{ZONE}/ledgers/main/log") == 401
    assert get({**zone.headers(reader, "GET", target), "ztauth-date": str(now - 1)}) == 401
    assert get({**zone.headers(reader, "GET", target), "ztauth-nonce": secrets.token_hex(16)}) == 401
    for nonce in ("", "0" * 31, "0" * 33, "A" * 32, "g" * 32):
        assert get(zone.headers(reader, "GET", target, nonce=nonce or "x")) == 401, nonce
    for name in ("ztauth-date", "ztauth-nonce"):
        h = zone.headers(reader, "GET", target)
        del h[name]
        assert get(h) == 401
    for scheme in ("Bearer x", "ztauth-ssh", "ztauth-ssh ", "ztauth-ssh AAAA", "Basic eDp5"):
        assert get({**zone.headers(reader, "GET", target), "Authorization": scheme}) == 401
    # A signature by another key, of another namespace.
    h = zone.headers(reader, "GET", target)
    h["Authorization"] = zone.headers(stranger, "GET", target)["Authorization"]
    assert get(h) == 401


def test_a_body_that_was_changed():
    old = head()
    objects, new = change(version(16), old, writer)
    other, _ = change(version(17), old, writer)
    status, _ = zone.push(writer, "main", objects, old, new, signed_body=transfer(other))
    assert status == 401 and head() == old
    assert zone.push(writer, "main", objects, old, new)[0] == 200


def test_large_bodies():
    target = f"/zones/{ZONE}/ledgers/main/objects"
    head_of = (f"POST {target} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {TYPE}\r\n"
               "Content-Length: {}\r\n\r\n")
    assert b" 413 " in zone.raw(head_of.format((256 << 20) + 1).encode())
    fetch = head_of.format(1048577).replace("/objects", "/fetch")
    assert b" 413 " in zone.raw(fetch.encode())
    held = []
    for _ in range(4):
        s = zone.socket()
        s.sendall(head_of.format(2 << 20).encode() + b"x")
        held.append(s)
    time.sleep(0.3)
    assert b" 503 " in zone.raw(head_of.format(2 << 20).encode())
    assert zone.ask(admin, "GET", "/main/refs")[0] == 200
    for s in held:
        s.close()
    time.sleep(0.3)
    blob = secrets.token_bytes(3 << 20)
    for _ in range(6):
        status, answer = zone.ask(writer, "POST", "/main/objects", transfer([("blob", blob)]), TYPE)
        assert (status, answer) == (200, {"stored": 1})
    assert zone.ask(reader, "GET", "/main/objects/" + oid("blob", blob)) == (200, blob)


def test_what_does_not_load_changes_nothing():
    """Key files lie outside of a ledger: a version may be valid, and not load here."""
    old = head()
    wait_in_force(old)
    files = {**version(18), "identity/sources.json": json.dumps({"sources": {"s": {
        "kind": "jwt", "issuer": "i", "audience": "a", "algorithms": ["ES256"],
        "jwks_file": "late.json"}}}).encode()}
    objects, new = change(files, old, writer)
    assert zone.push(writer, "main", objects, old, new)[0] == 200
    zone.wait_said("reload refused")
    zone.wait_said("still in force: " + old)
    assert readyz()[1]["commit"] == old
    with open(zone.path("keys/corp.json"), encoding="utf-8") as f:
        keys = f.read()
    with open(zone.path("keys/late.json"), "w", encoding="utf-8") as f:
        f.write(keys)
    zone.reload()
    wait_in_force(new)
    objects, newer = change(version(19), new, writer)
    assert zone.push(writer, "main", objects, new, newer)[0] == 200
    wait_in_force(newer)


def test_decisions_follow_the_ref():
    """What is decided, and what is recorded, is what the ref names."""
    def decide():
        c = zone.connect()
        c.request("POST", "/access/v1/evaluation", json.dumps({
            "subject": {"type": "User", "id": "u"}, "action": {"name": "view"},
            "resource": {"type": "Doc", "id": "d"}}), {"Content-Type": "application/json"})
        return json.loads(c.getresponse().read())

    for n in range(20, 30):
        old = head()
        files = version(n)
        if n % 2:
            files["a.cedar"] = b'@id("no-%d") forbid (principal, action, resource);\n' % n
        objects, new = change(files, old, writer)
        assert zone.push(writer, "main", objects, old, new)[0] == 200
        wait_in_force(new)
        answer = decide()
        assert answer["decision"] is (n % 2 == 0), answer
        assert answer["context"]["ztauth"]["commit"] == new == zone.records()[-1]["commit"]


def test_two_pushers():
    """Of two that push on the same commit one wins, each time, and nothing is lost."""
    assert zone.ask(admin, "POST", "", b'{"name":"race"}')[0] == 201
    allow_anonymous(True)
    history = []
    try:
        for i in range(200):
            old, results = head_quick(), [None, None]
            made = [change(version(1000 + 2 * i + n), old) for n in (0, 1)]
            barrier = threading.Barrier(2)

            def go(n):
                objects, new = made[n]
                barrier.wait()
                results[n] = zone.push(None, "race", objects, old, new)

            threads = [threading.Thread(target=go, args=(n,)) for n in (0, 1)]
            for t in threads:
                t.start()
            for t in threads:
                t.join()
            codes = sorted(r[0] for r in results)
            assert codes == [200, 409], results
            won = [made[n][1] for n in (0, 1) if results[n][0] == 200][0]
            assert [r[1]["commit"] for r in results] == [won, won]
            history.append(won)
    finally:
        allow_anonymous(False)
    status, answer = zone.ask(admin, "GET", "/race/log?limit=500")
    assert [c["id"] for c in answer["commits"]] == history[::-1]


def head_quick():
    return zone.ask(None, "GET", "/race/refs")[1]["refs"].get("main")


def test_what_is_asked_is_recorded():
    """Denials, and what is permitted to change something, with who and what; durable before the answer."""
    start = len(zone.records())
    old = head()
    objects, new = change(version(90), old, writer)
    zone.ask(reader, "GET", "/main/refs")
    zone.ask(None, "GET", "")
    assert len(zone.records()) == start  # reading, and lists
    assert zone.ask(stranger, "GET", "/main/refs")[0] == 403
    assert zone.ask(None, "GET", "/none/log")[0] == 403
    assert zone.ask(stranger, "POST", "", b'{"name":"mine"}')[0] == 403
    assert zone.ask(admin, "POST", "", b'{"name":"recorded"}')[0] == 201
    assert zone.push(reader, "main", objects, old, new)[0] == 403
    assert zone.push(writer, "main", objects, old, new)[0] == 200
    stolen, theirs = change(version(91), new, stranger)
    assert zone.push(writer, "main", stolen, new, theirs)[0] == 403
    assert zone.ask(writer, "GET", "/main/refs", signed_body=b"x")[0] == 401
    assert zone.ask(admin, "POST", "", json.dumps({"name": "a" * 100000}).encode())[0] == 400
    got = zone.records()[start:]
    common = {"kind": "access", "zone": ZONE, "ledger": "admin", "commit": head("admin"), "mode": "strict"}
    for r in got:
        assert {k: r[k] for k in common} == common and r["resource_type"] == "Ledger", r
    told = [(r.get("subject_id"), r["action"], r["resource_id"], r["allowed"], r["code"], r.get("ref"), r.get("to"))
            for r in got]
    main_, none, policy = f"{ZONE}/main", "no_policy_permits", "permitted"
    assert told == [
        (stranger.fingerprint, "read", main_, False, none, None, None),
        ("unsigned", "read", f"{ZONE}/none", False, none, None, None),
        (stranger.fingerprint, "create", f"{ZONE}/mine", False, none, None, None),
        (admin.fingerprint, "create", f"{ZONE}/recorded", True, policy, None, None),
        (reader.fingerprint, "push", main_, False, none, "main", new),
        (writer.fingerprint, "push", main_, True, policy, "main", new),
        (writer.fingerprint, "commit", main_, True, policy, "main", new),
        (writer.fingerprint, "push", main_, True, policy, "main", theirs),
        (stranger.fingerprint, "commit", main_, False, none, "main", theirs),
        (None, "read", main_, False, "invalid_token", None, None)], told
    assert got[5]["policies"] == ["writers-change-policies"] and got[9]["leg"] == "token"
    # Many commits by one key are one question.
    chain, ids = [], [new]
    for n in range(92, 97):
        more, commit_id = change(version(n), ids[-1], writer)
        chain += [o for o in more if o not in chain]
        ids.append(commit_id)
    start = len(zone.records())
    assert zone.push(writer, "main", chain, new, ids[-1])[0] == 200
    assert [r["action"] for r in zone.records()[start:]] == ["push", "commit"]


def test_it_stops_with_calls_that_wait():
    sequence = zone.ask(reader, "GET", "/main/refs")[1]["sequence"]
    got = []
    t = threading.Thread(target=lambda: got.append(
        zone.ask(reader, "GET", f"/main/refs?after={sequence}&wait_ms=50000")))
    t.start()
    time.sleep(0.3)
    start = time.time()
    zone.stop()
    t.join(10)
    assert time.time() - start < 5 and got and got[0][0] == 200


def test_another_start_serves_the_same():
    zone.start()
    assert readyz() == (200, {"status": "ready", "commit": head()})


try:
    main([v for k, v in list(globals().items()) if k.startswith("test_")])
finally:
    zone.close()
