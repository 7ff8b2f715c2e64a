#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""TLS: what is spoken, who is believed, renewal, abuse. SPEC: rfc8446, rfc9325, x509-svid"""

import hashlib
import http.client
import json
import re
import resource
import shutil
import socket
import ssl
import subprocess
import time

from certificates import Authority, replace
from harness import EVALUATION, URN, ZTAUTH, Server, main, question

GET = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
ORDER = "spiffe://shop.example/order-api"

web = Authority("web", uri=None)
root = Authority("root")
issuer = Authority("issuer", signer=root)
stranger = Authority("root")


def write(server, name, data):
    replace(server.path(name), data)


def make_server(client, workers=2):
    """A server with TLS, whose workloads show X509-SVIDs of `root`."""
    s = Server(extra=f"tls_cert tls.pem\ntls_key tls.key\ntls_client {client}\n"
                     f"workers {workers}\n")
    show(s, web.server())
    with open(s.path("keys/spire.json"), encoding="utf-8") as f:
        s.jwt_keys = json.load(f)["keys"]
    s.believe(root.bundle(keys=s.jwt_keys))
    write(s, "web.pem", web.pem())
    s.context = context(s)
    return s.start()


def show(s, pair):
    write(s, "tls.pem", pair[0])
    write(s, "tls.key", pair[1])


def context(s, pair=None, **kw):
    c = ssl.create_default_context(cafile=s.path("web.pem"))
    c.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    if pair:
        write(s, "client.pem", pair[0] + pair[1])
        c.load_cert_chain(s.path("client.pem"))
    for name, value in kw.items():
        setattr(c, name, value)
    return c


def dial(s, c=None, session=None):
    return (c or s.context).wrap_socket(s.socket(), server_hostname="127.0.0.1", session=session,
                                        suppress_ragged_eofs=False)


def ask(tls, request=GET):
    tls.sendall(request)
    return tls.recv(65536)


def refused(s, c, words=()):
    """The handshake, or the first answer (TLS 1.3), ends with an alert."""
    try:
        with dial(s, c) as tls:
            answer = ask(tls)
    except (ssl.SSLError, ConnectionError) as e:
        assert not words or any(w in str(e) for w in words), e
        return
    assert answer == b"", answer


plain = make_server("none")
mutual = make_server("optional")
strict = make_server("required")


# --- what is spoken

def test_versions():
    for version, name in ((ssl.TLSVersion.TLSv1_3, "TLSv1.3"), (ssl.TLSVersion.TLSv1_2, "TLSv1.2")):
        c = context(plain, minimum_version=version, maximum_version=version)
        c.set_alpn_protocols(["h2", "http/1.1"])
        with dial(plain, c) as tls:
            assert tls.version() == name
            assert tls.selected_alpn_protocol() == "http/1.1"
            assert tls.compression() is None
            assert tls.cipher()[2] >= 128
            assert b" 200 " in ask(tls) and b" 200 " in ask(tls)


def test_other_protocols_are_refused():
    c = context(plain)
    c.set_alpn_protocols(["h2"])
    refused(plain, c, ["no application protocol"])


def openssl(*args, data=b""):
    r = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{plain.port}", *args],
                       input=data, capture_output=True, timeout=60)
    return (r.stdout + r.stderr).decode("utf-8", "replace")


def test_weak_ways_are_refused():
    for args in (
        ("-tls1_1", "-cipher", "ALL:@SECLEVEL=0"),
        ("-tls1", "-cipher", "ALL:@SECLEVEL=0"),
        ("-tls1_2", "-cipher", "AES128-GCM-SHA256"),  # no forward secrecy
        ("-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES128-SHA"),  # CBC
        ("-tls1_2", "-cipher", "NULL:aNULL:@SECLEVEL=0"),
        ("-tls1_3", "-groups", "P-521"),
    ):
        text = openssl(*args)
        assert "Cipher is (NONE)" in text or "no ciphers available" in text, (args, text)
    assert "Cipher is TLS_AES_256_GCM_SHA384" in openssl("-tls1_3")
    assert "Cipher is ECDHE-ECDSA" in openssl("-tls1_2")


def test_nothing_is_negotiated_anew():
    text = openssl("-tls1_2", data=b"R\n" + GET)
    assert "Secure Renegotiation IS supported" in text
    assert "no renegotiation" in text, text


