# SPDX-License-Identifier: Apache-2.0
"""The formats of ledgers, once more: objects, transfers, signed requests, and a zone to try them on."""

import base64
import hashlib
import json
import os
import secrets
import struct
import subprocess
import time

from harness import Server, ztauth

ZONE = "100000000001"
KINDS = {"commit": 1, "tree": 2, "blob": 3}


def oid(kind, body):
    return hashlib.sha256(f"{kind} {len(body)}\0".encode() + body).hexdigest()


def transfer(objects):
    out = b"ZTAT\x01"
    for kind, body in objects:
        out += struct.pack(">BI", KINDS[kind], len(body)) + body
    out += b"\0"
    return out + hashlib.sha256(out).digest()


def read_transfer(data):
    assert data[:5] == b"ZTAT\x01" and hashlib.sha256(data[:-32]).digest() == data[-32:]
    at, out = 5, []
    while data[at]:
        kind, length = struct.unpack(">BI", data[at:at + 5])
        out.append(({v: k for k, v in KINDS.items()}[kind], data[at + 5:at + 5 + length]))
        at += 5 + length
    assert at == len(data) - 33
    return out


class Key:
    """An Ed25519 key that ssh-keygen made and signs with."""

    def __init__(self, directory, name):
        self.path = os.path.join(directory, name)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", self.path],
                       check=True)
        out = subprocess.run(["ssh-keygen", "-lf", self.path], capture_output=True, text=True,
                             check=True).stdout
        self.fingerprint = out.split()[1]

    def sign(self, data, namespace):
        return subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", self.path],
                              input=data, capture_output=True, check=True).stdout.decode()

    def entity(self, role):
        return {"uid": {"type": "Key", "id": self.fingerprint}, "attrs": {},
                "parents": [{"type": "Role", "id": role}]}


def tree_of(files):
    """The objects of a tree of {path: bytes}; the last is the tree itself."""
    objects, entries, below = [], [], {}
    for path, body in files.items():
        head, _, rest = path.partition("/")
        if rest:
            below.setdefault(head, {})[rest] = body
        else:
            objects.append(("blob", body))
            entries.append((head, b"100644 ", oid("blob", body)))
    for name, inner in below.items():
        objects += tree_of(inner)
        entries.append((name, b"40000 ", oid(*objects[-1])))
    entries.sort(key=lambda e: e[0] + ("/" if e[1][:1] == b"4" else ""))
    body = b"".join(mode + name.encode() + b"\0" + bytes.fromhex(i) for name, mode, i in entries)
    return objects + [("tree", body)]


def commit(tree, parent=None, key=None, message="change\n", when=1767225600):
    head = f"tree {tree}\n" + (f"parent {parent}\n" if parent else "")
    for who in ("author", "committer"):
        head += f"{who} A U Thor <a@example.com> {when} +0000\n"
    if key:
        armor = key.sign((head + "\n" + message).encode(), "git").strip().replace("\n", "\n ")
        head += f"gpgsig-sha256 {armor}\n"
    return (head + "\n" + message).encode()


def change(files, parent=None, key=None, **more):
    """All objects of a commit of these files, and its id."""
    objects = tree_of(files)
    objects.append(("commit", commit(oid(*objects[-1]), parent, key, **more)))
    unique = list(dict.fromkeys(objects))
    return unique, oid(*objects[-1])


FILES = {
    "manifest.json": b'{"metadata":{"name":"t"},"partitions":{"/":{"schema":true}},'
                     b'"zone":{"require":"none"}}\n',
    "schema.cedarschema": b"entity User;\nentity Doc;\n"
                          b"action view appliesTo { principal: User, resource: Doc, context: {} };\n",
    "a.cedar": b'@id("a") permit (principal, action, resource);\n',
}


def version(n):
    """A version of FILES that differs from all others."""
    return {**FILES, "a.cedar": b"// %d\n" % n + FILES["a.cedar"]}


