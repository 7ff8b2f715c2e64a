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
        data = os.path.join(self.dir, "data")
        with open(os.path.join(self.dir, "log"), "wb") as log:
            subprocess.run([self.bin + "/initdb", "-D", data, "-U", "ztauth", "-A", "trust", "-E", "UTF8",
                            "--no-sync"], stdout=log, stderr=log, check=True, cwd="/", **self.who)
            self.process = subprocess.Popen([self.bin + "/postgres", "-D", data, "-k", self.dir, "-h", "", "-F"],
                                            stdout=log, stderr=log, cwd="/", **self.who)
        end = time.time() + 30
        while subprocess.run([self.bin + "/pg_isready", "-q", "-h", self.dir], check=False).returncode != 0:
            assert time.time() < end and self.process.poll() is None
            time.sleep(0.05)

    def sql(self, text):
        return subprocess.run([self.bin + "/psql", "-X", "-A", "-t", "-q", "-h", self.dir, "-U", "ztauth", "-d",
                               "postgres", "-c", text], capture_output=True, check=True, text=True).stdout.strip()

    def close(self):
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(30)
        shutil.rmtree(self.dir)
