# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL for a test: an unprivileged user's, in a directory of its own, on a Unix socket only."""

import glob
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time


class Postgres:
    def __init__(self):
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
        if not found:
            print("PostgreSQL is not installed")
            sys.exit(77)
        self.bin = found[-1]
        self.dir = tempfile.mkdtemp(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
        self.uri = f"postgresql:///postgres?host={self.dir}&user=ztauth"
        self.who = {}
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.dir, user.pw_uid, user.pw_gid)
            self.who = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self.data = os.path.join(self.dir, "data")
        self.said = open(os.path.join(self.dir, "log"), "wb")
        subprocess.run([self.bin + "/initdb", "-D", self.data, "-U", "ztauth", "-A", "trust", "-E", "UTF8",
                        "--no-sync"], stdout=self.said, stderr=self.said, check=True, cwd="/", **self.who)
        self.start()

    def start(self):
        """Without fsync: we crash, not the disk."""
        self.process = subprocess.Popen([self.bin + "/postgres", "-D", self.data, "-k", self.dir, "-h", "", "-F"],
                                        stdout=self.said, stderr=self.said, cwd="/", **self.who)
        end = time.time() + 30
        while subprocess.run([self.bin + "/pg_isready", "-q", "-h", self.dir], check=False).returncode != 0:
            assert time.time() < end and self.process.poll() is None
            time.sleep(0.05)

    def sql(self, text):
        return subprocess.run([self.bin + "/psql", "-X", "-A", "-t", "-q", "-h", self.dir, "-U", "ztauth", "-d",
                               "postgres", "-c", text], capture_output=True, check=True, text=True).stdout.strip()

    def crash(self):
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(30)

    def close(self):
        self.crash()
        self.said.close()
        shutil.rmtree(self.dir)
