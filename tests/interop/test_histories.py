#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""test_histories.py [COUNT [SEED]]: random histories, made in workspaces, pushed to
a server, then exported, and cloned over HTTP by stock git, which judges them."""

import json
import os
import random
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "daemon"))
from harness import ZTAUTH  # noqa: E402
from sync import ZONE, Zone, change  # noqa: E402

COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 8
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 20261125
TOOL = os.path.join(os.path.dirname(ZTAUTH), "tests", "interop", "workspaces")
work = tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
os.environ.update({"HOME": work.name, "TZ": "UTC", "LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1",
                   "GIT_CONFIG_GLOBAL": os.path.join(work.name, "gitconfig"), "GIT_TERMINAL_PROMPT": "0"})
os.environ.pop("SSH_AUTH_SOCK", None)


def path(*names):
    return os.path.join(work.name, *names)


def run(*args, **kw):
    done = subprocess.run(args, capture_output=True, check=False, **kw)
    assert done.returncode == 0, (args, done.stdout, done.stderr)
    return done.stdout


def git(repo, *args, index=None, **kw):
    env = {**os.environ, "GIT_INDEX_FILE": index} if index else None
    return run("git", "-C", repo, *args, env=kw.pop("env", env), **kw)


tool = subprocess.Popen([TOOL], stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def ours(what, **members):
    tool.stdin.write(json.dumps({"do": what, **members}).encode() + b"\n")
    tool.stdin.flush()
    return json.loads(tool.stdout.readline())


# --- what a history is made of

STEMS = ["a", "a.b", "a-b", "a0", "ab", "A_b", "foo", "foo.bar", "foo0", "foo-", "x_y", "0-.-0", "b..c", "_",
         "9", "Z", "cedar", "n" * 200]
PARTITIONS = ["foo", "foo.cedar", "foo-bar", "a", "zz", "Main_2", "p" * 255]
AUTHORS = [("A U Thor", "a@example.com"), ("Ä Ö Ü", "ä@b.c"), ("x", "x"), ("O'Neill, Jr", "o@e.org"),
           ("名 前", "n@example.jp")]
SCHEMA = b"entity User;\nentity Doc;\naction view appliesTo { principal: User, resource: Doc, context: {} };\n"


class Maker:
    """Files of one version after the other."""

    def __init__(self, rng):
        self.rng = rng
        self.number = 0
        self.files = {"schema.cedarschema": SCHEMA}
        self.manifest()

    def manifest(self):
        used = {p.split("/")[0] for p in self.files if "/" in p} - {"entities", "tests"}
        partitions = {"/": {"schema": True}, **{"/" + p: {} for p in sorted(used)}}
        self.files["manifest.json"] = json.dumps(
            {"metadata": {"name": "h"}, "partitions": partitions, "zone": {"require": "none"}},
            indent=self.rng.choice([None, 1, 2])).encode()

    def text(self, name):
        self.number += 1
        if name.startswith("tests/"):
            return json.dumps({"tests": [{"name": f"t{self.number}", "request": {
                "subject": {"type": "User", "id": "u"}, "action": {"name": "view"},
                "resource": {"type": "Doc", "id": "d"}}, "expect": {"decision": False}}]}).encode()
        if name.endswith(".json"):
            return json.dumps([{"uid": {"type": "User", "id": f"u{self.number}-{i}"}, "attrs": {}, "parents": []}
                               for i in range(self.rng.randint(0, 4))]).encode() + b"\n"
        lines = []
        for i in range(self.rng.randint(0, 12)):
            lines.append(self.rng.choice(["// one", "// \u20ac \U0001f427", "", "\t// tab", "// two\r",
                                          f'@id("p{self.number}-{i}") forbid (principal, action, resource);']))
        return "\n".join(lines).encode() + self.rng.choice([b"\n", b"\n", b""])

    def name(self):
        stem = self.rng.choice(STEMS)
        at = self.rng.choice(["", "", self.rng.choice(PARTITIONS) + "/"])
        kind = self.rng.random()
        if kind < 0.6:
            return f"{at}{stem}.cedar"
        return f"{at}entities/{stem}.json" if kind < 0.9 else f"tests/{stem}.json"

    def fits(self, new):
        """No name is a file and a directory, nor the same but for case."""
        def above(p):
            parts = p.split("/")
            return {"/".join(parts[:i]) for i in range(1, len(parts))}
        dirs = set().union(*map(above, self.files))
        known = {p.lower(): p for p in dirs | set(self.files)}
        return new.lower() not in known and all(d not in self.files and known.get(d.lower(), d) == d
                                                for d in above(new))

    def step(self):
        for _ in range(self.rng.randint(1, 5)):
            free = sorted(set(self.files) - {"manifest.json", "schema.cedarschema"})
            kind = self.rng.random()
            if free and kind < 0.2:
                del self.files[self.rng.choice(free)]
            elif free and kind < 0.5:
                name = self.rng.choice(free)
                self.files[name] = self.text(name) if self.rng.random() < 0.5 or name.endswith(".json") else \
                    self.files[name] + b"\n// more"
            elif kind < 0.55:
                self.files["schema.cedarschema"] = SCHEMA + b"// %d\n" % self.number
            elif free and kind < 0.7:
                old, new = self.rng.choice(free), self.name()
                if old.startswith("tests/") == new.startswith("tests/") and \
                        old.split(".")[-1] == new.split(".")[-1] and self.fits(new):
                    self.files[new] = self.files.pop(old)
            else:
                name = self.name()
                if self.fits(name):
                    self.files[name] = self.text(name)
        self.manifest()


def write_folder(folder, before, after):
    for name in sorted(set(before) - set(after)):
        os.unlink(os.path.join(folder, name))
        while "/" in name:
            name = os.path.dirname(name)
            if os.listdir(os.path.join(folder, name)):
                break
            os.rmdir(os.path.join(folder, name))
    for name, text in after.items():
        if before.get(name) != text:
            where = os.path.join(folder, name)
            os.makedirs(os.path.dirname(where), exist_ok=True)
            with open(where, "wb") as f:
                f.write(text)


def read_folder(folder):
    out = {}
    for at, below, names in os.walk(folder):
        below[:] = [b for b in below if b not in (".ztauth", ".git")]
        for name in names:
            with open(os.path.join(at, name), "rb") as f:
                out[os.path.relpath(f.name, folder)] = f.read()
    return out


def make(number, keys):
    """A workspace with a history that was pushed; its commits."""
    rng = random.Random(f"{SEED} {number}")
    folder, maker, history = path(f"w{number}"), Maker(rng), []
    os.mkdir(folder)
    write_folder(folder, {}, maker.files)
    answer = ours("init", dir=folder, name=f"h{number}", zone=ZONE, url=f"{URL}/h{number}")
    assert answer == {}, answer
    seen = dict(maker.files)
    for _ in range(rng.randint(1, 9)):
        author, email = rng.choice(AUTHORS)
        key = rng.choice([None, *keys])
        who = {"dir": folder, "author": author, "email": email, **({"key": key.path} if key else {})}
        message = "subject " + str(rng.random()) + "\n" + "".join(
            rng.choice(["one\n", "\n", "two: ü\n", "\ttab\n", "€ 🐧\n"]) for _ in range(rng.randint(0, 5)))
        if len(history) > 1 and rng.random() < 0.25:
            which = rng.choice(history[1:])["id"]
            answer = ours("revert", commit=which, **who)
            message = None
            if "error" in answer:
                # The files clash, or the version would be none, or it would be the same.
                assert read_folder(folder) == maker.files, answer
                continue
            maker.files = read_folder(folder)
            if which == history[-1]["id"]:
                assert maker.files == history[-2]["files"], (number, which)
        else:
            maker.step()
            write_folder(folder, seen, maker.files)
            answer = ours("commit", message=message, **who)
            if answer.get("error") == "unchanged":
                continue
            assert "error" not in answer, (number, answer)
        seen = dict(maker.files)
        history.append({"id": answer["id"], "time": answer["time"], "files": seen, "message": message, "key": key,
                        "author": author, "email": email})
    status, said = zone.ask(zone.admin, "POST", "", json.dumps({"name": f"h{number}"}).encode())
    assert status == 201, said
    answer = ours("push", dir=folder, key=zone.admin.path)
    assert answer == {}, answer
    return folder, history


# --- what git says of it

def tree_by_git(repo, files):
    """The tree that git makes of these files."""
    index = path("index")
    if os.path.exists(index):
        os.unlink(index)
    names = sorted(files)
    with open(path("listed"), "wb") as f:
        for i, name in enumerate(names):
            with open(path("content", str(i)), "wb") as out:
                out.write(files[name])
            f.write(path("content", str(i)).encode() + b"\n")
    with open(path("listed"), "rb") as f:
        blobs = git(repo, "hash-object", "-w", "--no-filters", "--stdin-paths", stdin=f).decode().split()
    listing = "".join(f"100644 {blob}\t{name}\n" for blob, name in zip(blobs, names))
    git(repo, "update-index", "--add", "--index-info", index=index, input=listing.encode())
    return git(repo, "write-tree", index=index).decode().strip(), blobs


def payload_of(body):
    """A commit without its signature, and the signature."""
    head, _, message = body.partition(b"\n\n")
    kept, armor = [], []
    for line in head.split(b"\n"):
        if line.startswith(b"gpgsig-sha256 "):
            armor.append(line[14:])
        elif armor and line.startswith(b" "):
            armor.append(line[1:])
        else:
            kept.append(line)
    return b"\n".join(kept) + b"\n\n" + message, b"\n".join(armor) + b"\n"


def judge_commit(repo, commit, parent):
    tree, blobs = tree_by_git(repo, commit["files"])
    body = git(repo, "cat-file", "commit", commit["id"])
    listed = git(repo, "ls-tree", "-r", "-z", "--full-tree", commit["id"]).split(b"\0")[:-1]
    assert listed == [b"100644 blob %s\t%s" % (b.encode(), n.encode())
                      for b, n in zip(blobs, sorted(commit["files"]))], commit["id"]
    assert body.startswith(f"tree {tree}\n".encode()), (commit["id"], tree)
    payload, armor = payload_of(body)
    text = payload.partition(b"\n\n")[2]
    if commit["message"] is not None:
        assert text == commit["message"].encode(), (text, commit["message"])
    stamp = f"{commit['time']} +0000"
    env = {**os.environ, "GIT_AUTHOR_NAME": commit["author"], "GIT_AUTHOR_EMAIL": commit["email"],
           "GIT_AUTHOR_DATE": stamp, "GIT_COMMITTER_NAME": commit["author"],
           "GIT_COMMITTER_EMAIL": commit["email"], "GIT_COMMITTER_DATE": stamp}
    made = git(repo, "commit-tree", tree, *(["-p", parent] if parent else []), input=text,
               env=env).decode().strip()
    if commit["key"] is None:
        assert made == commit["id"], (made, commit["id"])
        return
    assert git(repo, "cat-file", "commit", made) == payload, commit["id"]
    with open(path("sig"), "wb") as f:
        f.write(armor)
    run("ssh-keygen", "-Y", "verify", "-f", path("allowed"), "-I", commit["key"].fingerprint, "-n", "git", "-s",
        path("sig"), input=payload)


def judge_difference(repo, folder, one, two):
    """What we say differs: git says the same, and applies our texts."""
    says = git(repo, "diff", "-z", "--no-renames", "--name-status", one["id"], two["id"]).decode().split("\0")[:-1]
    changes = ours("diff", dir=folder, **{"from": one["id"], "to": two["id"]})["changes"]
    assert [[p, {"A": "added", "M": "changed", "D": "removed"}[k]] for k, p in zip(says[::2], says[1::2])] == \
        [c[:2] for c in changes], (says, changes)
    index, patch = path("apply-index"), ""
    if os.path.exists(index):
        os.unlink(index)
    for name, kind, text in changes:
        patch += f"diff --git a/{name} b/{name}\n"
        patch += {"added": "new file mode 100644\n", "removed": "deleted file mode 100644\n", "changed": ""}[kind]
        if text:
            patch += f"--- {'/dev/null' if kind == 'added' else 'a/' + name}\n"
            patch += f"+++ {'/dev/null' if kind == 'removed' else 'b/' + name}\n" + text
        elif kind != "changed":
            blob = git(repo, "hash-object", "-t", "blob", "/dev/null").decode().strip()
            patch += f"index {'0' * 64 if kind == 'added' else blob}..{blob if kind == 'added' else '0' * 64}\n"
    git(repo, "read-tree", one["id"], index=index)
    if patch:
        git(repo, "apply", "--cached", "--whitespace=nowarn", "-", index=index, input=patch.encode())
    assert git(repo, "write-tree", index=index) == git(repo, "rev-parse", two["id"] + "^{tree}"), (one, two, patch)


def judge(number, folder, history):
    rng = random.Random(f"judge {SEED} {number}")
    clone, export = path(f"clone{number}"), path(f"export{number}")
    run("git", "clone", "-q", f"{URL}/h{number}", clone)
    run(ZTAUTH, "ledger", "export", "--store", zone.path("data/ztauth.db"), "--ledger", f"{ZONE}/h{number}", export)
    ids = [c["id"] for c in reversed(history)]
    for repo in (clone, export):
        said = subprocess.run(["git", "-C", repo, "fsck", "--strict", "--full"], capture_output=True, check=True)
        assert said.stdout == b"", (repo, said)
        assert git(repo, "rev-list", "main").decode().split() == ids, repo
        assert git(repo, "rev-parse", "--show-object-format") == b"sha256\n"
    assert git(clone, "status", "--porcelain") == b""
    assert read_folder(clone) == history[-1]["files"], number
    listed = git(clone, "log", "--format=%G? %GS%n%an%n%ae%n%ct").decode().splitlines()
    wanted = []
    for c in reversed(history):
        wanted += [f"G {c['key'].fingerprint}" if c["key"] else "N ", c["author"], c["email"], str(c["time"])]
    assert listed == wanted, (listed, wanted)
    signed = [c["id"] for c in history if c["key"]]
    shown = git(clone, "log", "--show-signature").decode()
    assert shown.count('Good "git" signature for SHA256:') == len(signed), shown
    if signed:
        git(clone, "verify-commit", *signed)
    for parent, commit in zip([None, *history], history):
        judge_commit(clone, commit, parent and parent["id"])
    for one, two in [*zip(history, history[1:]), (rng.choice(history), rng.choice(history))]:
        judge_difference(clone, folder, one, two)
    run("rm", "-rf", clone, export, folder)
    return len(signed)


def permit_anonymous():
    """Whoever may read; commits need not be signed."""
    now = zone.refs("admin")["main"]
    files = zone.files_of("admin", now)
    files["open.cedar"] = f"""@id("whoever-reads") permit (principal, action == Action::"read", resource)
