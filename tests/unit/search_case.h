/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search_case.h - random policies and entities to search under. Types are few
 * and so are values, so that much is equal; attributes are missing, or of the
 * wrong type where no schema forbids that.
 */
#ifndef ZTA_TESTS_SEARCH_CASE_H
#define ZTA_TESTS_SEARCH_CASE_H

#include "../../fuzz/search_oracle.h"
#include "tests.h"

#define USERS 6
#define GROUPS 5
#define FOLDERS 4
#define DOCS 12
#define ACTIONS 4

/* --- choices */

static uint64_t state;

static unsigned
choose(unsigned below)
{
	uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (unsigned)((z ^ z >> 31) % below);
}

static bool
chance(unsigned percent)
{
	return choose(100) < percent;
}

#define PICK(list) list[choose(sizeof(list) / sizeof((list)[0]))]

/* --- text */

typedef struct text {
	char bytes[65536];
	size_t len;
} text;

__attribute__((format(printf, 2, 3))) static void
put(text *out, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	out->len += (size_t)vsnprintf(
	    out->bytes + out->len, sizeof(out->bytes) - out->len, format, args);
	va_end(args);
	assert_true(out->len < sizeof(out->bytes));
}

static zta_str
str(const text *t)
{
	return (zta_str){ t->bytes, t->len };
}

/* --- entities */

static const char schema[] =
    "entity Group in [Group];\n"
    "entity User in [Group] { boss?: User, team?: Group, teams?: Set<Group>,\n"
    "  level?: Long, admin?: Bool, name?: String };\n"
    "entity Folder in [Folder] { owner?: User, public?: Bool };\n"
    "entity Doc in [Folder] { owner?: User, reader?: Group,\n"
    "  readers?: Set<Group>, level?: Long, public?: Bool, name?: String,\n"
    "  meta?: { owner?: User, name?: String }, folder?: Folder,\n"
    "  tags?: Set<String> };\n"
    "action a3;\n"
    "action a0 in [a3] appliesTo { principal: User, resource: [Doc, Folder],\n"
    "  context: { who?: User, n?: Long } };\n"
    "action a1 in [a3] appliesTo { principal: [User, Group], resource: Doc,\n"
    "  context: { n: Long, who?: User } };\n"
    "action a2 appliesTo { principal: User, resource: Folder };\n";

static bool typed; /* entities follow the schema */
static const oracle_entity users[] = { { "User", "u0" }, { "User", "u1" },
	{ "User", "u2" }, { "User", "u3" }, { "User", "u4" },
	{ "User", "u5" } };
static const oracle_entity groups[] = { { "Group", "g0" }, { "Group", "g1" },
	{ "Group", "g2" }, { "Group", "g3" }, { "Group", "g4" } };
static const oracle_entity folders[] = { { "Folder", "f0" }, { "Folder", "f1" },
	{ "Folder", "f2" }, { "Folder", "f3" } };
static const oracle_entity docs[] = { { "Doc", "d0" }, { "Doc", "d1" },
	{ "Doc", "d2" }, { "Doc", "d3" }, { "Doc", "d4" }, { "Doc", "d5" },
	{ "Doc", "d6" }, { "Doc", "d7" }, { "Doc", "d8" }, { "Doc", "d9" },
	{ "Doc", "d10" }, { "Doc", "d11" } };
static const oracle_entity actions[] = { { "Action", "a0" }, { "Action", "a1" },
	{ "Action", "a2" }, { "Action", "a3" } };

/* One past the last is in no store. */
static unsigned
number_of(const char *type)
{
	switch (type[0]) {
	case 'U':
		return choose(USERS + 1);
	case 'G':
		return choose(GROUPS + 1);
	case 'F':
		return choose(FOLDERS + 1);
	default:
		return choose(DOCS + 1);
	}
}

static void
put_uid_json(text *out, const char *type)
{
	put(out, "{\"type\":\"%s\",\"id\":\"%c%u\"}", type, type[0] + 32,
	    number_of(type));
}

static void
put_value_json(text *out, const char *type)
{
	static const char *const kinds[] = { "User", "Group", "Folder", "Long",
		"Bool", "String", "Set<Group>", "Set<String>" };
	unsigned i, n = choose(3);

	if (!typed && chance(8)) {
		type = PICK(kinds);
	}
	if (strncmp(type, "Set<", 4) == 0) {
		put(out, "[");
		for (i = 0; i < n; i++) {
			put(out, i > 0 ? "," : "");
			put_value_json(
			    out, type[4] == 'G' ? "Group" : "String");
		}
		put(out, "]");
	} else if (strcmp(type, "Long") == 0) {
		put(out, "%u", choose(3));
	} else if (strcmp(type, "Bool") == 0) {
		put(out, chance(50) ? "true" : "false");
	} else if (strcmp(type, "String") == 0) {
		put(out, "\"%c\"", 'a' + (char)choose(3));
	} else {
		put(out, "{\"__entity\":");
		put_uid_json(out, type);
		put(out, "}");
	}
}

