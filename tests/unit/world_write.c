/* SPDX-License-Identifier: Apache-2.0 */
/* world_write.c - a world as text and JSON, see world.h. */
#include <stdio.h>

#include "base/str.h"
#include "world.h"

const world_names world_plain = {
	.types = { "User", "Role", "N::Doc", "Nobody" },
	.action_type = "Action",
	.ids = { "a", "b", "c", "" },
	.attrs = { "x", "y", "z", "k" },
	.policy = "p",
};

/* Ids are escaped already, in a way that Cedar and JSON have in common. */
const world_names world_renamed = {
	.types = { "Z::Y::X", "A", "B", "N" },
	.action_type = "Deep::er::Action",
	.ids = { "\xc3\xa9", "q\\\"\\\\", "User::", "a" },
	.attrs = { "principal", "action", "_", "id" },
	.policy = "another \xf0\x9f\x99\x82 ",
};

/* --- policies */

static const char *const numbers[] = { "0", "1", "2", "-1",
	"9223372036854775807" };
static const char *const strings[] = { "a", "ab", "", "b" };

#define OF(list, number) (list)[(number) % (sizeof(list) / sizeof((list)[0]))]

static void
put_entity(const world_names *names, unsigned entity, zta_buf *out)
{
	zta_buf__printf(out, "%s::\"%s\"", names->types[entity / WORLD_IDS],
	    names->ids[entity % WORLD_IDS]);
}

static void
put_action(const world_names *names, unsigned action, zta_buf *out)
{
	zta_buf__printf(out, "%s::\"act %u\"", names->action_type, action);
}

/* What %x of the number names. */
static void
put_named(char what, unsigned number, const world_names *names, zta_buf *out)
{
	unsigned entity = number % 16;

	switch (what) {
	case 'e':
		put_entity(names, entity, out);
		break;
	case 't':
		zta_buf__text(out, names->types[number / 16]);
		break;
	case 'c':
		put_action(names, number % WORLD_ACTIONS, out);
		break;
	case 'a':
		zta_buf__text(out, names->attrs[number % WORLD_ATTRS]);
		break;
	case 'n':
		zta_buf__text(out, OF(numbers, number));
		break;
	default:
		zta_buf__printf(out, "\"%s\"", OF(strings, number));
	}
}

static void
put_expr(const world_expr *e, const world_names *names, zta_buf *out)
{
	const char *at;

	for (at = e->form; *at != '\0'; at++) {
		if (*at == '$') {
			zta_buf__byte(out, '(');
			put_expr(e->kids[*++at - '1'], names, out);
			zta_buf__byte(out, ')');
		} else if (*at == '%') {
			put_named(*++at, e->number, names, out);
		} else {
			zta_buf__byte(out, *at);
		}
	}
}

static void
put_scope(const world_scope *scope, const char *name, const world_names *names,
    zta_buf *out)
{
	static const char *const ops[] = { "", " == %e", " in %e", " is %t",
		" is %t in %e" };
	const world_expr e = { .form = ops[scope->op],
		.number = scope->number };

	zta_buf__text(out, name);
	put_expr(&e, names, out);
}

static void
put_actions(unsigned actions, const world_names *names, zta_buf *out)
{
	unsigned i, count = 0;

	zta_buf__text(out, actions == 0 ? "action" : "action in [");
	for (i = 0; i < WORLD_ACTIONS; i++) {
		if ((actions >> i & 1) != 0) {
			zta_buf__text(out, count++ > 0 ? ", " : "");
			put_action(names, i, out);
		}
	}
	zta_buf__text(out, actions == 0 ? "" : "]");
}

static void
put_condition(
    bool unless, const world_expr *e, const world_names *names, zta_buf *out)
{
	zta_buf__text(out, unless ? "\nunless { " : "\nwhen { ");
	put_expr(e, names, out);
	zta_buf__text(out, " }");
}

static void
put_policy(const world_policy *p, unsigned place, const world_names *names,
    zta_buf *out)
{
	zta_buf__printf(out, "@id(\"%s%u.%u\")\n%s (", names->policy, p->origin,
	    place, p->forbid ? "forbid" : "permit");
	put_scope(&p->principal, "principal", names, out);
	zta_buf__text(out, ", ");
	put_actions(p->actions, names, out);
	zta_buf__text(out, ", ");
	put_scope(&p->resource, "resource", names, out);
	zta_buf__text(out, ")");
	if (p->condition != NULL && p->apart && !p->unless &&
	    p->condition->form == world_and) {
		put_condition(false, p->condition->kids[0], names, out);
		put_condition(false, p->condition->kids[1], names, out);
	} else if (p->condition != NULL) {
		put_condition(p->unless, p->condition, names, out);
	}
	zta_buf__text(out, ";\n\n");
}

void
world_put_policies(const world *w, const world_names *names, zta_buf *out)
{
	unsigned i;

	for (i = 0; i < w->policy_count; i++) {
		put_policy(&w->policies[i], i, names, out);
	}
}

/* --- JSON */

