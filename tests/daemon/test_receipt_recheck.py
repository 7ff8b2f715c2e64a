#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Receipts held to the ledger: who signed the policies, and does the decision follow from them?
SPEC: ztauth 9; docs/formats/receipt.md"""

import atexit
import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys

from harness import EVALUATION, ZTAUTH, Server, main, question, ztauth

try:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
except ImportError:
    print("python3-cryptography is not installed")
    sys.exit(77)

server = Server()
atexit.register(server.close)
FOLDER, LEDGER = server.path("shop"), server.path("ledger")
ENV = {**os.environ, "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@b.example"}
ENV.pop("SSH_AUTH_SOCK", None)
TOKEN = None


def write(name, text):
    with open(server.path(name), "w", encoding="utf-8") as f:
        f.write(text)
    return server.path(name)


def commit(*args):
    for name in os.listdir(FOLDER):
        if name != ".ztauth":
            path = os.path.join(FOLDER, name)
            shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)
    shutil.copytree(LEDGER, FOLDER, dirs_exist_ok=True)
    ztauth("commit", "-m", "next", *args, cwd=FOLDER, env=ENV)


def key(name):
    ztauth("key", "gen", "--ssh", "--out", server.path(name))
    with open(server.path(name + ".pub"), encoding="utf-8") as f:
        return write(name + ".signers", "a@b.example namespaces=\"git\" " + f.read())


def decided(body, *args):
    """The receipt of a decision, and its request, as files."""
    status, answer, _ = server.post(EVALUATION, body)
    assert status == 200, answer
    name = answer["context"]["id"]
    path = server.path(name + ".tlog-proof")
    ztauth("receipt", "get", name, "--url",
           f"http://127.0.0.1:{server.port}/zones/100000000001", "--out", path, *args)
    return path, write(name + ".json", body)


def verify(receipt, *args, ledger=FOLDER):
    log_key = re.search(r"log key: (\S+)", server.said()).group(1)
    return subprocess.run([ZTAUTH, "receipt", "verify", receipt, "--key", log_key, "--ledger",
                           ledger, *args], capture_output=True, text=True, check=False)


def test_it_is_signed_and_follows():
    global TOKEN
    shutil.rmtree(LEDGER + "/tests")
    os.mkdir(FOLDER)
    ztauth("init", cwd=FOLDER, env=ENV)
    key("admin")
    key("other")
    commit("--key", server.path("admin"))
    server.start()
    TOKEN = server.token()
    for change in ({"context": {"quantity": 2}}, {"context": {"quantity": 100}}):
        receipt, request = decided(question(TOKEN, **change))
        ran = verify(receipt, "--signers", server.path("admin.signers"), "--request", request)
        assert ran.returncode == 0, ran
        assert "signed by SHA256:" in ran.stdout and "decided again: as it was" in ran.stdout, ran
        assert json.loads(ran.stdout.splitlines()[0])["kind"] == "decision"
        # Nothing of whom it is about has to be shown for that.
        receipt, request = decided(question(TOKEN, **change), "--open", "request")
        ran = verify(receipt, "--request", request)
        assert ran.returncode == 0 and "alice" not in ran.stdout, ran


def test_others_did_not_sign_it():
    receipt, _ = decided(question(TOKEN))
    ran = verify(receipt, "--signers", server.path("other.signers"))
    assert ran.returncode == 2 and "commit " in ran.stderr, ran
    assert verify(receipt).returncode == 0
    ran = verify(receipt, "--signers", server.path("nothing"))
    assert ran.returncode == 1, ran


def test_another_request():
    receipt, _ = decided(question(TOKEN, context={"quantity": 2}))
    for text in (question(TOKEN, context={"quantity": 3}), question(TOKEN, context={"quantity": 2})
                 + " ", "{}", "x"):
        ran = verify(receipt, "--request", write("another.json", text))
        assert ran.returncode == 2 and "another request" in ran.stderr, ran
    receipt, request = decided(question(TOKEN), "--without", "request")
    ran = verify(receipt, "--request", request)
    assert ran.returncode == 2 and "does not open `request`" in ran.stderr, ran


def test_what_is_not_decided_again():
    receipt, request = decided(question(TOKEN + "x"))
    ran = verify(receipt, "--request", request)
    assert ran.returncode == 1 and "failed at its token" in ran.stderr, ran


def forged(receipt, old, new):
    """A log of one record, with our key: this one, changed."""
    with open(receipt, "rb") as f:
        text = f.read()
    extra = base64.b64decode(text.split(b"\n")[1].removeprefix(b"extra "))
    size = int.from_bytes(extra[:2], "big")
    record, openings = extra[2:2 + size], extra[2 + size:]
    assert record.count(old) == 1 and len(old) == len(new), record
    record = record.replace(old, new)
    root = base64.b64encode(hashlib.sha256(b"\0" + record).digest()).decode()
    origin, number, _ = re.search(r"log key: (\S+)", server.said()).group(1).split("+")[:3]
    note = f"{origin}\n1\n{root}\n"
    with open(server.path("log.pem"), "rb") as f:
        signature = load_pem_private_key(f.read(), None).sign(note.encode())
    line = base64.b64encode(bytes.fromhex(number) + signature).decode()
    extra = base64.b64encode(extra[:2] + record + openings).decode()
    return write("forged.tlog-proof", f"c2sp.org/tlog-proof@v1\nextra {extra}\nindex 0\n\n"
                 f"{note}\n\u2014 {origin} {line}\n")


def test_a_decision_that_does_not_follow():
    """A log that lies, with everything about it signed."""
    receipt, request = decided(question(TOKEN, context={"quantity": 2}))
    allowed, denied = b"\x10\xf5", b"\x10\xf4"
    for old, new, code in ((allowed, allowed, 0), (allowed, denied, 2),
                           (b"customers-buy", b"customers-bye", 2)):
        lie = forged(receipt, old, new)
        assert verify(lie).returncode == 0
        ran = verify(lie, "--request", request)
        assert ran.returncode == code, ran
        assert ("does not follow" in ran.stderr) == (code == 2), ran


def test_a_request_about_something_else():
    """A log that lies: the digest is of a request that was allowed, the record is of another action."""
    receipt, request = decided(question(TOKEN, context={"quantity": 2}))
    lie = forged(receipt, b"\x63buy", b"\x63see")
    assert '"action":"see"' in verify(lie).stdout
    ran = verify(lie, "--request", request)
    assert ran.returncode == 2 and "asks about something else" in ran.stderr, ran


def test_another_chain():
    """A log that lies about which workload acted."""
    receipt, request = decided(question(TOKEN, context={"quantity": 2}))
    workload = json.loads(verify(receipt).stdout.splitlines()[0])["rings"][0]["workload"].encode()
    lie = forged(receipt, workload, workload[:-1] + b"x")
    ran = verify(lie, "--request", request)
    assert ran.returncode == 2 and "another chain" in ran.stderr, ran


def test_a_request_of_several():
    """What stands beside `evaluations` was not decided: the record is of one of them."""
    body = json.loads(question(TOKEN, context={"quantity": 2}))
    body["evaluations"] = [{"context": {"quantity": 100}}]
    status, answer, _ = server.post(EVALUATION + "s", json.dumps(body))
    assert status == 200 and not answer["evaluations"][0]["decision"], answer
    name = answer["evaluations"][0]["context"]["id"]
    path = server.path(name + ".tlog-proof")
    ztauth("receipt", "get", name, "--url",
           f"http://127.0.0.1:{server.port}/zones/100000000001", "--out", path)
    assert verify(path).returncode == 0
    ran = verify(path, "--request", write(name + ".json", json.dumps(body)))
    assert ran.returncode == 1 and "several" in ran.stderr, ran


def test_a_version_that_is_not_there():
    receipt, request = decided(question(TOKEN))
    os.mkdir(server.path("empty"))
    ztauth("init", cwd=server.path("empty"), env=ENV)
    ran = verify(receipt, "--request", request, ledger=server.path("empty"))
    assert ran.returncode == 1 and "does not have the version" in ran.stderr, ran
    assert verify(receipt, ledger=server.path("none")).returncode == 1


def test_nobody_signed_it():
    with open(LEDGER + "/shop.cedar", "a", encoding="utf-8") as f:
        f.write('\n@id("closed")\nforbid (principal, action == Action::"buy", resource);\n')
    server.put_in_force(FOLDER)
    receipt, request = decided(question(TOKEN))
    ran = verify(receipt, "--request", request)
    assert ran.returncode == 2 and "not signed" in ran.stderr, ran


def test_wrong_use():
    receipt, request = decided(question(TOKEN))
    log_key = re.search(r"log key: (\S+)", server.said()).group(1)
    ran = subprocess.run([ZTAUTH, "receipt", "verify", receipt, "--key", log_key, "--request",
                          request], capture_output=True, text=True, check=False)
    assert ran.returncode == 64, ran


main([test_it_is_signed_and_follows, test_others_did_not_sign_it, test_another_request,
      test_what_is_not_decided_again, test_a_decision_that_does_not_follow,
      test_another_chain, test_a_request_about_something_else, test_a_request_of_several,
      test_a_version_that_is_not_there, test_nobody_signed_it, test_wrong_use])
