#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A server that is killed while it takes pushes: a ref is old or new, and what it reaches is there."""

import http.client
import random
import threading
import time

from harness import main
from sync import Zone, change, version

zone = Zone().start()
writer = zone.key("writer")
zone.govern(writer="writers")
SEED = 20260117


def push_until_dead(old, made, answers):
    for objects, new in made:
        try:
            status, answer = zone.push(writer, "main", objects, old, new)
        except (OSError, http.client.HTTPException):
            answers.append((new, None))
            return
        assert status == 200, answer
        answers.append((new, status))
        old = new


def test_killed_during_pushes():
    chance = random.Random(SEED)
    n, old = 0, None
    for life in range(12):
        made, parent = [], old
        for _ in range(40):
            n += 1
            files = version(n)
            files["entities/many.json"] = b"[" + b",".join(
                b'{"uid":{"type":"User","id":"%d-%d"},"attrs":{},"parents":[]}' % (n, i)
                for i in range(200)) + b"]"
            made.append(change(files, parent, writer))
            parent = made[-1][1]
        answers = []
        t = threading.Thread(target=push_until_dead, args=(old, made, answers))
        t.start()
        time.sleep(chance.uniform(0.02, 0.4))
        zone.kill()
        t.join(30)
        zone.start()
        now = zone.refs("main").get("main")
        done = [new for new, status in answers if status == 200]
        asked = [new for new, _ in answers]
        # What was answered is there; what was not may be.
        assert now in ([done[-1]] if done else [old]) + asked[len(done):], (life, now, answers)
        if now is not None:
            files = zone.files_of("main", now)
            assert set(files) == {"a.cedar", "entities/many.json", "manifest.json", "schema.cedarschema"}
            log = zone.ask(zone.admin, "GET", "/main/log?limit=500")[1]
            assert log["next"] is None and log["commits"][0]["id"] == now
        old = now
    assert old is not None
    print(f"   {n} pushes made ready, {len(log['commits'])} are there")


try:
    main([v for k, v in list(globals().items()) if k.startswith("test_")])
finally:
    zone.close()