class Zone(Server):
    """A server with a store: an administrator, a writer, and whoever else. The store is a file, or
    a database; that of a twin is there already."""

    def __init__(self, extra="", ledger=None, store=None, twin=None):
        super().__init__(extra=extra)
        self.keys = twin.keys if twin else {}
        self.admin = self.key("admin")
        args = ["init", "--server", *(["--store", store] if store else ["--data", self.path("data")]),
                "--zone", ZONE, "--key", self.admin.path, "--domain", "shop.example"]
        if not twin:
            ztauth(*args, *(["--ledger", ledger] if ledger else []))
        with open(self.path("ztauth.conf"), encoding="utf-8") as f:
            conf = f.read().replace("ledger_dir ledger", f"store {store}" if store else "data_dir data")
        with open(self.path("ztauth.conf"), "w", encoding="utf-8") as f:
            f.write(conf)

    def key(self, name):
        if name not in self.keys:
            self.keys[name] = Key(self.dir, "key-" + name)
        return self.keys[name]

    def headers(self, key, method, target, body=b"", host=None, date=None, nonce=None, signed_body=None):
        """What a signed request shows."""
        host = host or f"127.0.0.1:{self.port}"
        date = str(int(time.time() * 1000) if date is None else date)
        nonce = nonce or secrets.token_hex(16)
        digest = hashlib.sha256(body if signed_body is None else signed_body).hexdigest()
        text = "".join(line + "\n" for line in ("ztauth-request 1", method, target, host, date, nonce,
                                                digest))
        armor = key.sign(text.encode(), "ztauth-request")
        blob = "".join(armor.strip().split("\n")[1:-1])
        return {"Host": host, "ztauth-date": date, "ztauth-nonce": nonce,
                "Authorization": "ztauth-ssh " + blob}

    def send(self, method, target, body=b"", headers=None):
        c = self.connect()
        c.request(method, target, body or None, headers or {})
        r = c.getresponse()
        data = r.read()
        c.close()
        return r.status, data, r.headers

    def ask(self, key, method, path, body=b"", kind=None, **how):
        """A call about ledgers, signed if there is a key; JSON comes back as what it says."""
        target = f"/zones/{ZONE}/ledgers{path}"
        headers = self.headers(key, method, target, body, **how) if key else {}
        if kind:
            headers["Content-Type"] = kind
        status, data, headers = self.send(method, target, body, headers)
        if headers["Content-Type"] == "application/json":
            data = json.loads(data)
        return status, data

    def push(self, key, name, objects, old, new, ref="main", **how):
        data = objects if isinstance(objects, bytes) else transfer(objects)
        return self.ask(key, "POST", f"/{name}/push?ref={ref}&old={old or 'none'}&new={new}", data,
                        "application/vnd.ztauth.transfer", **how)

    def refs(self, name, key=None):
        status, answer = self.ask(key or self.admin, "GET", f"/{name}/refs")
        assert status == 200, answer
        return answer["refs"]

    def files_of(self, name, commit_id, key=None):
        """All files of a commit, fetched."""
        status, data = self.ask(key or self.admin, "POST", f"/{name}/fetch",
                                json.dumps({"want": [commit_id], "have": []}).encode())
        assert status == 200, data
        objects = {oid(k, b): (k, b) for k, b in read_transfer(data)}

        def walk(tree, at):
            body, out = objects[tree][1], {}
            while body:
                head, _, rest = body.partition(b"\0")
                mode, name = head.split(b" ")
                inner, body = rest[:32].hex(), rest[32:]
                if mode == b"40000":
                    out.update(walk(inner, at + name.decode() + "/"))
                else:
                    out[at + name.decode()] = objects[inner][1]
            return out

        first = objects[commit_id][1].split(b"\n")[0]
        return walk(first[5:].decode(), "")

    def govern(self, **roles):
        """Give keys these roles, with a commit to the admin ledger."""
        now = self.refs("admin")["main"]
        files = self.files_of("admin", now)
        people = [self.admin.entity("administrators")]
        people += [self.key(name).entity(role) for name, role in roles.items()]
        files["entities/keys.json"] = json.dumps(people).encode()
        objects, new = change(files, now, self.admin)
        status, answer = self.push(self.admin, "admin", objects, now, new)
        assert status == 200, answer
