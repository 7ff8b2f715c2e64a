#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Tokens of Node's jose are accepted by us, ours by it; what was changed on the way, or is meant
for another, by neither. The package comes from the npm registry, into the build directory."""

import base64
import json
import os
import subprocess
import sys
import tempfile
import time

from packages import npm

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
BUILD = os.path.abspath(os.environ.get("BUILD", os.path.join(ROOT, "build")))
ZTAUTH = os.path.join(BUILD, "ztauth")
PACKAGE = "jose@6.2.18"
ALGS = ("ES256", "RS256", "PS256", "EdDSA")
work = tempfile.TemporaryDirectory()
failed = agreed = 0


def skip(why):
    print(why)
    sys.exit(77)


HOME = npm("jose", PACKAGE)
if HOME is None:
    skip("node is not installed, or npm's registry cannot be reached")
node = subprocess.Popen(["node", os.path.join(ROOT, "tests/interop/jose.mjs"), HOME], text=True,
                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def ask(do, **question):
    node.stdin.write(json.dumps({"do": do, **question}) + "\n")
    node.stdin.flush()
    return json.loads(node.stdout.readline())


def check(what, got, wanted):
    global failed, agreed
    agreed += got == wanted
    failed += got != wanted
    if got != wanted:
        print(f"{what}: {got!r}, not {wanted!r}")


def write(name, value):
    path = os.path.join(work.name, name)
    with open(path, "w", encoding="utf-8") as f:
        json.dump(value, f)
    return path


def run(*args):
    return subprocess.run([ZTAUTH, *args], capture_output=True, text=True, check=False).stdout.strip()


def claims(**change):
    now = int(time.time())
    return {"iss": "https://corp", "sub": "alice", "aud": "me", "iat": now, "exp": now + 60, **change}


def by_us(jwk, alg, token):
    sources = write("sources.json", {"sources": {"corp": {
        "kind": "jwt", "issuer": "https://corp", "audience": "me", "algorithms": [alg],
        "jwks": {"keys": [jwk]}}}})
    return json.loads(run("token", "verify", "--sources", sources, token)).get("refused", "accepted")


def by_them(jwk, alg, token):
    answer = ask("verify", jwk=jwk, token=token, options={
        "algorithms": [alg], "issuer": "https://corp", "audience": "me"})
    return "accepted" if "good" in answer else "refused: " + answer["code"]


def spoil(token):
    """The same with one bit of each part changed, and what else becomes of tokens on the way."""
    parts = token.split(".")
    for i in range(3):
        data = bytearray(base64.urlsafe_b64decode(parts[i] + "=="))
        data[len(data) // 2] ^= 1
        changed = list(parts)
        changed[i] = base64.urlsafe_b64encode(data).rstrip(b"=").decode()
        yield ".".join(changed)
    yield ".".join((parts[0], parts[1], ""))
    yield ".".join((parts[0], parts[1], parts[2][:-4]))
    yield ".".join((parts[0], parts[1], parts[2] + "AAAA"))
    yield ".".join((parts[1], parts[0], parts[2]))


def both_refuse(what, jwk, alg, token):
    check(f"{what}, {alg}, by us", by_us(jwk, alg, token) != "accepted", True)
    check(f"{what}, {alg}, by them", by_them(jwk, alg, token) != "accepted", True)


def theirs(alg):
    jwk = ask("generate", name=alg, alg=alg)["good"]
    token = ask("sign", name=alg, header={"alg": alg, "kid": alg, "typ": "JWT"}, claims=claims())["good"]
    check(f"theirs, {alg}", by_us(jwk, alg, token), "accepted")
    for spoilt in spoil(token):
        both_refuse("theirs, spoilt", jwk, alg, spoilt)
    now = int(time.time())
    for code, change in (("expired", {"exp": now - 600, "iat": now - 700}),
                         ("bad_audience", {"aud": "you"}), ("unknown_issuer", {"iss": "https://x"}),
                         ("not_yet_valid", {"nbf": now + 600})):
        other = ask("sign", name=alg, header={"alg": alg, "kid": alg}, claims=claims(**change))["good"]
        check(f"theirs, {code}, {alg}", by_us(jwk, alg, other), code)
        both_refuse(code, jwk, alg, other)


def ours(alg):
    pem = os.path.join(work.name, alg + ".pem")
    jwk = json.loads(run("key", "gen", "--alg", alg, "--out", pem))
    token = run("token", "mint", "--key", pem, "--alg", alg, "--claims", write("claims.json", claims()))
    check(f"ours, {alg}", by_them(jwk, alg, token), "accepted")
    check(f"ours, {alg}, by us", by_us(jwk, alg, token), "accepted")
    check(f"thumbprint, {alg}", ask("thumbprint", jwk=jwk)["good"], jwk["kid"])
    for spoilt in spoil(token):
        both_refuse("ours, spoilt", jwk, alg, spoilt)


try:
    for algorithm in ALGS:
        theirs(algorithm)
        ours(algorithm)
finally:
    node.stdin.close()
    node.wait(30)
print(f"{agreed} agreed, {failed} did not")
sys.exit(failed > 0)
