# SPDX-License-Identifier: Apache-2.0
"""Entities and requests as JSON, and the folder of a workload."""
import json
import os


def uid(kind, name):
    return {"type": kind, "id": name}


def ref(kind, name):
    return {"__entity": uid(kind, name)}


def text(kind, name):
    return f'{kind}::"{name}"'


def entity(kind, name, attrs=None, parents=()):
    return {"uid": uid(kind, name), "attrs": attrs or {},
            "parents": [uid(*p) for p in parents]}


def request(user, action, resource, context=None):
    return {"principal": text("User", user), "action": text("Action", action),
            "resource": text(*resource), "context": context or {}}


def write_lines(path, lines):
    with open(path, "w") as f:
        f.writelines(lines)


def write(folder, policies, entities, requests):
    os.makedirs(folder)
    write_lines(f"{folder}/policies.cedar", policies)
    with open(f"{folder}/entities.json", "w") as f:
        f.write("[\n")
        for i, e in enumerate(entities):
            f.write((",\n" if i else "") + json.dumps(e))
        f.write("\n]\n")
    write_lines(f"{folder}/requests.jsonl",
                (json.dumps(r) + "\n" for r in requests))
