#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Exported events follow OCSF's own schema, and requests OTLP's own messages. What the schema
refuses when it is damaged shows that it judges. The packages come from PyPI."""

import json
import os
import subprocess
import sys

from exported import ODD, run, serve, skip
from packages import python_with

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "daemon"))
from collectors import Otlp  # noqa: E402

if sys.version_info < (3, 10):
    skip("ocsf-json-schema needs Python 3.10")
PYTHON = python_with("ocsf", "ocsf-json-schema==1.2.0", "jsonschema==4.26.0",
                     "opentelemetry-proto==1.45.2")
JUDGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "ocsf_judge.py")
ALL = [{"op": "remove", "path": p} for p in
       ("/subject_id", "/resource_id", "/txn", "/reason", "/request", "/credentials", "/rings")]


def judge(text):
    return subprocess.run([PYTHON, JUDGE], input=text, capture_output=True, text=True, check=False)


server = serve()
try:
    events = run(server)
    lines = events.splitlines()
    assert len(lines) == len(server.log())
    collector = Otlp()
    run(server, "--to", f"otlp+http://127.0.0.1:{collector.port}", "--cursor", server.path("c"))
    requests = b"\n".join(collector.batches).decode() + "\n"
    out = judge(events + requests)
    assert out.returncode == 0 and out.stdout == f"{len(lines)} {len(lines)}\n", out
    seen = [json.loads(line) for line in lines]
    assert any(e["actor"].get("user", {}).get("uid") == ODD for e in seen), "an odd name is lost"
    assert {e["activity_id"] for e in seen} == {2, 4, 99}
    assert {p["policy"]["desc"] for e in seen for p in e["actor"]["authorizations"]
            if "policy" in p} == {"decided", "elevation"}

    masked = run(server, masks=ALL)
    out = judge(masked)
    assert out.returncode == 0, out
    assert "alice" not in masked and "spiffe://shop.example/" not in masked
    assert all("/rings" in json.loads(line)["unmapped"]["masked"]
               for line in masked.splitlines() if '"token"' in line and "issued" in line)

    event = seen[-1]
    for damage in ({"activity_id": 77}, {"time": "now"}, {"metadata": {}}, {"more": 1},
                   {"actor": {}}, {"disposition_id": 1000}, {"resources": [{}]}):
        assert judge(json.dumps({**event, **damage}) + "\n").returncode != 0, damage
    bad = requests.replace('"severityNumber"', '"severity"', 1)
    assert judge(bad).returncode != 0
    print(f"{len(lines)} events, valid in 1.5.0 to 1.8.0; as many records of OTLP")
finally:
    server.close()
