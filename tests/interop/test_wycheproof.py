#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Our verdicts on the signatures of Project Wycheproof, hostile ones above all, are its own. The
vectors come by Go's module proxy, into the build directory."""

import base64
import collections
import json
import os
import shutil
import subprocess
import sys

from packages import OUTSIDE

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
BUILD = os.path.abspath(os.environ.get("BUILD", os.path.join(ROOT, "build")))
HOME = os.path.join(OUTSIDE, "wycheproof")
MODULE = "github.com/c2sp/wycheproof@v0.0.0-20260902155932-3fa63dd0344a"
FILES = {
    "ecdsa_secp256r1_sha256_p1363": "ES256", "ed25519": "EdDSA",
    "rsa_signature_2048_sha256": "RS256", "rsa_signature_3072_sha256": "RS256",
    "rsa_signature_4096_sha256": "RS256", "rsa_signature_8192_sha256": "RS256",
    "rsa_pss_2048_sha256_mgf1_32": "PS256", "rsa_pss_3072_sha256_mgf1_32": "PS256",
    "rsa_pss_4096_sha256_mgf1_32": "PS256",
    # Good signatures of another hash: not what PS256 is.
    "rsa_pss_2048_sha256_mgf1sha1_20": None,
}
OURS = {"ES256", "RS256", "PS256", "EdDSA"}


def skip(why):
    print(why)
    sys.exit(77)


def fetch():
    """Where the vectors are."""
    if not shutil.which("go"):
        skip("go is not installed")
    os.makedirs(HOME, exist_ok=True)
    env = {**os.environ, "GOFLAGS": "-modcacherw", "GOMODCACHE": os.path.join(HOME, "modules")}
    if not os.path.exists(os.path.join(HOME, "go.mod")):
        subprocess.run(["go", "mod", "init", "scratch"], cwd=HOME, env=env, check=True,
                       capture_output=True)
    r = subprocess.run(["go", "mod", "download", "-json", MODULE], cwd=HOME, env=env, text=True,
                       capture_output=True, check=False)
    if r.returncode != 0:
        skip("Go's module proxy cannot be reached")
    return os.path.join(json.loads(r.stdout)["Dir"], "testvectors_v1")


questions, wanted, counts, failed = [], [], collections.Counter(), 0


def ask(question, answer, what):
    questions.append(question)
    wanted.append((answer, what))


def read(name):
    with open(os.path.join(vectors, name + "_test.json"), encoding="utf-8") as f:
        return json.load(f)["testGroups"]


def signatures(name, alg):
    for group in read(name):
        pem = group.get("publicKeyPem") or group["publicKey"]["publicKeyPem"]
        ask("key " + pem.encode().hex(), "1", f"{name}: its key")
        for t in group["tests"]:
            good = alg is not None and t["result"] == "valid"
            # Acceptable is what a strict verifier refuses.
            ask(f"sig {alg or 'PS256'} {t['msg']} {t['sig']}", "1" if good else "0",
                f"{name} {t['tcId']}: {t['comment']} {t['flags']}")


def algorithm_of(token):
    header = token.split(".")[0]
    return json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))["alg"]


def tokens(name):
    for group in read(name):
        keys = group.get("public") or group["private"]
        keys = keys if "keys" in keys else {"keys": [keys]}
        for t in group["tests"]:
            good = t["result"] == "valid" and algorithm_of(t["jws"]) in OURS
            ask(f"jws {json.dumps(keys).encode().hex()} {t['jws']}", "1" if good else "0",
                f"{name} {t['tcId']}: {t['comment']} {t['flags']}")


vectors = fetch()
for file, algorithm in FILES.items():
    signatures(file, algorithm)
for file in "json_web_signature", "json_web_key":
    tokens(file)
said = subprocess.run([os.path.join(BUILD, "tests/interop/signatures")], text=True, check=True,
                      input="\n".join(questions) + "\n", capture_output=True).stdout.split()
assert len(said) == len(wanted)
for got, (answer, what) in zip(said, wanted):
    counts[what.split(" ")[0].rstrip(":"), answer] += 1
    if got != answer:
        failed += 1
        print(f"{what}: {got}, not {answer}")
for (file, answer), count in sorted(counts.items()):
    print(f"{file}: {count} {'accepted' if answer == '1' else 'refused'}")
print(f"{len(wanted)} verdicts, {failed} differ")
sys.exit(failed > 0)
