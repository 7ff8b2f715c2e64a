#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""ztauth serve --dir: a folder that is developed in. What is valid is in force in a moment, also in new folders."""

import atexit
import json
import os
import shutil
import subprocess
import time

from harness import EVALUATION, ROOT, ZTAUTH, Server, main


class Folder(Server):
    def start(self):
        with open(self.path("err"), "w", encoding="utf-8") as err:
            self.process = subprocess.Popen(
                [ZTAUTH, "serve", "--dir", self.path("policies"), "--listen", "127.0.0.1:0"], stderr=err)
        self.wait_said("listening on")
        self.port = int(self.said().rsplit("listening on http://127.0.0.1:", 1)[1].split()[0])
        return self

    def write(self, name, text):
        path = self.path("policies/" + name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)

    def ask(self, user="alice"):
        body = {"subject": {"type": "User", "id": user}, "action": {"name": "view"},
                "resource": {"type": "Doc", "id": "1"}}
        return self.post(EVALUATION, json.dumps(body))[:2]

    def wait(self, wanted, user="alice"):
        end = time.time() + 20
        while time.time() < end:
            status, answer = self.ask(user)
            if (status, answer.get("decision")) == wanted:
                return
            time.sleep(0.01)
        raise AssertionError(f"never {wanted}: {status} {answer}\n{self.said()}")


server = Folder()
atexit.register(server.close)
os.mkdir(server.path("policies"))
PERMIT = '@id("%s") permit (principal == User::"%s", action, resource);\n'
TEAM = '[{"uid":{"type":"User","id":"%s"},"attrs":{},"parents":[{"type":"Team","id":"b"}]}]'


def test_an_empty_folder_permits_nothing():
    server.start()
    assert server.ask()[1]["decision"] is False
    place = server.path("policies/.ztauth/serve")
    assert f"configuration, key and log are in {place}" in server.said()
    assert sorted(os.listdir(place)) == ["keys", "log", "log.pem", "zone.pem", "ztauth.conf"]
    for key in ("/zone.pem", "/log.pem"):
        assert os.stat(place + key).st_mode & 0o777 == 0o600
    assert "without a manifest, requests need no token" in server.said()


def test_a_change_is_in_force_in_a_moment():
    server.write("a.cedar", PERMIT % ("a", "alice"))
    start = time.time()
    server.wait((200, True))
    print(f"     in force after {(time.time() - start) * 1000:.0f} ms")
    server.wait((200, False), "bob")
    server.write("b.cedar", '@id("b") permit (principal in Team::"b", action, resource);\n')
    server.write("entities/b.json", TEAM % "bob")
    server.wait((200, True), "bob")
    server.write("entities/b.json", TEAM % "carol")
    server.wait((200, True), "carol")
    server.wait((200, False), "bob")
    os.rename(server.path("policies/entities"), server.path("entities"))
    server.wait((200, False), "carol")
    os.rename(server.path("entities"), server.path("policies/entities"))
    server.write("entities/b.json", TEAM % "dave")
    server.wait((200, True), "dave")
    shutil.rmtree(server.path("policies/entities"))
    server.wait((200, False), "dave")
    os.unlink(server.path("policies/b.cedar"))


def test_what_is_wrong_is_told_whole_and_changes_nothing():
    server.write("a.cedar", PERMIT % ("a", "alice") + "permit (principal, action, resource) when { 1 + };\n")
    server.write("b.cedar", "forbid (nobody);\n")
    server.wait_said("b.cedar:1:9: ")
    server.wait_said("a.cedar:2:49: ")
    server.wait_said("still in force: ")
    assert server.ask()[1]["decision"] is True
    os.unlink(server.path("policies/b.cedar"))
    server.write("a.cedar", PERMIT % ("a", "erin"))
    server.wait((200, True), "erin")
    server.write("tests/a.json", json.dumps({"tests": [{"name": "alice may", "request": {
        "subject": {"type": "User", "id": "alice"}, "action": {"name": "view"},
        "resource": {"type": "Doc", "id": "1"}}, "expect": {"decision": True}}]}))
    server.wait_said("the test `alice may` fails")
    server.write("a.cedar", PERMIT % ("a", "alice"))
    server.wait((200, True))


def test_records_and_restart():
    place = server.path("policies/.ztauth/serve")
    server.log_dir = place + "/log"
    assert server.records()[-1]["policies"] == ["a"]
    server.stop()
    before = open(place + "/zone.pem", encoding="utf-8").read()
    server.start()
    assert open(place + "/zone.pem", encoding="utf-8").read() == before
    assert server.ask()[1]["decision"] is True


def test_begins_with_what_is_wrong():
    server.stop()
    server.write("a.cedar", "permit (")
    server.start()
    assert "not in force: " in server.said()
    assert server.ask()[0] == 503
    check = subprocess.run([ZTAUTH, "serve", "--dir", server.path("policies"), "--check"],
                           capture_output=True, text=True)
    assert check.returncode == 1 and "a.cedar:1:9" in check.stderr, check
    server.write("a.cedar", PERMIT % ("a", "alice"))
    server.wait((200, True))


def test_a_workspace_may_be_made_of_it():
    folder = server.path("policies")
    assert subprocess.run([ZTAUTH, "status"], cwd=folder, capture_output=True).returncode == 1
    subprocess.run([ZTAUTH, "init"], cwd=folder, check=True, capture_output=True)
    subprocess.run([ZTAUTH, "commit", "-m", "begin"], cwd=folder, check=True, capture_output=True)
    server.wait((200, False))  # the manifest that was written demands a token
    server.stop()


def test_a_ledger_with_key_files():
    folder = server.path("policies")
    shutil.rmtree(folder)
    shutil.copytree(os.path.join(ROOT, "examples/shop/ledger"), folder)
    server.start()
    server.wait_said("not in force: ")
    for name in ("corp", "spire"):
        shutil.copy(server.path(f"keys/{name}.json"), folder + "/.ztauth/serve/keys")
    server.reload()
    server.wait_said("in force: ")
    server.stop()


def test_wrong_use():
    for args, said in (([], "one of --config and --dir"), (["--dir", "a", "--config", "b"], "one of"),
                       (["--dir", ".", "--follow", "http://x/"], "does not follow")):
        p = subprocess.run([ZTAUTH, "serve", *args], capture_output=True, text=True)
        assert p.returncode == 64 and said in p.stderr, p
    for args, said in ((["--dir", server.path("none")], "none/.ztauth: cannot make"),
                       (["--dir", server.path("policies"), "--listen", "x"], "--listen: expected address:port"),
                       (["--config", server.path("ztauth.conf"), "--follow", "http://x/"], "`follow` needs `signers`")):
        p = subprocess.run([ZTAUTH, "serve", "--check", *args], capture_output=True, text=True)
        assert p.returncode == 1 and said in p.stderr, p
    assert "--dir DIR" in subprocess.run([ZTAUTH, "serve", "--help"], capture_output=True, text=True).stdout


main([test_an_empty_folder_permits_nothing, test_a_change_is_in_force_in_a_moment,
      test_what_is_wrong_is_told_whole_and_changes_nothing, test_records_and_restart,
      test_begins_with_what_is_wrong, test_a_workspace_may_be_made_of_it, test_a_ledger_with_key_files,
      test_wrong_use])