typedef struct attribute {
	const char *name, *type;
} attribute;

static void
put_attributes(text *out, const attribute *list)
{
	bool first = true;

	put(out, "{");
	for (; list->name != NULL; list++) {
		if (chance(75)) {
			put(out, "%s\"%s\":", first ? "" : ",", list->name);
			if (strcmp(list->type, "meta") == 0) {
				put_attributes(out,
				    (const attribute[]){ { "owner", "User" },
					{ "name", "String" }, { NULL, NULL } });
			} else {
				put_value_json(out, list->type);
			}
			first = false;
		}
	}
	put(out, "}");
}

/* Parents have higher numbers, so that there is no cycle. */
static void
put_entities(text *out, const oracle_entity *list, unsigned count,
    const attribute *attributes, const char *parent, unsigned parents)
{
	unsigned i, j, from;
	bool first;

	for (i = 0; i < count; i++) {
		put(out,
		    "%s{\"uid\":{\"type\":\"%s\",\"id\":\"%s\"},\"attrs\":",
		    out->len > 1 ? "," : "", list[i].type, list[i].id);
		put_attributes(out, attributes);
		put(out, ",\"parents\":[");
		from = strcmp(parent, list[i].type) == 0 ? i + 1 : 0;
		for (j = from, first = true; j < parents; j++) {
			if (chance(30)) {
				put(out, "%s{\"type\":\"%s\",\"id\":\"%c%u\"}",
				    first ? "" : ",", parent, parent[0] + 32,
				    j);
				first = false;
			}
		}
		put(out, "]}");
	}
}

static void
make_entities(text *out)
{
	static const attribute of_user[] = { { "boss", "User" },
		{ "team", "Group" }, { "teams", "Set<Group>" },
		{ "level", "Long" }, { "admin", "Bool" }, { "name", "String" },
		{ NULL, NULL } };
	static const attribute of_group[] = { { NULL, NULL } };
	static const attribute of_folder[] = { { "owner", "User" },
		{ "public", "Bool" }, { NULL, NULL } };
	static const attribute of_doc[] = { { "owner", "User" },
		{ "reader", "Group" }, { "readers", "Set<Group>" },
		{ "level", "Long" }, { "public", "Bool" }, { "name", "String" },
		{ "meta", "meta" }, { "folder", "Folder" },
		{ "tags", "Set<String>" }, { NULL, NULL } };

	out->len = 0;
	put(out, "[");
	put_entities(out, docs, DOCS, of_doc, "Folder", FOLDERS);
	put_entities(out, users, USERS, of_user, "Group", GROUPS);
	put_entities(out, folders, FOLDERS, of_folder, "Folder", FOLDERS);
	put_entities(out, groups, GROUPS, of_group, "Group", GROUPS);
	if (!typed) {
		put_entities(
		    out, actions, ACTIONS, of_group, "Action", ACTIONS);
	}
	put(out, "]");
}

/* --- policies */

static void put_bool(text *out, unsigned depth);

static void
put_uid(text *out)
{
	static const char *const types[] = { "User", "User", "Group", "Group",
		"Folder", "Doc" };
	const char *type = PICK(types);

	put(out, "%s::\"%c%u\"", type, type[0] + 32, number_of(type));
}

static void
put_entity(text *out, unsigned depth)
{
	static const char *const paths[] = { "principal", "principal",
		"principal", "resource", "resource", "resource",
		"resource.owner", "resource.owner", "resource.reader",
		"resource.folder", "resource.meta.owner",
		"resource.folder.owner", "resource.owner.boss",
		"resource.owner.team", "principal.boss", "principal.team",
		"principal.boss.team", "context.who",
		"resource.owner.boss.boss.boss.boss" };

	if (depth > 0 && chance(5)) {
		put(out, "(if ");
		put_bool(out, depth - 1);
		put(out, " then ");
		put_entity(out, depth - 1);
		put(out, " else ");
		put_entity(out, depth - 1);
		put(out, ")");
	} else if (chance(25)) {
		put_uid(out);
	} else {
		put(out, "%s", PICK(paths));
	}
}

static void
put_set(text *out, unsigned depth)
{
	static const char *const paths[] = { "principal.teams",
		"resource.readers", "resource.readers", "resource.tags",
		"resource.owner.teams" };
	unsigned i, n = choose(4);

	if (chance(60)) {
		put(out, "%s", PICK(paths));
		return;
	}
	put(out, "[");
	for (i = 0; i < n; i++) {
		put(out, i > 0 ? ", " : "");
		if (chance(15)) {
			put(out, "\"%c\"", 'a' + (char)choose(3));
		} else {
			put_entity(out, depth);
		}
	}
	put(out, "]");
}

