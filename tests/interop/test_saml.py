#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Assertions of two libraries of another language, which sign with their own
canonical XML, are accepted; what they are made to do wrong is refused, each by
its own code. The libraries come from the npm registry, into the build directory."""

import base64
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

from packages import npm

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get("BUILD", os.path.join(HERE, "..", "..", "build"))
ZTAUTH = os.path.join(BUILD, "ztauth")
PACKAGES = ["saml@4.0.0", "samlify@2.13.1"]
work = tempfile.TemporaryDirectory()
failed = 0


def skip(why):
    print(why)
    sys.exit(77)


def path(name):
    return os.path.join(work.name, name)


def check(what, got, wanted):
    global failed
    if got != wanted:
        failed += 1
        print(f"{what}: {got!r}, not {wanted!r}")


def read(name):
    with open(path(name), encoding="utf-8") as f:
        return f.read()


def fetch():
    for program in "node", "npm", "openssl":
        if shutil.which(program) is None:
            skip(f"{program} is not installed")
    home = npm("saml", *PACKAGES)
    if home is None:
        skip("npm's registry cannot be reached")
    return os.path.join(home, "node_modules")


def make_key(name):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", path(name + ".key"),
                    "-out", path(name + ".crt"), "-days", "2", "-subj", "/CN=idp.example"],
                   check=True, capture_output=True)


def sources(**change):
    source = {"kind": "saml", "issuer": "https://idp.example", "audience": "https://me.example",
              "recipient": "https://me.example/token", "algorithms": ["RS256"], "certs": read("idp.crt")}
    source.update(change)
    with open(path("sources.json"), "w", encoding="utf-8") as f:
        json.dump({"sources": {"corp": source}}, f)


def verify(credential):
    out = subprocess.run([ZTAUTH, "token", "verify", "--sources", path("sources.json"), "-"],
                         input=credential, capture_output=True, text=True, check=False)
    answer = json.loads(out.stdout) if out.stdout else {"refused": out.stderr}
    check("exit code", out.returncode, 2 if "refused" in answer else 0)
    return answer


def code(credential):
    return verify(credential).get("refused", "accepted")


modules = fetch()
make_key("idp")
make_key("other")
made = json.loads(subprocess.run(
    ["node", os.path.join(HERE, "saml_issuers.cjs"), modules, path("idp.key"), path("idp.crt"), path("other.key")],
    check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout)

sources()
wanted = {
    "auth0": "accepted", "auth0_base64": "accepted", "auth0_base64url": "accepted", "auth0_prefix": "accepted",
    "auth0_sha1": "unsupported_alg", "auth0_sha1_digest": "unsupported_alg", "auth0_other_key": "bad_signature",
    "auth0_expired": "expired", "auth0_audience": "bad_audience", "auth0_recipient": "bad_recipient",
    "auth0_answer": "bad_in_response_to", "auth0_unsigned": "not_signed",
    "samlify": "bad_in_response_to", "samlify_both": "bad_in_response_to",
}
for name, refused in wanted.items():
    check(name, code(made[name]), refused)
check("place", verify(made["auth0_audience"])["place"], "/Assertion/Conditions/AudienceRestriction")
check("subject", verify(made["auth0"])["id"], "alice")

sources(accept_in_response_to=True, principal={"kind": "human", "type": "User", "id": "/attributes/mail"})
for name in "auth0_answer", "samlify", "samlify_both":
    answer = verify(made[name])
    check(name, (answer.get("refused", "accepted"), answer.get("id")), ("accepted", "alice@corp.example"))
both = base64.b64decode(made["samlify_both"]).decode()
check("signatures of both", len(re.findall("SignatureValue>", both)), 4)

# Whatever is changed of what they signed, it no longer holds.
for before, after in ("alice", "admin"), ("dev", "root"), (">true<", ">false<"), ("me.example/t", "me.example/T"):
    sources()
    check(f"{before} changed", code(made["auth0"].replace(before, after)) in ("bad_signature", "bad_recipient"), True)
check("comment", code(made["auth0"].replace("alice@corp", "alice@<!-- -->corp")), "forbidden_xml")
sources(certs=read("other.crt"))
check("another certificate", code(made["auth0"]), "bad_signature")
check("its own", code(made["auth0_other_key"]), "accepted")

sys.exit(1 if failed else 0)
