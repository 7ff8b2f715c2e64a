#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Every file and every test that docs/threats.md names is there, and every row names both."""

import os
import re
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
PAGE = "docs/threats.md"


def read(name):
    with open(os.path.join(ROOT, name), encoding="utf-8") as f:
        return f.read()


def wrong(span):
    """What is wrong with "FILE" or "FILE FUNCTION...", if anything."""
    name, *functions = span.split(" ")
    if not os.path.isfile(os.path.join(ROOT, name)):
        return [f"there is no file {name}"]
    text, out = read(name), []
    start = r"^def {}\(" if name.endswith(".py") else r"^{}\("
    for f in functions:
        if not re.search(start.format(re.escape(f)), text, re.M):
            out.append(f"{name} has no {f}")
        elif name.endswith(".c") and not re.search(rf"^\t.*\b{f}\b", text, re.M):
            out.append(f"{name} does not run {f}")
    return out


def main(page):
    found, rows, stopped = [], 0, True
    for number, line in enumerate(page.splitlines(), 1):
        stopped = stopped and line != "## Not stopped yet"
        cells = line.split(" | ")
        if not line.startswith("| ") or line.startswith(("| ---", "| attack |")) or not stopped:
            continue
        rows += 1
        spans = [re.findall(r"`([^`]+)`", cell) for cell in cells[1:]]
        if len(spans) != 2 or not spans[0] or not spans[1]:
            found.append(f"{PAGE}:{number}: a row has an attack, what stops it, and a test")
            continue
        if [s for s in spans[0] if not s.startswith("src/")] or \
                [s for s in spans[1] if not s.startswith(("tests/", "fuzz/"))]:
            found.append(f"{PAGE}:{number}: what stops it is in src/, what tests it in tests/ or fuzz/")
        found += [f"{PAGE}:{number}: {w}" for span in spans[0] + spans[1] for w in wrong(span)]
    if rows == 0 or stopped:
        found.append(f"{PAGE}: there are rows, and some attacks that are not stopped yet")
    return found


# It notices what it is for.
for bad in ("`tests/unit/test_jwt.c test_jwt__no_such`", "`tests/unit/test_none.c`", "`src/trust/model.c`", "none",
            "`tests/daemon/test_http.py test_no_such`"):
    row = f"| x | `src/trust/model.c` | {bad} |\n\n## Not stopped yet\n"
    assert len(main(row)) == 1, (bad, main(row))
assert main("| x | `src/trust/model.c` | `tests/unit/test_trust.c test_trust__zero_is_no` |\n\n## Not stopped yet\n") == []
problems = main(read(PAGE))
print("\n".join(problems) if problems else "ok")
sys.exit(bool(problems))
