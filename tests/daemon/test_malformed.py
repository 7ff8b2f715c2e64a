#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Objects that git takes, or that somebody made by hand: refused with their place when they
are pushed, and when they come in a bundle that stock git has made. SPEC: docs/formats/objects.md"""

import os
import subprocess
import tempfile

from harness import ZTAUTH, main
from sync import FILES, Zone, commit, oid, tree_of

zone = Zone().start()
writer = zone.key("writer")
zone.govern(writer="writers")
work = tempfile.TemporaryDirectory()
REPO = os.path.join(work.name, "repo")
os.environ.update({"HOME": work.name, "TZ": "UTC", "LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1",
                   "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@b",
                   "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@b"})
good = tree_of(FILES)
BLOB, TREE = bytes.fromhex(oid(*good[0])), bytes.fromhex(oid(*good[-1]))
SUB = tree_of({"a.cedar": FILES["a.cedar"]})[-1]


def git(*args, code=0, **kw):
    out = subprocess.run(["git", "-C", REPO, *args], capture_output=True, check=False, **kw)
    assert code is None or out.returncode == code, (args, out.stdout, out.stderr)
    return out


def entry(mode, name, to=BLOB):
    return mode.encode() + b" " + (name if isinstance(name, bytes) else name.encode()) + b"\0" + to


def file(name):
    return entry("100644", name)


PLAIN, MODE = "letters, digits", "a mode is"
TWINS = "one name to some file systems"
# What it is: the body, the rule, the place within the tree; does `git fsck --strict` pass it?
TREES = {
    "group may write": (entry("100664", "a"), MODE, 1, 0, True),
    "only the owner reads": (entry("100600", "a"), MODE, 1, 0, True),
    "executable": (file("a") + entry("100755", "b"), "no executable files", 2, 41, True),
    "link": (entry("120000", "a"), "no symbolic links", 1, 0, True),
    "submodule": (entry("160000", "a"), "no submodules", 1, 0, True),
    "padded mode": (entry("040000", "a", TREE), "no leading zero", 1, 0, False),
    "nothing": (b"", "has an entry", 0, 0, True),
    "unsorted": (file("b") + file("a"), "out of order", 2, 48, False),
    "unsorted directory": (entry("40000", "a", TREE) + file("a.b"), "out of order", 2, 47, False),
    "twice": (file("a") + file("a"), "second time", 2, 48, False),
    "file and directory": (file("a") + entry("40000", "a", TREE), TWINS, 2, 47, False),
    "but for case": (file("A") + file("a"), TWINS, 2, 48, True),
    "not UTF-8": (file(b"a\xff"), PLAIN, 1, 8, True),
    "composed": (file("ä"), PLAIN, 1, 7, True),
    "composed and not": (file("a\u0308") + file("ä"), PLAIN, 1, 8, True),
    "control": (file(b"a\x1b[2J"), PLAIN, 1, 8, True),
    "ignorable": (file("a\u200c"), PLAIN, 1, 8, True),
    "ignorable .git": (file(".g\u200cit"), "begin with a point", 1, 7, False),
    "short .git": (file("git~1"), PLAIN, 1, 10, False),
    ".git": (entry("40000", ".git", TREE), "begin with a point", 1, 6, False),
    ".GIT": (entry("40000", ".GIT", TREE), "begin with a point", 1, 6, False),
    "above": (entry("40000", "..", TREE), "begin with a point", 1, 6, False),
    "itself": (entry("40000", ".", TREE), "begin with a point", 1, 6, False),
    "slash": (file("a/b"), "no slash", 1, 8, False),
    "backslash": (file("a\\b"), PLAIN, 1, 8, True),
    "no name": (file(""), "not empty", 1, 7, False),
    "trailing point": (file("a."), "end with a point", 1, 8, True),
    "trailing space": (file("a "), PLAIN, 1, 8, True),
    "stream": (file("a::$DATA"), PLAIN, 1, 8, True),
    "device": (file("nul"), "device", 1, 7, True),
    "device with an ending": (file("COM1.cedar"), "device", 1, 7, True),
    "option": (file("-rf"), "with a dash", 1, 7, True),
    "long": (file("n" * 256), "at most 255", 1, 262, True),
    "null id": (entry("100644", "a", bytes(32)), "all zeros", 1, 9, False),
}
HEAD = b"tree %s\n" % TREE.hex().encode()
WHO = b"author A <a@b> 1 +0000\ncommitter C <c@d> 1 +0000\n"
ZONES = WHO.replace(b"1 +0000", b"1 %s", 1)
# As above; the place is a header, or the message, with line and column.
COMMITS = {
    "unknown header": (HEAD + WHO + b"x-own yes\n\nm\n", "empty line is due", "header", True),
    "encoding": (HEAD + WHO + b"encoding ISO-8859-1\n\nm\n", "no `encoding`", "header", True),
    "mergetag": (HEAD + WHO + b"mergetag object x\n type commit\n\nm\n", "no merges", "header", True),
    "other signature": (HEAD + WHO + b"gpgsig x\n\nm\n", "gpgsig-sha256", "header", True),
    "two parents": (HEAD + b"parent %s\nparent %s\n" + WHO + b"\nm\n", "one parent at most", "header", True),
    "message not UTF-8": (HEAD + WHO + b"\n\xe4\n", "UTF-8", "message", True),
    "NUL in the message": (HEAD + WHO + b"\na\0b\n", "control", "message", False),
    "NUL in a header": (HEAD + WHO.replace(b"A", b"A\0", 1) + b"\nm\n", "control", "author", False),
    "name not UTF-8": (HEAD + WHO.replace(b"A", b"\xff", 1) + b"\nm\n", "UTF-8", "author", True),
    "escape": (HEAD + WHO + b"\nm \x1b[31m\n", "control", "message", True),
    "no message": (HEAD + WHO + b"\n", "not empty", "message", True),
    "no empty line": (HEAD + WHO, "empty line is due", "header", True),
    "no line feed": (HEAD + WHO + b"\nm", "line feed", "message", True),
    "odd zone": (HEAD + ZONES % b"+0530" + b"\nm\n", "+0000", "author", True),
    "far zone": (HEAD + ZONES % b"+9999" + b"\nm\n", "+0000", "author", True),
    "zone without minutes": (HEAD + ZONES % b"+01" + b"\nm\n", "+0000", "author", False),
    "before 1970": (HEAD + WHO.replace(b"1 +", b"-1 +", 1) + b"\nm\n", "seconds", "author", False),
    "padded time": (HEAD + WHO.replace(b"1 +", b"01 +", 1) + b"\nm\n", "leading zeros", "author", False),
    "the year 10000": (HEAD + WHO.replace(b"1 +", b"253402300800 +", 1) + b"\nm\n", "9999", "author", True),
    "2^64": (HEAD + WHO.replace(b"1 +", b"18446744073709551616 +", 1) + b"\nm\n", "9999", "author", False),
    "two authors": (HEAD + WHO[:23] + WHO + b"\nm\n", "committer is due", "header", False),
    "short parent": (HEAD + b"parent %s\n" % (b"1" * 40) + WHO + b"\nm\n", "64 hexadecimal", "parent", False),
    "no author": (HEAD + WHO[23:] + b"\nm\n", "author is due", "header", False),
}


def head():
    return zone.refs("main").get("main")


def pushed(objects, new):
    """What the server says of a first commit; nothing may be there afterwards."""
    status, answer = zone.push(writer, "main", objects, None, new)
    assert head() is None
    return status, answer


def in_bundle(new):
    """What fsck says of it, and `ledger import`."""
    with open(os.path.join(REPO, ".git", "refs", "heads", "main"), "w", encoding="ascii") as f:
        f.write(new + "\n")
    fsck = git("fsck", "--strict", "--full", code=None).returncode == 0
    bundle, store = os.path.join(work.name, "bundle"), os.path.join(work.name, "store")
    made = git("-c", "pack.window=0", "-c", "pack.depth=0", "bundle", "create", "-q", "--version=3", bundle, "main",
               code=None)
    if made.returncode != 0 and not fsck:
        return fsck, None, ""  # git itself cannot go on with it
    assert made.returncode == 0, made.stderr
    out = subprocess.run([ZTAUTH, "ledger", "import", "--store", store, "--ledger", "z/l", bundle],
                         capture_output=True, text=True, check=False)
    return fsck, out.returncode, out.stderr


def start_repo():
    """A repository with what all of these have in common."""
    subprocess.run(["rm", "-rf", REPO], check=True)
    subprocess.run(["git", "init", "-q", "-b", "main", "--object-format=sha256", REPO], check=True)
    for kind, body in good:
        write(kind, body)


def write(kind, body):
    made = git("hash-object", "-w", "--stdin", "-t", kind, "--literally", input=body).stdout.decode().strip()
    assert made == oid(kind, body)
    return made


def test_trees():
    passed = 0
    for name, (body, rule, number, byte, fsck) in TREES.items():
        start_repo()
        objects = good + [("tree", body), ("commit", commit(oid("tree", body), None, writer))]
        at = f"tree entry {number}, byte {byte}" if number else "tree"
        status, said = pushed(objects, oid(*objects[-1]))
        assert status == 400 and rule in said["error"]["message"], (name, said)
        assert said["error"]["at"].endswith(": " + at), (name, said)
        for kind, made in objects[-2:]:
            new = write(kind, made)
        git_says, code, said = in_bundle(new)
        assert git_says == fsck, (name, git_says)
        assert code is None or (code == 1 and rule in said and at in said), (name, code, said)
        passed += git_says
    print(f"     {len(TREES)} trees, {passed} of which git takes")


def test_commits():
    passed = 0
    for name, (body, rule, where, fsck) in COMMITS.items():
        start_repo()
        if b"%s" in body:
            ones = [commit(oid(*good[-1]), None, when=n) for n in (1, 2)]
            body %= tuple(write("commit", one).encode() for one in ones)
        status, said = pushed(good + [("commit", body)], oid("commit", body))
        assert status == 400 and rule in said["error"]["message"], (name, said)
        assert f": commit {where}" in said["error"]["at"], (name, said)
        new = write("commit", body)
        git_says, code, said = in_bundle(new)
        assert git_says == fsck, (name, git_says)
        assert code is None or (code == 1 and rule in said and f"commit {where}" in said), (name, code, said)
        passed += git_says
    print(f"     {len(COMMITS)} commits, {passed} of which git takes")


def refused(objects, words, rule="object"):
    new = oid(*objects[-1])
    status, answer = zone.push(writer, "main", objects, None, new)
    assert status == 422 and answer["findings"][0]["rule"] == rule, answer
    assert words in answer["findings"][0]["message"], (words, answer)
    assert head() is None


def test_what_fits_not_together():
    """Each object is well formed, but not what another one says it is."""
    blob, tree = good[0], good[-1]

    def of(body, *more):
        made = ("tree", body)
        return [*more, made, ("commit", commit(oid(*made), None, writer))]

    refused(of(entry("100644", "a.cedar", TREE), *good), "it is a tree, not a blob")
    refused(of(entry("40000", "a", BLOB), blob), "it is a blob, not a tree")
    refused([blob, ("commit", commit(oid(*blob), None, writer))], "it is a blob, not a tree")
    refused([*good, ("commit", commit(oid(*tree), oid(*tree), writer))], "it is a tree, not a commit")
    refused([*good, ("commit", commit("12" * 32, None, writer))], "there is no object")
    refused(of(entry("100644", "a.cedar", b"\1" * 32)), "there is no object")
    deep = SUB
    below = [("blob", FILES["a.cedar"]), deep]
    for _ in range(16):
        deep = ("tree", entry("40000", "d", bytes.fromhex(oid(*deep))))
        below.append(deep)
    refused([*below, ("commit", commit(oid(*deep), None, writer))], "nest too deep")


def test_tags():
    """There is no such kind in a transfer; in a bundle it is refused."""
    start_repo()
    new = write("commit", commit(oid(*good[-1]), None, writer))
    git("update-ref", "refs/heads/main", new)
    git("tag", "-a", "-m", "t", "t", "main")
    bundle = os.path.join(work.name, "bundle")
    git("-c", "pack.window=0", "bundle", "create", "-q", "--version=3", bundle, "main", "t")
    out = subprocess.run([ZTAUTH, "ledger", "import", "--store", os.path.join(work.name, "store"), "--ledger", "z/l",
                          bundle], capture_output=True, text=True, check=False)
    assert out.returncode == 1 and "no objects of this kind" in out.stderr, out.stderr


def test_none_of_it_is_there():
    status, answer = zone.ask(zone.admin, "GET", "/main/refs")
    assert status == 200 and answer["refs"] == {}, answer
    unsigned = ("commit", commit(oid(*good[-1]), None, writer))
    status, answer = zone.push(writer, "main", [*good, unsigned], None, oid(*unsigned))
    assert status == 200, answer


try:
    main([v for k, v in list(globals().items()) if k.startswith("test_")])
finally:
    zone.close()
    work.cleanup()