def test_sslscan():
    if not shutil.which("sslscan"):
        print("skip test_sslscan: there is no sslscan")
        return
    text = subprocess.run(["sslscan", "--no-colour", f"127.0.0.1:{plain.port}"],
                          capture_output=True, text=True, timeout=120).stdout
    for version, state in (("SSLv2", "disabled"), ("SSLv3", "disabled"), ("TLSv1.0", "disabled"),
                           ("TLSv1.1", "disabled"), ("TLSv1.2", "enabled"), ("TLSv1.3", "enabled")):
        assert re.search(rf"{re.escape(version)} +{state}", text), text
    ciphers = re.findall(r"^(?:Preferred|Accepted) +(TLSv1\.\d) +\d+ bits +(\S+)", text, re.M)
    assert len(ciphers) >= 6, text
    for version, cipher in ciphers:
        assert version == "TLSv1.3" or re.match("ECDHE-.*(GCM|CHACHA20)", cipher), cipher
    assert "Session renegotiation not supported" in text, text
    assert not re.search("vulnerable to heartbleed", text.replace("not vulnerable", "")), text


def test_curl():
    for version in ("--tlsv1.3", "--tlsv1.2"):
        r = subprocess.run(["curl", "-sS", version, "--cacert", plain.path("web.pem"),
                            f"https://127.0.0.1:{plain.port}/healthz"],
                           capture_output=True, text=True, timeout=60)
        assert r.returncode == 0, r.stderr


def test_plain_http_is_no_tls():
    assert b"HTTP/1.1 200" not in plain.raw(GET)


# --- sessions

def test_sessions_are_resumed_by_any_worker():
    for version in (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_2):
        c = context(plain, minimum_version=version, maximum_version=version)
        with dial(plain, c) as tls:
            assert not tls.session_reused
            ask(tls)
            session = tls.session
        for _ in range(20):
            with dial(plain, c, session) as tls:
                assert tls.session_reused
                assert b" 200 " in ask(tls)


def test_sessions_with_a_certificate_are_not():
    for version in (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_2):
        c = context(mutual, issuer.svid(ORDER), minimum_version=version, maximum_version=version)
        with dial(mutual, c) as tls:
            ask(tls)
            session = tls.session
        with dial(mutual, c, session) as tls:
            assert not tls.session_reused
            assert b" 200 " in ask(tls)


# --- the certificate of the server

def serial(s):
    with dial(s) as tls:
        return tls.getpeercert()["serialNumber"]


def test_renewal_keeps_connections():
    open_before = [dial(plain) for _ in range(10)]
    for tls in open_before:
        assert b" 200 " in ask(tls)
    for reload in (plain.reload, lambda: None):
        before = serial(plain)
        show(plain, web.server())
        reload()
        end = time.time() + 20
        while serial(plain) == before:
            assert time.time() < end, plain.said()
            time.sleep(0.05)
    for tls in open_before:
        assert b" 200 " in ask(tls)
        tls.close()


def test_a_broken_pair_changes_nothing():
    before = serial(plain)
    good = web.server()
    for pair, words in (
        ((b"no", good[1]), "no PEM of a certificate"),
        ((good[0], b"no"), "no PEM of a private key"),
        ((good[0], web.server()[1]), "the private key is not that of the certificate"),
        ((good[0] + b"-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----\n", good[1]),
         "a certificate behind the first is broken"),
        (web.server(days=(-3, -2)), "the certificate has expired"),
        (web.server(days=(2, 3)), "the certificate is not valid yet"),
    ):
        show(plain, pair)
        plain.reload()
        plain.wait_said(words)
        assert serial(plain) == before
    assert "the certificate stays as it was" in plain.said()
    show(plain, good)
    plain.reload()
    end = time.time() + 20
    while serial(plain) == before:
        assert time.time() < end
        time.sleep(0.05)


def test_what_cannot_serve_does_not_start():
    s = Server(extra="tls_cert tls.pem\ntls_key tls.key\n")
    try:
        for pair in ((b"", b""), (web.server()[0], web.server()[1]), web.server(days=(-3, -2))):
            show(s, pair)
            r = subprocess.run([ZTAUTH, "serve", "--check",
                                "--config", s.path("ztauth.conf")], capture_output=True, text=True)
            assert r.returncode == 1 and "tls.pem: " in r.stderr, r.stderr
    finally:
        s.close()


