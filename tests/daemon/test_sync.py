#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Workspaces in step with a server: clone, pull, push, and stock git. SPEC: docs/formats/sync.md"""

import atexit
import http.server
import json
import os
import pty
import shutil
import subprocess
import sys
import tempfile
import threading

from harness import ZTAUTH, main
from sync import FILES, ZONE, Zone, change

zone = Zone()
atexit.register(zone.close)
zone.start()
writer, other, reader = zone.key("writer"), zone.key("other"), zone.key("reader")
zone.govern(writer="writers", other="writers", reader="readers")
work = tempfile.TemporaryDirectory()
os.environ.update({"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.com", "GIT_CONFIG_NOSYSTEM": "1",
                   "HOME": work.name, "TZ": "UTC", "LC_ALL": "C"})
os.environ.pop("SSH_AUTH_SOCK", None)
URL = f"http://127.0.0.1:{zone.port}/zones/{ZONE}/ledgers/main"


def path(*names):
    return os.path.join(work.name, *names)


def run(folder, *args, code=0):
    """What it said, on both outputs."""
    out = subprocess.run([ZTAUTH, *args], cwd=path(folder), capture_output=True, text=True, check=False)
    assert out.returncode == code, (args, out.returncode, out.stdout, out.stderr)
    return out.stdout + out.stderr


def write(folder, name, text):
    with open(path(folder, name), "wb") as f:
        f.write(text)


def read(folder, name):
    with open(path(folder, name), "rb") as f:
        return f.read()


def head():
    return zone.refs("main").get("main")


def change_policy(folder, number, key=writer):
    write(folder, "a.cedar", b"// %d\n" % number + FILES["a.cedar"])
    run(folder, "commit", "-m", f"number {number}", "--key", key.path)


def permit(what):
    """Let the admin ledger permit it."""
    now = zone.refs("admin")["main"]
    files = zone.files_of("admin", now)
    name = next(n for n in files if n.endswith(".cedar"))
    files[name] += b'@id("more-%s") permit (%s);\n' % (now.encode(), what.encode())
    objects, new = change(files, now, zone.admin)
    status, answer = zone.push(zone.admin, "admin", objects, now, new)
    assert status == 200, answer


def signers_file(*keys):
    with open(path("signers"), "w", encoding="utf-8") as f:
        for key in keys:
            with open(key.path + ".pub", encoding="utf-8") as pub:
                f.write("someone " + pub.read())
    return path("signers")


def test_push():
    os.mkdir(path("a"))
    for name, text in FILES.items():
        write("a", name, text)
    run("a", "init", "--zone", ZONE, "--name", "main")
    run("a", "commit", "-m", "first", "--key", writer.path)
    assert "no remote origin" in run("a", "push", code=1)
    assert "URL of a ledger" in run("a", "remote", "add", "origin", "ftp://x/zones/1/ledgers/y", code=1)
    run("a", "remote", "add", "origin", URL)
    assert "already" in run("a", "remote", "add", "origin", URL, code=1)
    assert run("a", "remote", "list") == f"origin {URL}\n"
    assert "not permitted" in run("a", "push", code=1)
    assert "not permitted" in run("a", "push", "--key", reader.path, code=1)
    assert "sent" in run("a", "push", "--key", writer.path)
    assert "nothing to send" in run("a", "push", "--key", writer.path)
    for verb in ("push", "pull"):
        said = json.loads(run("a", verb, "--json", "--key", writer.path))
        assert said == {"outcome": "same", "head": head(), "url": URL, "changes": []}, said
    assert f"at {head()[:12]}" in run("a", "pull", "--key", reader.path)


def test_what_takes_a_while_is_said_on_terminals_alone():
    near, far = pty.openpty()
    out = subprocess.run([ZTAUTH, "push", "--key", writer.path], cwd=path("a"), stdout=subprocess.PIPE, stderr=far,
                         check=True).stdout
    os.close(far)
    said = b""
    try:
        while data := os.read(near, 4096):
            said += data
    except OSError:  # all of it was read
        os.close(near)
    assert said == b"\r\x1b[Ksending, and waiting for the judgement ...\r\x1b[K", said
    assert out.startswith(b"nothing to send, at "), out
    assert b"\x1b" not in run("a", "push", "--key", writer.path).encode()


def test_clone():
    run(".", "clone", URL, "b", "--key", reader.path, "--signers", signers_file(writer))
    assert sorted(os.listdir(path("b"))) == sorted([".ztauth", *FILES])
    for name, text in FILES.items():
        assert read("b", name) == text
    assert run("b", "remote") == f"origin {URL}\n"
    assert "not empty" in run(".", "clone", URL, "b", "--key", reader.path, code=1)
    run("b", "validate")


