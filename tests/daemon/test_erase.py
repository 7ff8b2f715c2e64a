#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What is personal is nowhere in the log, in whatever field it comes, and can be destroyed while
everything that was proved stays so."""

import base64
import hashlib
import json
import os
import re
import subprocess
import time

from harness import EVALUATION, URN, ZTAUTH, Server, main, question, ztauth

# Each is found in no file by chance.
PLANTED = ["wilhelmina-0451", "quetzalcoatl@example.org", "petitioner-8842", "Amalthea7766",
           "transmogrify-3390", "Ocelot::Margay5521"]
server = Server(extra="record_requests yes\nserve_entries yes\n").start()
ZONE = "/zones/100000000001"


def forms(text):
    """The ways in which a text may lie in a file."""
    raw = text.encode()
    found = {raw, raw.hex().encode(), raw.hex().upper().encode()}
    for lead in range(3):  # wherever in a run of three bytes it begins
        body = base64.b64encode(b"\0" * lead + raw)[4 if lead else 0:]
        core = body[:len(body) - 4]
        found |= {core, core.replace(b"+", b"-").replace(b"/", b"_")}
    found |= {hashlib.sha256(raw).digest(), hashlib.sha256(raw).hexdigest().encode()}
    return found


def search(where, texts, leave_out=()):
    """Files below `where` that hold one of the texts in some form."""
    hits = set()
    for folder, folders, files in os.walk(where):
        folders[:] = [f for f in folders if f not in leave_out]
        for name in files:
            path = os.path.join(folder, name)
            with open(path, "rb") as f:
                content = f.read()
            hits |= {(os.path.relpath(path, where), text) for text in texts
                     for form in forms(text) if form in content}
    return hits


def verifier():
    return re.search(r"log key: (\S+)", server.said()).group(1)


def verify():
    return ztauth("log", "verify", "--dir", server.log_dir, "--key", verifier())


def erase(subject):
    out = ztauth("log", "erase", "--dir", server.log_dir, "--subject", subject)
    return tuple(int(n) for n in re.findall(r"\d+", out))


def minted(sub):
    return ztauth("token", "mint", "--key", server.path("corp.pem"), "--iss", "https://corp.example",
                  "--sub", sub, "--aud", "shop.example", "--scope", "shop.buy").strip()


def token_of(sub):
    status, answer = server.exchange(subject_token=minted(sub))
    assert status == 200, answer
    return answer["access_token"]


def ask(token, **change):
    """The id of the decision; None: it was no question under the schema, and is not recorded."""
    status, answer, _ = server.post(EVALUATION, question(token, **change))
    assert status in (200, 400), answer
    return answer["context"]["id"] if status == 200 else None


def receipt(decision, *args):
    path = server.path(decision + ".tlog-proof")
    ztauth("receipt", "get", decision, "--url", f"http://127.0.0.1:{server.port}{ZONE}",
           "--out", path, *args)
    return path


def proved(path):
    return json.loads(ztauth("receipt", "verify", path, "--key", verifier()))


def plant():
    """In every field of every kind of request that is recorded."""
    a, b, c, d, e, f = PLANTED
    token = token_of(a)
    ids = [
        ask(token, subject={"type": "User", "id": a, "properties": {"mail": b}}),
        ask(token, subject={"type": "User", "id": a}, resource={"type": "Product", "id": c}),
        ask(token, subject={"type": "User", "id": a}, context={"note": b}),
        ask(token, subject={"type": "User", "id": b}),
        ask(token, subject={"type": d, "id": a}),
        ask(token, subject={"type": "User", "id": a}, action={"name": e}),
        ask(token, subject={"type": "User", "id": a}, resource={"type": f, "id": c}),
        ask(token + c, subject={"type": d, "id": a}, action={"name": e},
            resource={"type": f, "id": b}),
        ask(None, subject={"type": "User", "id": a}, authorization_model=None),
    ]
    for change in ({"subject_token": minted(b), "scope": c}, {"subject_token": d},
                   {"actor_token": minted(e)}, {"audience": c, "subject_token": minted(a)},
                   {"subject_token": minted(a), "request_context": b}):
        server.exchange(**change)
    return [i for i in ids if i]


def test_nothing_personal_is_in_the_log():
    ids = plant()
    values = json.dumps(server.log())
    for text in PLANTED:
        assert text in values, f"{text} was recorded nowhere: the search means nothing"
    hits = search(server.log_dir, PLANTED, leave_out=("openings", "requests"))
    assert not hits, hits
    assert {h[0].split("/")[0] for h in search(server.log_dir, PLANTED)} == {
        "openings", "requests"}
    for decision in ids[:3]:
        with open(receipt(decision, "--open", "none"), "rb") as f:
            extra = base64.b64decode(f.read().split()[2])
        assert not any(form in extra for text in PLANTED for form in forms(text))


def test_a_receipt_opens_what_was_chosen():
    decision = ask(server.token())
    everything = proved(receipt(decision))
    assert everything["subject_id"] == "alice" and everything["resource_id"] == "teapot"
    assert "withheld" not in everything and len(everything["request"]) == 64, everything
    some = proved(receipt(decision, "--without", "subject,request"))
    assert set(some["withheld"]) == {"subject_id", "request"} and "subject_id" not in some
    assert some["resource_id"] == "teapot"
    some = proved(receipt(decision, "--open", "subject"))
    assert set(some["withheld"]) == {"resource_id", "request"} and some["subject_id"] == "alice"
    denied = proved(receipt(ask(server.token(), subject={"type": "User", "id": "bob"})))
    assert not denied["allowed"] and set(denied["withheld"]) == {"reason"}, denied
    for args in (["--open", "reason"], ["--without", "reason"], ["--open", "x"],
                 ["--open", "none", "--without", "ref"]):
        ran = subprocess.run([ZTAUTH, "receipt", "get", decision, "--url",
                              f"http://127.0.0.1:{server.port}{ZONE}", *args],
                             capture_output=True, check=False)
        assert ran.returncode in (1, 64), args
    c = server.connect()
    c.request("GET", f"{ZONE}/receipts/{decision}?open=reason")
    assert c.getresponse().status == 400


def test_nothing_personal_is_served():
    c = server.connect()
    c.request("GET", ZONE + "/log/checkpoint")
    size = int(c.getresponse().read().split(b"\n")[1])
    c = server.connect()
    c.request("GET", f"{ZONE}/log/tile/entries/000.p/{size}")
    bundle = c.getresponse().read()
    assert len(bundle) > 100 * size, bundle
    for text in PLANTED:
        assert not any(form in bundle for form in forms(text)), text


def test_digests_that_can_be_guessed_are_salted():
    body = question(server.token())
    server.post(EVALUATION, body)
    digest = hashlib.sha256(body.encode()).digest()
    assert server.log()[-1]["request"] == digest.hex()
    for name in os.listdir(server.log_dir):
        if name.endswith(".seg"):
            with open(os.path.join(server.log_dir, name), "rb") as f:
                assert digest not in f.read(), name


def test_folders_are_for_the_server_alone():
    folder = os.path.join(server.log_dir, "openings")
    assert os.stat(folder).st_mode & 0o777 == 0o700
    for name in os.listdir(folder):
        assert os.stat(os.path.join(folder, name)).st_mode & 0o777 == 0o600, name


def test_what_was_erased_is_nowhere():
    before, others = server.log(), ask(server.token())
    kept = receipt(ask(token_of(PLANTED[0]), subject={"type": "User", "id": PLANTED[0]}))
    want = sum(1 for r in server.log() if PLANTED[0] in (r.get("subject_id"), r.get("resource_id")))
    total = 0
    for subject in (f'User::"{PLANTED[0]}"', f'Shop::User::"{PLANTED[0]}"'):
        openings, entries, requests = erase(subject)
        total += openings
        assert entries >= len(before), (entries, len(before))
    assert 0 < total <= want and requests == 0, (total, want)
    after = server.log()
    for old, new in zip(before, after):
        gone = new.pop("erased", {})
        if not gone:
            assert old == new, (old, new)
            continue
        assert PLANTED[0] not in json.dumps(new)
        assert all(len(value) == 64 for value in gone.values()), gone
        assert {k: v for k, v in old.items() if k not in gone} == new, (old, new)
    assert "alice" in json.dumps([r for r in after if r.get("id") == others])
    assert proved(kept)["subject_id"] == PLANTED[0], "who has a receipt keeps it"
    now = proved(receipt(os.path.basename(kept).split(".")[0]))
    assert "subject_id" in now["withheld"] and "subject_id" not in now
    verify()


def test_what_is_about_a_strange_type_goes_by_that_type():
    a, b, c, d, e, f = PLANTED
    for subject in (f'{d}::"{a}"', f'{f}::"{c}"', f'{f}::"{b}"', f'User::"{b}"', f'User::"{c}"',
                    f'Product::"{c}"'):
        erase(subject)
    hits = search(server.log_dir, PLANTED)
    assert not hits, hits
    verify()


def test_erasing_is_recorded_and_names_nobody():
    count = len([r for r in server.log() if r.get("action") == "erasures"])
    ask(token_of("ignatius-2217"), subject={"type": "User", "id": "ignatius-2217"})
    assert erase('User::"ignatius-2217"')[0] >= 1
    with open(os.path.join(server.log_dir, "openings", "erasures"), "rb") as f:
        digest = hashlib.sha256(f.read()).hexdigest()
    # What was erased just before may be recorded by a record of its own.
    for _ in range(200):
        found = [r for r in server.log() if r.get("action") == "erasures"]
        if len(found) > count and found[-1]["digest"] == digest:
            break
        time.sleep(0.05)
    assert found[-1]["kind"] == "change" and len(found) > count, found
    assert found[-1]["digest"] == digest, found
    assert not search(server.log_dir, ["ignatius-2217"])


def test_erasing_while_nothing_runs():
    ask(token_of("evangeline-61"), subject={"type": "User", "id": "evangeline-61"})
    server.stop()
    openings, _, requests = erase('User::"evangeline-61"')
    assert openings >= 2 and requests == 1, (openings, requests)
    assert not search(server.log_dir, ["evangeline-61"])
    assert erase('User::"evangeline-61"')[0] == 0
    server.start()
    assert [r["kind"] for r in server.log()][-5:].count("change") == 1
    ask(server.token())
    verify()


def test_wrong_use():
    for args in (["--dir", server.log_dir], ["--subject", 'User::"a"'],
                 ["--dir", server.log_dir, "--subject", "alice"],
                 ["--dir", server.log_dir, "--subject", 'User::""'],
                 ["--dir", server.path("none"), "--subject", 'User::"a"']):
        ran = subprocess.run([ZTAUTH, "log", "erase", *args], capture_output=True, check=False)
        assert ran.returncode in (1, 64), args


assert URN
try:
    main([test_nothing_personal_is_in_the_log, test_a_receipt_opens_what_was_chosen,
          test_nothing_personal_is_served,
          test_digests_that_can_be_guessed_are_salted, test_folders_are_for_the_server_alone,
          test_what_was_erased_is_nowhere, test_what_is_about_a_strange_type_goes_by_that_type,
          test_erasing_is_recorded_and_names_nobody, test_erasing_while_nothing_runs,
          test_wrong_use])
finally:
    server.close()