when {{ resource != Ledger::"{ZONE}/admin" }};
@id("whoever-commits") permit (principal, action == Action::"commit", resource)
when {{ resource != Ledger::"{ZONE}/admin" }};
""".encode()
    del files["tests/access.json"]
    objects, new = change(files, now, zone.admin)
    status, answer = zone.push(zone.admin, "admin", objects, now, new)
    assert status == 200, answer


print(f"seed {SEED}, {COUNT} histories")
start = time.time()
zone = Zone().start()
URL = f"http://127.0.0.1:{zone.port}/zones/{ZONE}/ledgers"
try:
    permit_anonymous()
    os.mkdir(path("content"))
    signers = [zone.key("first"), zone.key("second"), zone.admin]
    with open(path("allowed"), "w", encoding="utf-8") as f:
        for k in signers:
            with open(k.path + ".pub", encoding="utf-8") as pub:
                f.write(f"{k.fingerprint} {pub.read()}")
    with open(path("gitconfig"), "w", encoding="utf-8") as f:
        f.write(f'[gpg]\n\tformat = ssh\n[gpg "ssh"]\n\tallowedSignersFile = {path("allowed")}\n'
                "[core]\n\tquotePath = false\n[safe]\n\tdirectory = *\n[init]\n\tdefaultBranch = main\n"
                "[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n[i18n]\n\tlogOutputEncoding = UTF-8\n")
    commits = signed_commits = reverts = 0
    for n in range(COUNT):
        made_in, made = make(n, signers)
        commits += len(made)
        reverts += sum(c["message"] is None for c in made)
        signed_commits += judge(n, made_in, made)
    tool.stdin.close()
    assert tool.wait() == 0
    print(f"{COUNT} histories, {commits} commits, {signed_commits} of them signed, {reverts} reverts, "
          f"in {time.time() - start:.0f} s")
finally:
    zone.close()
    work.cleanup()
