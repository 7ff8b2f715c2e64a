# SPDX-License-Identifier: Apache-2.0
"""Sets of policies that grow, over one company of users in a tree of groups,
and documents in a tree of folders. They differ in what policies are about."""
import random

from form import entity, request, write

COUNTS = (10, 100, 1000, 10000, 100000)
USERS, DOCS, GROUPS, FOLDERS = 1000, 1000, 256, 256
ACTIONS = ("read", "write", "share")


def chain(kind, prefix, i, fan):
    """Group i of a tree in which each has `fan` children: its parent."""
    return [(kind, f"{prefix}{(i - 1) // fan}")] if i else []


def company(r):
    out = [entity("Group", f"g{i}", {}, chain("Group", "g", i, 6))
           for i in range(GROUPS)]
    out += [entity("Folder", f"f{i}", {}, chain("Folder", "f", i, 6))
            for i in range(FOLDERS)]
    out += [entity("User", f"u{i}",
                   {"level": r.randrange(5), "unit": f"unit{r.randrange(50)}"},
                   [("Group", f"g{r.randrange(GROUPS)}") for _ in range(2)])
            for i in range(USERS)]
    out += [entity("Doc", f"d{i}",
                   {"level": r.randrange(5), "unit": f"unit{r.randrange(50)}",
                    "locked": r.random() < 0.1},
                   [("Folder", f"f{r.randrange(FOLDERS)}")])
            for i in range(DOCS)]
    return out


def for_user(r, i, count):
    return (f'permit (principal == User::"u{i}", action == Action::"read", '
            "resource is Doc) when { resource.level <= principal.level && "
            "context.mfa };\n")


def for_doc(r, i, count):
    return (f'permit (principal in Group::"g{r.randrange(7)}", action in '
            f'[Action::"read", Action::"write"], resource == Doc::"d{i}") '
            "when { resource.level <= principal.level };\n")


def for_group(r, i, count):
    """Denser sets would hold more policies for each request, not only more."""
    side = max(2, min(GROUPS, int(count ** 0.5)))
    return (f'permit (principal in Group::"g{r.randrange(side)}", action == '
            f'Action::"{r.choice(ACTIONS)}", resource in '
            f'Folder::"f{r.randrange(side)}") when {{ context.mfa }};\n')


def forbid_group(r, i, count):
    return (f'forbid (principal in Group::"g{r.randrange(GROUPS)}", action in '
            '[Action::"write", Action::"share"], resource in '
            f'Folder::"f{r.randrange(FOLDERS)}") unless '
            "{ principal.level > 3 };\n")


def by_unit(r, i, count):
    """No scope: an index has nothing to go by."""
    effect, op = ("forbid", "<") if i % 10 == 9 else ("permit", ">=")
    return (f"{effect} (principal, action, resource) when {{ principal.unit == "
            f'"unit{i % 50}" && resource.unit == "unit{r.randrange(50)}" && '
            f"principal.level {op} resource.level }};\n")


# Rules for everyone, which every request is held against.
GUARDS = (
    'forbid (principal, action == Action::"share", resource) '
    "unless { context.mfa };\n",
    'forbid (principal, action in [Action::"write", Action::"share"], resource) '
    "when { resource.locked && principal.level < 4 };\n",
    "forbid (principal, action, resource is Doc) "
    "when { resource.level > principal.level + 3 };\n",
    "forbid (principal is User, action, resource) "
    'when { context has blocked && context.blocked };\n',
    'forbid (principal, action, resource) when { principal == User::"u0" };\n')


def mixed(r, i, count):
    """Of ten: four about a user, three about a document, two about a group and
    a folder, one that forbids. The first five guard all."""
    if i < len(GUARDS):
        return GUARDS[i]
    kind = (for_user,) * 4 + (for_doc,) * 3 + (for_group,) * 2 + (forbid_group,)
    return kind[i % 10](r, i // 10 * 4 + i % 4, count)


SETS = {"users": for_user, "docs": for_doc, "groups": for_group,
        "mixed": mixed, "unscoped": by_unit}


def write_set(folder, name, count):
    r = random.Random(f"{name} {count}")
    policies = [SETS[name](r, i, count) for i in range(count)]
    users, actions, docs = min(count, USERS), ACTIONS, min(count, DOCS)
    if name == "users":
        # The same decisions, however many policies there are.
        r, users, actions, docs = random.Random(name), 10, ACTIONS[:1], DOCS
    requests = [request(f"u{r.randrange(users)}", r.choice(actions),
                        ("Doc", f"d{r.randrange(docs)}"),
                        {"mfa": r.random() < 0.9}) for _ in range(1000)]
    write(f"{folder}/{name}-{count}/0", policies, company(random.Random(1)),
          requests)


def write_all(folder):
    for name in SETS:
        for count in COUNTS:
            # Where all policies are evaluated, more of them tell nothing new.
            if name != "unscoped" or count <= 1000:
                write_set(folder, name, count)
