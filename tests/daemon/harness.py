# SPDX-License-Identifier: Apache-2.0
"""A server under the ledger of the shop, and clients for it."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.parse

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
ZTAUTH = os.path.join(os.environ.get("BUILD", os.path.join(ROOT, "build")), "ztauth")
URN = "urn:ietf:params:oauth:"


def ztauth(*args, **kw):
    return subprocess.run([ZTAUTH, *args], capture_output=True, text=True, check=True, **kw).stdout


class Server:
    """Keys, ledger, configuration and log in a directory of its own."""

    def __init__(self, log_dir=None, extra=""):
        self.temp = tempfile.TemporaryDirectory()
        self.dir = self.temp.name
        self.log_dir = log_dir or self.path("log")
        os.mkdir(self.path("keys"))
        for name, use in (("corp", "sig"), ("spire", "jwt-svid")):
            jwk = json.loads(ztauth("key", "gen", "--out", self.path(name + ".pem")))
            jwk["use"] = use
            with open(self.path("keys/" + name + ".json"), "w", encoding="utf-8") as f:
                json.dump({"keys": [jwk]}, f)
        ztauth("key", "gen", "--out", self.path("zone.pem"))
        ztauth("key", "gen", "--alg", "EdDSA", "--out", self.path("log.pem"))
        shutil.copytree(os.path.join(ROOT, "examples/shop/ledger"), self.path("ledger"))
        with open(self.path("ztauth.conf"), "w", encoding="utf-8") as f:
            f.write("zone 100000000001\ntrust_domain shop.example\nledger_dir ledger\n"
                    f"log_dir {self.log_dir}\nsigning_key zone.pem\njwks_dir keys\n"
                    "log_key log.pem\n"
                    f"listen 127.0.0.1:0\n{extra}")
        self.process = None
        self.port = None
        self.context = None  # for TLS

    def believe(self, bundle):
        """Let workloads show SVIDs under this bundle of their trust domain."""
        with open(self.path("keys/bundle.json.new"), "wb") as f:
            f.write(bundle)
        os.rename(self.path("keys/bundle.json.new"), self.path("keys/bundle.json"))
        sources = self.path("ledger/identity/sources.json")
        with open(sources, encoding="utf-8") as f:
            document = json.load(f)
        document["sources"]["spire"].pop("jwks_file", None)
        document["sources"]["spire"]["bundle_file"] = "bundle.json"
        with open(sources, "w", encoding="utf-8") as f:
            json.dump(document, f)

    def path(self, name):
        return os.path.join(self.dir, name)

    def said(self):
        with open(self.path("err"), encoding="utf-8") as f:
            return f.read()

    def wait_said(self, text, seconds=20):
        end = time.time() + seconds
        while time.time() < end:
            if text in self.said():
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise AssertionError(f"the server did not say {text!r}:\n{self.said()}")

    def start(self, files=None):
        """With so many file descriptors, or as many as the test itself may have."""
        limit = ["prlimit", f"--nofile={files}"] if files else []
        with open(self.path("err"), "w", encoding="utf-8") as err:
            self.process = subprocess.Popen(
                [*limit, ZTAUTH, "serve", "--config", self.path("ztauth.conf")], stderr=err)
        self.wait_said("listening on")
        self.port = int(re.search(r"listening on https?://[\d.]+:(\d+)", self.said()).group(1))
        return self

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(30)
        assert code == 0, f"exit {code}:\n{self.said()}"

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)

    def close(self):
        if self.process and self.process.poll() is None:
            self.kill()
        self.temp.cleanup()

    def connect(self):
        if self.context:
            return http.client.HTTPSConnection("127.0.0.1", self.port, context=self.context,
                                               timeout=30)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def socket(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def raw(self, data):
        """Send bytes, return all that comes back until the end."""
        with self.socket() as s:
            s.sendall(data)
            s.shutdown(socket.SHUT_WR)
            out = b""
            while True:
                piece = s.recv(65536)
                if not piece:
                    return out
                out += piece

    def alice(self, scope="shop.buy"):
        return ztauth("token", "mint", "--key", self.path("corp.pem"), "--iss",
                      "https://corp.example", "--sub", "alice", "--aud", "shop.example",
                      "--scope", scope).strip()

    def svid(self, name="order-api"):
        return ztauth("token", "mint", "--key", self.path("spire.pem"), "--sub",
                      "spiffe://shop.example/" + name, "--aud", "shop.example").strip()

    def exchange(self, **change):
        form = {
            "grant_type": URN + "grant-type:token-exchange",
            "requested_token_type": URN + "token-type:txn_token",
            "subject_token_type": URN + "token-type:access_token",
            "actor_token_type": URN + "token-type:jwt",
        }
        form.update(change)
        form.setdefault("subject_token", None) or form.update(subject_token=self.alice())
        form.setdefault("actor_token", None) or form.update(actor_token=self.svid())
        form = {k: v for k, v in form.items() if v != ""}
        c = self.connect()
        c.request("POST", "/token", urllib.parse.urlencode(form),
                  {"Content-Type": "application/x-www-form-urlencoded"})
        r = c.getresponse()
        return r.status, json.loads(r.read())

    def token(self):
        status, answer = self.exchange()
        assert status == 200, answer
        return answer["access_token"]

    def post(self, path, body, content_type="application/json", connection=None, **headers):
        c = connection or self.connect()
        c.request("POST", path, body, {"Content-Type": content_type, **headers})
        r = c.getresponse()
        text = r.read()
        return r.status, json.loads(text), r.headers

    def answer(self, token, **change):
        """What is decided, and its code; None while there is nothing in force yet."""
        status, out, _ = self.post(EVALUATION, question(token, **change))
        return (out["decision"], out["context"]["ztauth"]["code"]) if status == 200 else None

    def wait_answer(self, token, wanted, seconds=30):
        """When it was given, on the monotonic clock."""
        start = time.monotonic()
        while time.monotonic() < start + seconds:
            if self.answer(token) == wanted:
                return time.monotonic()
            time.sleep(0.001)
        raise AssertionError(f"{self.answer(token)}, not {wanted}:\n{self.said()}")

    def commit_ledger(self, folder):
        """The ledger that is served is the next commit of the workspace `folder`; its tree."""
        for name in os.listdir(folder):
            if name != ".ztauth":
                path = os.path.join(folder, name)
                shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)
        shutil.copytree(self.path("ledger"), folder, dirs_exist_ok=True)
        env = {**os.environ, "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@b.example"}
        env.pop("SSH_AUTH_SOCK", None)
        ztauth("commit", "-m", "next", cwd=folder, env=env)
        return json.loads(ztauth("log", "--json", cwd=folder).splitlines()[0])["tree"]

    def put_in_force(self, folder):
        """The same, and the server loads it."""
        tree = self.commit_ledger(folder)
        self.reload()
        end = time.time() + 20
        while time.time() < end:
            c = self.connect()
            c.request("GET", "/readyz")
            if tree in c.getresponse().read().decode():
                return
            time.sleep(0.05)
        raise AssertionError(f"{tree} is not in force:\n{self.said()}")

    def log(self):
        out = ztauth("log", "tail", "--dir", self.log_dir, "--from", "0")
        return [json.loads(line) for line in out.splitlines()]

    def records(self):
        """Of requests: not what the server says of itself."""
        return [r for r in self.log() if r["kind"] in ("decision", "search", "token", "access", "delegation")]


def question(token, **change):
    body = {
        "subject": {"type": "User", "id": "alice"},
        "action": {"name": "buy"},
        "resource": {"type": "Product", "id": "teapot"},
        "authorization_model": {"tx_token": token},
    }
    body.update(change)
    return json.dumps({k: v for k, v in body.items() if v is not None})


EVALUATION = "/access/v1/evaluation"


def main(tests):
    for test in tests:
        test()
        print("ok", test.__name__)