def test_pull():
    change_policy("a", 1)
    run("a", "push", "--key", writer.path)
    out = run("b", "pull", "--key", reader.path)
    assert "M  a.cedar" in out and head()[:12] in out, out
    assert read("b", "a.cedar") == read("a", "a.cedar")
    for i in range(2, 7):
        change_policy("a", i)
    run("a", "push", "--key", writer.path)
    run("b", "pull", "--key", reader.path)
    assert run("b", "log") == run("a", "log")
    write("b", "a.cedar", b"// mine\n")
    assert "not as HEAD has it" in run("b", "pull", "--key", reader.path, code=1)
    assert read("b", "a.cedar") == b"// mine\n"
    run("b", "checkout", "HEAD", "--force")


def test_both_have_new_commits():
    change_policy("b", 10)
    before = run("b", "log")
    assert "not permitted" in run("b", "push", "--key", reader.path, code=1)
    change_policy("a", 11)
    run("a", "push", "--key", writer.path)
    assert "pull first" in run("b", "push", "--key", writer.path, code=1)
    assert "line of history" in run("b", "pull", "--key", reader.path, code=1)
    assert run("b", "log") == before
    shutil.rmtree(path("b"))
    run(".", "clone", URL, "b", "--key", reader.path, "--signers", signers_file(writer))


def test_a_signer_who_is_not_on_the_list():
    change_policy("a", 20, other)
    run("a", "push", "--key", other.path)
    before = run("b", "log")
    assert "no allowed signer" in run("b", "pull", "--key", reader.path, code=1)
    assert run("b", "log") == before
    signers_file(writer, other)
    run("b", "pull", "--key", reader.path)
    assert run("b", "log") == run("a", "log")


def test_what_the_server_does_not_admit():
    """A key that may push, but not commit."""
    stranger = zone.key("stranger")
    change_policy("a", 30, stranger)
    before = head()
    assert "not permitted" in run("a", "push", "--key", writer.path, code=1)
    assert head() == before
    shutil.rmtree(path("a"))
    run(".", "clone", URL, "a", "--key", reader.path)


class Strict(http.server.BaseHTTPRequestHandler):
    """A server that admits nothing, and says why as docs/formats/sync.md has it."""

    def answer(self, code, body):
        data = json.dumps(body).encode()
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        self.answer(200, {"refs": {}, "sequence": 1})

    def do_POST(self):
        self.answer(422, {
            "error": {"code": "not_admitted", "message": "it is not a version of the ledger", "at": ""},
            "commit": None, "findings": [
                {"severity": "warning", "rule": "a", "message": "never mind", "hint": "", "policy": "",
                 "file": "a.cedar", "line": 1, "column": 1},
                {"severity": "error", "rule": "b", "message": "no such \x1b[31mtype", "hint": "", "policy": "",
                 "file": "b.cedar", "line": 7, "column": 9}]})

    def log_message(self, *_):
        pass


def test_findings_of_the_server_are_shown():
    server = http.server.HTTPServer(("127.0.0.1", 0), Strict)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    run("b", "remote", "add", "strict", f"http://127.0.0.1:{server.server_port}/zones/{ZONE}/ledgers/main")
    said = run("b", "push", "strict", code=1)
    run("b", "remote", "remove", "strict")
    server.shutdown()
    assert "b.cedar:7:9" in said and "the server does not admit it: no such ?[31mtype" in said, said


def test_outage():
    zone.kill()
    run("b", "status")
    assert "127.0.0.1" in run("b", "pull", "--key", reader.path, code=1)
    run(".", "clone", URL, "c", "--key", reader.path, code=1)
    with open(zone.path("ztauth.conf"), encoding="utf-8") as f:
        conf = f.read().replace("listen 127.0.0.1:0", f"listen 127.0.0.1:{zone.port}")
    with open(zone.path("ztauth.conf"), "w", encoding="utf-8") as f:
        f.write(conf)
    zone.start()
    run("c", "pull", "--key", reader.path)
    assert run("c", "log") == run("b", "log")


def test_rollback():
    """A server that was restored from an old backup."""
    zone.stop()
    shutil.copytree(zone.path("data"), zone.path("backup"))
    zone.start()
    change_policy("a", 40)
    run("a", "push", "--key", writer.path)
    run("b", "pull", "--key", reader.path)
    zone.stop()
    shutil.rmtree(zone.path("data"))
    os.rename(zone.path("backup"), zone.path("data"))
    zone.start()
    before = run("b", "log")
    assert "ahead" in run("b", "pull", "--key", reader.path)
    assert run("b", "log") == before
    run("a", "push", "--key", writer.path)
    assert "nothing new" in run("b", "pull", "--key", reader.path)


