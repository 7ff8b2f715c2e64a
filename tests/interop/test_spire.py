#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""SVIDs that SPIRE issues are believed, and its bundle is followed.

Building SPIRE takes minutes, so this runs on demand alone: ZTA_SPIRE names a
directory with spire-server and spire-agent, which are built there, by Go and its
module proxy, if they are missing.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "daemon"))

from harness import EVALUATION, URN, Server, main, question  # noqa: E402

VERSION = "v1.13.3"
BIN = os.environ.get("ZTA_SPIRE")
if not BIN:
    print("ZTA_SPIRE does not name a directory for SPIRE")
    sys.exit(77)
BIN = os.path.abspath(BIN)

work = tempfile.TemporaryDirectory()
running = []


def path(name):
    return os.path.join(work.name, name)


def run(*args, **kw):
    return subprocess.run(args, capture_output=True, text=True, check=True, **kw).stdout


def build():
    if os.path.exists(os.path.join(BIN, "spire-agent")):
        return
    os.makedirs(BIN, exist_ok=True)
    module = path("module")
    os.mkdir(module)
    run("go", "mod", "init", "scratch", cwd=module)
    tools = [f"github.com/spiffe/spire/cmd/{name}" for name in ("spire-server", "spire-agent")]
    for tool in tools:
        run("go", "get", "-tool", f"{tool}@{VERSION}", cwd=module)
    run("go", "install", *tools, cwd=module, env={**os.environ, "GOBIN": BIN})


def start(name, *args):
    with open(path(name + ".log"), "w", encoding="utf-8") as log:
        process = subprocess.Popen([os.path.join(BIN, name), "run", *args],
                                   stdout=log, stderr=subprocess.STDOUT)
    running.append(process)


def until(what, holds, seconds=60):
    end = time.time() + seconds
    while True:
        try:
            result = holds()
        except subprocess.CalledProcessError as e:
            result, what = None, f"{what}: {e.stdout}{e.stderr}"[:2000]
        if result:
            return result
        assert time.time() < end, what
        time.sleep(0.3)


def control(*args):
    return run(os.path.join(BIN, "spire-server"), *args, "-socketPath", path("server.sock"))


def agent(*args):
    return run(os.path.join(BIN, "spire-agent"), "api", *args, "-socketPath", path("agent.sock"))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def write(name, text):
    with open(path(name), "w", encoding="utf-8") as f:
        f.write(text)


def start_spire():
    port = free_port()
    write("server.conf", f"""
server {{
    bind_address = "127.0.0.1"
    bind_port = "{port}"
    socket_path = "{path('server.sock')}"
    trust_domain = "shop.example"
    data_dir = "{path('')}"
}}
plugins {{
    DataStore "sql" {{ plugin_data {{
        database_type = "sqlite3" connection_string = "{path('spire.db')}" }} }}
    NodeAttestor "join_token" {{ plugin_data {{}} }}
    KeyManager "memory" {{ plugin_data {{}} }}
}}
""")
    start("spire-server", "-config", path("server.conf"))
    until("spire-server", lambda: "healthy" in control("healthcheck"))
    token = control("token", "generate").split()[1]
    write("bundle.pem", control("bundle", "show"))
    write("agent.conf", f"""
agent {{
    server_address = "127.0.0.1"
    server_port = "{port}"
    socket_path = "{path('agent.sock')}"
    trust_domain = "shop.example"
    trust_bundle_path = "{path('bundle.pem')}"
    data_dir = "{path('agent')}"
}}
plugins {{
    NodeAttestor "join_token" {{ plugin_data {{}} }}
    KeyManager "memory" {{ plugin_data {{}} }}
    WorkloadAttestor "unix" {{ plugin_data {{}} }}
}}
""")
    start("spire-agent", "-config", path("agent.conf"), "-joinToken", token)
    return "spiffe://shop.example/spire/agent/join_token/" + token


def register(parent, name, *more):
    control("entry", "create", "-parentID", parent, "-spiffeID", "spiffe://shop.example/" + name,
            "-selector", f"unix:uid:{os.getuid()}", *more)


def fetch(name):
    """Files of the SVID with this name, from the Workload API."""
    def ask():
        text = agent("fetch", "x509", "-write", path("svids"))
        ids = [line.split()[-1] for line in text.splitlines() if line.startswith("SPIFFE ID:")]
        uri = "spiffe://shop.example/" + name
        return [ids.index(uri)] if uri in ids else None

    os.makedirs(path("svids"), exist_ok=True)
    index = until(name, ask)[0]
    return path(f"svids/svid.{index}.pem"), path(f"svids/svid.{index}.key")


def read(name):
    with open(name, "rb") as f:
        return f.read()


