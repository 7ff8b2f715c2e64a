#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A full disk: refusals, no crash, and service again once there is room."""

import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "daemon"))
from harness import EVALUATION, Server, question  # noqa: E402
from sync import FILES, Zone, change  # noqa: E402


def main():
    with tempfile.TemporaryDirectory() as disk:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk],
                                 capture_output=True, check=False).returncode == 0
        if not mounted:
            print("a small file system cannot be mounted here (needs root)")
            sys.exit(77)
        try:
            fill_and_free(disk)
            fill_for_ledgers(disk)
        finally:
            subprocess.run(["umount", "-l", disk], check=False)


def fill_and_free(disk):
    server = Server(log_dir=os.path.join(disk, "log"))
    try:
        server.start()
        token = server.token()
        ballast = os.path.join(disk, "ballast")
        with open(ballast, "wb") as f:
            f.write(b"x" * 64 * 1024)
        c = server.connect()
        allowed, refused = 0, 0
        while refused < 50:
            status, answer, _ = server.post(EVALUATION, question(token), connection=c)
            if answer["decision"]:
                assert refused == 0 or allowed < 100000
                allowed += 1
            else:
                assert answer["context"]["ztauth"] == {"leg": "record", "code": "unavailable"}, answer
                refused += 1
        status, answer = server.exchange()
        assert status == 503 and answer["error"] == "temporarily_unavailable", answer
        os.unlink(ballast)
        answer = server.post(EVALUATION, question(token), connection=c)[1]
        assert answer["decision"] is True, answer
        assert server.process.poll() is None
        records = server.records()
        assert len(records) == allowed + 2, (len(records), allowed)
        server.stop()
        print(f"{allowed} recorded, {refused} refused, then service again")
    finally:
        server.close()


def fill_for_ledgers(disk):
    """What cannot be recorded is not done to a ledger either."""
    zone = Zone()
    try:
        os.mkdir(os.path.join(disk, "second"))
        os.symlink(os.path.join(disk, "second"), zone.log_dir)
        zone.start()
        objects, new = change(FILES, None, zone.admin)
        ballast = os.path.join(disk, "ballast")
        with open(ballast, "wb", buffering=0) as f:
            try:
                while True:
                    f.write(b"x" * 4096)
            except OSError:
                pass
        refused = 0
        while refused < 3:  # the last page of the log may have room
            refused += zone.ask(None, "GET", "/main/refs")[0] == 503
        assert zone.ask(zone.admin, "POST", "", b'{"name":"shop"}')[0] == 503
        assert zone.push(zone.admin, "main", objects, None, new)[0] == 503
        assert zone.refs("main") == {} and zone.ask(zone.admin, "GET", "/shop/refs")[0] == 404
        os.unlink(ballast)
        assert zone.ask(None, "GET", "/main/refs")[0] == 403
        assert zone.ask(zone.admin, "POST", "", b'{"name":"shop"}')[0] == 201
        assert zone.push(zone.admin, "main", objects, None, new)[0] == 200
        assert zone.refs("main") == {"main": new}
        zone.stop()
        print("nothing is done to ledgers without its record")
    finally:
        zone.close()


main()
