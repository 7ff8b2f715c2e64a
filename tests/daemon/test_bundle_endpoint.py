#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Bundles that trust domains publish: both profiles, rotation, outage, and who is not believed.
SPEC: spiffe-federation 5, spiffe-bundle 4"""

import json
import ssl
import time

from certificates import Authority, replace
from harness import Server, main
from issuer import Issuer

ENDPOINT = "spiffe://shop.example/bundle-endpoint"
ORDER = "spiffe://shop.example/order-api"

web = Authority("web", uri=None)
first, second, stranger = Authority("first"), Authority("second"), Authority("first")
server = Server()
issuer = Issuer(ssl.create_default_context(ssl.Purpose.CLIENT_AUTH))


sequence = 0


def bundle(authority, others=(), keys=()):
    """The next bundle of the trust domain."""
    global sequence
    authority.sequence = sequence
    sequence += 1
    return authority.bundle(others, keys)


def serve_as(pair):
    """Show this certificate from the next connection on."""
    replace(server.path("endpoint.pem"), pair[0] + pair[1])
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(server.path("endpoint.pem"))
    issuer.context = context


def publish(text):
    issuer.answers["/bundle"] = lambda h, b: (200, {}, text)


def source(first_bundle=None, **change):
    """The trust domain, at the endpoint."""
    path = server.path("ledger/identity/sources.json")
    with open(path, encoding="utf-8") as f:
        document = json.load(f)
    spire = {"kind": "spiffe", "trust_domain": "shop.example", "audience": ["shop.example"],
             "algorithms": ["ES256"], "bundle_url": issuer.url + "/bundle",
             "bundle_profile": "https_web", "keys_refresh_s": 1}
    if first_bundle:
        replace(server.path("keys/first.json"), first_bundle)
        spire["bundle_file"] = "first.json"
    spire.update(change)
    document["sources"]["spire"] = spire
    with open(path, "w", encoding="utf-8") as f:
        json.dump(document, f)


def by_spiffe(first_bundle, **change):
    source(first_bundle, bundle_profile="https_spiffe", bundle_endpoint_id=ENDPOINT, **change)


def restart():
    server.stop()
    server.start()


def is_taken(authority):
    """Is a workload of this authority let in?"""
    context = ssl.create_default_context(cafile=server.path("web.pem"))
    chain, key = authority.svid(ORDER)
    replace(server.path("client.pem"), chain + key)
    context.load_cert_chain(server.path("client.pem"))
    try:
        with context.wrap_socket(server.socket(), server_hostname="127.0.0.1") as tls:
            tls.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            return b" 200 " in tls.recv(4096)
    except (ssl.SSLError, ConnectionError):
        return False


def exchange():
    """With a JWT-SVID as the actor."""
    status, answer = server.exchange()
    return answer.get("ztauth", {}).get("code", status)


def wait_for(what):
    end = time.time() + 30
    while not what():
        assert time.time() < end, server.said()
        time.sleep(0.05)


def test_https_web():
    assert exchange() == 200
    wait_for(lambda: is_taken(first))
    assert not is_taken(second) and not is_taken(stranger)


def test_roots_and_keys_follow():
    publish(bundle(first, [second], jwt_keys))
    wait_for(lambda: is_taken(second))
    assert is_taken(first)
    publish(bundle(second))
    wait_for(lambda: not is_taken(first))
    assert is_taken(second)
    # Its keys are gone too: the bundle is all there is.
    assert exchange() == "invalid_token"
    assert "unknown_key: source `spire`" in server.records()[-1]["reason"]
    publish(bundle(second, keys=jwt_keys))
    wait_for(lambda: exchange() == 200)


def test_an_old_bundle_is_not_taken():
    old = bundle(second, [first], jwt_keys)
    publish(bundle(second, keys=jwt_keys))
    restart()
    wait_for(lambda: is_taken(second))
    publish(old)
    server.wait_said(f"the bundle is an old one: its sequence is {sequence - 1}, after {sequence}")
    assert is_taken(second) and not is_taken(first)
    publish(bundle(second, [first], jwt_keys))
    server.wait_said("identity: source spire: answers again")
    wait_for(lambda: is_taken(first))


def test_broken_bundles_change_nothing():
    for broken, why in (
        (b"{}", "needs an array `keys`"),
        (b'{"keys":[]}', "no key here verifies SVIDs"),
        (b'{"keys":[{"use":"x509-svid","kty":"EC","x5c":["AAAA"]}]}', "no certificate in DER"),
        (b"[" * 100, "nested deeper"),
        (b" " * (1 << 20) + b"{}", "over 1048576 bytes"),
    ):
        publish(broken)
        server.wait_said(why)
        assert is_taken(second), why
        publish(bundle(second, [first], jwt_keys))
        restart()
        wait_for(lambda: is_taken(second))


def test_who_is_not_the_host_is_not_believed():
    serve_as(Authority("web", uri=None).server())
    restart()
    server.wait_said("identity: source spire: " + issuer.url)
    assert not is_taken(second) and exchange() == "unavailable"
    assert "no_keys" in server.records()[-1]["reason"]
    serve_as(web.server())
    server.wait_said("identity: source spire: answers again")
    assert is_taken(second)


def test_https_spiffe():
    serve_as(second.svid(ENDPOINT))
    by_spiffe(bundle(second, keys=jwt_keys))
    publish(bundle(second, [first], jwt_keys))
    restart()
    wait_for(lambda: is_taken(first))
    assert exchange() == 200


def test_the_endpoint_follows_the_bundle():
    """It is known by the bundle that was had last, no longer by the file."""
    publish(bundle(first, keys=jwt_keys))
    wait_for(lambda: not is_taken(second))
    server.wait_said(f"identity: source spire: {issuer.url}/bundle: certificate 0")
    serve_as(first.svid(ENDPOINT))
    publish(bundle(first, [second], jwt_keys))
    wait_for(lambda: is_taken(second))


def test_the_endpoint_is_no_other():
    for pair, why in (
        (first.svid(ENDPOINT + "/x"), "the endpoint is another one, `" + ENDPOINT + "/x`"),
        (first.server(), "names no URI"),
        (web.server(), "names no URI"),
        (stranger.svid(ENDPOINT), "identity: source spire"),
        (first.svid(ENDPOINT, days=(-2, -1)), "expired"),
        (first.svid(ENDPOINT, authority=True), "authority"),
    ):
        serve_as(pair)
        by_spiffe(bundle(first))
        publish(bundle(first, [second]))
        asked = issuer.count("/bundle")
        restart()
        server.wait_said(why)
        # The first bundle, in the file, counts still, and nothing was asked.
        assert is_taken(first) and not is_taken(second), why
        assert issuer.count("/bundle") == asked, why


def test_old_bundles_are_refused_in_the_end():
    serve_as(first.svid(ENDPOINT))
    by_spiffe(bundle(first, keys=jwt_keys), keys_max_age_s=3)
    publish(bundle(first, [second], jwt_keys))
    restart()
    wait_for(lambda: is_taken(second))
    issuer.stop()
    wait_for(lambda: not is_taken(second))
    # The file does not count again: it may hold what was taken back since.
    assert not is_taken(first) and exchange() == "unavailable"
    assert "no_keys" in server.records()[-1]["reason"]
    issuer.start()
    wait_for(lambda: is_taken(second))
    assert exchange() == 200


def test_hints_are_no_orders():
    """A bundle that is to be fetched again at once is fetched no more often than we like."""
    by_spiffe(bundle(first, keys=jwt_keys), keys_refresh_s=3600)
    document = json.loads(bundle(first, [second], jwt_keys))
    document["spiffe_refresh_hint"] = 0
    publish(json.dumps(document))
    restart()
    wait_for(lambda: is_taken(second))
    asked = issuer.count("/bundle")
    time.sleep(2)
    assert issuer.count("/bundle") == asked


replace(server.path("web.pem"), web.pem())
pair = web.server()
replace(server.path("tls.pem"), pair[0])
replace(server.path("tls.key"), pair[1])
serve_as(web.server())
with open(server.path("ztauth.conf"), "a", encoding="utf-8") as file:
    file.write(f"tls_cert tls.pem\ntls_key tls.key\ntls_client optional\n"
               f"fetch_allow {issuer.url}\nfetch_ca_file web.pem\n")
with open(server.path("keys/spire.json"), encoding="utf-8") as file:
    jwt_keys = json.load(file)["keys"]
server.context = ssl.create_default_context(cafile=server.path("web.pem"))
source()
publish(bundle(first, keys=jwt_keys))
server.start()
try:
    main([
        test_https_web,
        test_roots_and_keys_follow,
        test_an_old_bundle_is_not_taken,
        test_broken_bundles_change_nothing,
        test_who_is_not_the_host_is_not_believed,
        test_https_spiffe,
        test_the_endpoint_follows_the_bundle,
        test_the_endpoint_is_no_other,
        test_old_bundles_are_refused_in_the_end,
        test_hints_are_no_orders,
    ])
    server.stop()
finally:
    server.close()