static void
put_scalar(text *out)
{
	static const char *const scalars[] = { "principal.level",
		"resource.level", "resource.level", "context.n", "1", "2",
		"resource.name", "principal.name", "\"a\"", "\"b\"",
		"resource.meta.name", "[\"a\"]", "{\"a\": 1}",
		"resource.public", "true" };

	put(out, "%s", PICK(scalars));
}

static void
put_comparison(text *out, unsigned depth)
{
	static const char *const types[] = { "User", "Group", "Doc", "Folder" };
	static const char *const flags[] = { "resource.public",
		"resource.public", "principal.admin", "resource.folder.public",
		"context.flag", "resource.level", "principal", "true",
		"false" };
	static const char *const attributes[] = { "owner", "boss", "meta.owner",
		"level", "folder", "nothing" };
	static const char *const methods[] = { "contains", "containsAny",
		"containsAll" };

	switch (choose(12)) {
	case 0:
	case 1:
	case 2:
		put_entity(out, depth);
		put(out, chance(80) ? " == " : " != ");
		put_entity(out, depth);
		break;
	case 3:
	case 4:
		if (chance(20)) {
			put(out, "resource.owner in Group::\"g%u\"",
			    choose(GROUPS));
			break;
		}
		put_entity(out, depth);
		put(out, " in ");
		(chance(60) ? put_entity : put_set)(out, depth);
		break;
	case 5:
	case 6:
		put_set(out, depth);
		put(out, ".contains(");
		if (chance(80)) {
			put_entity(out, depth);
		} else {
			put_scalar(out);
		}
		put(out, ")");
		break;
	case 7:
		put_set(out, depth);
		put(out, ".%s(", PICK(methods));
		put_set(out, depth);
		put(out, ")");
		break;
	case 8:
		put_entity(out, depth);
		put(out, " is %s", PICK(types));
		if (chance(40)) {
			put(out, " in ");
			put_entity(out, depth);
		}
		break;
	case 9:
		put_entity(out, depth);
		put(out, " has %s", PICK(attributes));
		break;
	case 10:
		put_scalar(out);
		put(out, chance(75) ? " == " : " < ");
		put_scalar(out);
		break;
	default:
		put(out, "%s", PICK(flags));
		break;
	}
}

static void
put_bool(text *out, unsigned depth)
{
	unsigned i, n = 2 + choose(2), kind = depth == 0 ? 9 : choose(10);

	put(out, "(");
	switch (kind) {
	case 0:
	case 1:
	case 2:
	case 3:
		for (i = 0; i < n; i++) {
			put(out, i == 0 ? "" : kind < 2 ? " && " : " || ");
			put_bool(out, depth - 1);
		}
		break;
	case 4:
		put(out, "!");
		put_bool(out, depth - 1);
		break;
	case 5:
		put(out, "if ");
		put_bool(out, depth - 1);
		put(out, " then ");
		put_bool(out, depth - 1);
		put(out, " else ");
		put_bool(out, depth - 1);
		break;
	default:
		put_comparison(out, depth);
		break;
	}
	put(out, ")");
}

static void
put_scope(text *out, const char *var, const char *type, const char *above)
{
	const char *other = chance(50) ? type : above;

	switch (choose(14)) {
	case 0:
		put(out, "%s == %s::\"%c%u\"", var, type, type[0] + 32,
		    number_of(type));
		break;
	case 1:
		put(out, "%s in %s::\"%c%u\"", var, other, other[0] + 32,
		    number_of(other));
		break;
	case 2:
		put(out, "%s is %s", var, other);
		break;
	case 3:
		put(out, "%s is %s in %s::\"%c%u\"", var, other, above,
		    above[0] + 32, number_of(above));
		break;
	default:
		put(out, "%s", var);
		break;
	}
}

static void
make_policies(text *out)
{
	static const char *const scopes[] = { "action", "action", "action",
		"action", "action == Action::\"a0\"",
		"action in Action::\"a3\"",
		"action in [Action::\"a0\", Action::\"a1\"]",
		"action == Action::\"a2\"" };
	unsigned i, j, n = 2 + choose(8), conditions;

	out->len = 0;
	for (i = 0; i < n; i++) {
		put(out, chance(90) ? "permit (" : "forbid (");
		put_scope(out, "principal", "User", "Group");
		put(out, ", %s, ", PICK(scopes));
		put_scope(out, "resource", "Doc", "Folder");
		put(out, ")");
		conditions = choose(6) == 0 ? 2 : 1;
		for (j = 0; j < conditions; j++) {
			put(out, chance(75) ? "\nwhen { " : "\nunless { ");
			put_bool(out, choose(3));
			put(out, " }");
		}
		put(out, ";\n");
	}
}

#endif
