#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Recorded decisions decided again by ztauth log replay, each under its own version. SPEC: ztauth 9; docs/formats/requests.md"""

import atexit
import json
import os
import shutil
import subprocess

from harness import EVALUATION, ZTAUTH, Server, main, question

server = Server(extra="record_requests yes\n")
atexit.register(server.close)
FOLDER, LEDGER, REQUESTS = server.path("shop"), server.path("ledger"), server.path("log/requests")
# Each record is in one of these.
COUNTS = ("agree", "to_deny", "to_allow", "to_none", "otherwise", "strange", "unloaded", "token", "erased", "unkept")
ENV = {**os.environ, "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@b.example"}
ENV.pop("SSH_AUTH_SOCK", None)


def decide(token, **change):
    status, answer, _ = server.post(EVALUATION, question(token, **change))
    assert status == 200, answer
    return answer["decision"]


def replay(*args, code, log=None, cwd=FOLDER):
    p = subprocess.run([ZTAUTH, "log", "replay", "--log", log or server.log_dir, *args], cwd=cwd,
                       capture_output=True, text=True)
    assert p.returncode == code, p
    return p


def counted(code, **more):
    *told, counts = [json.loads(x) for x in replay("--json", code=code, **more).stdout.splitlines()]
    assert counts["recorded"] == sum(counts[k] for k in COUNTS)
    return told, {k: n for k, n in counts.items() if n}


def copy_of_log():
    shutil.rmtree(server.path("copy"), True)
    shutil.copytree(server.log_dir, server.path("copy"))
    return server.path("copy")


def edit_kept(log, old, new):
    name, = os.listdir(log + "/requests")
    with open(f"{log}/requests/{name}", encoding="utf-8") as f:
        text = f.read()
    assert old in text
    with open(f"{log}/requests/{name}", "w", encoding="utf-8") as f:
        f.write(text.replace(old, new, 1))


def test_each_agrees_under_its_version():
    shutil.rmtree(LEDGER + "/tests")
    os.mkdir(FOLDER)
    subprocess.run([ZTAUTH, "init"], cwd=FOLDER, env=ENV, check=True, capture_output=True)
    server.commit_ledger(FOLDER)
    server.start()
    token = server.token()
    assert decide(token, context={"quantity": 2})
    assert not decide(token, context={"quantity": 100})
    assert not decide("x.y.z")
    with open(LEDGER + "/shop.cedar", "a", encoding="utf-8") as f:
        f.write('\n@id("closed")\nforbid (principal, action == Action::"buy", resource);\n')
    server.put_in_force(FOLDER)
    assert not decide(token, context={"quantity": 2})
    told, counts = counted(0)
    assert told == [] and counts == {"recorded": 4, "agree": 3, "token": 1}


def test_request_that_was_changed_is_told():
    log = copy_of_log()
    edit_kept(log, '"id":"teapot"', '"id":"kettle"')
    (told,), counts = counted(2, log=log)
    assert told["why"] == "the request that was kept is not the record's"
    assert counts == {"recorded": 4, "agree": 2, "strange": 1, "token": 1}


def test_what_differs_is_told_with_both_sides():
    log = copy_of_log()
    edit_kept(log, '"quantity":2}', '"quantity":100}')
    (told,), counts = counted(2, log=log)
    assert told["recorded"] == {"answer": "allow", "leg": "policy", "code": "permitted", "policies": ["customers-buy"]}
    assert told["again"] == {"answer": "deny", "leg": "policy", "code": "denied_by_policy", "policies": ["no-bulk"]}
    assert counts == {"recorded": 4, "agree": 2, "to_deny": 1, "token": 1}
    assert "recorded: allow at policy, permitted by `customers-buy`" in replay(code=2, log=log).stdout


def test_lines_without_record_and_records_without_line():
    log = copy_of_log()
    name, = os.listdir(log + "/requests")
    with open(f"{log}/requests/{name}", encoding="utf-8") as f:
        lines = f.read().splitlines(True)
    alone = lines[0].replace(json.loads(lines[0])["id"], "0" * 32)
    with open(f"{log}/requests/{name}", "w", encoding="utf-8") as f:
        f.writelines(["{\n", alone, lines[2], lines[1], lines[1]])
    told, counts = counted(0, log=log)
    assert told == [] and counts == {"recorded": 4, "agree": 2, "token": 1, "unkept": 1, "unrecorded": 1}


def test_nothing_kept():
    log = copy_of_log()
    shutil.rmtree(log + "/requests")
    assert counted(0, log=log) == ([], {"recorded": 4, "token": 1, "unkept": 3})


def test_version_that_is_not_there_is_told_once():
    other = server.path("other")
    os.mkdir(other)
    subprocess.run([ZTAUTH, "init"], cwd=other, env=ENV, check=True, capture_output=True)
    told, counts = counted(2, cwd=other)
    assert [t["why"] for t in told] == ["the workspace does not have the version"] * 2
    assert counts == {"recorded": 4, "unloaded": 3, "token": 1}


def test_damaged_log():
    log = copy_of_log()
    name = max((n for n in os.listdir(log) if os.path.isfile(f"{log}/{n}")), key=lambda n: os.path.getsize(f"{log}/{n}"))
    with open(f"{log}/{name}", "r+b") as f:
        f.seek(os.path.getsize(f.name) // 2)
        byte = f.read(1)
        f.seek(-1, os.SEEK_CUR)
        f.write(bytes([byte[0] ^ 1]))
    assert name in replay(code=1, log=log).stderr


def test_since():
    assert json.loads(replay("--json", "--since", "2999-01-01", code=0).stdout) == {
        k: 0 for k in ("recorded", *COUNTS, "unrecorded")}
    assert "is no time" in replay("--since", "soon", code=1).stderr


main([v for k, v in list(globals().items()) if k.startswith("test_")])
