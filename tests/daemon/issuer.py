# SPDX-License-Identifier: Apache-2.0
"""An issuer on loopback whose every answer the test chooses."""

import http.server
import json
import threading


class Issuer:
    """`answers` maps a path to (status, headers, body) or to a function of the request. With
    `context` it speaks TLS; another one counts for connections to come."""

    def __init__(self, context=None):
        self.context = context
        self.answers = {}
        self.asked = []
        issuer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def handle_one(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length).decode()
                issuer.asked.append(self.path)
                answer = issuer.answers.get(self.path, (404, {}, "{}"))
                if callable(answer):
                    answer = answer(self, body)
                status, headers, text = answer
                if not isinstance(text, (str, bytes)):
                    text = json.dumps(text)
                data = text.encode() if isinstance(text, str) else text
                self.send_response(status)
                self.send_header("Content-Type", headers.pop("Content-Type", "application/json"))
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = handle_one

            def log_message(self, *args):
                pass

        class Quiet(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def get_request(self):
                s, address = super().get_request()
                if issuer.context:
                    s.settimeout(10)
                    s = issuer.context.wrap_socket(s, server_side=True, do_handshake_on_connect=False)
                return s, address

            def handle_error(self, request, client_address):
                pass

        self.Handler, self.Quiet = Handler, Quiet
        self.server = None
        self.port = 0
        self.start()

    def start(self):
        """Listen, on the same port as before if there was one."""
        self.Quiet.allow_reuse_address = True
        self.server = self.Quiet(("127.0.0.1", self.port), self.Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self):
        return f"{'https' if self.context else 'http'}://127.0.0.1:{self.port}"

    def count(self, path):
        return self.asked.count(path)

    def publish(self, *jwks, **headers):
        """Metadata and keys."""
        self.answers["/.well-known/openid-configuration"] = (
            200, {}, {"issuer": self.url, "jwks_uri": self.url + "/jwks"})
        self.answers["/jwks"] = lambda h, b: (200, dict(headers), {"keys": list(jwks)})