def bundle():
    return control("bundle", "show", "-format", "spiffe").encode()


def curl(where, *args, svid=None):
    if svid:
        args += ("--cert", svid[0], "--key", svid[1])
    return subprocess.run(
        ["curl", "-sS", "--tlsv1.3", "--cacert", path("svids/bundle.0.pem"), "-w", "\n%{http_code}",
         f"https://localhost:{server.port}{where}", *args], capture_output=True, text=True,
        check=False, timeout=60)


def status(*args, **kw):
    return curl(*args, **kw).stdout.splitlines()[-1:]


server = None


def test_an_x509_svid_is_taken():
    assert status("/healthz", svid=order) == ["200"], curl("/healthz", svid=order)
    assert curl("/healthz").returncode != 0
    text = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-cert", order[0], "-key",
         order[1], "-CAfile", path("svids/bundle.0.pem"), "-ign_eof"], text=True, check=False,
        input="GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60).stdout
    assert "HTTP/1.1 200" in text and "closed" in text, text


def exchange(**change):
    form = {"grant_type": URN + "grant-type:token-exchange",
            "requested_token_type": URN + "token-type:txn_token",
            "subject_token_type": URN + "token-type:access_token",
            "subject_token": server.alice(), **change}
    answer = curl("/token", "-d", urllib.parse.urlencode(form), svid=order).stdout
    return json.loads(answer.rsplit("\n", 1)[0])


def test_it_is_the_actor():
    answer = exchange()
    assert "access_token" in answer, answer
    answer = curl(EVALUATION, "-H", "Content-Type: application/json", "-d",
                  question(answer["access_token"]), svid=order).stdout
    assert '"decision":true' in answer, answer


def test_a_jwt_svid_is_taken():
    text = agent("fetch", "jwt", "-audience", "shop.example", "-spiffeID",
                 "spiffe://shop.example/order-api")
    token = next(line.strip() for line in text.splitlines() if line.strip().startswith("eyJ"))
    answer = exchange(actor_token=token, actor_token_type=URN + "token-type:jwt")
    assert "access_token" in answer, answer


def test_rotation_is_followed():
    """A new authority is prepared, used, and the old one taken out of the bundle."""
    old = order
    control("localauthority", "x509", "prepare")
    assert len([k for k in json.loads(bundle())["keys"] if k["use"] == "x509-svid"]) == 2
    server.believe(bundle())
    shown = json.loads(control("localauthority", "x509", "show", "-output", "json"))
    control("localauthority", "x509", "activate", "-authorityID",
            shown["prepared"]["authority_id"])
    register(parent, "payments/new")
    new = fetch("payments/new")
    until("the new authority", lambda: status("/healthz", svid=new) == ["200"])
    assert status("/healthz", svid=old) == ["200"]
    kept = [path("old.pem"), path("old.key")]
    for source, target in zip(old, kept):
        with open(target, "wb") as f:
            f.write(read(source))
    # The agent renews what a tainted authority has signed, our certificate too.
    control("localauthority", "x509", "taint", "-authorityID", shown["active"]["authority_id"])
    until("new SVIDs", lambda: read(fetch("order-api")[0]) != read(kept[0]))
    pair = until("ours", lambda: (p := fetch("ztauth")) and
                 read(p[0]) != read(server.path("tls.pem")) and p)
    for source, target in zip(pair, ("tls.pem", "tls.key")):
        os.replace(source, server.path(target))
    server.wait_said("the certificate is renewed")
    control("localauthority", "x509", "revoke", "-authorityID", shown["active"]["authority_id"])
    until("revocation", lambda: len(
        [k for k in json.loads(bundle())["keys"] if k["use"] == "x509-svid"]) == 1)
    server.believe(bundle())
    until("the old authority", lambda: curl("/healthz", svid=kept).returncode != 0)
    server.wait_said("untrusted_chain")
    until("order-api", lambda: status("/healthz", svid=fetch("order-api")) == ["200"])


try:
    build()
    parent = start_spire()
    register(parent, "order-api")
    register(parent, "ztauth", "-dns", "localhost")
    order = fetch("order-api")
    server = Server(extra="tls_cert tls.pem\ntls_key tls.key\ntls_client required\n")
    for file, target in zip(fetch("ztauth"), ("tls.pem", "tls.key")):
        with open(server.path(target), "wb") as to:
            to.write(read(file))
    order = fetch("order-api")
    server.believe(bundle())
    server.start()
    main([v for k, v in list(globals().items()) if k.startswith("test_")])
    server.stop()
finally:
    for each in reversed(running):
        each.send_signal(signal.SIGTERM)
        each.wait(30)
    if server:
        server.close()
