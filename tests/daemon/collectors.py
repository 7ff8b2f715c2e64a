# SPDX-License-Identifier: Apache-2.0
"""Collectors that take exports: OTLP over HTTP and syslog over TLS, and fail as they are told."""

import contextlib
import http.server
import json
import socket
import ssl
import threading
import time


class Otlp:
    """`faults` is a list of functions that answer the next requests instead."""

    def __init__(self, port=0, context=None):
        self.records = []  # in the order in which they were taken
        self.headers = []
        self.batches = []
        self.faults = []
        self.connections = []
        self.most = None  # records that a request may have
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self):
                super().setup()
                outer.connections.append(self.connection)

            def do_POST(self):
                if outer.faults:
                    outer.faults.pop(0)(self)
                    return
                body = self.rfile.read(int(self.headers["Content-Length"]))
                records = records_of(json.loads(body))
                if outer.most and len(records) > outer.most:
                    self.answer(413)
                    return
                outer.headers.append((self.path, dict(self.headers)))
                outer.records += records
                outer.batches.append(body)
                self.answer(200, b'{"partialSuccess":{}}')

            def answer(self, status, body=b"", **fields):
                self.send_response(status)
                for name, value in fields.items():
                    self.send_header(name.replace("_", "-"), value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass

        self.server = Server(("127.0.0.1", port), Handler)
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def indexes(self):
        return [index_of(r) for r in self.records]

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


def records_of(body):
    return [r for a in body["resourceLogs"] for b in a["scopeLogs"] for r in b["logRecords"]]


def attributes(record):
    return {a["key"]: next(iter(a["value"].values())) for a in record["attributes"]}


def index_of(record):
    return int(attributes(record)["ztauth.index"])


def drop(handler):
    """Die in the middle of the request."""
    handler.rfile.read(10)
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def hang(seconds):
    def fault(handler):
        handler.rfile.read(int(handler.headers["Content-Length"]))
        time.sleep(seconds)
        handler.connection.shutdown(socket.SHUT_RDWR)
        handler.close_connection = True
    return fault


def status(code, body=b"", **fields):
    def fault(handler):
        handler.rfile.read(int(handler.headers["Content-Length"]))
        handler.answer(code, body, **fields)
    return fault


class Syslog:
    """Octet-counted messages over TLS; SPEC: rfc5425 4.3. `most`: then the connection is cut."""

    def __init__(self, context):
        self.messages = []
        self.peers = []
        self.most = None
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.context = context
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                plain, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(plain,), daemon=True).start()

    def serve(self, plain):
        try:
            with self.context.wrap_socket(plain, server_side=True) as s:
                self.peers.append(s.getpeercert())
                self.read(s, s.makefile("rb"))
        except (OSError, ValueError):
            pass

    def read(self, connection, f):
        count = 0
        while True:
            digits = b""
            while (c := f.read(1)) not in (b" ", b""):
                digits += c
            if not digits:
                return
            self.messages.append(f.read(int(digits)).decode())
            count += 1
            if self.most and count >= self.most:
                self.most = None
                # With a reset: what was sent besides is lost.
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                      b"\x01\x00\x00\x00\x00\x00\x00\x00")
                return

    def events(self):
        return [json.loads(m[m.index("] {") + 2:]) for m in self.messages]

    def close(self):
        self.listener.close()


def server_context(chain, key, path, ca=None):
    """TLS of a collector; with `ca`, of clients that it signed."""
    for name, data in (("chain", chain), ("key", key)):
        with open(path(name + ".collector"), "wb") as f:
            f.write(data)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path("chain.collector"), path("key.collector"))
    if ca:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(ca)
    return context


def wait_for(what, seconds=20):
    end = time.time() + seconds
    while time.time() < end:
        if what():
            return
        time.sleep(0.02)
    raise AssertionError("it did not come to that")
