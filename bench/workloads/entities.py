# SPDX-License-Identifier: Apache-2.0
"""Entities that grow in number, and hierarchies that grow in depth, under the
same few policies. What a request looks at does not grow."""
import random

from form import entity, ref, request, write

COUNTS = (10, 1000, 100000, 1000000)
DEPTHS = (1, 8, 64)
ACTIONS = ("read", "write", "share")
TEAMWORK = """
permit (principal, action == Action::"read", resource)
when { principal in resource.team };
permit (principal, action in [Action::"read", Action::"write"], resource)
when { resource.owner == principal };
permit (principal in Group::"top0", action == Action::"share", resource in Folder::"top0");
forbid (principal, action, resource)
when { resource.level > principal.level }
unless { context.mfa };
"""


def write_team(folder, trees, people, leaves, leaf, asked):
    """As many docs as users. User i owns doc i and is in leaf group i, round
    and round; every other doc is of its owner's team. Requests are about the
    first `asked` of them."""
    r = random.Random(people)

    def entities():
        for kind in ("Group", "Folder"):
            yield from trees(kind)
        for i in range(people):
            yield entity("User", f"u{i}", {
                "level": r.randrange(5), "name": f"User {i}",
                "mail": f"user{i}@example.com"},
                [("Group", leaf(i % leaves))])
        for i in range(people):
            yield entity("Doc", f"d{i}", {
                "level": r.randrange(5), "title": f"Document {i}",
                "owner": ref("User", f"u{i}"),
                "team": ref("Group", f"top{(i + i % 2) % leaves}")},
                [("Folder", leaf(i % leaves))])

    def ask():
        user = r.randrange(asked)
        doc = user if r.random() < 0.5 else r.randrange(asked)
        return request(f"u{user}", r.choice(ACTIONS), ("Doc", f"d{doc}"),
                       {"mfa": r.random() < 0.5})

    write(folder, [TEAMWORK], entities(), (ask() for _ in range(1000)))


def write_entities(folder, count, name, asked):
    """Three tenths are users, three docs, and one each are leaf and top groups
    and folders: users and docs have two ancestors, however many there are."""
    tenth = count // 10

    def tree(kind):
        for i in range(tenth):
            yield entity(kind, f"top{i}")
            yield entity(kind, f"leaf{i}", {}, [(kind, f"top{i}")])

    write_team(f"{folder}/{name}-{count}/0", tree, 3 * tenth, tenth,
               lambda i: f"leaf{i}", min(asked, 3 * tenth))


def write_depth(folder, depth):
    """Twenty chains each of groups and of folders; users and docs are in their
    lower ends, so that they have `depth` ancestors."""
    def name(level, chain):
        return f"top{chain}" if level == depth - 1 else f"{level}-{chain}"

    def chains(kind):
        for c in range(20):
            for level in range(depth):
                yield entity(kind, name(level, c), {}, [] if level == depth - 1
                             else [(kind, name(level + 1, c))])

    write_team(f"{folder}/depth-{depth}/0", chains, 300, 20,
               lambda i: name(0, i), 300)


def write_all(folder):
    for count in COUNTS:
        write_entities(folder, count, "entities", 300)
    write_entities(folder, COUNTS[-1], "spread", COUNTS[-1])
    for depth in DEPTHS:
        write_depth(folder, depth)
