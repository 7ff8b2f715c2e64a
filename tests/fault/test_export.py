#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Exports when collectors hang, die, refuse, are somebody else, or are away; and when the
exporter is killed. Records may come twice. None may be missing."""

import json
import os
import random
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "daemon"))
from certificates import Authority  # noqa: E402
from collectors import (Otlp, Syslog, attributes, drop, hang, server_context, status,  # noqa: E402
                        wait_for)
from harness import EVALUATION, ZTAUTH, Server, main, question  # noqa: E402

server = Server().start()
token = server.token()


def decide(where=server, proof=None, count=1):
    return [where.post(EVALUATION, question(proof or token))[1] for _ in range(count)]


def export(collector, name, *args, to=None, timeout=60):
    """Run the exporter until all is taken; it must say so."""
    out = subprocess.run(
        [ZTAUTH, "log", "export", "--dir", server.log_dir, "--unmasked", "--to",
         to or f"otlp+http://127.0.0.1:{collector.port}", "--cursor", server.path(name), *args],
        capture_output=True, text=True, check=False, timeout=timeout)
    return out


def entries():
    return len(server.log())


def check_whole(indexes):
    """All are there, and first in their order."""
    first = list(dict.fromkeys(indexes))
    assert first == list(range(entries())), (first, entries())


def test_all_is_taken_once_if_nothing_fails():
    decide(count=5)
    collector = Otlp()
    out = export(collector, "plain.cursor")
    assert out.returncode == 0 and out.stderr == "", out
    assert collector.indexes() == list(range(entries()))
    path, headers = collector.headers[0]
    assert path == "/v1/logs" and headers["Content-Type"] == "application/json"
    decide(count=2)
    assert export(collector, "plain.cursor").returncode == 0
    assert collector.indexes() == list(range(entries()))
    last = attributes(collector.records[-1])
    record = server.log()[-1]
    assert last["ztauth.id"] == record["id"] and last["ztauth.allowed"] is True
    assert collector.records[-1]["timeUnixNano"].endswith("000000")
    collector.close()


def export_under(collector, faults):
    decide(count=3)
    collector.faults = list(faults)
    out = export(collector, "faults.cursor")
    assert out.returncode == 0 and not collector.faults, out
    return out.stderr


def test_faults_only_make_it_late():
    collector = Otlp()
    collector.most = 2
    for faults in ([drop, status(503, Retry_After="1"), status(429), drop],
                   [hang(1), status(500), status(404), status(302, Location="/elsewhere")]):
        said = export_under(collector, faults)
        assert "goes on" in said and ("status 503" in said) == (faults[0] == drop), said
    assert collector.indexes() == list(range(entries())), collector.indexes()
    collector.close()


def test_retry_after_is_kept_to():
    collector = Otlp()
    collector.faults = [status(503, Retry_After="3")]
    start = time.time()
    assert export(collector, "after.cursor").returncode == 0
    assert time.time() - start >= 3
    check_whole(collector.indexes())
    collector.close()


def test_what_a_collector_rejects_is_told():
    collector = Otlp()
    collector.faults = [status(200, b'{"partialSuccess":{"rejectedLogRecords":"3",'
                                    b'"errorMessage":"too old"}}')]
    out = export(collector, "partial.cursor")
    assert out.returncode == 0 and "rejected 3" in out.stderr, out
    # It is the collector's word, so they are not sent again.
    assert collector.records == []
    collector.close()


def test_headers_are_sent_and_said_nowhere():
    with open(server.path("header"), "w", encoding="utf-8") as f:
        f.write("Authorization: Bearer 4f1c0a\n")
    collector = Otlp()
    collector.faults = [status(401)]
    out = export(collector, "header.cursor", "--header", server.path("header"))
    assert out.returncode == 0 and "401" in out.stderr and "4f1c0a" not in out.stderr, out
    assert collector.headers[0][1]["Authorization"] == "Bearer 4f1c0a"
    collector.close()


def test_killed_at_any_moment():
    seed = random.randrange(1 << 30)
    chance = random.Random(seed)
    collector = Otlp()
    collector.most = 3
    command = [ZTAUTH, "log", "export", "--dir", server.log_dir, "--unmasked", "--follow", "--to",
               f"otlp+http://127.0.0.1:{collector.port}", "--cursor", server.path("kill.cursor")]
    for _ in range(15):
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
            decide(count=3)
            time.sleep(chance.random() * 0.15)
            process.kill()
    assert export(collector, "kill.cursor").returncode == 0
    check_whole(collector.indexes())
    print(f"seed {seed}: {len(collector.records)} sent for {entries()}")
    collector.close()


def test_a_cursor_knows_its_log():
    collector = Otlp()
    assert export(collector, "mine.cursor").returncode == 0
    other = server.path("other-log")
    shutil.copytree(server.log_dir, other)
    segment = os.path.join(other, "0" * 20 + ".seg")
    with open(segment, "r+b") as f:
        f.truncate(0)
    command = [ZTAUTH, "log", "export", "--unmasked", "--to",
               f"otlp+http://127.0.0.1:{collector.port}", "--cursor", server.path("mine.cursor")]
    out = subprocess.run([*command, "--dir", other], capture_output=True, text=True, check=False)
    assert out.returncode == 1 and "cursor is of another log" in out.stderr, out
    with open(server.path("mine.cursor"), encoding="utf-8") as f:
        text = f.read()
    for bad in (text[:-2], text + "x", text.replace("export 1", "export 2"), "",
                text.replace("\n", "\n-", 1)):
        with open(server.path("mine.cursor"), "w", encoding="utf-8") as f:
            f.write(bad)
        out = export(collector, "mine.cursor")
        assert out.returncode == 1 and "no cursor" in out.stderr, (bad, out)
    collector.close()


def test_where_it_may_go():
    for to in ("http://127.0.0.1:1", "otlp+http://example.org", "otlp+http://10.0.0.1:4318/v1/logs",
               "syslog://127.0.0.1", "syslog+tls://127.0.0.1/path", "otlp+https://", "x"):
        out = export(None, "nowhere.cursor", to=to)
        assert out.returncode == 1 and to in out.stderr, (to, out)
    for args in ([], ["--unmasked", "--masks", "x"], ["--unmasked", "--to", "x"],
                 ["--unmasked", "--cursor", "x"], ["--unmasked", "--format", "cef"],
                 ["--unmasked", "--to", "x", "--cursor", "y", "--key", "z"]):
        out = subprocess.run([ZTAUTH, "log", "export", "--dir", server.log_dir, *args],
                             capture_output=True, text=True, check=False)
        assert out.returncode == 64, (args, out)


def test_only_whom_the_authority_knows():
    good, bad = Authority(), Authority("other")
    ca = server.path("ca.pem")
    with open(ca, "wb") as f:
        f.write(good.pem())
    for name, issue in (("wrong", bad.server), ("old", lambda: good.server(days=(-9, -2))),
                        ("name", lambda: good.issue("x", []))):
        collector = Syslog(server_context(*issue(), server.path))
        secure = Otlp(context=server_context(*issue(), server.path))
        for to in (f"syslog+tls://localhost:{collector.port}", f"otlp+https://localhost:{secure.port}"):
            try:
                export(None, "tls.cursor", "--ca", ca, to=to, timeout=2)
                raise AssertionError(f"{name}: it was believed")
            except subprocess.TimeoutExpired:
                pass
        assert collector.messages == [] and secure.records == [], name
        collector.close()
        secure.close()
    secure = Otlp(context=server_context(*good.server(), server.path))
    out = export(None, "tls.cursor", "--ca", ca, to=f"otlp+https://localhost:{secure.port}")
    assert out.returncode == 0, out
    check_whole(secure.indexes())
    secure.close()


def test_syslog():
    authority = Authority()
    ca, chain, key = (server.path(n) for n in ("ca.pem", "client.pem", "client.key"))
    for path, data in zip((ca, chain, key), (authority.pem(), *authority.issue("exporter", []))):
        with open(path, "wb") as f:
            f.write(data)
    collector = Syslog(server_context(*authority.server(), server.path, ca=ca))
    decide(count=5)
    collector.most = 4  # then it is gone, with what came behind
    out = export(None, "syslog.cursor", "--ca", ca, "--certificate", chain, "--key", key,
                 to=f"syslog+tls://localhost:{collector.port}")
    assert out.returncode == 0, out
    check_whole([e["unmapped"]["index"] for e in collector.events()])
    first = collector.messages[-1].split(" ", 7)
    assert first[0] in ("<110>1", "<109>1") and first[3] == "ztauth", first
    assert first[5] == "decision" and first[6] == "[ztauth@32473", first
    assert collector.peers[0]["subject"] == ((("commonName", "exporter"),),)
    collector.close()


def test_lines_of_the_configuration():
    with open(server.path("ztauth.conf"), encoding="utf-8") as f:
        good = f.read()
    line = good.count("\n") + 1
    syslog = "export syslog+tls://siem.example"
    for text, why in (
            ("export", f":{line}:1: `export` needs a value"),
            (f"{syslog} colour=red", f":{line}:8: `export` has a URL"),
            (f"{syslog} ca=", f":{line}:8: `export` has a URL"),
            (f"{syslog} ca=a ca=b", "stands twice"),
            (f"{syslog} key=a", "need each other"),
            (f"{syslog} header=zone.pem", "syslog has no header"),
            ("export otlp+https://a.example header=absent", "absent"),
            ("export otlp+http://a.example", "under TLS alone"),
            ("export a.example", "an export goes to"),
            ("\n".join([syslog] * 9), f":{line + 8}:8: there are at most 8"),
            ("export_lag_max 0", f":{line}:16: `export_lag_max` is a number"),
            ("export_lag_max 1e3", f":{line}:16: `export_lag_max` is a number"),
            ("export_lag_max 1\nexport_lag_max 1", f":{line + 1}:1: `export_lag_max` stands twice"),
            ("mask_key zone.pem\n" + syslog, None)):
        with open(server.path("other.conf"), "w", encoding="utf-8") as f:
            f.write(good + text + "\n")
        out = subprocess.run([ZTAUTH, "serve", "--check", "--config", server.path("other.conf")],
                             capture_output=True, text=True, check=False)
        assert (out.returncode == 0) == (why is None) and (why or "") in out.stderr, (text, out)


def reload_config(where, extra):
    where.stop()
    with open(where.path("ztauth.conf"), "a", encoding="utf-8") as f:
        f.write(extra)
    where.start()


def test_a_server_exports_under_the_masks_in_force():
    collector = Otlp()
    other = Server()
    try:
        other.start()
        proof = other.token()
        decide(other, proof)
        before = len(other.log())
        with open(other.path("mask.key"), "w", encoding="utf-8") as f:
            f.write("not to be told\n")
        os.mkdir(other.path("ledger/audit"))
        with open(other.path("ledger/audit/masks.json"), "w", encoding="utf-8") as f:
            json.dump({"masks": [{"op": "hash", "path": "/subject_id"},
                                 {"op": "remove", "path": "/rings"}]}, f)
        reload_config(other, f"export otlp+http://127.0.0.1:{collector.port}\nmask_key mask.key\n")
        proof = other.token()
        decide(other, proof, 3)
        wait_for(lambda: len(collector.records) >= 4)
        seen = [attributes(r) for r in collector.records]
        assert collector.indexes()[0] >= before, "what was before is not sent"
        mine = [a for a in seen if a["ztauth.kind"] == "decision"]
        assert len({a["ztauth.subject.id"] for a in mine}) == 1
        assert mine[0]["ztauth.subject.id"].startswith("hmac-sha256:")
        text = b"".join(collector.batches)
        assert b"alice" not in text and b"spiffe://" not in text and b"not to be told" not in text
        assert b"/subject_id" in text
        # The log itself stays whole.
        assert other.log()[-1]["subject_id"] == "alice"
        # Another commit, other masks; one that is none is not put in force.
        with open(other.path("ledger/audit/masks.json"), "w", encoding="utf-8") as f:
            f.write('{"masks":\n [{"op": "remove", "path": "/index"}]}')
        other.reload()
        other.wait_said("audit/masks.json:2:28")
        with open(other.path("ledger/audit/masks.json"), "w", encoding="utf-8") as f:
            json.dump({"masks": [{"op": "upsert", "path": "/subject_id", "value": "somebody"}]}, f)
        other.reload()
        wait_for(lambda: sum(r["kind"] == "policy" for r in other.log()) == 3)
        decide(other, proof)
        wait_for(lambda: attributes(collector.records[-1]).get("ztauth.subject.id") == "somebody")
        # Away and back: it goes on where it was, also over a kill.
        count = len(collector.records)
        collector.close()
        decide(other, proof, 3)
        other.wait_said("it is sent again")
        other.kill()
        other.start()
        proof = other.token()
        collector = Otlp(collector.port)
        decide(other, proof)
        wait_for(lambda: other.log()[-1]["index"] in collector.indexes())
        first = list(dict.fromkeys(collector.indexes()))
        assert first == list(range(first[0], first[-1] + 1)) and count > 0, first
        other.stop()
    finally:
        collector.close()
        other.close()


def test_a_lag_slows_then_refuses_then_is_over():
    collector = Otlp()
    port = collector.port
    other = Server(extra=f"export otlp+http://127.0.0.1:{port}\nexport_lag_max 20\n")
    try:
        other.start()
        proof = other.token()
        decide(other, proof, 30)
        wait_for(lambda: len(collector.records) >= 30)

        def timed():
            start = time.time()
            answer = decide(other, proof)[0]
            return time.time() - start, answer

        fast = sorted(timed()[0] for _ in range(9))[4]
        wait_for(lambda: other.log()[-1]["index"] in collector.indexes())
        collector.close()
        answers = [timed() for _ in range(60)]
        refused = [a for _, a in answers if not a["decision"]]
        assert refused and answers[0][1]["decision"], answers
        at = [a["decision"] for _, a in answers].index(False)
        assert 38 <= at <= 42, at  # it is slow from 20 on, and refuses from 40 on
        assert all(not a["decision"] for _, a in answers[at:])
        assert refused[0]["context"]["ztauth"]["code"] == "unavailable", refused[0]
        slow = sorted(t for t, _ in answers[at - 8:at])[4]
        assert slow > 0.02 > 0, (fast, slow)
        written = len(other.log())
        # A change that would mend it goes in force all the same.
        with open(other.path("ledger/more.cedar"), "w", encoding="utf-8") as f:
            f.write("forbid (principal, action, resource) when { false };\n")
        other.reload()
        wait_for(lambda: other.log()[-1]["kind"] == "policy")
        collector = Otlp(port)
        wait_for(lambda: decide(other, proof)[0]["decision"])
        wait_for(lambda: other.log()[-1]["index"] in collector.indexes())
        assert len(other.log()) > written
        end = sorted(timed()[0] for _ in range(9))[4]
        print(f"median {fast * 1000:.1f} ms, slowed {slow * 1000:.1f} ms, again {end * 1000:.1f} ms")
        other.stop()
    finally:
        collector.close()
        other.close()


try:
    main([test_all_is_taken_once_if_nothing_fails, test_faults_only_make_it_late,
          test_retry_after_is_kept_to, test_what_a_collector_rejects_is_told,
          test_headers_are_sent_and_said_nowhere, test_killed_at_any_moment,
          test_a_cursor_knows_its_log, test_where_it_may_go, test_only_whom_the_authority_knows,
          test_syslog, test_lines_of_the_configuration,
          test_a_server_exports_under_the_masks_in_force,
          test_a_lag_slows_then_refuses_then_is_over])
finally:
    server.close()
