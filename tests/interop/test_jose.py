#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Tokens of another language's JOSE library are accepted, ours by it, and each
negative case is refused by its own code."""

import json
import os
import subprocess
import sys
import tempfile
import time

try:
    from jwcrypto import jwk, jws, jwt
except ImportError:
    print("python3-jwcrypto is not installed")
    sys.exit(77)

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
ZTAUTH = os.path.join(os.environ.get("BUILD", os.path.join(ROOT, "build")), "ztauth")
work = tempfile.TemporaryDirectory()
failed = 0


def path(name):
    return os.path.join(work.name, name)


def run(*args, **kw):
    return subprocess.run([ZTAUTH, *args], capture_output=True, text=True, check=False, **kw)


def check(what, got, wanted):
    global failed
    if got != wanted:
        failed += 1
        print(f"{what}: {got!r}, not {wanted!r}")


def claims(**change):
    now = int(time.time())
    base = {"iss": "https://corp", "sub": "alice", "aud": "me", "iat": now, "exp": now + 60}
    base.update(change)
    return {k: v for k, v in base.items() if v is not None}


def sources(keys, algorithms):
    with open(path("sources.json"), "w", encoding="utf-8") as f:
        json.dump({"sources": {"corp": {
            "kind": "jwt", "issuer": "https://corp", "audience": "me",
            "algorithms": algorithms, "jwks": {"keys": keys}}}}, f)


def verify(token):
    out = run("token", "verify", "--sources", path("sources.json"), token)
    answer = json.loads(out.stdout) if out.stdout else {"refused": out.stderr}
    check("exit code", out.returncode, 2 if "refused" in answer else 0)
    return answer.get("refused", "accepted")


def theirs(key, alg, payload, **header):
    token = jwt.JWT(header={"alg": alg, "typ": "JWT", **header}, claims=payload)
    token.make_signed_token(key)
    return token.serialize()


KEYS = {
    "ES256": jwk.JWK.generate(kty="EC", crv="P-256", kid="e"),
    "RS256": jwk.JWK.generate(kty="RSA", size=2048, kid="r"),
    "PS256": jwk.JWK.generate(kty="RSA", size=2048, kid="p"),
    "EdDSA": jwk.JWK.generate(kty="OKP", crv="Ed25519", kid="d"),
}

# Theirs, by us.
for alg, key in KEYS.items():
    sources([json.loads(key.export_public())], [alg])
    check(f"theirs, {alg}", verify(theirs(key, alg, claims(), kid=key["kid"])), "accepted")
    check(f"theirs, {alg}, no kid", verify(theirs(key, alg, claims())), "accepted")

# Ours, by them.
for alg in KEYS:
    out = run("key", "gen", "--alg", alg, "--out", path(alg + ".pem"))
    public = jwk.JWK.from_json(out.stdout)
    with open(path("claims.json"), "w", encoding="utf-8") as f:
        json.dump(claims(), f)
    token = run("token", "mint", "--key", path(alg + ".pem"), "--alg", alg,
                "--claims", path("claims.json")).stdout.strip()
    seen = jwt.JWT(jwt=token, key=public, algs=[alg])
    check(f"ours, {alg}", json.loads(seen.claims)["sub"], "alice")
    check(f"thumbprint, {alg}", json.loads(out.stdout)["kid"], public.thumbprint())

# Each negative case by its own code.
key, other = KEYS["ES256"], jwk.JWK.generate(kty="EC", crv="P-256", kid="e")
sources([json.loads(key.export_public())], ["ES256"])
secret = jwk.JWK(kty="oct", k="c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LTEyMzQ")
p384 = jwk.JWK.generate(kty="EC", crv="P-384")
good = theirs(key, "ES256", claims())
now = int(time.time())
negative = {
    "unsupported_alg": [theirs(secret, "HS256", claims()), theirs(p384, "ES384", claims()),
                        "eyJhbGciOiJub25lIn0." + good.split(".")[1] + "."],
    "alg_not_allowed": [theirs(KEYS["RS256"], "RS256", claims())],
    "bad_signature": [theirs(other, "ES256", claims()), good[:-8] + "AAAAAAAA"],
    "unknown_key": [theirs(key, "ES256", claims(), kid="nobody")],
    "key_injection": [theirs(other, "ES256", claims(), jwk=json.loads(other.export_public())),
                      theirs(other, "ES256", claims(), jku="https://evil.example/keys")],
    "expired": [theirs(key, "ES256", claims(iat=now - 700, exp=now - 600))],
    "not_yet_valid": [theirs(key, "ES256", claims(nbf=now + 600, exp=now + 900))],
    "issued_in_future": [theirs(key, "ES256", claims(iat=now + 600, exp=now + 900))],
    "bad_audience": [theirs(key, "ES256", claims(aud="you"))],
    "unknown_issuer": [theirs(key, "ES256", claims(iss="https://evil"))],
    "missing_claim": [theirs(key, "ES256", claims(exp=None)),
                      theirs(key, "ES256", claims(aud=None))],
    "bad_claim": [theirs(key, "ES256", claims(exp="tomorrow"))],
    "bad_subject": [theirs(key, "ES256", claims(sub=""))],
    "bad_type": [theirs(key, "ES256", claims(), typ="dpop+jwt")],
    "malformed": [good + ".x", good + "=", "a.b.c", good.replace(".", "..", 1)],
    "too_large": [theirs(key, "ES256", claims(), x="y" * 5000)],
}
for code, tokens in negative.items():
    for token in tokens:
        check(f"negative {code}", verify(token), code)
# jwcrypto makes no token with `crit` for headers that it does not know.
signed = jws.JWS(json.dumps(claims()))
signed.header_registry["urgent"] = jws.JWSEHeaderParameter("urgent", False, True, None)
signed.add_signature(key, None, json.dumps({"alg": "ES256", "crit": ["urgent"], "urgent": 1}))
check("negative critical_header", verify(signed.serialize(compact=True)), "critical_header")

# What only a running server can judge is refused, and says so.
pair = run("apikey", "create", "--file", path("keys.txt"), "--iss", "https://corp", "--aud", "me",
           "--sub", "ci").stdout.strip()
for token, code, words in (
        (pair, "api_key_unknown", "a server with `api_keys` alone"),
        (pair[:-1] + "x", "api_key_malformed", "no API key of this form"),
        (theirs(key, "ES256", claims(cnf={"jkt": other.thumbprint()})), "proof_missing",
         "no proof can be shown here")):
    out = run("token", "verify", "--sources", path("sources.json"), token)
    check("needs a server", (out.returncode, json.loads(out.stdout)["refused"]), (2, code))
    check("needs a server", words in out.stdout, True)

print("all agreed" if failed == 0 else f"{failed} disagreed")
sys.exit(failed > 0)
