#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Assertions of Keycloak, each fetched by logging in as a browser does, are
accepted, or refused by their own code where its client is set up otherwise.

    keycloak_saml.py        fetches Keycloak by Maven into the build directory
    KEYCLOAK=DIR keycloak_saml.py   uses the distribution that is unpacked there

It takes some 350 MB of disk and a minute or more, so that no other test calls
it."""

import base64
import glob
import html
import http.cookiejar
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
import urllib.error
import urllib.parse
import urllib.request

from packages import OUTSIDE

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get("BUILD", os.path.join(HERE, "..", "..", "build"))
ZTAUTH = os.path.join(BUILD, "ztauth")
VERSION = "26.5.6"
START_S = 600
work = tempfile.TemporaryDirectory()
failed = 0


def skip(why):
    print(why)
    sys.exit(77)


def check(what, got, wanted):
    global failed
    if got != wanted:
        failed += 1
        print(f"{what}: {got!r}, not {wanted!r}")


def fetch():
    """The directory of an unpacked Keycloak."""
    if "KEYCLOAK" in os.environ:
        return os.environ["KEYCLOAK"]
    if shutil.which("mvn") is None or shutil.which("java") is None:
        skip("mvn and java are not installed")
    to = os.path.join(OUTSIDE, "keycloak-saml")
    home = os.path.join(to, f"keycloak-{VERSION}")
    if not os.path.isdir(home):
        os.makedirs(to, exist_ok=True)
        artifact = f"org.keycloak:keycloak-quarkus-dist:{VERSION}:tar.gz"
        got = subprocess.run(["mvn", "-q", "-B", "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy",
                              f"-Dartifact={artifact}", f"-DoutputDirectory={to}"], check=False)
        if got.returncode != 0:
            skip("the Maven registry cannot be reached")
        subprocess.run(["tar", "xzf", *glob.glob(os.path.join(to, "*.tar.gz")), "-C", to], check=True)
    return home


def client(name, **change):
    attributes = {
        "saml.assertion.signature": "true", "saml.server.signature": "true",
        "saml.signature.algorithm": "RSA_SHA256", "saml.client.signature": "false",
        "saml_signature_canonicalization_method": "http://www.w3.org/2001/10/xml-exc-c14n#",
        "saml.force.post.binding": "true", "saml.authnstatement": "true",
        "saml_name_id_format": "username", "saml_force_name_id_format": "true",
        "saml_idp_initiated_sso_url_name": name, "saml_assertion_consumer_url_post": "https://me.example/token",
    }
    attributes.update(change)
    return {"clientId": f"https://{name}.example", "protocol": "saml", "enabled": True, "frontchannelLogout": True,
            "redirectUris": ["https://me.example/*"], "attributes": attributes, "protocolMappers": [
                {"name": "mail", "protocol": "saml", "protocolMapper": "saml-user-property-mapper",
                 "config": {"user.attribute": "email", "attribute.name": "mail", "attribute.nameformat": "Basic"}},
                {"name": "roles", "protocol": "saml", "protocolMapper": "saml-role-list-mapper",
                 "config": {"single": "false", "attribute.name": "Role", "attribute.nameformat": "Basic"}}]}


REALM = {
    "realm": "corp", "enabled": True, "sslRequired": "none",
    "roles": {"realm": [{"name": "dev"}, {"name": "ops"}]},
    "users": [{"username": "alice", "enabled": True, "email": "alice@corp.example", "emailVerified": True,
               "firstName": "Alice", "lastName": "Corp", "realmRoles": ["dev", "ops"],
               "credentials": [{"type": "password", "value": "wonderland", "temporary": False}]}],
    "clients": [
        client("me"),
        client("alone", **{"saml.server.signature": "false"}),
        client("once", **{"saml.onetimeuse.condition": "true"}),
        client("response", **{"saml.assertion.signature": "false"}),
        client("strong", **{"saml.signature.algorithm": "RSA_SHA512"}),
        client("weak", **{"saml.signature.algorithm": "RSA_SHA1"}),
        client("inclusive", **{"saml_signature_canonicalization_method":
                               "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"}),
    ],
}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def start(home, port):
    """Keycloak on `port`, with the realm; it dies with us."""
    data = os.path.join(home, "data", "import")
    os.makedirs(data, exist_ok=True)
    with open(os.path.join(data, "corp-realm.json"), "w", encoding="utf-8") as f:
        json.dump(REALM, f)
    env = dict(os.environ, JAVA_OPTS_KC_HEAP="-Xms64m -Xmx512m")
    with open(os.path.join(work.name, "log"), "wb") as log:
        return subprocess.Popen(
            [os.path.join(home, "bin", "kc.sh"), "start-dev", "--import-realm", "--db=dev-mem",
             "--http-host=127.0.0.1", f"--http-port={port}", f"--http-management-port={free_port()}"],
            env=env, stdout=log, stderr=log, start_new_session=True)


def get(opener, url, data=None):
    with opener.open(url, data, timeout=60) as answer:
        return answer.read().decode()


def wait_for(process, url):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    end = time.monotonic() + START_S
    while time.monotonic() < end and process.poll() is None:
        try:
            return get(opener, url)
        except (OSError, urllib.error.HTTPError):
            time.sleep(1)
    with open(os.path.join(work.name, "log"), encoding="utf-8", errors="replace") as f:
        print(f.read()[-3000:])
    sys.exit("Keycloak did not start")


def log_in(base, name):
    """What Keycloak would have a browser post to us, as a new session."""
    # As browsers do, cookies that ask for TLS are sent to this host without it.
    policy = http.cookiejar.DefaultCookiePolicy(secure_protocols=("http", "https"))
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar(policy)))
    page = get(opener, f"{base}/protocol/saml/clients/{name}")
    action = html.unescape(re.search(r'<form[^>]*action="([^"]+)"', page).group(1))
    page = get(opener, action, urllib.parse.urlencode({"username": "alice", "password": "wonderland"}).encode())
    return html.unescape(re.search(r'name="SAMLResponse" value="([^"]+)"', page, re.I).group(1))


def certificate(descriptor):
    text = re.search(r"X509Certificate>([^<]+)<", descriptor).group(1)
    return "-----BEGIN CERTIFICATE-----\n" + "\n".join(textwrap.wrap(text, 64)) + "\n-----END CERTIFICATE-----\n"


def verify(base, descriptor, credential, **change):
    source = {"kind": "saml", "issuer": base, "recipient": "https://me.example/token", "algorithms": ["RS256"],
              "audience": [c["clientId"] for c in REALM["clients"]], "certs": certificate(descriptor),
              "principal": {"kind": "human", "type": "User", "id": "/attributes/mail"}}
    source.update(change)
    path = os.path.join(work.name, "sources.json")
    with open(path, "w", encoding="utf-8") as f:
        json.dump({"sources": {"keycloak": source}}, f)
    out = subprocess.run([ZTAUTH, "token", "verify", "--sources", path, "-"], input=credential,
                         capture_output=True, text=True, check=False)
    return json.loads(out.stdout) if out.stdout else {"refused": out.stderr}


def judge(base):
    descriptor = get(urllib.request.build_opener(urllib.request.ProxyHandler({})), f"{base}/protocol/saml/descriptor")
    wanted = {"me": "accepted", "alone": "accepted", "once": "accepted", "response": "not_signed",
              "strong": "alg_not_allowed", "weak": "unsupported_alg", "inclusive": "bad_transform"}
    for name, refused in wanted.items():
        credential = log_in(base, name)
        if "SHOW" in os.environ:
            print(name, base64.b64decode(credential).decode())
        answer = verify(base, descriptor, credential)
        check(name, answer.get("refused", "accepted"), refused)
        if refused == "accepted":
            check("id", (answer["id"], answer["source"], answer["issuer"]), ("alice@corp.example", "keycloak", base))
        if name == "strong":
            answer = verify(base, descriptor, credential, algorithms=["RS512"])
            check("strong, allowed", answer.get("refused", "accepted"), "accepted")
        if name == "me":
            changed = base64.b64decode(credential).replace(b"alice@", b"admin@")
            check("changed", verify(base, descriptor, changed.decode()).get("refused"), "bad_signature")
            answer = verify(base, descriptor, credential, audience="https://you.example")
            check("audience", answer.get("refused"), "bad_audience")
            answer = verify(base, descriptor, credential, principal={"kind": "human", "type": "User"})
            check("NameID", answer.get("id"), "alice")
    print(f"Keycloak {VERSION}: {len(wanted)} clients, {failed} not as they should be")


home = fetch()
port = free_port()
keycloak = start(home, port)
try:
    base = f"http://127.0.0.1:{port}/realms/corp"
    wait_for(keycloak, base)
    judge(base)
finally:
    os.killpg(keycloak.pid, signal.SIGTERM)
    keycloak.wait()
sys.exit(1 if failed else 0)
