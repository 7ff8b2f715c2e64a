#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Ledgers as git takes them, judged by stock git: an exported repository, a
bundle, and a clone over HTTP, of which only the HTTP server is not ours."""

import http.server
import os
import shutil
import subprocess
import sys
import tempfile
import threading

for tool in ("git", "ssh-keygen"):
    if shutil.which(tool) is None:
        print(f"{tool} is not installed")
        sys.exit(77)

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
BUILD = os.environ.get("BUILD", os.path.join(ROOT, "build"))
# In memory, if there is room: nobody pulls the plug here.
work = tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
os.environ.update({"HOME": work.name, "TZ": "UTC", "LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1",
                   "GIT_CONFIG_GLOBAL": os.path.join(work.name, "gitconfig"),
                   "GIT_TERMINAL_PROMPT": "0"})
failed = checks = 0


def path(name):
    return os.path.join(work.name, name)


def check(what, got, wanted=True):
    global failed, checks
    checks += 1
    if got != wanted:
        failed += 1
        print(f"{what}: {got!r}, not {wanted!r}")


def run(*args, **kw):
    done = subprocess.run(args, capture_output=True, **kw)
    if done.returncode != 0:
        raise RuntimeError(f"{args}: {done.stdout!r} {done.stderr!r}")
    return done.stdout


def ours(*args, **kw):
    return run(os.path.join(BUILD, "tests", "interop", "ledgers"), path("store"), *args, **kw)


def git(repo, *args):
    return run("git", "-C", path(repo), *args).decode()


def judge(name, repo, commits):
    """Is it whole, and signed?"""
    git(repo, "fsck", "--strict", "--full")
    check(f"{name}: format", git(repo, "rev-parse", "--show-object-format").strip(), "sha256")
    check(f"{name}: branch", git(repo, "symbolic-ref", "HEAD").strip(), "refs/heads/main")
    check(f"{name}: commits", git(repo, "rev-list", "--count", "main").strip(), str(commits))
    signed = git(repo, "log", "-10", "--format=%G?", "main").split()
    check(f"{name}: signatures", signed, ["G"] * min(commits, 10))
    git(repo, "log", "--show-signature", "-1")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    requests = []

    def log_message(self, *args):
        pass

    def answer(self, kind, body):
        self.send_response(200)
        self.send_header("Content-Type", f"application/x-git-upload-pack-{kind}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        protocol = self.headers.get("Git-Protocol", "")
        self.answer("advertisement", ours("advertise", protocol))

    def do_POST(self):
        coding = self.headers.get("Content-Encoding", "plain")
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.requests.append(coding)
        self.answer("result", ours("upload", coding, input=body))


def pkt(*lines):
    marks = {0: b"0000", 1: b"0001"}
    return b"".join(marks[x] if isinstance(x, int) else b"%04x%s" % (len(x) + 4, x) for x in lines)


run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path("key"))
with open(path("key.pub")) as f, open(path("allowed"), "w") as out:
    out.write("alice@example.com " + f.read())
with open(os.environ["GIT_CONFIG_GLOBAL"], "w") as f:
    f.write(f"[gpg]\n\tformat = ssh\n[gpg \"ssh\"]\n\tallowedSignersFile = {path('allowed')}\n"
            "[safe]\n\tdirectory = *\n[user]\n\tname = T\n\temail = t@example.com\n")
ours("fill", "7", path("key"))

# A repository.
ours("export", path("exported"))
judge("export", "exported", 7)
check("export again", subprocess.run(
    [os.path.join(BUILD, "tests", "interop", "ledgers"), path("store"), "export", path("exported")],
    capture_output=True).returncode, 1)
run("git", "clone", "-q", path("exported"), path("from-export"))
judge("clone of the export", "from-export", 7)

# A bundle, and one of what came later.
ours("bundle", path("first.bundle"))
head = git("exported", "rev-parse", "main").strip()
ours("fill", "3", path("key"))
ours("bundle", path("more.bundle"), head)
git("exported", "bundle", "verify", path("first.bundle"))
run("git", "clone", "-q", path("first.bundle"), path("from-bundle"))
judge("clone of a bundle", "from-bundle", 7)
git("from-bundle", "bundle", "verify", path("more.bundle"))
git("from-bundle", "pull", "-q", path("more.bundle"), "main")
judge("pull of a bundle", "from-bundle", 10)

# HTTP.
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/zones/zone/ledgers/shop"
run("git", "clone", "-q", url, path("clone"))
judge("clone", "clone", 10)
ours("fill", "1", path("key"))
git("clone", "pull", "-q")
judge("pull", "clone", 11)
git("clone", "pull", "-q")
judge("pull of nothing", "clone", 11)
ours("fill", "989", path("key"))
run("git", "clone", "-q", url, path("large"))
judge("clone of 1,000", "large", 1000)
git("clone", "pull", "-q")
judge("pull of 989", "clone", 1000)

# Of nothing git 2.39 makes a clone in the other format, which can never pull: better none.
os.rename(path("store"), path("aside"))
done = subprocess.run(["git", "clone", "-q", url, path("early")], capture_output=True, text=True)
check("clone of no commit is refused", (done.returncode, "has no commit yet" in done.stderr), (128, True))
os.rename(path("aside"), path("store"))

# A client that has commits of its own asks in several steps.
for i in range(40):
    git("clone", "commit", "-q", "--allow-empty", "-m", f"own {i}")
ours("fill", "1", path("key"))
git("clone", "fetch", "-q")
check("fetch beside own commits", git("clone", "log", "-1", "--format=%G?", "origin/main").strip(), "G")
git("clone", "fsck", "--strict", "--full")
check("compressed requests came", "gzip" in Handler.requests)

# Refusals that a user reads.
for name, args, words in (
        ("shallow", ("clone", "-q", "--depth=1", url), "shallow"),
        ("version 0", ("-c", "protocol.version=0", "clone", "-q", url), "version 2")):
    done = subprocess.run(("git", *args, path("refused")), capture_output=True)
    check(f"{name} is refused", done.returncode != 0)
    check(f"{name} says why", words in done.stderr.decode(), True)
HEAD = (b"command=fetch", b"object-format=sha256", 1)
LS = (b"command=ls-refs", b"object-format=sha256", 1)
for name, request in (
        ("nothing", b""), ("no pkt", b"zzzz"), ("cut off", b"0040command"),
        ("length 3", b"0003"), ("upper case", b"000Ax"), ("other command", pkt(b"command=push", HEAD[1], 0)),
        ("sha1", pkt(b"command=fetch", b"object-format=sha1", 1, b"done", 0)),
        ("no want", pkt(*HEAD, b"done", 0)), ("bad want", pkt(*HEAD, b"want 12", b"done", 0)),
        ("unknown want", pkt(*HEAD, b"want " + b"12" * 32, b"done", 0)),
        ("blob", pkt(*HEAD, b"want " + git("clone", "rev-parse", "HEAD:policy.cedar").strip().encode(), b"done", 0)),
        ("filter", pkt(*HEAD, b"want " + b"12" * 32, b"filter blob:none", b"done", 0)),
        ("argument", pkt(*LS, b"what", 0)), ("prefixes", pkt(*LS, *[b"ref-prefix x"] * 1001, 0))):
    answer = ours("upload", "plain", input=request)
    check(f"{name} is an error", answer[4:8], b"ERR ")
    check(f"{name} is one line", int(answer[:4], 16), len(answer))

# The other way round: what git has made is read, judged and written again.
ZTAUTH = os.path.join(BUILD, "ztauth")
run("git", "init", "-q", "-b", "main", "--object-format=sha256", path("made"))
git("made", "config", "user.signingKey", path("key"))


def make(text):
    with open(path("made/a.cedar"), "w") as f:
        f.write(text)
    git("made", "add", "-A")
    git("made", "commit", "-q", "-S", "-m", "by git")
    return git("made", "rev-parse", "HEAD").strip()


def bundle(name, *what):
    git("made", "-c", "pack.window=0", "-c", "pack.depth=0", "bundle", "create", "-q", "--version=3", path(name), *what)


def imported(name, *more):
    done = subprocess.run([ZTAUTH, "ledger", "import", "--store", path("imported"), "--ledger", "z/made", path(name), *more],
                          capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


with open(path("made/manifest.json"), "w") as f:
    f.write('{"metadata":{"name":"made"},"partitions":{"/":{"schema":false}}}\n')
first = make("permit (principal, action, resource);\n")
bundle("1", "main")
second = make("forbid (principal, action, resource);\n")
bundle("2", f"{first}..main")
broken = make("permit (;\n")
bundle("3", f"{second}..main")
git("made", "reset", "-q", "--hard", first)
aside = make("// aside\n")
bundle("4", "main")
signers = ("--signers", path("allowed"))
with open(path("nobody"), "w") as f:
    f.write("# nobody\n")
check("later bundle first", imported("2", *signers)[0], 1)
code, said = imported("1", "--signers", path("nobody"))
check("nobody may sign", (code, "no allowed signer" in said), (1, True))
check("import", imported("1", *signers), (0, f"now at {first}\n"))
check("import again", imported("1", *signers), (0, f"nothing new, at {first}\n"))
check("import of more", imported("2", *signers), (0, f"now at {second}\n"))
check("import of old", imported("1", *signers), (0, f"nothing new, at {second}\n"))
code, said = imported("3", *signers)
check("import of what is no version", (code, "a.cedar:1:" in said, broken in said), (3, True, True))
code, said = imported("4", *signers)
check("import of another line", (code, "line of history" in said), (1, True))
check("import of no bundle", imported("key", *signers)[0], 1)
git("made", "reset", "-q", "--hard", second)
with open(path("made/long.cedar"), "w") as f:
    f.writelines(f"// line {i} {i * i}\n" for i in range(2000))
make("// with a long file\n")
with open(path("made/long.cedar"), "a") as f:
    f.write("// more\n")
make("// with a longer file\n")
git("made", "repack", "-adfq")
git("made", "bundle", "create", "-q", "--version=3", path("5"), "main")
code, said = imported("5", *signers)
check("import of deltas", (code, "delta" in said), (1, True))
git("made", "-c", "pack.window=0", "-c", "pack.depth=0", "repack", "-adfqF")
bundle("6", "main")
check("import without deltas", imported("6", *signers)[0], 0)
for verb in (("export", path("again")), ("bundle", path("again.bundle"))):
    run(ZTAUTH, "ledger", verb[0], "--store", path("imported"), "--ledger", "z/made", verb[1])
judge("written again", "again", 4)
check("it is the same", git("again", "rev-parse", "main"), git("made", "rev-parse", "main"))
check("and so is the bundle", git("made", "bundle", "list-heads", path("again.bundle")).split()[0],
      git("made", "rev-parse", "main").strip())

server.shutdown()
print(f"{checks} checks, {failed} failed")
sys.exit(failed != 0)