# --- the certificate of the client

def test_a_good_svid_is_taken():
    for chain in (root.svid(ORDER), issuer.svid(ORDER)):
        for s in (mutual, strict):
            with dial(s, context(s, chain)) as tls:
                assert b" 200 " in ask(tls)


def test_none_is_taken_where_none_is_needed():
    with dial(mutual) as tls:
        assert b" 200 " in ask(tls)
    refused(strict, context(strict), ["certificate required", "handshake failure"])


def test_a_bad_svid_is_no_missing_one():
    for s in (mutual, strict):
        for pair, words in (
            (stranger.svid(ORDER), "untrusted_chain"),
            (root.svid(ORDER, days=(-3, -2)), "expired"),
            (root.svid("spiffe://other.example/order-api"), "unknown_issuer"),
            (root.svid("spiffe://shop.example"), "bad_subject"),
            (root.server(), "no_uri"),
        ):
            time.sleep(1.1)  # what is refused is said once a second
            refused(s, context(s, pair))
            s.wait_said("a client's certificate is refused: " + words)


def exchange(s, pair, **change):
    form = {"grant_type": URN + "grant-type:token-exchange",
            "requested_token_type": URN + "token-type:txn_token",
            "subject_token_type": URN + "token-type:access_token",
            "subject_token": s.alice(), **change}
    c = http.client.HTTPSConnection("127.0.0.1", s.port, context=context(s, pair), timeout=30)
    c.request("POST", "/token", "&".join(f"{k}={v.replace(':', '%3A')}" for k, v in form.items()),
              {"Content-Type": "application/x-www-form-urlencoded"})
    r = c.getresponse()
    return r.status, json.loads(r.read())


def test_the_peer_is_the_actor():
    pair = issuer.svid(ORDER)
    status, answer = exchange(mutual, pair)
    assert status == 200, answer
    leaf = ssl.PEM_cert_to_DER_cert(pair[0].decode().split("-----END")[0] +
                                    "-----END CERTIFICATE-----")
    ring = mutual.records()[-1]["rings"][0]
    assert ring["workload"] == ORDER and ring["proof"] == "mtls", ring
    assert ring["digest"] == hashlib.sha256(leaf).hexdigest(), ring
    status, answer, _ = mutual.post(EVALUATION, question(answer["access_token"]))
    assert status == 200 and answer["decision"] is True, answer


def test_the_peer_goes_on_with_a_transaction():
    """A certificate is the proof that `payments` needs; a bearer's word is not."""
    txn = URN + "token-type:txn_token"
    card = "spiffe://shop.example/payments/card"
    first = exchange(mutual, issuer.svid(ORDER))[1]["access_token"]
    status, answer = exchange(mutual, issuer.svid(card), subject_token=first, subject_token_type=txn)
    assert status == 200, (answer, mutual.records()[-1])
    rings = mutual.records()[-1]["rings"]
    assert [(r["workload"], r["proof"]) for r in rings] == [(ORDER, "mtls"), (card, "mtls")], rings
    decided = mutual.post(EVALUATION, question(answer["access_token"]))[1]
    assert decided["decision"] is True and decided["context"]["ztauth"]["actor"] == card, decided
    # The same workload by a token, and a certificate that nobody signed for.
    status, answer = mutual.exchange(subject_token=first, subject_token_type=txn,
                                     actor_token=mutual.svid("payments/card"))
    assert status == 400 and answer["ztauth"]["code"] == "actor_below_level", answer
    # Without a peer there is no actor.
    status, answer = mutual.exchange(subject_token=first, subject_token_type=txn, actor_token="",
                                     actor_token_type="")
    assert status == 400 and answer["error"] == "invalid_request", answer


def test_the_peer_is_the_caller():
    """Where a workload must show itself, its certificate does."""
    manifest = mutual.path("ledger/manifest.json")
    with open(manifest, encoding="utf-8") as f:
        text = f.read()

    def callers():
        c = http.client.HTTPSConnection("127.0.0.1", mutual.port, timeout=30,
                                        context=context(mutual, issuer.svid(ORDER)))
        # An SVID that is good, of a workload that is in no group.
        unknown = context(mutual, root.svid("spiffe://shop.example/nobody"))
        d = http.client.HTTPSConnection("127.0.0.1", mutual.port, timeout=30, context=unknown)
        asked = question(None, authorization_model=None)
        return [mutual.post(EVALUATION, asked, connection=each)[0]
                for each in (None, c, d)]

    with open(manifest, "w", encoding="utf-8") as f:
        f.write(text.replace('"require": "txn-token"', '"require": "workload"'))
    before = mutual.said().count("in force")
    mutual.reload()
    until(lambda: mutual.said().count("in force") > before)
    seen = callers()
    assert seen == [401, 200, 401], seen
    with open(manifest, "w", encoding="utf-8") as f:
        f.write(text)
    mutual.reload()


