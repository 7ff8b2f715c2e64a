# SPDX-License-Identifier: Apache-2.0
"""Keycloak on loopback, from Maven's registry, with a realm that the test describes.

It takes minutes and half a gigabyte: tests that need it run only with ZTAUTH_KEYCLOAK=1."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

from packages import OUTSIDE

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
VERSION = "26.5.6"
HOME = os.path.join(OUTSIDE, "keycloak")
DIST = os.path.join(HOME, "keycloak-" + VERSION)


def skip(why):
    print(why)
    sys.exit(77)


def need():
    """End the test with a message if it cannot, or should not, run."""
    if os.environ.get("ZTAUTH_KEYCLOAK") != "1":
        skip("set ZTAUTH_KEYCLOAK=1 to test with Keycloak")
    if not shutil.which("java") or not shutil.which("mvn"):
        skip("java and maven are not installed")
    if os.path.isdir(DIST):
        return
    os.makedirs(HOME, exist_ok=True)
    archive = os.path.join(HOME, f"keycloak-quarkus-dist-{VERSION}.tar.gz")
    if not os.path.exists(archive) and subprocess.run(
            ["mvn", "-q", "-B", "dependency:copy", "-DoutputDirectory=" + HOME,
             f"-Dartifact=org.keycloak:keycloak-quarkus-dist:{VERSION}:tar.gz"],
            check=False, cwd=HOME, stdout=subprocess.DEVNULL).returncode != 0:
        skip("Maven's registry cannot be reached")
    subprocess.run(["tar", "xzf", archive, "-C", HOME], check=True)


class Keycloak:
    """`realm` is a realm as Keycloak imports it; see its `RealmRepresentation`."""

    def __init__(self, realm):
        self.realm = realm["realm"]
        self.process = None
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        data = os.path.join(DIST, "data")
        shutil.rmtree(data, ignore_errors=True)
        os.makedirs(os.path.join(data, "import"))
        with open(os.path.join(data, "import", self.realm + "-realm.json"), "w", encoding="utf-8") as f:
            json.dump(realm, f)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def issuer(self):
        return f"{self.url}/realms/{self.realm}"

    def start(self, seconds=600):
        with open(os.path.join(HOME, "keycloak.log"), "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [os.path.join(DIST, "bin", "kc.sh"), "start-dev", "--import-realm", "--http-host", "127.0.0.1",
                 "--http-port", str(self.port)],
                stdout=log, stderr=log, start_new_session=True,
                env={**os.environ, "JAVA_OPTS_APPEND": "-Xmx512m -Dquarkus.datasource.jdbc.acquisition-timeout=300",
                     "KC_BOOTSTRAP_ADMIN_USERNAME": "admin",
                     "KC_BOOTSTRAP_ADMIN_PASSWORD": "admin"})
        end = time.time() + seconds
        while time.time() < end and self.process.poll() is None:
            try:
                with urllib.request.urlopen(self.issuer, timeout=10):
                    return self
            except (urllib.error.URLError, OSError):
                time.sleep(0.5)
        self.close()
        with open(os.path.join(HOME, "keycloak.log"), encoding="utf-8") as log:
            raise AssertionError("Keycloak does not start:\n" + log.read()[-3000:])

    def close(self):
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
