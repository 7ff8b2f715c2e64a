#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A PEP and a server: what is allowed, what is not, and what is said then. SPEC: ztauth 4, 5"""

import json
import os
import signal
import subprocess
import time

from certificates import Authority, replace
from harness import ZTAUTH, Server, main, ztauth

web, root = Authority("web", uri=None), Authority("root")
ORDER, CARD = "spiffe://shop.example/order-api", "spiffe://shop.example/payments/card"
ALLOWED, FAILED, DENIED = 0, 1, 2


def start(extra=""):
    s = Server(extra=extra)
    for name in ("order-api", "payments/card", "reporting"):
        write(s, os.path.basename(name), s.svid(name) + "\n")
    write(s, "alice", s.alice("shop.buy shop.view"))
    if "tls_cert" in extra:
        chain, key = web.server()
        replace(s.path("tls.pem"), chain)
        replace(s.path("tls.key"), key)
        replace(s.path("web.pem"), web.pem())
        replace(s.path("other.pem"), Authority("web", uri=None).pem())
        with open(s.path("keys/spire.json"), encoding="utf-8") as f:
            s.believe(root.bundle(keys=json.load(f)["keys"]))
    return s.start()


def write(s, name, text):
    with open(s.path(name), "w", encoding="utf-8") as f:
        f.write(text)


def pep(s, verb, *args, credential="order-api", tls=False, said=None, environ=None):
    """The exit code and what was printed; secrets are never among what was said."""
    command = [ZTAUTH, "pep", verb, "--url",
               f"http{'s' if tls else ''}://127.0.0.1:{s.port}/zones/100000000001"]
    if credential:
        command += ["--credential", s.path(credential)]
    r = subprocess.run([*command, *args], capture_output=True, text=True, timeout=60, check=False,
                       env={**os.environ, **(environ or {})})
    assert "eyJ" not in r.stderr, r.stderr
    if said is not None:
        assert said in r.stderr, r.stderr
    return r.returncode, r.stdout.strip()


def exchange(s, name="alice", *args, **kw):
    return pep(s, "exchange", "--subject", s.path(name), *args, **kw)


def get(s, name, *args, **kw):
    """A token, in a file of this name."""
    code, token = exchange(s, *args, **kw)
    assert code == 0, code
    write(s, name, token)
    return token


def decide(s, token="token", resource='Product::"teapot"', action="buy", *args, **kw):
    shown = ["--token", s.path(token)] if token else []
    code, text = pep(s, "decide", "--action", action, "--resource", resource, *shown, *args, **kw)
    return code, json.loads(text) if text else None


server = start()


def test_it_is_allowed():
    get(server, "token", "alice", "--kind", "access_token")
    code, answer = decide(server)
    assert code == ALLOWED and answer["decision"] is True, answer
    record = server.log()[answer["log_index"]]
    assert record["id"] == answer["id"] and record["allowed"] is True, record
    assert answer["leg"] == "policy" and answer["code"] == "permitted", answer
    assert decide(server, "token", 'Product::"teapot"', "buy", "--for", 'User::"alice"')[0] == ALLOWED


def test_it_is_denied():
    for args, code in (((), "denied_by_policy"), (("--for", 'User::"bob"'), "subject_mismatch")):
        exit_code, answer = decide(server, "token", 'Product::"teapot"', "buy", "--context",
                                   '{"quantity":100}', *args)
        assert exit_code == DENIED and answer["decision"] is False and answer["code"] == code, answer
        assert server.log()[answer["log_index"]]["allowed"] is False
    get(server, "narrow", "alice", "--scope", "shop.view")
    exit_code, answer = decide(server, "narrow")
    assert exit_code == DENIED and answer["code"] == "insufficient_scope", answer


def test_no_token_is_given():
    write(server, "forged", server.alice()[:-6] + "AAAAAA")
    for name, credential, said in (
            ("alice", "reporting", "elevation, unauthorized_actor"),
            ("alice", "card", "elevation, actor_below_level"),
            ("forged", "order-api", "token, invalid_token")):
        code, out = exchange(server, name, credential=credential, said=said)
        assert code == DENIED and out == "", (name, out)
    code, out = exchange(server, credential=None, said="needs a credential")
    assert code == FAILED and out == ""


def test_what_is_no_question():
    code, answer = decide(server, "token", 'Product::"teapot"', "buy", "--context", '{"ztauth":1}',
                          said="/context/ztauth")
    assert code == FAILED and answer is None
    code, _ = decide(server, "token", 'Product::"teapot"', "buy", "--context", "[]")
    assert code == FAILED
    assert decide(server, "token", "teapot", said="TYPE")[0] == 64
    # Without a token, in a zone that wants one: a question, and the answer is no.
    code, answer = decide(server, None, 'Product::"teapot"', "buy", "--for", 'User::"alice"')
    assert code == DENIED and answer["code"] == "invalid_token", answer


