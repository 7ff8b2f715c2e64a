#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9 under load, again and again: what was acknowledged is in the log."""

import os
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "daemon"))
from harness import EVALUATION, Server, question  # noqa: E402

ROUNDS = 20
CLIENTS = 8


def main():
    server = Server()
    acknowledged = {}
    lock = threading.Lock()
    torn = 0

    def load(token):
        try:
            c = server.connect()
            while True:
                answer = server.post(EVALUATION, question(token), connection=c)[1]
                with lock:
                    acknowledged[answer["context"]["ztauth"]["log_index"]] = answer["context"]["id"]
        except Exception:  # the server is gone: that is the point
            return

    try:
        for i in range(ROUNDS):
            server.start()
            torn += "cut off" in server.said()
            token = server.token()
            threads = [threading.Thread(target=load, args=(token,)) for _ in range(CLIENTS)]
            for t in threads:
                t.start()
            time.sleep(0.15 + 0.01 * i)
            server.kill()
            for t in threads:
                t.join()
            kept = {r["index"]: r["id"] for r in server.records()}
            lost = {i: d for i, d in acknowledged.items() if kept.get(i) != d}
            assert not lost, f"round {i}: {len(lost)} acknowledged decisions are not in the log"
        server.start()
        server.stop()
        assert len(acknowledged) > ROUNDS, "the load was no load"
        print(f"{ROUNDS} kills, {len(acknowledged)} acknowledged decisions, none missing; "
              f"{torn} torn ends; {len(server.records())} records")
    finally:
        server.close()


main()
