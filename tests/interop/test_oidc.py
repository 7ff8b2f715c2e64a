#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A real OpenID provider: discovery, code flow, JWT and opaque access tokens, introspection by
secret and by key, rotation and outage while requests run."""

import json
import os
import subprocess
import sys
import threading
import time
import urllib.parse

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "tests", "daemon"))

from harness import EVALUATION, URN, ZTAUTH, Server, main, question, ztauth  # noqa: E402
from oidc import post, post_json, sign_in  # noqa: E402
from packages import npm  # noqa: E402

try:
    from jwcrypto import jwk
except ImportError:
    print("python3-jwcrypto is not installed")
    sys.exit(77)

PACKAGE = "oidc-provider@9.13.3"
WEB, SECRET, REDIRECT = "shop-web", "web-secret-0123456789-0123456789", "https://shop.example/cb"

HOME = npm("oidc", PACKAGE)
if HOME is None:
    print("node is not installed, or npm's registry cannot be reached")
    sys.exit(77)


def make_key(kid):
    return json.loads(jwk.JWK.generate(kty="EC", crv="P-256", kid=kid, use="sig", alg="ES256").export())


server = Server(extra="delegations grants\n")
client_jwk = json.loads(ztauth("key", "gen", "--out", server.path("client.pem")))
keys = [make_key("first")]
provider = subprocess.Popen(
    ["node", os.path.join(ROOT, "tests/interop/oidc_provider.mjs"), HOME, json.dumps({
        "keys": keys,
        "clients": [
            {"client_id": WEB, "client_secret": SECRET, "redirect_uris": [REDIRECT],
             "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
             "response_types": ["code"], "id_token_signed_response_alg": "ES256",
             "default_acr_values": ["urn:test:mfa"], "require_auth_time": True},
            {"client_id": "ztauth", "client_secret": SECRET, "redirect_uris": [], "grant_types": [],
             "response_types": [], "id_token_signed_response_alg": "ES256"},
            {"client_id": "ztauth-key", "redirect_uris": [], "grant_types": [], "response_types": [],
             "token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [client_jwk]},
             "id_token_signed_response_alg": "ES256"},
        ]})], stdin=subprocess.PIPE,
    stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
issuer = provider.stdout.readline().strip()
with open(server.path("ztauth.conf"), "a", encoding="utf-8") as conf:
    conf.write(f"fetch_allow {issuer}\nsecrets_dir secrets\nclient_key client.pem\n")
os.mkdir(server.path("secrets"))
with open(server.path("secrets/op"), "w", encoding="utf-8") as secret:
    secret.write(SECRET)

PRINCIPAL = {"kind": "human", "type": "User", "parents": [{"claim": "groups", "type": "Role"}]}
OIDC = {"kind": "oidc", "issuer": issuer, "discovery": True, "audience": ["shop.example", WEB],
        "algorithms": ["ES256"], "clients": [WEB], "principal": PRINCIPAL}
INTROSPECTION = {"kind": "introspection", "issuer": issuer, "endpoint": issuer + "/token/introspection",
                 "audience": ["shop.example"], "client_id": "ztauth", "client_auth": "client_secret_basic",
                 "secret_file": "op", "clients": [WEB], "principal": PRINCIPAL, "cache_s": 0}


def configure(source, **change):
    path = server.path("ledger/identity/sources.json")
    with open(path, encoding="utf-8") as f:
        document = json.load(f)
    document["sources"]["corp"] = {k: v for k, v in {**source, **change}.items() if v is not None}
    with open(path, "w", encoding="utf-8") as f:
        json.dump(document, f)


def load(source, **change):
    said = server.said().count("in force")
    configure(source, **change)
    server.reload()
    end = time.time() + 20
    while server.said().count("in force") == said:
        assert time.time() < end, server.said()
        time.sleep(0.01)


def code_flow(form, login="alice", **more):
    query = urllib.parse.urlencode({
        "client_id": WEB, "response_type": "code", "redirect_uri": REDIRECT, "prompt": "consent",
        "scope": "openid offline_access shop.buy", "resource": f"https://shop.example/{form}", **more})
    answer = sign_in(f"{issuer}/auth?{query}", REDIRECT, {"login": login, "password": "x"})
    return post(issuer + "/token", {"grant_type": "authorization_code", "code": answer["code"],
                                    "redirect_uri": REDIRECT}, (WEB, SECRET))


def machine(form="jwt", resource=True):
    body = {"grant_type": "client_credentials", "scope": "shop.buy"}
    if resource:
        body["resource"] = f"https://shop.example/{form}"
    return post(issuer + "/token", body, (WEB, SECRET))["access_token"]


def exchange(token, kind="access_token", expected=None):
    status, answer = server.exchange(subject_token=token, subject_token_type=URN + "token-type:" + kind)
    reason = "" if status == 200 else server.records()[-1].get("reason", "")
    if expected is None:
        assert status == 200, (answer, reason, server.said())
        return answer["access_token"]
    code = "unavailable" if expected == "no_answer" else "invalid_token"
    assert answer["ztauth"]["code"] == code, answer
    assert reason.startswith(f"subject_token: {expected}: "), reason
    assert token not in reason
    return None


def decide(token, who):
    _, answer, _ = server.post(EVALUATION, question(token, subject={"type": "User", "id": who}))
    return answer["decision"]


def test_tokens_of_a_person():
    given = code_flow("jwt")
    assert decide(exchange(given["access_token"]), "alice")
    exchange(given["access_token"], "jwt")
    exchange(given["access_token"], "id_token", "bad_type")
    # An ID token has no scopes: it is believed, and covers nothing.
    assert not decide(exchange(given["id_token"], "id_token"), "alice")
    exchange(given["refresh_token"], "access_token", "unknown_issuer")


def test_demands_on_a_person():
    given = code_flow("jwt")["id_token"]
    load(OIDC, max_auth_age_s=600)
    exchange(given, "id_token")
    load(OIDC, clients=["other"])
    exchange(given, "id_token", "bad_client")
    load(OIDC, clients=None, acr=["urn:test:more"])
    exchange(given, "id_token", "weak_auth")
    load(OIDC, audience=["other.example"])
    exchange(given, "id_token", "bad_audience")
    load(OIDC)


def test_tokens_of_a_machine():
    assert decide(exchange(machine()), WEB)
    exchange(machine("opaque"), expected="unknown_issuer")


def test_keys_rotate_while_requests_run():
    failures, done = [], threading.Event()

    def run():
        while not done.is_set():
            status, answer = server.exchange(subject_token=machine())
            if status != 200:
                failures.append((answer, server.records()[-1].get("reason")))

    threads = [threading.Thread(target=run) for _ in range(3)]
    for t in threads:
        t.start()
    for kid in ("second", "third"):
        # New ones are shown first; the last one shown signs when it is the only one left.
        keys.append(make_key(kid))
        post_json(issuer + "/test/keys", keys[::-1])
        exchange(machine())
    done.set()
    for t in threads:
        t.join(60)
    assert not failures, failures[:3]
    last = keys[-1]
    post_json(issuer + "/test/keys", [last])
    exchange(machine())


def test_an_outage():
    token = machine()
    post_json(issuer + "/test/outage", {"on": True})
    for _ in range(20):
        exchange(token)
    post_json(issuer + "/test/outage", {"on": False})


def test_introspection_by_secret():
    load(INTROSPECTION)
    given = code_flow("opaque")
    assert decide(exchange(given["access_token"]), "alice")
    # It is active too, but meant for nobody here.
    exchange(given["refresh_token"], expected="missing_claim")
    exchange("x" * 43, expected="inactive")
    exchange(machine("opaque", resource=False), expected="missing_claim")
    exchange(given["access_token"], "jwt", "malformed")
    post(issuer + "/token/revocation", {"token": given["access_token"]}, (WEB, SECRET))
    exchange(given["access_token"], expected="inactive")
    load(INTROSPECTION, audience=["elsewhere.example"])
    exchange(code_flow("opaque")["access_token"], expected="bad_audience")
    load(INTROSPECTION, client_auth="client_secret_post")
    exchange(code_flow("opaque")["access_token"])


def test_introspection_by_key():
    load(INTROSPECTION, client_auth="private_key_jwt", secret_file=None, client_id="ztauth-key")
    assert decide(exchange(code_flow("opaque")["access_token"]), "alice")


def test_introspection_with_a_wrong_secret():
    with open(server.path("secrets/wrong"), "w", encoding="utf-8") as f:
        f.write("not it, this one, for sure")
    load(INTROSPECTION, secret_file="wrong")
    exchange(code_flow("opaque")["access_token"], expected="no_answer")
    server.wait_said("the answer has status 401")


# --- consent to a grant. SPEC: ztauth 7


def write(name, text):
    with open(server.path(name), "w", encoding="utf-8") as f:
        f.write(text)
    return server.path(name)


def draft(number, **change):
    """A grant that is not signed: its file, and the nonce that consents to it."""
    path = server.path(f"draft-{number}")
    terms = {"--from": 'User::"alice"', "--to": "spiffe://shop.example/order-api", "--zone": "100000000001",
             "--actions": "buy", "--for": "5m", "--out": path, **change}
    ztauth("delegate", "grant", "--sign-in", *(w for pair in terms.items() for w in pair), 'Product::"teapot"')
    return path, json.loads(ztauth("delegate", "show", "--json", path))["digest"]


def accept(path, id_token):
    """The `jti`, or what the server says."""
    done = subprocess.run(
        [ZTAUTH, "delegate", "accept", "--server", f"http://127.0.0.1:{server.port}/zones/100000000001", "--token",
         write("order.token", server.svid()), "--id-token", write("id.token", id_token), path],
        capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return done.stdout.strip()
    assert done.returncode == 2 and id_token not in done.stderr, done.stderr
    return done.stderr


def decide_by(jti, token):
    status, answer = server.exchange(subject_token=token, delegation=jti)
    assert status == 200, (answer, server.records()[-1])
    return decide(answer["access_token"], "alice")


def test_consent_by_signing_in():
    path, nonce = draft(1)
    given = code_flow("jwt", nonce=nonce)
    jti = accept(path, given["id_token"])
    assert decide_by(jti, given["access_token"]), jti
    # The provider is not needed any more, nor are the keys that it had then.
    keys.append(make_key("later"))
    post_json(issuer + "/test/keys", [keys[-1]])
    assert decide_by(jti, code_flow("jwt")["access_token"])


def test_no_consent():
    path, nonce = draft(2)
    good = code_flow("jwt", nonce=nonce)["id_token"]
    other = draft(3)[0]
    with open(path, encoding="utf-8") as f:
        altered = write("altered", f.read().replace('"max_depth":0', '"max_depth":1'))
    bobs, bobs_nonce = draft(4)
    for file, token, word in (
        (other, good, "`nonce` of the ID token"),
        (altered, good, "`nonce` of the ID token"),
        (path, code_flow("jwt")["id_token"], "`nonce` of the ID token"),
        (path, code_flow("jwt", nonce="x")["id_token"], "`nonce` of the ID token"),
        (bobs, code_flow("jwt", "bob", nonce=bobs_nonce)["id_token"], "another person"),
        (path, good[:-4] + ("AAAA" if good[-4:] != "AAAA" else "BBBB"), ""),
    ):
        answer = accept(file, token)
        assert "no consent: " in answer and word in answer, (word, answer)
    load(OIDC, audience=["other.example"])
    assert "no consent" in accept(path, good)
    load({**OIDC, "kind": "jwt"})
    assert "kind `oidc`" in accept(path, good)
    load(OIDC)
    assert len(accept(path, good)) == 32


configure(OIDC)
with open(server.path("ledger/trust/elevation.cedar"), "a", encoding="utf-8") as f:
    f.write('@id("given") permit (principal, action == ZTAuth::Action::"delegate", resource)\n'
            'when { context.consent.present && context.consent.kind == "oidc-nonce" && resource.kind == "human" };\n')
ztauth("delegate", "add", "--file", server.path("grants"), "--empty")
server.start()
try:
    main([
        test_tokens_of_a_person,
        test_demands_on_a_person,
        test_tokens_of_a_machine,
        test_keys_rotate_while_requests_run,
        test_an_outage,
        test_consent_by_signing_in,
        test_no_consent,
        test_introspection_by_secret,
        test_introspection_by_key,
        test_introspection_with_a_wrong_secret,
    ])
    server.stop()
finally:
    server.close()
    provider.stdin.close()
    provider.wait(30)
