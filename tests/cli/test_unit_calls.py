#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The unit leaves the server the calls that its own sandbox leaves it, and no group that it does not need."""

import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# On the list of the server, for libraries that may ask; they go on without.
WITHOUT = {"mincore", "sched_setaffinity", "sched_setscheduler"}
# What comes before the sandbox.
BEFORE = {"clone", "execve", "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self",
          "mlockall", "seccomp", "setrlimit"}
NEVER = {"bpf", "chroot", "finit_module", "init_module", "kexec_load", "mount", "open_by_handle_at", "perf_event_open",
         "pivot_root", "process_vm_readv", "ptrace", "reboot", "setns", "setuid", "settimeofday", "swapon", "unshare"}


def groups():
    """What systemd's names of groups stand for."""
    said = subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager"], capture_output=True, text=True, check=True)
    found, members = {}, None
    for line in said.stdout.splitlines():
        word = line.strip()
        if line.startswith("@"):
            members = found.setdefault(word.split()[0], [])
        elif not line.startswith(" "):
            members = None
        elif word and not word.startswith("#") and members is not None:
            members.append(word)
    return found


def members(word, known):
    if not word.startswith("@"):
        return {word}
    return set().union(*(members(w, known) for w in known[word]))


def permitted():
    known = groups()
    calls = members("@default", known)
    with open(os.path.join(ROOT, "packaging/systemd/ztauth.service.in"), encoding="utf-8") as f:
        lines = re.findall(r"^SystemCallFilter=(~?)(.*)$", f.read(), re.M)
    assert lines
    for taken, words in lines:
        named = set().union(*(members(w, known) for w in words.split()))
        calls = calls - named if taken else calls | named
    return calls


if shutil.which("systemd-analyze") is None:
    print("systemd-analyze is not here")
    sys.exit(77)
with open(os.path.join(ROOT, "src/daemon/sandbox_calls.c"), encoding="utf-8") as source:
    sandbox = set(re.findall(r"SCMP_SYS\((\w+)\)", source.read()))
assert len(sandbox) > 100, sandbox
unit = permitted()
missing = (sandbox | BEFORE) - WITHOUT - unit
assert not missing, f"the unit refuses {sorted(missing)}"
assert not NEVER & unit, f"the unit permits {sorted(NEVER & unit)}"
