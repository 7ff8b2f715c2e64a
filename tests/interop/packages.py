# SPDX-License-Identifier: Apache-2.0
"""A test runs again under a Python of its own, with packages from PyPI in the build directory."""

import os
import subprocess
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
BUILD = os.path.abspath(os.environ.get("BUILD", os.path.join(ROOT, "build")))


def run_with(name, *packages):
    """Returns once this is that Python; leaves with 77 if the registry cannot be reached."""
    home = os.path.join(BUILD, "interop", name)
    python = os.path.join(home, "bin", "python3")
    if os.path.abspath(sys.prefix) == home:
        return
    done = os.path.join(home, "packages")
    if not os.path.exists(done) or open(done, encoding="utf-8").read() != " ".join(packages):
        os.makedirs(home, exist_ok=True)
        for command in ([sys.executable, "-m", "venv", "--clear", home],
                        [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages]):
            if subprocess.run(command, check=False).returncode != 0:
                print("packages cannot be had from PyPI")
                sys.exit(77)
        with open(done, "w", encoding="utf-8") as f:
            f.write(" ".join(packages))
    os.execv(python, [python, *sys.argv])
