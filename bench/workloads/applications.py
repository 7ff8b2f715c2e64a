# SPDX-License-Identifier: Apache-2.0
"""The three applications by which the paper on Cedar measures: who may do what
with documents in folders (drive), repositories (code), and lists (todo). Random
graphs of a few entities of each type. The policies, schemas and the same in
Rego stand in files beside this one."""
import json
import os
import random
import shutil

from form import entity, ref, request, text, write

HERE = os.path.dirname(os.path.abspath(__file__))
SIZES = (5, 20, 50)  # entities of a type, as in the paper
GRAPHS = 10  # random graphs of a size
LIKELY = 0.05  # that two entities are connected


def uid_text(u):
    return text(u["type"], u["id"])


def rego_value(value):
    if isinstance(value, dict) and "__entity" in value:
        return uid_text(value["__entity"])
    if isinstance(value, list):
        return [rego_value(v) for v in value]
    return value


def rego_data(entities):
    """The entities by name, each with all that it is in: closed when they are
    loaded, as Cedar does."""
    parents = {uid_text(e["uid"]): [uid_text(p) for p in e["parents"]]
               for e in entities}
    within = {}

    def close(name):
        if name not in within:
            within[name] = {name: True}
            for p in parents.get(name, ()):
                within[name].update(close(p))
        return within[name]

    return {"entities": {
        uid_text(e["uid"]): {
            "attrs": {k: rego_value(v) for k, v in e["attrs"].items()},
            "within": close(uid_text(e["uid"]))} for e in entities}}


def some(r, kind, count, prefix):
    """Those of `count` entities that chance picks."""
    return [(kind, f"{prefix}{i}") for i in range(count) if r.random() < LIKELY]


def drive(r, n):
    """As many users, groups, documents, and folders, which nest downwards."""
    members = {g: [] for g in range(n)}
    out = []
    for u in range(n):
        groups = some(r, "Group", n, "g")
        for _, g in groups:
            members[int(g[1:])].append(u)
        out.append(entity("User", f"u{u}", {
            "view": ref("View", f"u{u}"),
            "documents": [ref(*d) for d in some(r, "Document", n, "d")],
            "folders": [ref(*f) for f in some(r, "Folder", n, "f")]}, groups))
        out.append(entity("View", f"u{u}"))
    for g in range(n):
        out.append(entity("Group", f"g{g}"))
        out.append(entity("View", f"g{g}", {},
                          [("View", f"u{u}") for u in members[g]]))
    for d in range(n):
        out.append(entity(
            "Document", f"d{d}", {"isPublic": r.random() < 0.5},
            some(r, "Folder", n, "f") + some(r, "View", n, "u") +
            some(r, "View", n, "g")))
    for f in range(n):
        out.append(entity(
            "Folder", f"f{f}", {}, some(r, "Folder", f, "f") +
            some(r, "View", n, "u") + some(r, "View", n, "g")))

    def ask():
        action = r.choice(["read", "write", "share", "changeOwner",
                           "createDocument"])
        kind = "Folder" if action == "createDocument" else "Document"
        return request(f"u{r.randrange(n)}", action,
                       (kind, f"{kind[0].lower()}{r.randrange(n)}"))
    return out, ask


ROLES = ("readers", "triagers", "writers", "maintainers", "admins")
ORG_ROLES = ("readers", "writers", "admins")


def with_roles(kind, role_kind, name, roles, attrs=None, parents=()):
    """An entity that refers to its roles, and these."""
    owned = {role: ref(role_kind, f"{name}-{role}") for role in roles}
    return [entity(kind, name, {**owned, **(attrs or {})}, parents)] + [
        entity(role_kind, f"{name}-{role}") for role in roles]


def some_roles(r, kind, count, prefix, roles):
    return [(kind, f"{name}-{r.choice(roles)}")
            for _, name in some(r, kind, count, prefix)]


def code(r, n):
    """As many organizations, repositories, teams, which nest, and users."""
    out = []
    for o in range(n):
        out += with_roles("Organization", "OrgRole", f"o{o}", ORG_ROLES, {},
                          some_roles(r, "OrgRole", n, "o", ORG_ROLES))
    for i in range(n):
        owner = {"owner": ref("Organization", f"o{r.randrange(n)}")}
        out += with_roles("Repository", "RepoRole", f"r{i}", ROLES, owner)
    for t in range(n):
        out.append(entity("Team", f"t{t}", {}, some(r, "Team", t, "t") +
                          some_roles(r, "RepoRole", n, "r", ROLES)))
    for u in range(n):
        out.append(entity(
            "User", f"u{u}", {}, some_roles(r, "RepoRole", n, "r", ROLES) +
            some(r, "Team", n, "t") + some(r, "Organization", n, "o") +
            some_roles(r, "OrgRole", n, "o", ORG_ROLES)))

    def ask():
        action = r.choice(["read", "triage", "write", "maintain", "admin"])
        return request(f"u{r.randrange(n)}", action,
                       ("Repository", f"r{r.randrange(n)}"))
    return out, ask


def todo(r, n):
    """As many users, teams, which nest, and lists."""
    app = ("Application", "todo")
    out = [entity(*app)]
    for u in range(n):
        out.append(entity("User", f"u{u}", {}, some(r, "Team", n, "t") + [app]))
    for t in range(n):
        out.append(entity("Team", f"t{t}", {}, some(r, "Team", t, "t") + [app]))
    for i in range(n):
        tasks = [{"name": f"task {r.randrange(1000000)}",
                  "id": r.randrange(1000000), "done": r.random() < 0.5}
                 for _ in range(r.randrange(51))]
        out.append(entity("List", f"l{i}", {
            "name": f"l{i}", "owner": ref("User", f"u{r.randrange(n)}"),
            "readers": ref("Team", f"t{r.randrange(n)}"),
            "editors": ref("Team", f"t{r.randrange(n)}"),
            "tasks": tasks}, [app]))

    def ask():
        action = r.choice(["createList", "getLists", "getList", "updateList",
                           "deleteList", "createTask", "updateTask",
                           "deleteTask", "editShares"])
        resource = app if action in ("createList", "getLists") else (
            "List", f"l{r.randrange(n)}")
        return request(f"u{r.randrange(n)}", action, resource)
    return out, ask


def write_application(folder, make, size):
    name = make.__name__
    for graph in range(GRAPHS):
        entities, ask = make(random.Random(f"{name} {size} {graph}"), size)
        place = f"{folder}/{name}-{size}/{graph}"
        with open(f"{HERE}/{name}.cedar") as f:
            write(place, f, entities, [ask() for _ in range(200)])
        shutil.copy(f"{HERE}/{name}.cedarschema", f"{place}/schema.cedarschema")
        shutil.copy(f"{HERE}/{name}.rego", f"{place}/policy.rego")
        with open(f"{place}/data.json", "w") as f:
            json.dump(rego_data(entities), f)


def write_all(folder):
    for make in (drive, code, todo):
        for size in SIZES:
            write_application(folder, make, size)