def test_bundles_are_followed():
    pair = issuer.svid(ORDER)
    with dial(strict, context(strict, pair)) as tls:
        assert b" 200 " in ask(tls)
        # One more root: at once both are good.
        next_root = Authority("root 2")
        strict.believe(root.bundle([next_root], strict.jwt_keys))
        until(lambda: accepted(strict, next_root.svid(ORDER)))
        assert accepted(strict, pair)
        # The old one goes: who has shown it keeps the connection, and is nobody.
        strict.believe(next_root.bundle(keys=strict.jwt_keys))
        until(lambda: not accepted(strict, pair))
        assert accepted(strict, next_root.svid(ORDER))
        assert b" 200 " in ask(tls)
    # A broken bundle changes nothing.
    strict.believe(b"{}")
    strict.wait_said("bundle.json")
    assert accepted(strict, next_root.svid(ORDER))


def accepted(s, pair):
    try:
        with dial(s, context(s, pair)) as tls:
            return b" 200 " in ask(tls)
    except (ssl.SSLError, ConnectionError):
        return False


def until(holds, seconds=20):
    end = time.time() + seconds
    while not holds():
        assert time.time() < end
        time.sleep(0.1)


def test_authorities_of_other_clients():
    s = Server(extra="tls_cert tls.pem\ntls_key tls.key\n"
                     "tls_client required\ntls_client_ca ca.pem\n")
    try:
        show(s, web.server())
        write(s, "ca.pem", stranger.pem())
        write(s, "web.pem", web.pem())
        s.context = context(s)
        s.start()
        assert accepted(s, stranger.server())
        assert not accepted(s, root.server())
    finally:
        s.close()


# --- abuse

def test_one_byte_at_a_time():
    c = context(plain)
    to, out = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = c.wrap_bio(to, out, server_hostname="127.0.0.1")
    answer = b""
    with plain.socket() as s:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def move(step):
            nonlocal answer
            while True:
                try:
                    result = step()
                except ssl.SSLWantReadError:
                    result = None
                for byte in out.read():
                    s.sendall(bytes([byte]))
                if result is not None:
                    return result
                to.write(s.recv(1))

        move(lambda: tls.do_handshake() or True)
        move(lambda: tls.write(GET))
        while b"\r\n\r\n" not in answer:
            answer += move(lambda: tls.read(1000))
    assert b" 200 " in answer


def test_garbage():
    with open("/dev/urandom", "rb") as f:
        noise = f.read(100000)
    for data in (b"", b"\x16", b"\x16\x03\x01\x40\x00" + noise[:16384], noise, b"\x00" * 100000,
                 b"\x80\x2e\x01\x00\x02" + noise[:41], b"\x15\x03\x03\x00\x02\x02\x28",
                 b"\x16\x03\x01\x00\x00" * 1000, b"\x17\x03\x03\x40\x00" + noise[:16384]):
        try:
            answer = plain.raw(data)
        except OSError:  # it has closed already
            continue
        assert b"HTTP" not in answer
    with dial(plain) as tls:
        assert b" 200 " in ask(tls)


def test_early_ends():
    for n in (1, 5, 50, 200):
        to, out = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context(plain).wrap_bio(to, out, server_hostname="127.0.0.1")
        try:
            tls.do_handshake()
        except ssl.SSLWantReadError:
            pass
        with plain.socket() as s:
            s.sendall(out.read()[:n])
    for _ in range(50):
        with dial(plain) as tls:
            tls.sendall(GET[:10])
    with dial(plain) as tls:
        assert b" 200 " in ask(tls)


