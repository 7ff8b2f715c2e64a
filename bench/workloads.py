#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write the workloads: three applications after the paper on Cedar, and one
set of policies that grows.

    workloads.py FOLDER

drive: documents in folders, shared with groups. code: repositories with five
roles. todo: lists with readers and editors. users-N: N policies, each about one
user, of which a request concerns one.
"""
import json, os, random, sys

DRIVE = """
permit (principal, action in [Action::"read", Action::"write", Action::"share"], resource)
when { resource.owner == principal };
permit (principal, action == Action::"read", resource)
when { principal in resource.viewers || resource.isPublic };
permit (principal, action in [Action::"read", Action::"write"], resource)
when { principal in resource.editors };
permit (principal, action == Action::"read", resource in Folder::"f0");
forbid (principal, action, resource)
when { principal has suspended && principal.suspended }
unless { action == Action::"read" && resource.isPublic };
"""
CODE = "".join(
    f'permit (principal, action == Action::"{action}", resource) when {{ principal in resource.{role} }};\n'
    for action, role in [("pull", "readers"), ("fork", "readers"), ("triage", "triagers"), ("push", "writers"),
                         ("settings", "maintainers"), ("delete", "admins")]
) + 'forbid (principal, action == Action::"push", resource) when { resource.archived };\n'
TODO = """
permit (principal, action in [Action::"create", Action::"lists"], resource == Application::"todo");
permit (principal, action, resource is List) when { resource.owner == principal };
permit (principal, action == Action::"read", resource is List)
when { principal in resource.readers || principal in resource.editors };
permit (principal, action == Action::"edit", resource is List) when { principal in resource.editors };
forbid (principal in Team::"interns", action == Action::"create", resource == Application::"todo")
unless { context.supervised };
"""


def uid(kind, name):
    return {"type": kind, "id": name}


def ref(kind, name):
    return {"__entity": uid(kind, name)}


def entity(kind, name, attrs=None, parents=()):
    return {"uid": uid(kind, name), "attrs": attrs or {}, "parents": [uid(*p) for p in parents]}


def write(folder, policies, entities, requests):
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/policies.cedar", "w") as f:
        f.write(policies)
    with open(f"{folder}/entities.json", "w") as f:
        json.dump(entities, f)
    with open(f"{folder}/requests.jsonl", "w") as f:
        for principal, action, resource, context in requests:
            text = lambda kind, name: f'{kind}::"{name}"'
            f.write(json.dumps({"principal": text("User", principal), "action": text("Action", action),
                                "resource": text(*resource), "context": context}) + "\n")


def drive(r, folder):
    users = [f"u{i}" for i in range(12)]
    groups = [f"g{i}" for i in range(6)]
    out = [entity("Group", g, parents=[("Group", groups[i // 2])] if i else []) for i, g in enumerate(groups)]
    out += [entity("User", u, {"suspended": r.random() < 0.1}, [("Group", g) for g in r.sample(groups, 2)]) for u in users]
    out += [entity("Folder", f"f{i}", parents=[("Folder", f"f{i // 2}")] if i else []) for i in range(6)]
    docs = [f"d{i}" for i in range(20)]
    out += [entity("Document", d, {"owner": ref("User", r.choice(users)), "viewers": ref("Group", r.choice(groups)),
                                   "editors": ref("Group", r.choice(groups)), "isPublic": r.random() < 0.2},
                   [("Folder", f"f{r.randrange(6)}")]) for d in docs]
    write(folder, DRIVE, out, [(r.choice(users), r.choice(["read", "write", "share"]), ("Document", r.choice(docs)), {})
                               for _ in range(200)])


def code(r, folder):
    users = [f"u{i}" for i in range(12)]
    roles = ["readers", "triagers", "writers", "maintainers", "admins"]
    out, repos = [], [f"r{i}" for i in range(5)]
    for repo in repos:
        for i, role in enumerate(roles):
            out.append(entity("Role", f"{repo}-{role}", parents=[("Role", f"{repo}-{roles[i - 1]}")] if i else []))
        out.append(entity("Repository", repo, {**{role: ref("Role", f"{repo}-{role}") for role in roles},
                                               "archived": r.random() < 0.2}))
    out += [entity("User", u, parents=[("Role", f"{r.choice(repos)}-{r.choice(roles)}") for _ in range(2)]) for u in users]
    actions = ["pull", "fork", "triage", "push", "settings", "delete"]
    write(folder, CODE, out, [(r.choice(users), r.choice(actions), ("Repository", r.choice(repos)), {})
                              for _ in range(200)])


def todo(r, folder):
    users = [f"u{i}" for i in range(12)]
    teams = ["interns", "core", "ops", "sales"]
    out = [entity("Team", t) for t in teams] + [entity("Application", "todo")]
    out += [entity("User", u, parents=[("Team", t) for t in r.sample(teams, 2)]) for u in users]
    lists = [f"l{i}" for i in range(20)]
    out += [entity("List", l, {"owner": ref("User", r.choice(users)), "readers": ref("Team", r.choice(teams)),
                               "editors": ref("Team", r.choice(teams))}) for l in lists]
    requests = [(r.choice(users), r.choice(["read", "edit", "delete"]), ("List", r.choice(lists)), {"supervised": False})
                for _ in range(160)]
    requests += [(r.choice(users), "create", ("Application", "todo"), {"supervised": r.random() < 0.5}) for _ in range(40)]
    write(folder, TODO, out, requests)


def users(r, folder, count):
    policies = "".join(f'permit (principal == User::"u{i}", action == Action::"read", resource is Doc) '
                       f'when {{ resource.level <= principal.level && context.mfa }};\n' for i in range(count))
    out = [entity("User", f"u{i}", {"level": r.randrange(5)}) for i in range(min(count, 1000))]
    out += [entity("Doc", f"d{i}", {"level": r.randrange(5)}) for i in range(50)]
    write(folder, policies, out, [(f"u{r.randrange(min(count, 1000))}", "read", ("Doc", f"d{r.randrange(50)}"),
                                   {"mfa": r.random() < 0.9}) for _ in range(200)])


def main():
    folder = sys.argv[1]
    for make in (drive, code, todo):
        make(random.Random(1), f"{folder}/{make.__name__}")
    for count in (10, 100, 1000, 10000, 100000):
        users(random.Random(1), f"{folder}/users-{count}", count)


main()