def test_many_commits():
    """More than go into one answer, or one push."""
    zone.ask(zone.admin, "POST", "", b'{"name":"long"}')
    permit('principal is Anonymous, action == Action::"commit", resource == Ledger::"%s/long"' % ZONE)
    with tempfile.TemporaryDirectory() as d:
        git_history(d, 1005)
        run(".", "ledger", "import", "--store", path("long.db"), "--ledger", f"{ZONE}/long", d + "/bundle")
    shutil.copytree(path("c"), path("long"))
    shutil.rmtree(path("long", ".ztauth"))
    run("long", "init", "--zone", ZONE, "--name", "long")
    shutil.copy(path("long.db"), path("long", ".ztauth", "store.db"))
    run("long", "checkout", "HEAD", "--force")
    run("long", "remote", "add", "origin", URL.replace("main", "long"))
    run("long", "push", "--key", zone.admin.path)
    run(".", "clone", URL.replace("main", "long"), "long2", "--key", reader.path)
    assert run("long2", "log", "--limit", "2000") == run("long", "log", "--limit", "2000")


def git(*args, **kw):
    return subprocess.run(["git", *args], capture_output=True, check=True, **kw).stdout.decode()


def git_history(d, count):
    """A bundle with `count` commits, signed by the administrator."""
    repo = d + "/repo"
    git("init", "-q", "-b", "main", "--object-format=sha256", repo)
    stream = []
    for i in range(count):
        files = {**FILES, "a.cedar": b"// %d\n" % i + FILES["a.cedar"]} if i == 0 else \
            {"a.cedar": b"// %d\n" % i + FILES["a.cedar"]}
        stream.append(b"commit refs/heads/main\nmark :%d\ncommitter A <a@b.c> %d +0000\ndata 2\nm\n\n" % (i + 1, i))
        for name, text in files.items():
            stream.append(b"M 100644 inline %s\ndata %d\n%s\n" % (name.encode(), len(text), text))
    git("-C", repo, "fast-import", "--quiet", input=b"".join(stream))
    git("-C", repo, "-c", "pack.window=0", "repack", "-adfq", "--depth=0")
    git("-C", repo, "-c", "pack.window=0", "bundle", "create", "-q", "--version=3", d + "/bundle", "main")


def test_git():
    """Stock git clones what anybody may read."""
    url = URL.replace("main", "long")
    assert subprocess.run(["git", "clone", "-q", url, path("g")], capture_output=True, check=False).returncode != 0
    permit('principal, action == Action::"read", resource == Ledger::"%s/long"' % ZONE)
    git("clone", "-q", url, path("g"))
    git("-C", path("g"), "fsck", "--strict", "--full")
    assert git("-C", path("g"), "rev-parse", "main").strip() == zone.refs("long")["main"]
    change_policy("long", 5000)
    run("long", "push", "--key", writer.path)
    git("-C", path("g"), "pull", "-q")
    assert git("-C", path("g"), "rev-parse", "main").strip() == zone.refs("long")["main"]
    assert read("g", "a.cedar") == read("long", "a.cedar")
    c = zone.connect()
    for method, target, status in (("GET", "/info/refs", 403), ("GET", "/info/other", 403),
                                   ("GET", "/info/refs?service=git-receive-pack", 403),
                                   ("POST", "/git-receive-pack", 404)):
        c.request(method, f"/zones/{ZONE}/ledgers/long{target}")
        r = c.getresponse()
        r.read()
        assert r.status == status, (target, r.status)
    for coding, body, status in (("gzip", b"x", 400), ("br", b"", 400), ("gzip", b"\x1f\x8b", 400)):
        c.request("POST", f"/zones/{ZONE}/ledgers/long/git-upload-pack", body, {"Content-Encoding": coding})
        r = c.getresponse()
        r.read()
        assert r.status == status, (coding, r.status)


if shutil.which("git") is None:
    print("git is not installed")
    sys.exit(77)
main([test_push, test_what_takes_a_while_is_said_on_terminals_alone, test_clone, test_pull,
      test_both_have_new_commits, test_a_signer_who_is_not_on_the_list,
      test_what_the_server_does_not_admit, test_findings_of_the_server_are_shown, test_outage, test_rollback,
      test_many_commits, test_git])
zone.stop()
work.cleanup()
