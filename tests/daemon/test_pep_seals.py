#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Batches that are sealed, and read by another. SPEC: ztauth 8, docs/formats/seal.md"""

import json
import os
import subprocess
import time

from harness import ZTAUTH, Server, main, ztauth

ALLOWED, FAILED, DENIED = 0, 1, 2
ORDER, MAIL = "spiffe://shop.example/order-api", "spiffe://shop.example/mail/sender"
LINES = b"".join(b"%d,teapot\n" % n for n in range(10000))

server = Server()


def write(name, text):
    with open(server.path(name), "wb") as f:
        f.write(text if isinstance(text, bytes) else text.encode())


def groups(quarantine=()):
    write("ledger/trust/groups.json", json.dumps({"quarantine": list(quarantine), "groups": [
        {"name": "order-services", "level": "basic", "members": [ORDER]},
        {"name": "mail", "level": "basic", "members": [MAIL]}]}))


def reload():
    before = server.said().count("in force")
    server.reload()
    while server.said().count("in force") == before:
        time.sleep(0.02)


def pep(verb, *args, credential="order", said=""):
    r = subprocess.run(
        [ZTAUTH, "pep", verb, "--url", f"http://127.0.0.1:{server.port}/zones/100000000001",
         "--credential", server.path(credential), *args],
        capture_output=True, text=True, timeout=60, check=False)
    assert "eyJ" not in r.stderr and said in r.stderr, r.stderr
    return r.returncode, r.stdout.strip()


def seal(name="batch", *args, channel="orders", quantity=1):
    code, text = pep("seal", "--token", server.path("token"), "--channel", channel, "--action", "buy",
                     "--resource", 'Product::"teapot"', "--context", json.dumps({"quantity": quantity}),
                     *args, server.path(name))
    return code, json.loads(text) if text else None


def unseal(name="batch", *args, channel="orders", credential="mail", said=""):
    return pep("unseal", "--channel", channel, *args, server.path(name), credential=credential, said=said)


def test_a_batch_is_sealed_and_read():
    code, answer = seal()
    assert code == ALLOWED and answer["decision"] is True, answer
    code, token = unseal()
    assert code == ALLOWED, token
    claims = json.loads(ztauth("token", "inspect", token))["payload"]
    assert [r["wl"] for r in claims["ztauth"]["rings"]] == [ORDER, MAIL], claims
    write("taken", token)
    code, text = pep("decide", "--token", server.path("taken"), "--action", "buy", "--resource",
                     'Product::"teapot"')
    assert code == ALLOWED, text
    record = server.log()[json.loads(text)["log_index"]]
    assert [r["workload"] for r in record["rings"]] == [ORDER, MAIL], record


def test_nothing_else_is_read():
    seal()
    refused = "the server answers 400: invalid_request, "
    assert unseal(channel="refunds", said=refused)[0] == DENIED
    with open(server.path("batch.seal"), "rb") as f:
        good = f.read()
    for name, text in (("changed", LINES + b"x"), ("short", LINES[:-1]), ("empty", b"")):
        write(name, text)
        write(name + ".seal", good)
        assert unseal(name, said=refused + "token, payload_mismatch") == (DENIED, ""), name
    write("forged", LINES)
    write("forged.seal", good[:-9] + b"AAAAAAAA\n")
    assert unseal("forged", said=refused + "token, invalid_token") == (DENIED, "")
    write("unsealed", LINES)
    assert unseal("unsealed", said="unsealed.seal")[0] == FAILED
    for wrong in (b"", b"a b\n", b"\xff\n"):
        write("unsealed.seal", wrong)
        assert unseal("unsealed")[0] != ALLOWED


def test_what_is_denied_is_not_sealed():
    write("bulk", LINES)
    # Not even by a seal of before.
    assert seal("bulk")[0] == ALLOWED and os.path.exists(server.path("bulk.seal"))
    code, answer = seal("bulk", quantity=100)
    assert code == DENIED and answer["code"] == "denied_by_policy", answer
    assert not os.path.exists(server.path("bulk.seal"))
    assert seal("nothing")[0] == FAILED


def test_once_is_once():
    write("single", LINES)
    assert seal("single", "--once")[0] == ALLOWED
    assert unseal("single")[0] == ALLOWED
    assert unseal("single", said="seal_used")[0] == DENIED


def test_lines_are_read_one_by_one():
    """SPEC: docs/formats/seal.md: many payloads, one seal"""
    lines = [b"%d,teapot" % n for n in range(1, 8)] + [b"", b"\xff\r"]
    for text in (b"\n".join(lines), b"\n".join(lines) + b"\n"):
        write("lines", text)
        before = len(server.records())
        assert seal("lines", "--lines", "--once")[0] == ALLOWED
        assert len(server.records()) == before + 1
        for number in (1, 7, 8, 9):
            assert unseal("lines", "--line", str(number))[0] == ALLOWED, number
        # Each once, and none as the whole.
        assert unseal("lines", "--line", "1", said="seal_used")[0] == DENIED
        assert unseal("lines", said="payload_mismatch")[0] == DENIED
        assert unseal("lines", "--line", "10", said="no such line")[0] == FAILED
        assert unseal("lines", "--line", "0")[0] == 64
    # A line in the place of another, and a line that was not there.
    for changed in (lines[1:2] + lines[:1] + lines[2:], [b"9,teapot"] + lines[1:]):
        write("lines", b"\n".join(changed))
        assert unseal("lines", "--line", "1", said="payload_mismatch")[0] == DENIED
    write("lines", LINES)
    assert seal("lines", "--lines")[0] == ALLOWED
    assert unseal("lines", "--line", "10000")[0] == ALLOWED


def test_quarantine_reaches_what_is_on_its_way():
    seal()
    groups([ORDER])
    reload()
    assert unseal(said="actor_quarantined") == (DENIED, "")
    groups()
    reload()
    assert unseal()[0] == ALLOWED


groups()
with open(server.path("ledger/trust/elevation.cedar"), "a", encoding="utf-8") as file:
    file.write('permit (principal, action == ZTAuth::Action::"relay", resource);\n'
               'permit (principal in ZTAuth::Group::"mail", action == ZTAuth::Action::"act_for",'
               " resource) when { context.ring > 1 };")
server.start()
try:
    write("order", server.svid("order-api"))
    write("mail", server.svid("mail/sender"))
    write("alice", server.alice("shop.buy"))
    write("batch", LINES)
    write("token", pep("exchange", "--subject", server.path("alice"))[1])
    main([test_a_batch_is_sealed_and_read, test_nothing_else_is_read, test_what_is_denied_is_not_sealed,
          test_once_is_once, test_lines_are_read_one_by_one,
          test_quarantine_reaches_what_is_on_its_way])
    server.stop()
finally:
    server.close()
