# SPDX-License-Identifier: Apache-2.0
"""Where the programs of others are kept, and packages from PyPI and npm.

They are the same for all builds, so that a build with a sanitizer does not fetch them again."""

import os
import shutil
import subprocess
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
OUTSIDE = os.path.join(ROOT, "build", "outside")


def python_with(name, *packages):
    """The path of that Python; leaves with 77 if the registry cannot be reached."""
    home = os.path.join(OUTSIDE, name)
    python = os.path.join(home, "bin", "python3")
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
    return python


def run_with(name, *packages):
    """Run the test again by that Python; returns once this is it."""
    if os.path.abspath(sys.prefix) != os.path.join(OUTSIDE, name):
        python = python_with(name, *packages)
        os.execv(python, [python, *sys.argv])


def npm(name, *packages):
    """The folder that has them in its node_modules; None: they cannot be had here."""
    home = os.path.join(OUTSIDE, name)
    done = os.path.join(home, "packages")
    if not shutil.which("node") or not shutil.which("npm"):
        return None
    if not os.path.exists(done) or open(done, encoding="utf-8").read() != " ".join(packages):
        os.makedirs(home, exist_ok=True)
        if subprocess.run(["npm", "install", "--prefix", home, "--no-audit", "--no-fund", "--silent",
                           *packages], check=False).returncode != 0:
            return None
        with open(done, "w", encoding="utf-8") as f:
            f.write(" ".join(packages))
    return home