static void
put_uid(const char *type, const char *id, zta_buf *out)
{
	zta_buf__printf(out, "{\"type\":\"%s\",\"id\":\"%s\"}", type, id);
}

static void
put_entity_uid(unsigned entity, const world_names *names, zta_buf *out)
{
	put_uid(names->types[entity / WORLD_IDS],
	    names->ids[entity % WORLD_IDS], out);
}

static void
put_action_uid(unsigned action, const world_names *names, zta_buf *out)
{
	char id[16];

	(void)snprintf(id, sizeof(id), "act %u", action);
	put_uid(names->action_type, id, out);
}

static void
put_value(world_value value, const world_names *names, zta_buf *out)
{
	switch (value.kind) {
	case 1:
	case 2:
		zta_buf__text(out, OF(numbers, value.number));
		break;
	case 3:
		zta_buf__printf(out, "\"%s\"", OF(strings, value.number));
		break;
	case 4:
		zta_buf__text(out, "{\"__entity\":");
		put_entity_uid(value.number, names, out);
		zta_buf__text(out, "}");
		break;
	case 5:
		zta_buf__printf(out, "[%s,1]", OF(numbers, value.number));
		break;
	case 6:
		/* The attribute of each form `resource has %a.%a`. */
		zta_buf__text(out, "{");
		put_expr(&(const world_expr){ .form = "\"%a\":%n",
			     .number = value.number },
		    names, out);
		zta_buf__text(out, "}");
		break;
	default:
		zta_buf__text(
		    out, "{\"__extn\":{\"fn\":\"decimal\",\"arg\":\"1.0\"}}");
	}
}

static void
put_record(const world_value *attrs, const world_names *names, zta_buf *out)
{
	unsigned i, count = 0;

	zta_buf__text(out, "{");
	for (i = 0; i < WORLD_ATTRS; i++) {
		if (attrs[i].kind > 0) {
			zta_buf__printf(out,
			    "%s\"%s\":", count++ > 0 ? "," : "",
			    names->attrs[i]);
			put_value(attrs[i], names, out);
		}
	}
	zta_buf__text(out, "}");
}

static void
put_parents(unsigned bits, bool strangers,
    void (*put)(unsigned, const world_names *, zta_buf *),
    const world_names *names, zta_buf *out)
{
	unsigned i, count = 0;

	zta_buf__text(out, "\"parents\":[");
	for (i = 0; bits >> i != 0; i++) {
		if ((bits >> i & 1) != 0) {
			zta_buf__text(out, count++ > 0 ? "," : "");
			put(i, names, out);
		}
	}
	if (strangers) {
		zta_buf__text(out, count > 0 ? "," : "");
		put_uid("Stranger", "s", out);
		zta_buf__text(out, ",");
		put_uid("Stranger", "absent", out);
	}
	zta_buf__text(out, "]");
}

void
world_put_entities(const world *w, const world_names *names, zta_buf *out)
{
	const world_value tags[WORLD_ATTRS] = { 0 };
	const world_entity *e;
	unsigned i;

	zta_buf__text(out, "[");
	for (i = 0; i < WORLD_ENTITIES; i++) {
		e = &w->entities[i];
		if (!e->present) {
			continue;
		}
		zta_buf__text(out, "{\"uid\":");
		put_entity_uid(i, names, out);
		zta_buf__text(out, ",\"attrs\":");
		put_record(e->attrs, names, out);
		if (e->tag.kind > 0) {
			zta_buf__text(out, ",\"tags\":{\"t\":");
			put_value(e->tag, names, out);
			zta_buf__text(out, "}");
		}
		zta_buf__text(out, ",");
		put_parents(
		    e->parents, w->strangers, put_entity_uid, names, out);
		zta_buf__text(out, "},");
	}
	for (i = 0; i < WORLD_ACTIONS; i++) {
		zta_buf__text(out, "{\"uid\":");
		put_action_uid(i, names, out);
		zta_buf__text(out, ",\"attrs\":");
		put_record(tags, names, out);
		zta_buf__text(out, ",");
		put_parents(
		    w->action_parents[i], false, put_action_uid, names, out);
		zta_buf__text(out, i + 1 < WORLD_ACTIONS ? "}," : "}");
	}
	if (w->strangers) {
		zta_buf__text(out,
		    ",{\"uid\":{\"type\":\"Stranger\",\"id\":\"s\"},\"attrs\":"
		    "{\"x\":1},\"parents\":[{\"type\":\"Stranger\",\"id\":"
		    "\"above\"}]}");
	}
	zta_buf__text(out, "]");
}

void
world_put_request(
    const world_request *request, const world_names *names, zta_buf *out)
{
	zta_buf__text(out, "{\"principal\":");
	put_entity_uid(request->principal, names, out);
	zta_buf__text(out, ",\"action\":");
	put_action_uid(request->action, names, out);
	zta_buf__text(out, ",\"resource\":");
	put_entity_uid(request->resource, names, out);
	zta_buf__text(out, ",\"context\":");
	put_record(request->context, names, out);
	zta_buf__text(out, "}");
}
