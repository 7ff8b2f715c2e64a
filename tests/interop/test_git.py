#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Objects and SSH signatures, judged by git and OpenSSH: the same history has
the same ids, what we write passes their checks, what they sign is verified as
they verify it, and what git takes but a ledger does not is refused by its rule."""

import atexit
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import zlib

for tool in ("git", "ssh-keygen", "ssh-agent", "ssh-add"):
    if shutil.which(tool) is None:
        print(f"{tool} is not installed")
        sys.exit(77)

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
BUILD = os.environ.get("BUILD", os.path.join(ROOT, "build"))
COMMITS = 300
work = tempfile.TemporaryDirectory()
os.environ.update({"HOME": work.name, "TZ": "UTC", "LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1",
                   "GIT_CONFIG_GLOBAL": os.path.join(work.name, "gitconfig")})
os.environ.pop("SSH_AUTH_SOCK", None)
rng = random.Random(20261124)
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
    kw = {"capture_output": True, "check": True, **kw}
    return subprocess.run(args, **kw)


def git(repo, *args, **kw):
    return run("git", "-C", path(repo), *args, **kw)


def new_repo(name):
    run("git", "init", "-q", "-b", "main", "--object-format=sha256", path(name))


class Ours:
    """The program of tests/interop/objects.c."""

    def __init__(self):
        self.process = subprocess.Popen([os.path.join(BUILD, "tests", "interop", "objects")],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        atexit.register(self.process.kill)

    def ask(self, request, body=b""):
        """(ok, text, lines before it, objects it made)"""
        self.process.stdin.write(request.encode() + b"\n" + body)
        self.process.stdin.flush()
        lines, objects = [], {}
        while True:
            line = self.process.stdout.readline().decode("utf-8", "replace").rstrip("\n")
            word, _, rest = line.partition(" ")
            if word == "object":
                kind, oid, length = rest.split()
                objects[oid] = (kind, self.process.stdout.read(int(length)))
            elif word in ("ok", "refused"):
                return word == "ok", rest, lines, objects
            elif line == "":
                raise RuntimeError("it ended")
            else:
                lines.append(line)

    def object(self, kind, body):
        return self.ask(f"object {kind} {len(body)}", body)

    def build(self, base, files, blobs):
        listing = "".join(f"{blobs[files[p]]} {p}\n" for p in sorted(files))
        return self.ask(f"build {base or '-'} {len(files)}", listing.encode())

    def commit(self, tree, parent, who, message, signed=False):
        people = "".join(f"{name}\n{email}\n{seconds}\n" for name, email, seconds in who)
        return self.ask(f"commit {tree} {parent or '-'} {int(signed)} {len(message)}",
                        people.encode() + message)

    def allow(self, text):
        return self.ask(f"allowed {len(text.encode())}", text.encode())

    def judge(self, namespace, seconds, payload, armor):
        return self.ask(f"judge {namespace} {seconds} {len(payload)} {len(armor)}",
                        payload + armor)


def write_loose(repo, objects):
    for oid, (kind, body) in objects.items():
        where = os.path.join(path(repo), ".git", "objects", oid[:2])
        os.makedirs(where, exist_ok=True)
        with open(os.path.join(where, oid[2:]), "wb") as f:
            f.write(zlib.compress(f"{kind} {len(body)}\0".encode() + body))


ours = Ours()

# --- random histories: the same ids both ways

WORDS = ["a", "a.b", "a-b", "a0", "ab", "foo", "foo.bar", "foo0", "foo-", "x_y", "0", "9z", "Z"]


def fits(files, new):
    """No name is a file and a directory at once, nor the same but for case."""
    parts = new.split("/")
    above = {"/".join(parts[:i]) for i in range(1, len(parts))}
    return not (above & set(files)) and not any(p.startswith(new + "/") for p in files)


def step(files):
    files = dict(files)
    for _ in range(rng.randint(1, 4)):
        if files and rng.random() < 0.3:
            del files[rng.choice(sorted(files))]
        elif files and rng.random() < 0.4:
            files[rng.choice(sorted(files))] = bytes(rng.choices(range(256), k=rng.randint(0, 40)))
        else:
            new = "/".join(rng.choice(WORDS) for _ in range(rng.randint(1, 5)))
            if fits(files, new):
                files[new] = b"content of " + new.encode() + b"\n"
    return files or {"manifest.json": b"{}"}


def person(seconds):
    name = rng.choice(["A U Thor", "Ä Ö Ü", "x", "O'Neill, Jr", "名 前"])
    return (name, rng.choice(["a@example.com", "x", "ä@b.c"]), seconds)


def message():
    body = "".join(rng.choice(["one\n", "\n", "two: ü\n", "\ttab\n", "€ 🐧\n"])
                   for _ in range(rng.randint(0, 5)))
    return ("subject " + str(rng.random()) + "\n" + body).encode()


history, files, now = [], {}, 0
for _ in range(COMMITS):
    files = step(files)
    now += rng.randint(0, 10000000)
    history.append((files, [person(now), person(now + rng.randint(0, 100))], message()))

new_repo("imported")
stream = []
for files, who, text in history:
    stream.append(b"commit refs/heads/main\nmark :%d\n" % (len(stream) + 1))
    for word, (name, email, seconds) in zip(("author", "committer"), who):
        stream[-1] += f"{word} {name} <{email}> {seconds} +0000\n".encode()
    stream[-1] += b"data %d\n%sdeleteall\n" % (len(text), text)
    for p in sorted(files, key=lambda _: rng.random()):
        stream[-1] += b"M 100644 inline %s\ndata %d\n%s\n" % (p.encode(), len(files[p]), files[p])
git("imported", "fast-import", "--quiet", "--export-marks=marks", input=b"".join(stream))
with open(os.path.join(path("imported"), "marks"), encoding="ascii") as f:
    theirs = dict(line.split() for line in f)
blobs, parent, tree, trees = {}, None, None, []
for number, (files, who, text) in enumerate(history, 1):
    for content in files.values():
        if content not in blobs:
            blobs[content] = ours.object("blob", content)[1]
    before = tree
    good, tree, _, made = ours.build(before, files, blobs)
    trees.append(tree)
    good, parent, _, _ = ours.commit(tree, parent, who, text)
    check(f"id of commit {number}", (good, parent), (True, theirs[f":{number}"]))

# Every object that fast-import wrote is well formed, and is encoded the same.
batch = git("imported", "cat-file", "--batch-all-objects", "--batch").stdout
at = count = 0
while at < len(batch):
    end = batch.index(b"\n", at)
    oid, kind, length = batch[at:end].decode().split()
    body = batch[end + 1:end + 1 + int(length)]
    check(f"{kind} of git", ours.object(kind, body)[:2], (True, oid))
    at = end + 1 + int(length) + 1
    count += 1
check("objects of git", count > 2 * COMMITS)

# Differences, of neighbours, of nothing, and of any two.
empty = git("imported", "hash-object", "-w", "-t", "tree", "/dev/null").stdout.decode().strip()
pairs = [(empty, trees[0])] + list(zip(trees, trees[1:]))
pairs = [p for p in pairs + [tuple(rng.sample(trees, 2)) for _ in range(100)] if p[0] != p[1]]
diff = git("imported", "diff-tree", "--stdin", "-r", "--no-renames", "--name-status",
           input="".join(f"{a} {b}\n" for a, b in pairs).encode()).stdout.decode()
for a, b in pairs:
    head, _, diff = diff.partition("\n")
    check("git answers in order", head, f"{a} {b}")
    lines = ours.ask(f"diff {'-' if a == empty else a} {b}")[2]
    check(f"difference of {a} and {b}", lines, diff.split("\n")[:len(lines)])
    diff = "\n".join(diff.split("\n")[len(lines):])
check("no more differences", diff, "")
listed = git("imported", "ls-tree", "-r", "--name-only", trees[-1]).stdout.decode().splitlines()
check("files", [line[2:] for line in ours.ask(f"diff - {trees[-1]}")[2]], listed)

# --- keys, ssh-keygen

ztauth = os.path.join(BUILD, "ztauth")
run(ztauth, "key", "gen", "--ssh", "--out", path("ours"), "--comment", "ours@example.com")
run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "theirs@example.com", "-f", path("theirs"))
run("ssh-keygen", "-q", "-t", "ed25519", "-N", "a secret", "-C", "locked", "-f", path("locked"))
run("ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-C", "", "-f", path("ecdsa"))


def public(name):
    with open(path(name + ".pub"), encoding="utf-8") as f:
        return " ".join(f.read().split()[:2])


for name in ("ours", "theirs"):
    seen = run("ssh-keygen", "-y", "-f", path(name)).stdout.decode().split()[:2]
    check("public key", " ".join(seen), public(name))
    shown = run(ztauth, "key", "show", "--ssh", path(name)).stdout.decode().strip()
    check("public key shown", shown, public(name))
    print_ = run(ztauth, "key", "show", "--fingerprint", path(name)).stdout.decode().strip()
    check("fingerprint", print_, run("ssh-keygen", "-lf", path(name)).stdout.decode().split()[1])
refusal = run(ztauth, "key", "show", path("locked"), check=False).stderr.decode()
check("a key with a passphrase", "ssh-agent" in refusal)

PAYLOAD = b"payload\n" * 1000


def sign_theirs(key, namespace, *options):
    return run("ssh-keygen", "-Y", "sign", "-f", path(key), "-n", namespace, *options,
               input=PAYLOAD).stdout


def sign_ours(key, namespace):
    ours.ask(f"key {path(key)}")
    good, _, lines, _ = ours.ask(f"sign {namespace} {len(PAYLOAD)}", PAYLOAD)
    check("we sign", good)
    return ("\n".join(lines) + "\n").encode()


def accepted_by_ssh_keygen(allowed, who, namespace, seconds, payload, armor):
    with open(path("allowed"), "w", encoding="utf-8") as f:
        f.write(allowed)
    with open(path("sig"), "wb") as f:
        f.write(armor)
    stamp = time.strftime("%Y%m%d%H%M%S", time.gmtime(seconds)) + "Z"
    return run("ssh-keygen", "-Y", "verify", "-f", path("allowed"), "-I", who, "-n", namespace,
               "-O", "verify-time=" + stamp, "-s", path("sig"), input=payload,
               check=False).returncode == 0


for name in ("ours", "theirs"):
    check("the same signature", sign_ours(name, "git"), sign_theirs(name, "git"))

# The same list, the same moment, the same verdict.
DAY = 86400
MOMENT = 20000 * DAY  # 2024-10-04
both = f'me namespaces="git,file",valid-after="20241004Z",valid-before="20241005Z" {public("theirs")}'
lists = [f"me {public('theirs')}\n", f"# me\n\nme,you {public('theirs')} comment\n",
         f"me {public('ours')}\n", f"you {public('theirs')}\nme {public('ours')}\n", both + "\n",
         f'me namespaces="file" {public("theirs")}\n' + both,
         f'me valid-before="202410041200Z" {public("theirs")}\n',
         f'me valid-after="20241004000001Z" {public("theirs")}\n', ""]
armors = [("git", sign_theirs("theirs", "git")), ("file", sign_theirs("theirs", "file")),
          ("git", sign_theirs("theirs", "git", "-O", "hashalg=sha256")),
          ("git", sign_ours("ours", "git")), ("email", sign_ours("theirs", "email"))]
verdicts = set()
moments = (MOMENT - 1, MOMENT, MOMENT + 1, MOMENT + DAY // 2, MOMENT + DAY // 2 + 1, MOMENT + DAY,
           MOMENT + DAY + 1)
for allowed in lists:
    check("a list is read", ours.allow(allowed)[0])
    for signed_for, armor in armors:
        for namespace in ("git", "file"):
            for seconds in moments if "valid" in allowed else moments[:1]:
                good, who, _, _ = ours.judge(namespace, seconds, PAYLOAD, armor)
                good = good and "me" in who.split(",")
                verdicts.add(good)
                check(f"verdict of {allowed!r}, {signed_for}, {namespace}, {seconds}", good,
                      accepted_by_ssh_keygen(allowed, "me", namespace, seconds, PAYLOAD, armor))
check("both verdicts occur", verdicts, {True, False})
ours.allow(lists[0])
check("another payload", ours.judge("git", MOMENT, PAYLOAD + b"x", armors[0][1])[0], False)
check("another type of key", ours.judge("git", MOMENT, PAYLOAD, sign_theirs("ecdsa", "git"))[:2],
      (False, ": the signature is wrong in its key, which is not of ssh-ed25519"))
for line, rule in ((f"*@x {public('theirs')}", "without patterns"),
                   (f"me cert-authority {public('theirs')}", "list each key"),
                   (f'me valid-after="20241004" {public("theirs")}', "YYYYMMDDZ"),
                   (f"me {public('ecdsa')}", "`ssh-ed25519`")):
    good, why, _, _ = ours.allow(line)
    check(f"strict: {why}", (good, rule in why), (False, True))

# --- ssh-agent

with open(path("askpass"), "w", encoding="ascii") as f:
    f.write("#!/bin/sh\necho 'a secret'\n")
os.chmod(path("askpass"), 0o700)
socket = path("agent.sock")
agent = subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.DEVNULL)
atexit.register(agent.kill)
while not os.path.exists(socket):
    time.sleep(0.01)
askpass = {**os.environ, "SSH_AUTH_SOCK": socket, "SSH_ASKPASS": path("askpass"),
           "SSH_ASKPASS_REQUIRE": "force", "DISPLAY": ":0"}
check("no keys yet", ours.ask(f"agent {socket} -")[:3], (True, "", []))
for name in ("ecdsa", "locked", "theirs"):
    run("ssh-add", "-q", path(name), env=askpass)
locked = run("ssh-keygen", "-lf", path("locked")).stdout.decode().split()[1]
good, _, lines, _ = ours.ask(f"agent {socket} {locked}")
check("keys of the agent", (good, len(lines), lines[0]), (True, 2, locked + " locked"))
good, _, lines, _ = ours.ask(f"sign git {len(PAYLOAD)}", PAYLOAD)
by_agent = ("\n".join(lines) + "\n").encode()
check("the agent signs", good and accepted_by_ssh_keygen(
    f"me {public('locked')}", "me", "git", MOMENT, PAYLOAD, by_agent))

# --- histories of ours, in git


def signers(text):
    with open(path("signers"), "w", encoding="utf-8") as f:
        f.write(text)
    ours.allow(text)


def set_up(repo):
    for key, value in (("gpg.format", "ssh"), ("gpg.ssh.allowedSignersFile", path("signers")),
                       ("user.name", "Theirs"), ("user.email", "theirs@example.com"),
                       ("user.signingKey", path("theirs")), ("commit.gpgSign", "true")):
        git(repo, "config", key, value)


new_repo("written")
set_up("written")
signers(f"ours@example.com {public('ours')}\nlocked@example.com {public('locked')}\n"
        f"theirs@example.com {public('theirs')}\n")
parent, tree, objects, ids = None, None, {}, []
for number, (files, who, text) in enumerate(history[:60]):
    if number % 2 == 0:
        ours.ask(f"key {path('ours')}")
    else:
        ours.ask(f"agent {socket} {locked}")
    for content in files.values():
        objects[blobs[content]] = ("blob", content)
    good, tree, _, made = ours.build(tree, files, blobs)
    objects.update(made)
    good, parent, _, made = ours.commit(tree, parent, who, text, signed=True)
    objects.update(made)
    ids.append(parent)
    wanted = "ours@example.com" if number % 2 == 0 else "locked@example.com"
    check("we verify what we sign", ours.ask(f"verify {parent} {MOMENT}")[:2], (True, wanted))
# Subtrees that do not change were not made again; the first build made all.
for tree, (files, _, _) in zip(trees, history[:60]):
    objects.update(ours.build(None, files, blobs)[3])
write_loose("written", objects)
git("written", "update-ref", "refs/heads/main", parent)
fsck = git("written", "fsck", "--strict", "--full", "--no-dangling", check=False)
check("fsck", (fsck.returncode, fsck.stdout, fsck.stderr), (0, b"", b""))
log = git("written", "log", "--reverse", "--format=%H %G? %GS").stdout.decode().splitlines()
for number, oid in enumerate(ids):
    wanted = "ours@example.com" if number % 2 == 0 else "locked@example.com"
    check("log", log[number], f"{oid} G {wanted}")
shown = git("written", "log", "--show-signature", "-1").stdout.decode()
check("log --show-signature", 'Good "git" signature for locked@example.com' in shown)
git("written", "verify-commit", *ids)
for oid in rng.sample(ids, 10):
    kind, body = objects[oid]
    check("cat-file", git("written", "cat-file", "commit", oid).stdout, body)
git("written", "diff", "--stat", ids[0], ids[-1])
run("git", "clone", "-q", path("written"), path("cloned"))
check("a clone", git("cloned", "rev-parse", "HEAD").stdout.decode().strip(), parent)
for name, content in history[59][0].items():
    with open(os.path.join(path("cloned"), name), "rb") as f:
        check(f"file {name}", f.read(), content)

# --- commits of git, verified by us; the same verdict as git at its time

git("written", "reset", "-q", "--hard")
for seconds in (MOMENT - 1, MOMENT, MOMENT + DAY, MOMENT + DAY + 1):
    stamp = f"{seconds} +0000"
    git("written", "commit", "-q", "--allow-empty", "-m", "by git\n\nbody ü",
        env={**os.environ, "GIT_AUTHOR_DATE": stamp, "GIT_COMMITTER_DATE": stamp})
    oid = git("written", "rev-parse", "HEAD").stdout.decode().strip()
    check("a commit of git", ours.object("commit", git("written", "cat-file", "commit", oid).stdout)
          [:2], (True, oid))
    for options in ("", ' namespaces="git"', ' namespaces="file"', ' valid-after="20241004Z"',
                    ' valid-before="20241005Z"', ' valid-after="20241004Z",valid-before="20241005Z"'):
        signers(f"theirs@example.com{options} {public('theirs')}\n")
        good = git("written", "verify-commit", oid, check=False).returncode == 0
        check(f"verdict on{options} at {seconds}", ours.ask(f"verify {oid} {seconds}")[0], good)

# --- what the agent does not do

run("ssh-add", "-q", "-d", path("locked"), env=askpass)
check("a key that is gone", ours.ask("sign git 1", b"x")[:2], (False, ": ssh-agent refuses"))
agent.terminate()
agent.wait()
check("an agent that is gone", ours.ask("sign git 1", b"x")[:2],
      (False, ": ssh-agent does not answer"))
check("no agent", ours.ask(f"agent {socket} -")[0], False)

# --- what git takes, and a ledger does not

git("written", "config", "commit.gpgSign", "false")
BLOB = bytes.fromhex(blobs[history[0][0][sorted(history[0][0])[0]]])
TREE = bytes.fromhex(trees[0])


def entry(mode, name, oid=BLOB):
    return mode + b" " + name + b"\0" + oid


refused_trees = {
    "a mode is": entry(b"100664", b"a"),
    "no executable files": entry(b"100755", b"a"),
    "no symbolic links": entry(b"120000", b"a"),
    "no submodules": entry(b"160000", b"a"),
    "one name to some": entry(b"100644", b"A") + entry(b"100644", b"a"),
    "with a point": entry(b"100644", b".gitx"),
    "with a dash": entry(b"100644", b"-x"),
    "end with a point": entry(b"100644", b"a."),
    "of ASCII only": entry(b"100644", "ä".encode()),
    "has an entry": b"",
}
HEAD = f"tree {trees[0]}\n".encode()
WHO = b"author A <a@b> 1 +0000\ncommitter C <c@d> 1 +0000\n"
refused_commits = {
    "an empty line is due": HEAD + WHO + b"x-own yes\n\nm\n",
    "needs no `encoding`": HEAD + WHO + b"encoding ISO-8859-1\n\nm\n",
    "one parent at most": HEAD + f"parent {ids[0]}\nparent {ids[1]}\n".encode() + WHO + b"\nm\n",
    "a text is UTF-8": HEAD + WHO + b"\n\xe4\n",
    "is not empty": HEAD + WHO + b"\n",
    "ends with a line feed": HEAD + WHO + b"\nm",
    "nor empty line": HEAD + WHO + b"\n\nm\n",
    "no control characters": HEAD + WHO + b"\nm \x1b[31m\n",
    "followed by ` +0000`": HEAD + WHO.replace(b"+0000", b"+0100", 1) + b"\nm\n",
    "stands in `gpgsig-sha256`": HEAD + WHO + b"gpgsig x\n\nm\n",
    "an armored SSH signature": HEAD + WHO + b"gpgsig-sha256 x\n\nm\n",
    "a name has 1 to": HEAD + WHO.replace(b"author A", b"author ") + b"\nm\n",
}
for kind, table in (("tree", refused_trees), ("commit", refused_commits)):
    for rule, body in table.items():
        git("written", "hash-object", "-w", "--stdin", "-t", kind, "--literally", input=body)
        good, why, _, _ = ours.object(kind, body)
        check(f"refused: {rule}, {why}", (good, rule in why), (False, True))
check("git takes them all", git("written", "fsck", "--strict", "--full", check=False).returncode, 0)

ours.process.stdin.close()
check("the program ends well", ours.process.wait(), 0)
print(f"{checks} compared, {failed} disagreed")
sys.exit(failed > 0)
