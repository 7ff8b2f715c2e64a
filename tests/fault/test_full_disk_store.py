#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A full disk under the store: pushes are refused, decisions go on, the ref stays where it is
through a kill and a restart, and pushes are taken again once there is room."""

import json
import os
import random
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "daemon"))
from harness import EVALUATION  # noqa: E402
from sync import Zone, change, transfer, version  # noqa: E402

SEED = 20261125
TYPE = "application/vnd.ztauth.transfer"
QUESTION = json.dumps({"subject": {"type": "User", "id": "u"}, "action": {"name": "view"},
                       "resource": {"type": "Doc", "id": "d"}})
rng = random.Random(SEED)
print(f"seed {SEED}")
zone = Zone()
data, ballast = zone.path("data"), zone.path("data/ballast")


def large(n):
    """A version that needs 60 KiB."""
    files = version(n)
    files["entities/many.json"] = b"[]" + bytes(rng.choices(b" \n\t", k=60000))
    return files


def fill():
    with open(ballast, "ab", buffering=0) as f:
        for size in (65536, 4096, 1):
            try:
                while True:
                    f.write(b"x" * size)
            except OSError:
                pass


def decides():
    status, answer, _ = zone.post(EVALUATION, QUESTION)
    return status == 200 and answer["decision"] is True


def run():
    with open(ballast, "wb") as f:
        f.write(b"x" * (256 << 10))
    zone.start()
    writer = zone.key("writer")
    zone.govern(writer="writers")
    head, number, refused = None, 0, 0
    while refused < 10:
        number += 1
        objects, new = change(large(number), head, writer)
        status, answer = zone.push(writer, "main", objects, head, new)
        if status == 200:
            head = new
            continue
        assert status == 503 and answer["error"]["code"] == "unavailable", (status, answer)
        refused += 1
        assert zone.refs("main")["main"] == head
        status, answer = zone.ask(writer, "POST", "/main/objects", transfer(objects), TYPE)
        assert status == 503, answer
    assert number > 3 + refused
    end = time.time() + 20
    while not decides() and time.time() < end:
        time.sleep(0.01)
    assert decides()
    fill()
    assert decides()
    assert set(zone.files_of("main", head)) > {"entities/many.json"}
    zone.kill()
    # Not a byte is left: it may come up or say why not, and comes up with some room.
    try:
        zone.start()
        assert decides() and zone.refs("main")["main"] == head
        zone.kill()
        print("it came up on a full disk")
    except AssertionError:
        print("it did not come up on a full disk: " + zone.said().strip())
        assert "no space" in zone.said() or "full" in zone.said() or "unable" in zone.said(), zone.said()
    os.unlink(ballast)
    zone.start()
    assert zone.refs("main")["main"] == head
    objects, new = change(version(number + 1), head, writer)
    status, answer = zone.push(writer, "main", objects, head, new)
    assert status == 200, answer
    assert decides()
    log = zone.ask(zone.admin, "GET", "/main/log?limit=500")[1]
    assert log["next"] is None and len(log["commits"]) == number - refused + 1
    zone.stop()
    print(f"{number - refused} pushes taken, {refused} refused, then service again")


os.rename(data, data + ".made")
os.mkdir(data)
mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1280k,mode=0700", "tmpfs", data], capture_output=True,
                         check=False).returncode == 0
try:
    if not mounted:
        print("a small file system cannot be mounted here (needs root)")
        sys.exit(77)
    for made in os.listdir(data + ".made"):
        shutil.copy(os.path.join(data + ".made", made), data)
    run()
finally:
    if zone.process and zone.process.poll() is None:
        zone.kill()
    if mounted:
        subprocess.run(["umount", "-l", data], check=False)
    zone.close()
