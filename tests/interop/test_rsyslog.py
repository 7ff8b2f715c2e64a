#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Exports to a real rsyslog over TLS, which demands our certificate, and is stopped and killed
in between. rsyslog and rsyslog-gnutls are Debian's."""

import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

from exported import ODD, run, serve, skip

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "daemon"))
from certificates import Authority  # noqa: E402
from harness import EVALUATION, ZTAUTH, question  # noqa: E402

if not shutil.which("rsyslogd", path="/usr/sbin:/usr/bin:/sbin"):
    skip("rsyslog is not installed")
if not any(os.path.exists(os.path.join(d, "rsyslog/lmnsd_gtls.so"))
           for d in ("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64",
                     "/usr/lib")):
    skip("rsyslog-gnutls is not installed")

CONFIG = """
global(workDirectory="{dir}" maxMessageSize="64k" defaultNetstreamDriver="gtls"
       defaultNetstreamDriverCAFile="{dir}/ca.pem"
       defaultNetstreamDriverCertFile="{dir}/rsyslog.pem"
       defaultNetstreamDriverKeyFile="{dir}/rsyslog.key"
       parser.escapeControlCharactersOnReceive="off")
module(load="imtcp" streamDriver.name="gtls" streamDriver.mode="1"
       streamDriver.authMode="x509/certvalid")
input(type="imtcp" port="{port}" address="127.0.0.1")
template(name="t" type="string"
         string="%pri%|%protocol-version%|%app-name%|%msgid%|%structured-data%|%msg%\\n")
action(type="omfile" file="{dir}/out" template="t")
"""
server = serve()
token = server.token()
authority = Authority()
with socket.create_server(("127.0.0.1", 0)) as s:
    port = s.getsockname()[1]
for name, data in (("ca.pem", authority.pem()),
                   *zip(("rsyslog.pem", "rsyslog.key"), authority.server()),
                   *zip(("our.pem", "our.key"), authority.issue("exporter", [])),
                   *zip(("their.pem", "their.key"), Authority("other").issue("exporter", [])),
                   ("rsyslog.conf", CONFIG.format(dir=server.dir, port=port).encode())):
    with open(server.path(name), "wb") as f:
        f.write(data)


def rsyslog():
    process = subprocess.Popen(["rsyslogd", "-n", "-C", "-f", server.path("rsyslog.conf"),
                                "-i", server.path("rsyslog.pid")],
                               env={**os.environ, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return process
        except OSError:
            time.sleep(0.05)
    raise AssertionError("rsyslog did not start")


def stop(process, how):
    process.send_signal(how)
    process.wait(20)


def lines():
    try:
        with open(server.path("out"), encoding="utf-8", newline="\n") as f:
            return f.read().split("\n")[:-1]
    except FileNotFoundError:
        return []


def indexes(text):
    return [int(re.search(r'\[ztauth@32473 index="(\d+)"', line).group(1)) for line in text]


def export(name="cursor", certificate="our", **kw):
    return run(server, "--to", f"syslog+tls://localhost:{port}", "--cursor", server.path(name),
               "--ca", server.path("ca.pem"), "--certificate", server.path(certificate + ".pem"),
               "--key", server.path(certificate + ".key"), **kw)


process = None
try:
    process = rsyslog()
    export()
    time.sleep(0.5)
    text = lines()
    records = server.log()
    assert indexes(text) == [r["index"] for r in records], text
    for line, record in zip(text, records):
        pri, version, app, msgid, data, message = line.split("|", 5)
        assert (version, app, msgid) == ("1", "ztauth", record["kind"]), line
        assert pri == ("110" if record["allowed"] else "109"), line
        event = json.loads(message)
        assert event["metadata"]["uid"] == record["id"] and event["class_uid"] == 6003
        assert event["unmapped"]["leaf_hash"] in data and f'id="{record["id"]}"' in data
        if record.get("resource_id") == ODD:
            assert event["resources"][0]["uid"] == ODD, line
    assert any(r.get("resource_id") == ODD for r in records)

    # Whoever it does not know gets nothing in.
    count = len(lines())
    try:
        subprocess.run(
            [ZTAUTH, "log", "export", "--dir", server.log_dir, "--unmasked", "--to",
             f"syslog+tls://localhost:{port}", "--cursor", server.path("their"), "--ca",
             server.path("ca.pem"), "--certificate", server.path("their.pem"), "--key",
             server.path("their.key")], capture_output=True, check=False, timeout=6)
        raise AssertionError("all was taken from a stranger")
    except subprocess.TimeoutExpired:
        pass
    assert len(lines()) == count
    with open(server.path("their"), encoding="utf-8") as f:
        assert f.read().split("\n")[1] == "0", "it counted as taken"

    # It is stopped and killed while records come. Some may come twice, none is missing.
    seed = random.randrange(1 << 30)
    chance = random.Random(seed)
    command = [ZTAUTH, "log", "export", "--dir", server.log_dir, "--unmasked", "--follow", "--to",
               f"syslog+tls://localhost:{port}", "--cursor", server.path("cursor"), "--ca",
               server.path("ca.pem"), "--certificate", server.path("our.pem"), "--key",
               server.path("our.key")]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as exporter:
        for i in range(4):
            for _ in range(30):
                server.post(EVALUATION, question(token))
                time.sleep(chance.random() * 0.02)
            stop(process, signal.SIGKILL if i % 2 else signal.SIGTERM)
            process = rsyslog()
        exporter.kill()
    export()
    time.sleep(0.5)
    first = list(dict.fromkeys(indexes(lines())))
    assert sorted(first) == [r["index"] for r in server.log()], (seed, first)
    print(f"seed {seed}: {len(first)} records, {len(lines()) - len(first)} of them twice")
finally:
    if process:
        process.kill()
    server.close()
