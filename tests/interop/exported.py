# SPDX-License-Identifier: Apache-2.0
"""A server whose log has records of many kinds, to be exported to others' software."""

import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "daemon"))
from collectors import wait_for  # noqa: E402
from harness import EVALUATION, ZTAUTH, Server, question  # noqa: E402

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


__all__ = ["ODD", "run", "serve", "skip"]
