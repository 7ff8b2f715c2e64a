#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Every kind of credential, key and secret is sent well and badly, to every surface that takes
one; none is in a log, record, kept request, message or answer, and no process leaves a core."""

import ctypes
import glob
import http.client
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.parse
import uuid

from assertions import make_assertion, make_identity_provider
from harness import EVALUATION, URN, Server, main, question, ztauth
from issuer import Issuer

try:
    from jwcrypto import jwk, jws
except ImportError:
    print("python3-jwcrypto is not installed")
    sys.exit(77)
if shutil.which("openssl") is None:
    print("openssl is not installed")
    sys.exit(77)

CLIENT_SECRET = uuid.uuid4().hex + uuid.uuid4().hex
API_KEY = "urn:ztauth:token-type:api-key"
JWT, SAML, ACCESS = (URN + "token-type:" + t for t in ("jwt", "saml2", "access_token"))
HOLDER = jwk.JWK.generate(kty="EC", crv="P-256")
MESH = jwk.JWK.generate(kty="EC", crv="P-256", kid="mesh", alg="ES256")

issuer = Issuer()
server = Server(extra=f"""fetch_allow {issuer.url}
secrets_dir secrets
client_key client.pem
api_keys keys.txt
revocations revoked.txt
record_requests yes
""")
planted = {}  # text that must be nowhere -> what it is
answers = []


def plant(what, text):
    """Its middle and both ends: what is cut in a message is a secret still."""
    for piece in (text[:24], text[len(text) // 2 - 12:len(text) // 2 + 12], text[-24:]):
        assert len(piece) >= 16, (what, text)
        planted[piece] = what
    return text


def signature(what, token):
    plant(what, token.split(".")[2])
    return token


def pem(what, path):
    with open(path, encoding="utf-8") as f:
        plant(what, "".join(f.read().split("-----")[2].split()))


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read().strip()


def introspect(handler, body):
    """Good, not active, or out of order, as the token says."""
    form = dict(urllib.parse.parse_qsl(body))
    if "client_assertion" in form:
        signature("client assertion", form["client_assertion"])
    now = int(time.time())
    if "broken" in form["token"]:
        return 500, {}, {"error": form["token"]}
    return 200, {}, {"active": "good" in form["token"], "aud": "shop.example", "sub": "alice",
                     "iat": now, "exp": now + 300, "scope": "shop.buy", "iss": issuer.url}


def configure():
    os.mkdir(server.path("secrets"))
    with open(server.path("secrets/legacy"), "w", encoding="utf-8") as f:
        f.write(CLIENT_SECRET + "\n")
    ztauth("key", "gen", "--out", server.path("client.pem"))
    make_identity_provider(server.path("idp.key"), server.path("keys/idp.pem"))
    issuer.answers["/introspect"] = introspect
    path = server.path("ledger/identity/sources.json")
    document = json.loads(read(path))
    asked = {"kind": "introspection", "audience": "shop.example", "client_id": "ztauth",
             "endpoint": issuer.url + "/introspect", "cache_s": 0}
    document["sources"].update({
        "basic": {**asked, "prefix": "basic_", "client_auth": "client_secret_basic",
                  "secret_file": "legacy"},
        "post": {**asked, "prefix": "post_", "client_auth": "client_secret_post",
                 "secret_file": "legacy"},
        "keyed": {**asked, "prefix": "keyed_", "client_auth": "private_key_jwt"},
        "idp": {"kind": "saml", "issuer": "https://idp.example", "audience": "shop.example",
                "recipient": "https://shop.example/token", "algorithms": ["RS256"],
                "cert_file": "idp.pem"},
        "ci": {"kind": "api-key", "issuer": "keys", "audience": "shop.example"},
        "mesh": {"kind": "wimse", "trust_domain": "shop.example", "audience": "urn:shop",
                 "algorithms": ["ES256"], "jwks": {"keys": [json.loads(MESH.export_public())]}}})
    with open(path, "w", encoding="utf-8") as f:
        json.dump(document, f)
    ztauth("revoke", "--file", server.path("revoked.txt"), "--empty")
    return ztauth("apikey", "create", "--file", server.path("keys.txt"), "--iss", "keys", "--aud",
                  "shop.example", "--sub", "spiffe://shop.example/order-api").strip()


def sign(what, key, header, claims):
    token = jws.JWS(json.dumps(claims))
    token.add_signature(key, None, json.dumps(header), None)
    return signature(what, token.serialize(compact=True))


def bound():
    """An access token of alice that is bound to HOLDER."""
    now = int(time.time())
    with open(server.path("claims.json"), "w", encoding="utf-8") as f:
        json.dump({"iss": "https://corp.example", "sub": "alice", "aud": "shop.example", "iat": now,
                   "exp": now + 300, "scope": "shop.buy", "cnf": {"jkt": HOLDER.thumbprint()}}, f)
    return signature("bound token", ztauth("token", "mint", "--key", server.path("corp.pem"),
                                           "--claims", server.path("claims.json")).strip())


def dpop(**change):
    return sign("DPoP proof", HOLDER,
                {"typ": "dpop+jwt", "alg": "ES256", "jwk": json.loads(HOLDER.export_public())},
                {"jti": str(uuid.uuid4()), "htm": "POST", "iat": int(time.time()),
                 "htu": f"http://127.0.0.1:{server.port}/token", "ath": "x", **change})


def wit():
    return sign("WIT", MESH, {"alg": "ES256", "typ": "wit+jwt", "kid": "mesh"},
                {"sub": "spiffe://shop.example/order-api", "exp": int(time.time()) + 300,
                 "cnf": {"jwk": {**json.loads(HOLDER.export_public()), "alg": "ES256"}}})


def wpt():
    return sign("WPT", HOLDER, {"alg": "ES256", "typ": "wpt+jwt"},
                {"aud": "urn:shop", "exp": int(time.time()) + 60, "jti": str(uuid.uuid4()), "wth": "x"})


def send(path, body, headers):
    """The whole answer, which is kept; what it grants is planted, not searched."""
    c = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    c.request("POST", path, body, headers)
    r = c.getresponse()
    head, text = str(r.headers), r.read().decode()
    try:
        granted = json.loads(text).pop("access_token", None)
    except (ValueError, AttributeError):
        granted = None
    answers.append(head + text.replace(granted or "\0", ""))
    return signature("transaction token", granted) if granted else None


def exchange(subject, subject_type, actor, actor_type, **headers):
    form = {"grant_type": URN + "grant-type:token-exchange",
            "requested_token_type": URN + "token-type:txn_token", "subject_token": subject,
            "subject_token_type": subject_type, "actor_token": actor, "actor_token_type": actor_type}
    return send("/token", urllib.parse.urlencode({k: v for k, v in form.items() if v}),
                {"Content-Type": "application/x-www-form-urlencoded", **headers})


def spoilt(text):
    """What becomes of it on the way."""
    return (text, text[:-1] + ("A" if text[-1] != "A" else "B"), text[:-7], text[3:], "x" + text,
            text + "=", text + "." + text, text.replace(".", "..", 1), text[:len(text) // 2] + "\u00e9")


def everywhere(text):
    """As every kind of credential, at every place where one may be."""
    alice, svid = server.alice(), server.svid()
    signature("access token", alice)
    signature("JWT-SVID", svid)
    for one in spoilt(text):
        header = one.encode("ascii", "replace").decode()
        for kind in (ACCESS, JWT, SAML, API_KEY, URN + "token-type:id_token", one[:200]):
            exchange(one, kind, svid, JWT)
            exchange(alice, ACCESS, one, kind)
        for name, value in (("Authorization", "Bearer " + header), ("Authorization", "DPoP " + header),
                            ("Authorization", "Basic " + header), ("Authorization", header),
                            ("DPoP", header), ("Workload-Identity-Token", header),
                            ("Workload-Proof-Token", header), ("Txn-Token", header)):
            exchange(alice, ACCESS, None, None, **{name: value})
            send(EVALUATION, question(None, authorization_model=None),
                 {"Content-Type": "application/json", name: value})
        for body in (question(one), '{"authorization_model":{"tx_token":"' + header, header,
                     json.dumps({"subject": header}),
                     question(one, action={"name": header}, context=header)):
            send(EVALUATION, body, {"Content-Type": "application/json"})
        send("/token?access_token=" + urllib.parse.quote(one), header, {"Content-Type": "text/plain"})


def test_good_ones_are_taken():
    alice, svid = signature("access token", server.alice()), signature("JWT-SVID", server.svid())
    token = exchange(alice, ACCESS, svid, JWT)
    assert token
    assert exchange(alice, ACCESS, api_key, API_KEY)
    send(EVALUATION, question(token), {"Content-Type": "application/json"})
    assert '"decision":true' in answers[-1]


def test_they_are_sent_well_and_badly():
    for text in (server.alice(), server.svid(), api_key, bound(), wit(), dpop(), wpt(),
                 exchange(server.alice(), ACCESS, server.svid(), JWT)):
        if "." in text:
            signature("token", text)
        everywhere(text)


def test_assertions():
    svid = signature("JWT-SVID", server.svid())
    for i in range(3):
        text = make_assertion(server.path("idp.key"), f"_{i}")
        plant("assertion", text)
        for one in spoilt(text):
            exchange(one, SAML, svid, JWT)


def test_proofs():
    svid = signature("JWT-SVID", server.svid())
    for change in ({}, {"htm": "GET"}, {"iat": 1}, {"htu": "x"}, {"jti": ""}, {"nonce": "n"}):
        exchange(bound(), ACCESS, svid, JWT, DPoP=dpop(**change))
        exchange(bound(), ACCESS, svid, JWT, **{
            "Workload-Identity-Token": wit(), "Workload-Proof-Token": wpt(), "DPoP": dpop(**change)})


def test_questions_to_issuers():
    svid = signature("JWT-SVID", server.svid())
    for how in "basic", "post", "keyed":
        for outcome in "good", "dead", "broken":
            token = plant("opaque token", f"{uuid.uuid4().hex}_{outcome}_{uuid.uuid4().hex}")
            for _ in range(2):
                exchange(f"{how}_{token}", ACCESS, svid, JWT)
    assert any(what == "client assertion" for what in planted.values())
    os.rename(server.path("secrets/legacy"), server.path("secrets/away"))
    exchange("basic_" + plant("opaque token", uuid.uuid4().hex * 2), ACCESS, svid, JWT)
    os.rename(server.path("secrets/away"), server.path("secrets/legacy"))


def processes():
    """The server and what it has started."""
    found = [server.process.pid]
    for pid in found:
        for task in os.listdir(f"/proc/{pid}/task"):
            found += [int(p) for p in read(f"/proc/{pid}/task/{task}/children").split()]
    return found


def can_be_read(pid):
    """By another process of the same user: not if no core may be dumped."""
    return subprocess.run(["cat", f"/proc/{pid}/io"], capture_output=True, check=False).returncode == 0


def test_no_process_leaves_a_core():
    found = processes()
    assert len(found) == 2, found
    for pid in found:
        limits = next(line for line in read(f"/proc/{pid}/limits").splitlines()
                      if line.startswith("Max core file size"))
        assert limits.split()[4:6] == ["0", "0"], (pid, limits)
        assert not can_be_read(pid), pid
    other = subprocess.Popen(["sleep", "60"])
    assert can_be_read(other.pid), "no process can be read here"
    other.kill()
    other.wait(10)


def search(what, text):
    for piece, kind in planted.items():
        at = text.find(piece)
        assert at < 0, f"{kind} in {what}: {text[max(0, at - 300):at + 100]}"


def test_nothing_is_said():
    for what, name in (("signing key", "zone.pem"), ("client key", "client.pem"),
                       ("identity provider's key", "idp.key"), ("issuer's key", "corp.pem")):
        pem(what, server.path(name))
    plant("pepper", read(server.path("keys.txt.pepper")))
    plant("client secret", CLIENT_SECRET)
    plant("API key", api_key[18:])
    server.stop()
    assert len(planted) > 200 and len(answers) > 1000, (len(planted), len(answers))
    search("an answer", "\n".join(answers))
    records = ztauth("log", "tail", "--dir", server.log_dir, "--from", "0")
    assert len(records.splitlines()) > 500
    search("records", records)
    files = [server.path(n) for n in ("err", "keys.txt", "revoked.txt")]
    files += [n for n in glob.glob(server.log_dir + "/**", recursive=True) if os.path.isfile(n)]
    assert any("requests" in n for n in files), files
    for name in files:
        with open(name, encoding="latin-1") as f:
            search(name, f.read())
    print(f"{len(answers)} answers, {len(records.splitlines())} records, {len(files)} files; "
          f"{len(planted)} pieces of {len(set(planted.values()))} kinds in none of them")


# Whatever runs from here on may not trace all processes (CAP_SYS_PTRACE, of root).
ctypes.CDLL(None).prctl(24, 19, 0, 0, 0)
api_key = configure()
server.start()
try:
    main([
        test_good_ones_are_taken,
        test_they_are_sent_well_and_badly,
        test_assertions,
        test_proofs,
        test_questions_to_issuers,
        test_no_process_leaves_a_core,
        test_nothing_is_said,
    ])
finally:
    server.close()
