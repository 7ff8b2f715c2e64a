#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Metrics as Prometheus' own library reads them, and as promtool judges them, if it is here."""

import os
import re
import shutil
import subprocess
import sys
import urllib.request

from packages import ROOT, run_with

run_with("metrics", "prometheus_client==0.26.0")

sys.path.insert(0, os.path.join(ROOT, "tests", "daemon"))

from harness import Server, main  # noqa: E402
from prometheus_client.parser import text_string_to_metric_families  # noqa: E402

server = Server(extra="metrics 127.0.0.1:0\n")


def scrape():
    url = re.search(r"metrics on (\S+)", server.said()).group(1)
    with urllib.request.urlopen(url, timeout=30) as r:
        return r.read().decode()


def test_library_reads_them():
    server.start()
    server.answer(server.token())
    families = {f.name: f for f in text_string_to_metric_families(scrape())}
    assert families["ztauth_decisions"].type == "counter"
    assert [s.value for s in families["ztauth_decisions"].samples] == [1]
    assert families["ztauth_requests"].type == "counter"
    h = families["ztauth_decision_seconds"]
    assert h.type == "histogram"
    buckets = [(float(s.labels["le"]), s.value) for s in h.samples if s.name.endswith("_bucket")]
    assert buckets == sorted(buckets) and buckets[-1] == (float("inf"), 1)
    for f in families.values():
        assert f.documentation and f.type != "unknown", f.name


def test_promtool_finds_nothing():
    if shutil.which("promtool") is None:
        print("promtool is not here")
        return
    done = subprocess.run(["promtool", "check", "metrics"], input=scrape(), text=True,
                          capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


if __name__ == "__main__":
    try:
        main([test_library_reads_them, test_promtool_finds_nothing])
        server.stop()
    finally:
        server.close()
