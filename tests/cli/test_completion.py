#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What shells complete, asked of the shells; and that manual pages have it all."""

import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ZTAUTH = os.path.join(os.environ.get("BUILD", os.path.join(ROOT, "build")), "ztauth")


def run(*args, **kw):
    return subprocess.run(args, capture_output=True, text=True, timeout=60, **kw)


def script(shell):
    return run(ZTAUTH, "completion", shell, check=True).stdout


def table():
    """By path: commands, flags, options that have a value."""
    arms = re.findall(r"'([a-z ]*)'\)\s+commands='([^']*)'\s+flags='([^']*)'\s+values='([^']*)' ;;", script("bash"))
    return {tuple(path.split()): [set(words.split()) for words in row] for path, *row in arms}


# words that are there, the one under the cursor; what must be among the answers, and what not
CASES = [
    ("", "", {"serve", "log", "completion"}, {"--help", "tail"}),
    ("", "re", {"receipt", "revert", "remote", "revoke"}, {"serve"}),
    ("serve", "--", {"--config", "--check", "--help"}, {"--key", "config"}),
    ("init", "--", {"--name", "--server", "--data"}, {"--config"}),
    ("log", "", {"tail", "verify", "nodes"}, {"serve"}),
    ("log", "--", {"--limit", "--json"}, {"--dir"}),
    ("log tail", "--", {"--dir", "--follow"}, {"--limit"}),
    ("trust statement", "", {"make", "verify"}, {"show"}),
    ("commit", "-", {"-m", "--message"}, {"--limit"}),
    ("serve --config", "a_f", {"a_file"}, {"--config"}),
    # The value of an option is no command.
    ("log --limit tail", "--", {"--limit"}, {"--dir"}),
]


def bash(words, cur, folder):
    with open(os.path.join(folder, "script"), "w", encoding="utf-8") as f:
        f.write(script("bash"))
    said = run("bash", "--norc", "-c", 'set -u; . ./script; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _ztauth; '
               'printf "%s\\n" "${COMPREPLY[@]}"', "bash", "ztauth", *words, cur, cwd=folder)
    assert said.stderr == "", said.stderr
    return set(said.stdout.split())


def zsh(words, cur, folder):
    """With what the line editor would do put into its place."""
    with open(os.path.join(folder, "script"), "w", encoding="utf-8") as f:
        f.write(script("zsh"))
    said = run("zsh", "-f", "-c", 'compdef() { }; compadd() { shift; print -l -- "$@"; }; _files() { print -l *(N); }; '
               '. ./script; words=("$@"); CURRENT=$#; _ztauth', "zsh", "ztauth", *words, cur, cwd=folder)
    assert said.stderr == "", said.stderr
    return {w for w in said.stdout.split() if w.startswith(cur)}


def fish(words, cur, folder):
    with open(os.path.join(folder, "script"), "w", encoding="utf-8") as f:
        f.write(script("fish"))
    line = " ".join(["ztauth", *words, cur])
    said = run("fish", "--no-config", "-c", f"source script; complete -C '{line}'", cwd=folder,
               env=dict(os.environ, HOME=folder))
    assert said.stderr == "", said.stderr
    return {w.split("\t")[0] for w in said.stdout.splitlines()}


def complete_everything(shell, ask):
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "a_file"), "w", encoding="utf-8"):
            pass
        for words, cur, wanted, unwanted in CASES:
            got = ask(words.split(), cur, folder)
            assert wanted <= got and not unwanted & got, (shell, words, cur, got)


def test_the_table_is_the_program():
    rows = table()
    assert len(rows) > 60, len(rows)
    untold = []
    for path, (commands, flags, values) in rows.items():
        said = run(ZTAUTH, *path, "--help")
        assert said.returncode == 0, path
        for command in commands:
            assert path + (command,) in rows
            assert command in said.stdout, (path, command)
        for option in (flags | values) - {"--help"}:
            # With --server it has other help.
            if option not in said.stdout + (run(ZTAUTH, "init", "--server", "--help").stdout if path == ("init",) else ""):
                untold.append((path, option))
        # It does something, or it has commands that do.
        assert commands or "Usage" in said.stdout, path
    assert not untold, untold


def test_the_manual_has_it():
    with open(os.path.join(ROOT, "docs/man/ztauth.1"), encoding="utf-8") as f:
        page = f.read()
    # As the macros of mdoc have them, apart.
    words = re.sub(r"^\.\w+ |\b(Cm|Ar|Op|Fl|Pq|Oo|Oc)\b|\|", " ", page, flags=re.M)
    words = " ".join(words.split())
    missing = []
    for path, (commands, flags, values) in table().items():
        first, *rest = path or ("",)
        if path and not re.search(rf"\b{first}\b" + "".join(rf"[^.]{{0,400}}?\b{r}\b" for r in rest), words):
            missing.append(" ".join(path))
        for option in (flags | values) - {"--help"}:
            if not re.search(rf"Fl {re.escape(option[1:])}\b", page):
                missing.append(" ".join(path) + " " + option)
    assert not missing, missing


def test_every_program_has_a_page():
    for program in ("ztauth", "ztauth-publish"):
        assert os.path.exists(os.path.join(ROOT, f"docs/man/{program}.1")), program
    if shutil.which("mandoc"):
        for page in os.listdir(os.path.join(ROOT, "docs/man")):
            said = run("mandoc", "-Tlint", os.path.join(ROOT, "docs/man", page))
            # Pages that are not installed here are not found.
            wrong = [w for w in said.stdout.splitlines() if "referenced manual not found" not in w and "mandoc.db" not in w]
            assert not wrong, wrong


def test_an_unknown_shell():
    assert run(ZTAUTH, "completion", "csh").returncode == 64
    assert run(ZTAUTH, "completion").returncode == 64


for name, check in [(k, v) for k, v in list(globals().items()) if k.startswith("test_")]:
    check()
    print("ok", name)
for name, ask in (("bash", bash), ("zsh", zsh), ("fish", fish)):
    if shutil.which(name):
        complete_everything(name, ask)
        print("ok", name)
    else:
        print("left out:", name, "is not here")
sys.exit(0)
