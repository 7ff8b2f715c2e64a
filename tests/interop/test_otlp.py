#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Exports to the receiver of OpenTelemetry's own Collector, which prints what it understood. Its
modules come from Go's module proxy."""

import json
import os
import shutil
import socket
import subprocess
import sys

from exported import ODD, run, serve, skip
from packages import OUTSIDE

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "daemon"))
from collectors import attributes, records_of  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
RECEIVER = os.path.join(OUTSIDE, "otlp-receiver")
if not shutil.which("go"):
    skip("there is no Go here")
if not os.path.exists(RECEIVER):
    version = subprocess.run(["go", "env", "GOVERSION"], capture_output=True, text=True,
                             check=True).stdout.strip().removeprefix("go")
    if tuple(int(n) for n in version.split(".")[:2]) < (1, 25):
        skip(f"the Collector needs Go 1.25, and this is {version}")
    os.makedirs(os.path.dirname(RECEIVER), exist_ok=True)
    out = subprocess.run(["go", "build", "-mod=readonly", "-o", RECEIVER, "."],
                         cwd=os.path.join(HERE, "otlp"), capture_output=True, text=True, check=False)
    if out.returncode != 0 and "dial tcp" in out.stderr:
        skip("the modules of the Collector cannot be had here")
    assert out.returncode == 0, out.stderr

with socket.create_server(("127.0.0.1", 0)) as s:
    port = s.getsockname()[1]
server = serve()
try:
    with subprocess.Popen([RECEIVER, f"127.0.0.1:{port}"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as receiver:
        try:
            assert receiver.stdout.readline() == "ready\n"
            run(server, "--to", f"otlp+http://127.0.0.1:{port}", "--cursor", server.path("c"),
                masks=[{"op": "remove", "path": "/txn"}])
            taken = json.loads(receiver.stdout.readline())
        finally:
            receiver.kill()
    records, recorded = records_of(taken), server.log()
    assert len(records) == len(recorded)
    for record, truth in zip(records, recorded):
        a = attributes(record)
        assert int(a["ztauth.index"]) == truth["index"] and a["ztauth.id"] == truth["id"], record
        assert a["ztauth.allowed"] == truth["allowed"], record
        assert a.get("ztauth.resource.id") == truth.get("resource_id"), record
        assert record["severityNumber"] == (9 if truth["allowed"] else 13), record
        assert record["eventName"] == "ztauth." + truth["kind"], record
        assert "ztauth.txn" not in a, record
        if "txn" in truth:
            assert a["ztauth.masked"] == {"values": [{"stringValue": "/txn"}]}, record
    assert any(t.get("resource_id") == ODD for t in recorded)
    print(f"{len(records)} records, as the Collector understands them")
finally:
    server.close()
