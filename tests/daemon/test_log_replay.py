#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Recorded decisions decided again by ztauth log replay, each under its own version. SPEC: ztauth 9; docs/formats/requests.md"""

import atexit
import json
import os
import pty
import shutil
import signal
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


def test_whose_domain_it_is():
    """Workloads of another domain than the zone's are foreign, when it is asked again too."""
    log = copy_of_log()
    edit_kept(log, '"home":"shop.example"', '"home":"bank.example"')
    told, counts = counted(2, log=log)
    assert told[0]["recorded"]["answer"] == "allow" and told[0]["again"]["code"] == "unauthorized_actor", told
    assert counts["to_deny"] == len(told) > 0


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


def other_ledger(old, new):
    """A folder with the ledger as it was at first, changed."""
    folder = server.path("other-ledger")
    shutil.rmtree(folder, True)
    shutil.copytree(LEDGER, folder)
    with open(folder + "/shop.cedar", encoding="utf-8") as f:
        text = f.read().split('\n@id("closed")')[0]
    assert old in text
    with open(folder + "/shop.cedar", "w", encoding="utf-8") as f:
        f.write(text.replace(old, new))
    return folder


def flips(*args, code, cwd=FOLDER):
    out = json.loads(replay("--json", *args, code=code, cwd=cwd).stdout)
    return out, {k: out[k] for k in COUNTS if out[k]}


def test_all_under_a_commit():
    """Under HEAD nobody buys; under the commit before all but the last came out as they did."""
    out, counts = flips("--at", "HEAD", code=2)
    assert counts == {"agree": 1, "to_deny": 1, "otherwise": 1, "token": 1}
    group, = out["by_policy"]
    assert group["before"]["policies"] == ["customers-buy"] and group["after"]["policies"] == ["closed"]
    assert [e["subject"] for e in group["examples"]] == ['User::"alice"'] and len(group["examples"][0]["id"]) == 32
    assert [(g["subjects"], g["before"], g["after"], g["count"]) for g in out["by_subject"]] == [
        ('Role::"customer"', "allow", "deny", 1), ('workloads::"order-services"', "allow", "deny", 1)]
    out, counts = flips("--at", "HEAD~1", code=2)
    assert counts == {"agree": 2, "to_allow": 1, "token": 1}
    text = replay("--at", "HEAD", code=2).stdout
    assert "allow at policy, permitted by `customers-buy`\n      -> deny at policy, denied_by_policy by `closed`\n" in text
    assert "1 have the same answer, for other reasons\n" in text
    assert "deadbeef" in replay("--at", "deadbeef", code=1).stderr


def test_all_under_a_folder():
    """No workspace is needed; the folder must be valid."""
    out, counts = flips("--with", other_ledger("> 10", "> 1"), code=2, cwd="/")
    assert counts == {"agree": 1, "to_deny": 1, "otherwise": 1, "token": 1}
    # What differs in its reasons alone is no flip.
    folder = other_ledger('@id("no-bulk")', '@id("bulk")')
    out, counts = flips("--with", folder, "--since", "2999-01-01", code=0, cwd="/")
    assert counts == {} and out["by_policy"] == out["by_subject"] == []
    out, counts = flips("--with", folder, code=2, cwd="/")
    assert counts == {"agree": 1, "to_allow": 1, "otherwise": 1, "token": 1}
    with open(folder + "/shop.cedar", "a", encoding="utf-8") as f:
        f.write("permit (principal, action, nobody);\n")
    error = replay("--with", folder, code=1, cwd="/").stderr
    assert "other-ledger/shop.cedar:" in error and error.count("\n") == 1
    assert "one is needed" in replay("--with", folder, "--at", "HEAD", code=64).stderr


def test_a_question_no_more():
    folder = other_ledger("context has quantity && context.quantity", "context has amount && context.amount")
    with open(folder + "/schema.cedarschema", encoding="utf-8") as f:
        text = f.read()
    with open(folder + "/schema.cedarschema", "w", encoding="utf-8") as f:
        f.write(text.replace("quantity?: Long", "amount?: Long"))
    out, counts = flips("--with", folder, code=2)
    assert counts == {"to_none": 3, "token": 1}
    assert sorted((g["before"]["answer"], g["after"]["answer"], g["count"]) for g in out["by_policy"]) == [
        ("allow", "no question", 1), ("deny", "no question", 1), ("deny", "no question", 1)]


def test_threads_and_terminals():
    """Any number of threads prints the same; how far it is goes to a terminal alone."""
    texts = {replay("--at", "HEAD", "--threads", n, code=2).stdout for n in ("1", "2", "5", "1000")}
    assert len(texts) == 1
    assert replay("--at", "HEAD", code=2).stderr == ""
    main_side, other_side = pty.openpty()
    p = subprocess.Popen([ZTAUTH, "log", "replay", "--log", server.log_dir, "--at", "HEAD"], cwd=FOLDER,
                         stdout=subprocess.PIPE, stderr=other_side)
    out = p.communicate()[0].decode()
    os.close(other_side)
    assert p.returncode == 2 and out in texts
    shown = ""
    try:
        while part := os.read(main_side, 65536).decode():
            shown += part
    except OSError:
        pass  # the other side has ended
    assert " %, 3 decisions, " in shown and shown.endswith("\r\x1b[K"), shown


def test_an_interrupt_ends_it():
    """A log that never comes to its end: a pipe in the place of the requests."""
    log = copy_of_log()
    name, = os.listdir(log + "/requests")
    with open(f"{log}/requests/{name}", encoding="utf-8") as f:
        line = f.readline()
    os.unlink(f"{log}/requests/{name}")
    os.mkfifo(f"{log}/requests/{name}")
    p = subprocess.Popen([ZTAUTH, "log", "replay", "--log", log, "--at", "HEAD"], cwd=FOLDER,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with open(f"{log}/requests/{name}", "w", encoding="utf-8") as f:
        f.write(line)
        f.flush()
        p.send_signal(signal.SIGINT)
    out, error = p.communicate()
    assert p.returncode == 1 and out == b"" and b"it was ended" in error, (p.returncode, out, error)


def counted_since(since):
    return json.loads(replay("--json", "--since", since, code=0).stdout)


def test_since():
    assert json.loads(replay("--json", "--since", "2999-01-01", code=0).stdout) == {
        k: 0 for k in ("recorded", *COUNTS, "unrecorded")}
    assert counted_since("1d")["recorded"] == 4 and counted_since("2020-01-01T00:00:00Z")["recorded"] == 4
    assert counted_since("0s")["recorded"] == 0
    for wrong in ("soon", "7 days", "-1d", "2026-02-30"):
        assert "is no time" in replay("--since", wrong, code=1).stderr


main([v for k, v in list(globals().items()) if k.startswith("test_")])