def test_an_end_that_is_not_said_is_none():
    """A request that ends with the connection is not answered; one that says so is."""
    for said in (True, False):
        to, out = ssl.MemoryBIO(), ssl.MemoryBIO()
        c = context(plain)
        tls = c.wrap_bio(to, out, server_hostname="127.0.0.1")
        with plain.socket() as s:
            while True:
                try:
                    tls.do_handshake()
                    break
                except ssl.SSLWantReadError:
                    s.sendall(out.read())
                    to.write(s.recv(65536))
            s.sendall(out.read())
            tls.write(GET)
            if said:
                try:
                    tls.unwrap()
                except ssl.SSLWantReadError:
                    pass
            s.sendall(out.read())
            s.shutdown(socket.SHUT_WR)
            while piece := s.recv(65536):
                to.write(piece)
        to.write_eof()
        text, closed = b"", False
        try:
            while piece := tls.read(65536):
                text += piece
            closed = True
        except ssl.SSLZeroReturnError:
            closed = True
        except ssl.SSLError:
            pass
        assert not text or b" 200 " in text
        assert not said or (closed and b" 200 " in text), (said, closed, text)


def test_answers_end_with_close_notify():
    with dial(plain) as tls:
        tls.sendall(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        text = b""
        while piece := tls.recv(65536):  # an end that is not said would raise
            text += piece
        assert b" 200 " in text


def test_large_and_many():
    with dial(plain) as tls:
        tls.sendall(GET * 5000)
        text = b""
        while text.count(b"HTTP/1.1 200") < 5000:
            piece = tls.recv(65536)
            assert piece
            text += piece
    body = b'{"a":"' + b"x" * 1000000 + b'"}'
    with dial(plain) as tls:
        tls.sendall(b"POST " + EVALUATION.encode() + b" HTTP/1.1\r\nHost: a\r\nContent-Type: "
                    b"application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        assert b" 400 " in tls.recv(65536)


def test_clients_that_read_late():
    """All that is answered arrives, also what the socket had no room for."""
    count = 60000
    requests = GET.replace(b"/healthz", b"/jwks.json") * count
    sent, seen, rest = 0, 0, b""
    with dial(plain) as tls:
        tls.settimeout(0.2)
        try:
            while sent < len(requests):
                sent += tls.send(requests[sent:sent + 16384])
        except TimeoutError:
            pass  # the server waits for its answers to be read
        time.sleep(1)
        # Both ways by turns: who only reads waits for answers to what is not sent.
        tls.settimeout(0.01)
        last = time.time()
        while seen < count:
            try:
                while sent < len(requests):
                    sent += tls.send(requests[sent:sent + 16384])
            except TimeoutError:
                pass
            try:
                text = tls.recv(65536)
            except TimeoutError:
                assert time.time() - last < 30, f"nothing came after {seen} answers"
                continue
            assert text, f"the connection ended after {seen} answers"
            text = rest + text
            seen += text.count(b"HTTP/1.1 200")
            rest = text[-11:]
            last = time.time()


def test_half_open_connections_do_not_keep_others_out():
    half = []
    try:
        for _ in range(300):
            half.append(plain.socket())
            half[-1].sendall(b"\x16\x03\x01\x02")
        with dial(plain) as tls:
            assert b" 200 " in ask(tls)
        # They are ended by the deadline of the handshake.
        for s in half[:20]:
            s.settimeout(30)
            try:
                assert s.recv(1) == b""
            except ConnectionError:
                pass
    finally:
        for s in half:
            s.close()


def test_the_oldest_handshake_gives_way():
    most = 2000  # ZTA_TLS_HANDSHAKES_MAX
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 2 * most:
        print("skip test_the_oldest_handshake_gives_way: too few file descriptors")
        return
    resource.setrlimit(resource.RLIMIT_NOFILE, (2 * most, hard))
    one = make_server("none", workers=1)
    half = []
    try:
        half = [one.socket() for _ in range(most + 10)]
        for s in half[:10]:
            assert s.recv(1) == b""
        with dial(one) as tls:
            assert b" 200 " in ask(tls)
        half[-1].setblocking(False)
        try:
            assert half[-1].recv(1) != b""
        except BlockingIOError:
            pass
    finally:
        for s in half:
            s.close()
        one.close()


def test_they_stop():
    idle = dial(plain)
    assert b" 200 " in ask(idle)
    for s in (plain, mutual, strict):
        s.stop()
    assert idle.recv(1) == b""


try:
    main([v for k, v in list(globals().items()) if k.startswith("test_")])
finally:
    for each in (plain, mutual, strict):
        each.close()
