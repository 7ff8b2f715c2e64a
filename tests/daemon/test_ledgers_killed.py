#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""test_ledgers_killed.py [LIVES [SEED]]: a server that is killed while it takes pushes: a ref is
old or new, and what it reaches is there."""

import http.client
import random
import sys
import threading
import time

from harness import main
from sync import Zone, change, version

zone = Zone().start()
writer = zone.key("writer")
zone.govern(writer="writers")
LIVES = int(sys.argv[1]) if len(sys.argv) > 1 else 12
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 20260117


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


def check_log(now):
    """How many commits there are, from `now` to the first."""
    count, at = 0, now
    while at:
        log = zone.ask(zone.admin, "GET", f"/main/log?limit=500&from={at}")[1]
        assert log["commits"][0]["id"] == at
        count, at = count + len(log["commits"]), log["next"]
    return count


def test_killed_during_pushes():
    chance = random.Random(SEED)
    n, old, olds = 0, None, 0
    print(f"seed {SEED}, {LIVES} lives")
    for life in range(LIVES):
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
            check_log(now)
        olds += now == (done[-1] if done else old)
        old = now
    assert old is not None
    print(f"   {n} pushes made ready, {check_log(old)} are there; killed {LIVES} times, "
          f"the push that was cut off is not there {olds} times")


try:
    main([v for k, v in list(globals().items()) if k.startswith("test_")])
finally:
    zone.close()
