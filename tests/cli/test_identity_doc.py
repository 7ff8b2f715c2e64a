#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Every source that docs/identity.md shows loads, there is one of each kind, each code of a
refusal is there and each one there exists, and so does every key of the configuration."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
ZTAUTH = os.path.join(os.environ.get("BUILD", os.path.join(ROOT, "build")), "ztauth")
failed = []


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as f:
        return f.read()


def check(holds, *what):
    if not holds:
        failed.append(what)
        print(*what)


def validate(sources):
    with tempfile.TemporaryDirectory() as work:
        ledger = os.path.join(work, "ledger")
        shutil.copytree(os.path.join(ROOT, "examples/shop/ledger"), ledger)
        with open(os.path.join(ledger, "identity/sources.json"), "w", encoding="utf-8") as f:
            f.write(sources)
        r = subprocess.run([ZTAUTH, "validate", ledger], capture_output=True, text=True, check=False)
        return r.returncode, r.stdout + r.stderr


page = read("docs/identity.md")
blocks = [re.sub(r"(?m)^ {4}", "", b).strip() for b in re.findall(r"(?m)(?:^ {4}.*\n)+", page)]
examples = [b for b in blocks if b.startswith('"')]
kinds = set()
for example in examples:
    code, said = validate('{"sources":{' + example + "}}")
    check(code == 0, example, said)
    kinds |= {source["kind"] for source in json.loads("{" + example + "}").values()}
# And together: no two claim the same.
code, said = validate('{"sources":{' + ",".join(examples) + "}}")
check(code == 0, said)
# The test itself can fail.
code, said = validate('{"sources":{' + examples[0].replace("audience", "audiences") + "}}")
check(code == 3, "a wrong example passes", said)

identity = os.path.join(ROOT, "src/identity")
text = "".join(read("src/identity", n) for n in sorted(os.listdir(identity)) if n.startswith("kind_"))
exist = set(re.findall(r'const zta_kind zta_kind__\w+ = \{\s*"([a-z-]+)"', text))
check(len(exist) >= 7 and kinds == exist, "kinds without an example:", sorted(kinds ^ exist))

codes = set(re.findall(r'\] =\s*"([a-z0-9_]+)"', read("src/identity/refusal.c"))) - {"none"}
told = set(re.findall(r"`([a-z0-9_]+)`", page))
check(len(codes) > 80 and not codes - told, "refusals that the page does not tell:", sorted(codes - told))
refused = " ".join(re.findall(r"(?ms)^Refused.*?\n\n", page) + re.findall(r"(?m)^\| `.*? \|", page))
named = set(re.findall(r"`([a-z0-9_]+)`", refused))
check(named <= codes, "refusals that do not exist:", sorted(named - codes))

keys = set(re.findall(r"(?m)^\.It Cm (\w+)", read("docs/man/ztauth.conf.5")))
shown = next(b for b in blocks if b.startswith("fetch_allow"))
used = {line.split()[0] for line in shown.splitlines()}
check(used <= keys, "no keys of the configuration:", sorted(used - keys))

print(f"{len(examples)} sources, {len(kinds)} kinds, {len(codes)} refusals")
sys.exit(bool(failed))
