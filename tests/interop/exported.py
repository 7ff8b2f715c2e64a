# SPDX-License-Identifier: Apache-2.0
"""A server whose log has records of many kinds, to be exported to others' software."""

import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "daemon"))
from collectors import wait_for  # noqa: E402
from harness import EVALUATION, ROOT, ZTAUTH, Server, question  # noqa: E402

BUILD = os.path.abspath(os.environ.get("BUILD", os.path.join(ROOT, "build")))
ODD = 'tea"pot\\ ]\u00e9\x07</x>\n'


def skip(why):
    print(why)
    sys.exit(77)


def serve():
    """To be closed by whoever asked for it."""
    server = Server().start()
    try:
        fill(server)
    except BaseException:
        server.close()
        raise
    return server


def fill(server):
    token = server.token()
    for change in ({}, {"action": {"name": "view"}}, {"action": {"name": "sell"}},
                   {"action": {"name": "delete"}},
                   {"resource": {"type": "Product", "id": ODD}},
                   {"subject": {"type": "User", "id": "b" * 200}},
                   {"subject": {"type": "Robot", "id": ODD}},
                   {"authorization_model": {"tx_token": "no token"}}):
        server.post(EVALUATION, question(token, **change))
    server.exchange(subject_token="no token")
    with open(server.path("ledger/more.cedar"), "w", encoding="utf-8") as f:
        f.write('@id("nobody") forbid (principal, action, resource);\n')
    server.reload()
    wait_for(lambda: sum(r["kind"] == "policy" for r in server.log()) == 2)
    server.post(EVALUATION, question(token))


def run(server, *args, masks=None, **kw):
    if masks:
        with open(server.path("masks.json"), "w", encoding="utf-8") as f:
            json.dump({"masks": masks}, f)
    how = ["--masks", server.path("masks.json")] if masks else ["--unmasked"]
    return subprocess.run([ZTAUTH, "log", "export", "--dir", server.log_dir, *how, *args],
                          capture_output=True, text=True, check=True, timeout=120, **kw).stdout


def pip(name, packages):
    """Python with these packages, in the build directory; they come from PyPI."""
    home = os.path.join(BUILD, "interop", name)
    python = os.path.join(home, "bin", "python3")
    done = os.path.join(home, ".".join(["done", *(p.replace("=", "") for p in packages)]))
    if not os.path.exists(done):
        for command in ([sys.executable, "-m", "venv", home],
                        [python, "-m", "pip", "install", "-q", "--disable-pip-version-check",
                         *packages]):
            try:
                subprocess.run(command, check=True, capture_output=True, timeout=300)
            except (OSError, subprocess.SubprocessError):
                skip(f"{packages[0]} cannot be had from PyPI")
        with open(done, "w", encoding="utf-8"):
            pass
    return python


__all__ = ["BUILD", "ODD", "pip", "run", "serve", "skip"]
