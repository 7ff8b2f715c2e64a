#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""test_ledgers_killed.py [LIVES [SEED]]: a server that is killed while it takes pushes, over SQLite
and over PostgreSQL, and a database that crashes: a ref is old or new, and what it reaches is there."""

import http.client
import random
import sys
import threading
import time

from harness import main
from postgres import Postgres
from sync import ZONE, Zone, change, transfer, version

LIVES = int(sys.argv[1]) if len(sys.argv) > 1 else 12
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 20260117
PUSHES = 4  # in one life, at most
print(f"seed {SEED}, {LIVES} lives")


def large(n):
    files = version(n)
    files["entities/many.json"] = b"[" + b",".join(
        b'{"uid":{"type":"User","id":"%d-%d"},"attrs":{},"parents":[]}' % (n, i) for i in range(200)) + b"]"
    return files


class Line:
    """Commits that follow each other; those that were not taken are offered again."""

    def __init__(self, zone):
        self.writer, self.made = zone.key("writer"), []
        zone.govern(writer="writers")

    def after(self, head):
        """The next PUSHES of them, as (objects, id)."""
        at = 1 + [new for _, new in self.made].index(head) if head else 0
        while len(self.made) < at + PUSHES:
            parent = self.made[-1][1] if self.made else None
            self.made.append(change(large(len(self.made)), parent, self.writer))
        return self.made[at:at + PUSHES]


def signed(zone, line, old):
    """The next pushes, ready to be sent: (id, target, body, headers)."""
    out = []
    for objects, new in line.after(old):
        target, body = f"/zones/{ZONE}/ledgers/main/push?ref=main&old={old or 'none'}&new={new}", transfer(objects)
        headers = zone.headers(line.writer, "POST", target, body)
        out.append((new, target, body, {**headers, "Content-Type": "application/vnd.ztauth.transfer"}))
        old = new
    return out


def push_until_dead(zone, requests, sent, answers):
    for (new, target, body, headers), event in zip(requests, sent):
        event.set()
        try:
            status, answer, _ = zone.send("POST", target, body, headers)
        except (OSError, http.client.HTTPException):
            answers.append((new, None))
            return
        answers.append((new, status if status == 200 else None))
        if status != 200:
            assert status == 503, answer  # the database is away
            return


def usual_time(zone, line):
    """Of a push, in seconds."""
    answers, requests = [], signed(zone, line, zone.refs("main").get("main"))
    start = time.monotonic()
    push_until_dead(zone, requests, [threading.Event() for _ in requests], answers)
    assert [status for _, status in answers] == [200] * PUSHES, answers
    return (time.monotonic() - start) / PUSHES


def check_history(zone, now, line):
    """All from `now` to the first is there, and complete; how many commits that is."""
    at, found = now, []
    while at:
        log = zone.ask(zone.admin, "GET", f"/main/log?limit=500&from={at}")[1]
        found += [c["id"] for c in log["commits"]]
        at = log["next"]
    assert found == [new for _, new in line.made][:len(found)][::-1]
    files = zone.files_of("main", now) if now else {}
    assert not now or set(files) == {"a.cedar", "entities/many.json", "manifest.json", "schema.cedarschema"}
    return len(found)


def main_of(zone):
    """A server says that it cannot until it has found its database again."""
    end = time.time() + 30
    while True:
        status, answer = zone.ask(zone.admin, "GET", "/main/refs")
        if status == 200:
            return answer["refs"].get("main")
        assert status == 503 and time.time() < end, answer
        time.sleep(0.05)


def kill_again_and_again(zone, line, lives, kill, start):
    chance, usual = random.Random(SEED), usual_time(zone, line)
    old, lost = zone.refs("main").get("main"), 0
    for life in range(lives):
        answers, sent = [], [threading.Event() for _ in range(PUSHES)]
        t = threading.Thread(target=push_until_dead, args=(zone, signed(zone, line, old), sent, answers))
        t.start()
        # While one of them is under way, or right after it.
        sent[chance.randrange(PUSHES)].wait(60)
        time.sleep(chance.uniform(0, 1.5 * usual))
        kill()
        t.join(60)
        start()
        now = main_of(zone)
        done = [new for new, status in answers if status == 200]
        asked = [new for new, _ in answers]
        # What was answered is there; what was not may be.
        assert now in ([done[-1]] if done else [old]) + asked[len(done):], (life, now, answers)
        lost += now == (done[-1] if done else old)
        count, old = check_history(zone, now, line), now
    assert old is not None
    print(f"     killed {lives} times, {count} pushes are there; {lost} times no more than was "
          f"answered (a push takes {1000 * usual:.0f} ms)")


def test_sqlite():
    zone = Zone().start()
    try:
        kill_again_and_again(zone, Line(zone), LIVES, zone.kill, zone.start)
    finally:
        zone.close()


def test_postgresql():
    database = Postgres()
    zone = Zone(store=database.uri).start()

    def start():
        # The database may still be at what it was told before.
        while database.sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'ztauth'") != "0":
            time.sleep(0.01)
        zone.start()

    try:
        line = Line(zone)
        kill_again_and_again(zone, line, LIVES // 2, zone.kill, start)
        kill_again_and_again(zone, line, LIVES // 2, database.crash, database.start)
        zone.stop()
    finally:
        zone.close()
        database.close()


main([test_sqlite, test_postgresql])
