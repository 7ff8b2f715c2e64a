#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A SAML assertion becomes a transaction token, once."""

import base64
import hashlib
import json
import shutil
import subprocess
import sys
import time

from harness import URN, Server, main

if shutil.which("openssl") is None:
    print("openssl is not installed")
    sys.exit(77)

server = Server()
subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", server.path("idp.key"),
                "-out", server.path("keys/idp.pem"), "-days", "2", "-subj", "/CN=idp.example"],
               check=True, capture_output=True)
with open(server.path("ledger/identity/sources.json"), encoding="utf-8") as f:
    sources = json.load(f)
# The elevation of the shop asks for source `corp`.
sources["sources"]["staff"] = sources["sources"].pop("corp")
sources["sources"]["corp"] = {
    "kind": "saml", "issuer": "https://idp.example", "audience": "shop.example",
    "recipient": "https://shop.example/token", "algorithms": ["RS256"], "cert_file": "idp.pem"}
with open(server.path("ledger/identity/sources.json"), "w", encoding="utf-8") as f:
    json.dump(sources, f)
server.start()

DS = "http://www.w3.org/2000/09/xmldsig#"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"


def instant(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


def assertion(name, who="alice", key="idp.key"):
    """A signed assertion; the texts are in canonical form."""
    begin = (f'<Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion" ID="{name}" '
             f'IssueInstant="{instant(0)}" Version="2.0"><Issuer>https://idp.example</Issuer>')
    end = (f'<Subject><NameID>{who}</NameID>'
           '<SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">'
           f'<SubjectConfirmationData NotOnOrAfter="{instant(60)}" Recipient="https://shop.example/token">'
           '</SubjectConfirmationData></SubjectConfirmation></Subject>'
           '<Conditions><AudienceRestriction><Audience>shop.example</Audience></AudienceRestriction></Conditions>'
           '</Assertion>')
    digest = base64.b64encode(hashlib.sha256((begin + end).encode()).digest()).decode()
    info = (f'<SignedInfo xmlns="{DS}"><CanonicalizationMethod Algorithm="{EXCLUSIVE}"></CanonicalizationMethod>'
            '<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></SignatureMethod>'
            f'<Reference URI="#{name}"><Transforms>'
            f'<Transform Algorithm="{DS}enveloped-signature"></Transform>'
            f'<Transform Algorithm="{EXCLUSIVE}"></Transform></Transforms>'
            '<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></DigestMethod>'
            f'<DigestValue>{digest}</DigestValue></Reference></SignedInfo>')
    value = subprocess.run(["openssl", "dgst", "-sha256", "-sign", server.path(key)], input=info.encode(),
                           check=True, capture_output=True).stdout
    signature = (f'<Signature xmlns="{DS}">{info}'
                 f'<SignatureValue>{base64.b64encode(value).decode()}</SignatureValue></Signature>')
    return base64.urlsafe_b64encode((begin + signature + end).encode()).decode().rstrip("=")


def exchange(token, **change):
    return server.exchange(subject_token=token, subject_token_type=URN + "token-type:saml2", **change)


def test_once():
    token = assertion("_1")
    # What else is refused does not use it up.
    assert exchange(token, actor_token="x")[0] == 400
    status, answer = exchange(token)
    assert status == 200, answer
    claims = json.loads(base64.urlsafe_b64decode(answer["access_token"].split(".")[1] + "=="))
    assert claims["sub"] == 'User::"alice"', claims
    status, answer = exchange(token)
    assert (status, answer["ztauth"]["code"]) == (400, "invalid_token"), answer
    assert "replayed" in server.records()[-1].get("reason", ""), server.records()[-1]
    # The memory is the server's, not the snapshot's.
    server.reload()
    assert exchange(token)[0] == 400
    assert exchange(assertion("_2"))[0] == 200


def test_refused():
    wrong = base64.urlsafe_b64encode(base64.urlsafe_b64decode(assertion("_3") + "==").replace(b"alice", b"admin"))
    for token, code in ((wrong.decode(), "bad_signature"), ("x", "malformed"), (server.alice(), "malformed")):
        status, answer = exchange(token)
        assert (status, answer["ztauth"]["code"]) == (400, "invalid_token"), answer
        assert code in server.records()[-1].get("reason", ""), server.records()[-1]
    # An assertion is no workload's proof, and nothing but what it says it is.
    assert server.exchange(actor_token=assertion("_4"), actor_token_type=URN + "token-type:saml2")[0] == 400
    assert server.exchange(subject_token=assertion("_5"))[0] == 400


try:
    main([test_once, test_refused])
    server.stop()
finally:
    server.close()
