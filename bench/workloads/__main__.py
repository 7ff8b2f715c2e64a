# SPDX-License-Identifier: Apache-2.0
"""Write the workloads.

    python3 -B bench/workloads FOLDER [PART]

PART is applications, policies or entities; all of them without it. A workload
is a folder or, of an application, ten: FOLDER/PART/NAME/NUMBER, which hold
policies.cedar, entities.json and requests.jsonl; of applications also
schema.cedarschema, policy.rego and data.json. docs/benchmarks.md tells more.

What stands in FOLDER and was written by these very files stays.
"""
import hashlib
import os
import shutil
import sys

import applications
import entities
import policies

HERE = os.path.dirname(os.path.abspath(__file__))
PARTS = {"applications": applications, "policies": policies,
         "entities": entities}


def stamp():
    """What the workloads are made from."""
    digest = hashlib.sha256()
    for name in sorted(os.listdir(HERE)):
        path = os.path.join(HERE, name)
        if os.path.isfile(path):
            with open(path, "rb") as f:
                digest.update(f.read())
    return digest.hexdigest()


def is_current(mark):
    try:
        with open(mark) as f:
            return f.read() == stamp()
    except FileNotFoundError:
        return False


def main():
    for part in sys.argv[2:] or PARTS:
        folder = os.path.join(sys.argv[1], part)
        mark = os.path.join(folder, "stamp")
        if not is_current(mark):
            shutil.rmtree(folder, ignore_errors=True)
            os.makedirs(folder)
            PARTS[part].write_all(folder)
            with open(mark, "w") as f:
                f.write(stamp())


main()
