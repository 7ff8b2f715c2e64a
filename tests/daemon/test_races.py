#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""test_races.py [ROUNDS [SEED]]: two push at once, to one server and to two over one database. One
wins, the other is told where the ref is; nothing is lost, and whoever waits hears of everything."""

import json
import random
import sys
import threading
import time

from harness import main
from postgres import Postgres
from sync import FILES, ZONE, Zone, change, transfer

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 25
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 20261125
TYPE = "application/vnd.ztauth.transfer"
CUT_LISTENERS = ("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                 "WHERE application_name = 'ztauth' AND query = 'LISTEN ztauth'")
print(f"seed {SEED}, {ROUNDS} rounds")


def open_to_all(zone):
    """Requests and commits need no signature: a round costs little."""
    now = zone.refs("admin")["main"]
    files = zone.files_of("admin", now)
    del files["tests/access.json"]
    files["open.cedar"] = (f'@id("open") permit (principal is Anonymous, action, resource)\n'
                           f'unless {{ resource == Ledger::"{ZONE}/admin" }};\n').encode()
    objects, new = change(files, now, zone.admin)
    assert zone.push(zone.admin, "admin", objects, now, new)[0] == 200


class Caller:
    """One connection, which is kept."""

    def __init__(self, zone):
        self.connection = zone.connect()

    def ask(self, method, path, body=None):
        self.connection.request(method, f"/zones/{ZONE}/ledgers{path}", body, {"Content-Type": TYPE} if body else {})
        r = self.connection.getresponse()
        return r.status, json.loads(r.read())

    def push(self, name, objects, old, new):
        return self.ask("POST", f"/{name}/push?ref=main&old={old or 'none'}&new={new}", transfer(objects))


def next_version(old, number, who):
    text = b"// %d by %d\n" % (number, who) + FILES["a.cedar"]
    return change({**FILES, "a.cedar": text}, old, message=f"{number} by {who}\n")


def race(pushers, name, rounds, rng):
    """Both on top of the same commit, then the loser again on top of the winner's."""
    head, line, wins = None, [], [0, 0]
    for number in range(rounds):
        same = rng.random() < 0.1
        made = [next_version(head, number, 0 if same else who) for who in (0, 1)]
        pauses = [rng.choice([0, rng.uniform(0, 0.004)]) for _ in (0, 1)]
        answers, gate = [None, None], threading.Barrier(2)

        def push(who):
            gate.wait()
            time.sleep(pauses[who])
            answers[who] = pushers[who].push(name, made[who][0], head, made[who][1])

        threads = [threading.Thread(target=push, args=(who,)) for who in (0, 1)]
        for t in threads:
            t.start()
        for t in threads:
            t.join(60)
        assert sorted(a[0] for a in answers) == [200, 409], (number, answers)
        winner = 0 if answers[0][0] == 200 else 1
        assert answers[winner][1] == {"commit": made[winner][1]}
        said = answers[1 - winner][1]["error"]
        assert said["code"] == "conflict" and said["message"], said
        assert answers[1 - winner][1]["commit"] == made[winner][1], (number, answers)
        wins[winner] += 1
        head = made[winner][1]
        line.append(head)
        if not same:
            objects, again = next_version(head, number, 1 - winner + 2)
            status, answer = pushers[1 - winner].push(name, objects, head, again)
            assert status == 200, answer
            head = again
            line.append(head)
        assert pushers[rng.choice([0, 1])].ask("GET", f"/{name}/refs")[1]["refs"] == {"main": head}
    assert history(pushers[0], name, head) == history(pushers[1], name, head) == line[::-1]
    print(f"     {rounds} rounds: {wins[0]} and {wins[1]} won, {len(line)} commits")


def history(caller, name, at):
    out = []
    while at:
        status, answer = caller.ask("GET", f"/{name}/log?limit=500&from={at}")
        assert status == 200, answer
        out += [c["id"] for c in answer["commits"]]
        at = answer["next"]
    return out


def test_one_server():
    zone = Zone().start()
    try:
        open_to_all(zone)
        race([Caller(zone), Caller(zone)], "main", ROUNDS, random.Random(f"one {SEED}"))
        zone.stop()
    finally:
        zone.close()


def test_two_servers_with_one_file():
    zone = Zone().start()
    twin = Zone(store=zone.path("data/ztauth.db"), twin=zone).start()
    try:
        open_to_all(zone)
        race([Caller(zone), Caller(twin)], "main", ROUNDS, random.Random(f"file {SEED}"))
        zone.stop()
        twin.stop()
    finally:
        zone.close()
        twin.close()


database = Postgres()
first = second = None


def test_two_servers():
    race([Caller(first), Caller(second)], "main", ROUNDS, random.Random(f"two {SEED}"))


def test_nothing_is_missed():
    """Who waits at one server hears of each push to the other, though its ear is cut off."""
    rng, cuts = random.Random(f"ear {SEED}"), 0
    pusher, waiter = Caller(first), Caller(second)
    assert pusher.ask("POST", "", b'{"name":"heard"}')[0] == 201
    head, sequence = None, waiter.ask("GET", "/heard/refs")[1]["sequence"]
    for number in range(ROUNDS):
        heard = []
        t = threading.Thread(target=lambda: heard.append(
            waiter.ask("GET", f"/heard/refs?after={sequence}&wait_ms=60000")))
        kind = rng.choice(["none", "before", "beside", "beside"])
        objects, new = next_version(head, number, 0)
        if kind == "before":
            cuts += int(database.sql(CUT_LISTENERS))
        t.start()
        time.sleep(rng.choice([0, rng.uniform(0, 0.1)]))
        cutter = threading.Thread(target=database.sql, args=(CUT_LISTENERS,)) if kind == "beside" else None
        if cutter:
            cutter.start()
            cuts += 1
            time.sleep(rng.uniform(0, 0.05))
        status, answer = pusher.push("heard", objects, head, new)
        assert status == 200, answer
        t.join(90)
        if cutter:
            cutter.join()
        # Had it been missed, the wait would have ended with the old ref.
        assert heard and heard[0][0] == 200 and heard[0][1]["refs"] == {"main": new}, (number, kind, heard)
        head, sequence = new, heard[0][1]["sequence"]
    print(f"     {ROUNDS} pushes heard of, {cuts} cuts")


def test_both_are_in_force():
    """What the one admits the other decides by."""
    head = first.refs("main")["main"]
    caller = Caller(first)
    for number in range(10):
        objects, new = next_version(head, number, 9)
        assert caller.push("main", objects, head, new)[0] == 200
        head = new
        end = time.time() + 20
        for zone in (first, second):
            while json.loads(zone.send("GET", "/readyz")[1]).get("commit") != new:
                assert time.time() < end, zone.said()
                time.sleep(0.005)


try:
    first = Zone(store=database.uri).start()
    second = Zone(store=database.uri, twin=first).start()
    open_to_all(first)
    main([v for k, v in list(globals().items()) if k.startswith("test_")])
    first.stop()
    second.stop()
finally:
    for server in (first, second):
        if server:
            server.close()
    database.close()
