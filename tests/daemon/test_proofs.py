#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Proofs of possession, API keys and revocations against a server; and that nothing of them is
said anywhere. Proofs are made by another JOSE library. SPEC: ztauth 3, rfc9449, wimse-wpt"""

import base64
import glob
import hashlib
import http.client
import json
import os
import subprocess
import sys
import time
import urllib.parse
import uuid

from harness import URN, ZTAUTH, Server, main, ztauth

try:
    from jwcrypto import jwk, jws
except ImportError:
    print("python3-jwcrypto is not installed")
    sys.exit(77)

HOLDER = jwk.JWK.generate(kty="EC", crv="P-256")
THIEF = jwk.JWK.generate(kty="EC", crv="P-256")
MESH = jwk.JWK.generate(kty="EC", crv="P-256", kid="mesh", alg="ES256")
WORKLOAD = jwk.JWK.generate(kty="OKP", crv="Ed25519", alg="EdDSA")
TXN = URN + "token-type:txn_token"
KEYS, LIST = "keys.txt", "revoked.txt"
CREATE = ("apikey", "create", "--iss", "keys", "--aud", "shop.example", "--note", "test")


def make_server():
    s = Server(extra="api_keys keys.txt\nrevocations revoked.txt\n")
    path = s.path("ledger/identity/sources.json")
    with open(path, encoding="utf-8") as f:
        sources = json.load(f)
    corp = dict(sources["sources"]["corp"])
    sources["sources"]["nonce"] = dict(corp, issuer="https://nonce.example", dpop_nonce=True)
    sources["sources"]["strict"] = dict(corp, issuer="https://strict.example", proof=["dpop"])
    sources["sources"]["machines"] = dict(
        corp, issuer="https://machines.example", principal={"kind": "workload", "type": "Workload"})
    sources["sources"]["ci"] = {"kind": "api-key", "issuer": "keys", "audience": "shop.example"}
    sources["sources"]["mesh"] = {
        "kind": "wimse", "trust_domain": "shop.example", "audience": "urn:shop",
        "algorithms": ["ES256"], "jwks": {"keys": [json.loads(MESH.export_public())]}}
    with open(path, "w", encoding="utf-8") as f:
        json.dump(sources, f)
    key = ztauth(*CREATE, "--file", s.path(KEYS), "--sub", "spiffe://shop.example/order-api").strip()
    ztauth("revoke", "--file", s.path(LIST), "--empty")
    return s.start(), key


server, api_key = make_server()
planted = [api_key]


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def sha(text):
    return b64(hashlib.sha256(text.encode()).digest())


def sign(key, header, claims):
    token = jws.JWS(json.dumps(claims))
    token.add_signature(key, None, json.dumps(header), None)
    out = token.serialize(compact=True)
    planted.append(out.split(".")[2])
    return out


def bound(issuer="https://corp.example", key=HOLDER, **claims):
    """An access token of alice, bound to the key."""
    now = int(time.time())
    claims = {"iss": issuer, "sub": "alice", "aud": "shop.example", "scope": "shop.buy", "iat": now,
              "exp": now + 300, "cnf": {"jkt": key.thumbprint()}, **claims}
    path = server.path("claims.json")
    with open(path, "w", encoding="utf-8") as f:
        json.dump(claims, f)
    out = ztauth("token", "mint", "--key", server.path("corp.pem"), "--claims", path).strip()
    planted.append(out.split(".")[2])
    return out


def dpop(token, key=HOLDER, **claims):
    claims = {"jti": str(uuid.uuid4()), "htm": "POST", "iat": int(time.time()), "ath": sha(token),
              "htu": f"http://127.0.0.1:{server.port}/token", **claims}
    alg = "ES256"
    return sign(key, {"typ": "dpop+jwt", "alg": alg, "jwk": json.loads(key.export_public())}, claims)


def exchange(headers, subject=None, actor=None, actor_type=URN + "token-type:jwt", host=None,
             subject_type=URN + "token-type:access_token"):
    form = {
        "grant_type": URN + "grant-type:token-exchange", "requested_token_type": TXN,
        "subject_token": subject or server.alice(),
        "subject_token_type": subject_type,
        "actor_token": actor or server.svid(), "actor_token_type": actor_type,
    }
    if actor == "":
        del form["actor_token"], form["actor_token_type"]
    body = urllib.parse.urlencode(form)
    c = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    c.putrequest("POST", "/token", skip_host=host is not None)
    if host is not None:
        c.putheader("Host", host)
    c.putheader("Content-Type", "application/x-www-form-urlencoded")
    c.putheader("Content-Length", str(len(body)))
    for name, value in headers:
        c.putheader(name, value)
    c.endheaders(body.encode())
    r = c.getresponse()
    return r.status, json.loads(r.read()), r.headers


def refused(code, *args, error="invalid_request", **kw):
    status, answer, headers = exchange(*args, **kw)
    assert status == 400 and answer["error"] == error, (code, answer)
    assert answer["ztauth"]["code"] == "invalid_token", answer
    reason = server.records()[-1]["reason"]
    assert f": {code}: " in reason, (code, reason)
    return headers


def granted(*args, **kw):
    status, answer, _ = exchange(*args, **kw)
    assert status == 200, (answer, server.records()[-1]["reason"])
    return answer["access_token"]


def taken(*args, **kw):
    """The proofs were good, but alice of this source may not be acted for."""
    status, answer, _ = exchange(*args, **kw)
    assert status == 400 and answer["error"] == "unauthorized_client", answer


def test_dpop():
    token = bound()
    proof = dpop(token)
    refused("proof_missing", [], subject=token)
    refused("proof_repeated", [("DPoP", proof), ("dpop", proof)], subject=token)
    refused("proof_wrong_key", [("DPoP", dpop(token, THIEF))], subject=token)
    refused("proof_wrong_token", [("DPoP", dpop("other"))], subject=token)
    refused("proof_wrong_method", [("DPoP", dpop(token, htm="GET"))], subject=token)
    refused("proof_wrong_target", [("DPoP", dpop(token, htu="http://127.0.0.1/x"))], subject=token)
    refused("proof_expired", [("DPoP", dpop(token, iat=int(time.time()) - 100))], subject=token)
    refused("proof_malformed", [("DPoP", "x")], subject=token)
    granted([("DPoP", proof)], subject=token)
    refused("proof_replayed", [("DPoP", proof)], subject=token)
    refused("unknown_binding", [], subject=bound(cnf={"kid": "a"}))
    refused("proof_missing", [], subject=bound(cnf={"x5t#S256": sha("a")}))


def test_transactions_go_on():
    """Each proof of an actor is one for a replacement too, and counts once."""
    def next_one(headers, **kw):
        return exchange(headers, subject=first, subject_type=TXN, **kw)

    token = bound()
    first = granted([("DPoP", dpop(token))], subject=token)
    # The subject's key is not asked for again: the transaction stands for it.
    status, answer, _ = next_one([])
    assert status == 200, answer
    # An actor whose token is bound shows the key, once.
    actor = bound("https://machines.example", sub="spiffe://shop.example/order-api", aud="shop.example")
    proof = dpop(actor)
    for headers, code in (([], "proof_missing"), ([("DPoP", dpop(actor, THIEF))], "proof_wrong_key"),
                          ([("DPoP", dpop(first))], "proof_wrong_token"),
                          ([("DPoP", proof)], None), ([("DPoP", proof)], "proof_replayed")):
        status, answer, _ = next_one(headers, actor=actor)
        reason = server.records()[-1].get("reason", "")
        assert status == (400 if code else 200), (code, answer, reason)
        assert not code or f"actor_token: {code}: " in reason, (code, reason)
    rings = server.records()[-2]["rings"]
    assert [r["proof"] for r in rings] == ["bearer", "dpop"], rings
    # A workload proof names the transaction token that it goes with. SPEC: wimse-wpt 2
    host = f"localhost:{server.port}"
    workload = wit()
    for tth, code in (("other", "proof_wrong_token"), (first, None)):
        headers = [("Workload-Identity-Token", workload), ("Txn-Token", first),
                   ("Workload-Proof-Token", wpt(workload, tth=sha(tth)))]
        status, answer, _ = next_one(headers, actor="", host=host)
        assert status == (400 if code else 200), (code, answer, server.records()[-1])
    assert server.records()[-1]["rings"][1]["proof"] == "wpt"


def test_proof_of_another_server():
    """A proof that was made for another server is none here, whatever the header Host says."""
    token = bound()
    proof = dpop(token, htu="http://other.example/token")
    refused("proof_wrong_target", [("DPoP", proof)], subject=token, host="other.example")


def test_source_demands_a_proof():
    token = bound("https://strict.example")
    taken([("DPoP", dpop(token))], subject=token)
    refused("unbound", [], subject=ztauth(
        "token", "mint", "--key", server.path("corp.pem"), "--iss", "https://strict.example",
        "--sub", "alice", "--aud", "shop.example").strip())


def test_nonce():
    token = bound("https://nonce.example")
    headers = refused("proof_nonce", [("DPoP", dpop(token))], subject=token, error="use_dpop_nonce")
    nonce = headers["DPoP-Nonce"]
    assert len(nonce) == 32
    taken([("DPoP", dpop(token, nonce=nonce))], subject=token)


def wit(**claims):
    return sign(MESH, {"alg": "ES256", "typ": "wit+jwt", "kid": "mesh"}, {
        "sub": "spiffe://shop.example/order-api", "exp": int(time.time()) + 300,
        "cnf": {"jwk": json.loads(WORKLOAD.export_public())}, **claims})


def wpt(token, key=WORKLOAD, **claims):
    return sign(key, {"alg": "EdDSA", "typ": "wpt+jwt"}, {
        "aud": f"http://localhost:{server.port}/token", "exp": int(time.time()) + 60,
        "jti": str(uuid.uuid4()), "wth": sha(token), **claims})


def test_wimse():
    token = wit()
    good = [("Workload-Identity-Token", token)]
    host = f"localhost:{server.port}"
    refused("proof_missing", good, actor="", host=host)
    refused("proof_wrong_token", good + [("Workload-Proof-Token", wpt("x"))], actor="", host=host)
    proof = wpt(token)
    granted(good + [("Workload-Proof-Token", proof)], actor="", host=host)
    refused("proof_replayed", good + [("Workload-Proof-Token", proof)], actor="", host=host)
    granted(good + [("Authorization", "wpt " + wpt(token))], actor="", host=host)
    granted([("Workload-Proof-Token", wpt(token))], actor=token, host=host)
    refused("proof_repeated", good + [("Authorization", "WPT " + wpt(token)),
                                      ("Workload-Proof-Token", wpt(token))], actor="", host=host)
    refused("proof_wrong_token", good + [("Workload-Proof-Token", wpt(token)), ("Txn-Token", "x")],
            actor="", host=host)


def test_api_keys():
    kind = "urn:ztauth:token-type:api-key"
    granted([], actor=api_key, actor_type=kind)
    refused("api_key_malformed", [], actor="x", actor_type=kind)
    wrong = api_key[:-1] + ("0" if api_key[-1] != "0" else "1")
    refused("api_key_mistyped", [], actor=wrong, actor_type=kind)
    ident = api_key.split("_")[1]
    new = ztauth("apikey", "rotate", "--file", server.path(KEYS), "--overlap", "1", ident).strip()
    planted.append(new)
    granted([], actor=new, actor_type=kind)
    granted([], actor=api_key, actor_type=kind)
    ztauth("apikey", "revoke", "--file", server.path(KEYS), ident)
    refused("api_key_revoked", [], actor=api_key, actor_type=kind)
    granted([], actor=new, actor_type=kind)
    with open(server.path(KEYS), "r+b") as f:
        text = f.read()
        f.truncate(len(text) - 10)
    granted([], actor=new, actor_type=kind)
    server.wait_said("what was read before stays in force")
    with open(server.path(KEYS), "wb") as f:
        f.write(text)
    granted([], actor=new, actor_type=kind)
    refused("api_key_revoked", [], actor=api_key, actor_type=kind)
    assert oct(os.stat(server.path(KEYS + ".pepper")).st_mode & 0o777) == "0o600"


def test_revocations():
    token, other = (ztauth("token", "mint", "--key", server.path("corp.pem"), "--claims",
                           server.path(n)).strip() for n in write_plain())
    granted([], subject=token)
    ztauth("revoke", "--file", server.path(LIST), "--jti", "stolen", "--iss", "https://corp.example")
    refused("revoked", [], subject=token)
    granted([], subject=other)
    subprocess.run([ZTAUTH, "revoke", "--file", server.path(LIST), "--credential", "-"],
                   input=other + "\n", text=True, check=True)
    refused("revoked", [], subject=other)
    granted([])
    server.stop()
    os.rename(server.path("err"), server.path("err.before"))
    server.start()
    refused("revoked", [], subject=token)
    ztauth("revoke", "--file", server.path(LIST), "--type", "User", "--id", "alice")
    refused("revoked", [])


def write_plain():
    now = int(time.time())
    for jti in ("stolen", "kept"):
        with open(server.path(jti + ".json"), "w", encoding="utf-8") as f:
            json.dump({"iss": "https://corp.example", "sub": "alice", "aud": "shop.example",
                       "scope": "shop.buy", "iat": now, "exp": now + 300, "jti": jti}, f)
    return "stolen.json", "kept.json"


def test_nothing_is_said():
    """No signature, no key, no pepper in what the server wrote: log, messages, key file."""
    with open(server.path(KEYS + ".pepper"), encoding="utf-8") as f:
        planted.append(f.read().strip())
    assert len(planted) > 20
    server.stop()
    files = [server.path("err"), server.path("err.before"), server.path(KEYS), server.path(LIST)]
    files += glob.glob(server.log_dir + "/**", recursive=True)
    read = 0
    for name in files:
        if os.path.isdir(name):
            continue
        with open(name, "rb") as f:
            text = f.read()
        read += len(text)
        for secret in planted:
            # An API key may be named by its id, but its secret is nowhere.
            part = secret[18:] if secret.startswith("ztak_") else secret
            for piece in (part, part[:24], part[-24:]):
                assert piece.encode() not in text, (name, secret)
    assert read > 10000
    said = ztauth("log", "tail", "--dir", server.log_dir, "--from", "0")
    for secret in planted:
        assert secret[18:] not in said


if __name__ == "__main__":
    try:
        main([test_dpop, test_transactions_go_on, test_proof_of_another_server, test_source_demands_a_proof, test_nonce,
              test_wimse, test_api_keys, test_revocations, test_nothing_is_said])
    finally:
        server.close()