def test_credentials_are_not_proxied():
    """Whatever the environment says: it goes where the URL says, and to this machine alone."""
    proxies = {n: "http://127.0.0.1:9" for n in ("http_proxy", "https_proxy", "ALL_PROXY", "all_proxy")}
    assert exchange(server, environ={**proxies, "no_proxy": "", "NO_PROXY": ""})[0] == 0
    r = subprocess.run([ZTAUTH, "pep", "decide", "--url", "http://pdp.example/zones/1", "--action",
                        "a", "--resource", 'A::"a"'], capture_output=True, text=True, check=False)
    assert r.returncode == FAILED and "https" in r.stderr, r.stderr


def test_a_server_that_does_not_answer():
    """It hangs, and it is gone: neither is an allow, and both are told apart from a no."""
    os.kill(server.process.pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        assert decide(server, "token", 'Product::"teapot"', "buy", "--timeout", "500") == (FAILED, None)
        assert exchange(server, "alice", "--timeout", "500") == (FAILED, "")
        assert time.monotonic() - began < 20
    finally:
        os.kill(server.process.pid, signal.SIGCONT)
    assert decide(server)[0] == ALLOWED


def test_what_the_workload_shows_changes():
    """A chain of two: the one that goes on has another credential in the same place."""
    token = get(server, "token")
    write(server, "svid", server.svid("reporting"))
    code, _ = exchange(server, "token", "--kind", "txn_token", credential="svid",
                       said="unauthorized_actor")
    assert code == DENIED
    write(server, "svid", server.svid("order-api"))
    longer = get(server, "longer", "token", "--kind", "txn_token", credential="svid")
    claims = json.loads(ztauth("token", "inspect", longer))["payload"]
    assert len(claims["ztauth"]["rings"]) == 2 and longer != token, claims
    assert decide(server, "longer")[0] == ALLOWED


def test_quarantine_ends_it():
    path = server.path("ledger/trust/groups.json")
    with open(path, encoding="utf-8") as f:
        groups = json.load(f)
    groups["quarantine"] = [ORDER]
    before = server.said().count("in force")
    write(server, "ledger/trust/groups.json", json.dumps(groups))
    server.reload()
    while server.said().count("in force") == before:
        time.sleep(0.02)
    code, answer = decide(server)
    assert code == DENIED and answer["code"] == "actor_quarantined", answer
    assert exchange(server, said="actor_quarantined")[0] == DENIED


def test_tls_and_certificates():
    s = start("tls_cert tls.pem\ntls_key tls.key\ntls_client optional\n")
    try:
        # Who answers must be who it should be, and nothing is shown to another.
        before = len(s.records())
        for ca in ([], ["--ca", s.path("other.pem")], ["--ca", s.path("none.pem")]):
            code, out = exchange(s, "alice", *ca, tls=True)
            assert code == FAILED and out == "", ca
        assert len(s.records()) == before
        ca = ["--ca", s.path("web.pem")]
        get(s, "token", "alice", *ca, tls=True)
        assert decide(s, "token", 'Product::"teapot"', "buy", *ca, tls=True)[0] == ALLOWED
        # SPEC: x509-svid: payments need more than a bearer's word, and a certificate is it.
        assert exchange(s, "token", "--kind", "txn_token", *ca, tls=True, credential="card",
                        said="actor_below_level")[0] == DENIED
        chain, key = root.svid(CARD)
        replace(s.path("card.pem"), chain)
        replace(s.path("card.key"), key)
        get(s, "longer", "token", "--kind", "txn_token", *ca, "--certificate", s.path("card.pem"),
            "--key", s.path("card.key"), tls=True, credential=None)
        assert s.records()[-1]["rings"][-1]["proof"] == "mtls", s.records()[-1]
        code, answer = decide(s, "longer", 'Product::"teapot"', "buy", *ca, tls=True)
        assert code == ALLOWED, answer
        # Where a workload must show itself and there is no token, it does.
        manifest = s.path("ledger/manifest.json")
        with open(manifest, encoding="utf-8") as f:
            text = f.read()
        before = s.said().count("in force")
        write(s, "ledger/manifest.json",
              text.replace('"require": "txn-token"', '"require": "workload"'))
        s.reload()
        while s.said().count("in force") == before:
            time.sleep(0.02)
        bare = [None, 'Product::"teapot"', "buy", "--for", 'User::"alice"', *ca]
        assert decide(s, *bare, tls=True)[0] == ALLOWED
        assert decide(s, *bare, tls=True, credential=None)[0] == FAILED
        assert decide(s, *bare, "--certificate", s.path("card.pem"), "--key", s.path("card.key"),
                      tls=True, credential=None)[0] == ALLOWED
    finally:
        s.stop()
        s.close()


try:
    main([test_it_is_allowed, test_it_is_denied, test_no_token_is_given, test_what_is_no_question,
          test_credentials_are_not_proxied, test_a_server_that_does_not_answer,
          test_what_the_workload_shows_changes, test_quarantine_ends_it, test_tls_and_certificates])
    server.stop()
finally:
    server.close()
