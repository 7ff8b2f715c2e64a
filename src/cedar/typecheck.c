/* SPDX-License-Identifier: Apache-2.0 */
/*
 * typecheck.c - see typecheck.h.
 *
 * Each rule gives the type of an expression, and the capabilities that hold
 * where it is true. NULL is the type of what was reported already: it fits
 * everywhere, so that one mistake is told once. What a singleton `false` or
 * `true` keeps from being evaluated is not checked.
 */
#include "cedar/typecheck.h"

#include "base/str.h"
#include "cedar/entities.h"
#include "cedar/levels.h"
#include "cedar/typecheck_expr.h"
#include "cedar/types.h"

typedef const zta_type *type;
typedef zta_typecheck checker;

static type check(checker *k, const zta_expr *e, const zta_caps *prior,
    const zta_caps **caps);

static type
wrong(checker *k, zta_rule rule, const zta_expr *e)
{
	k->report(k->context, rule, e->at);
	return NULL;
}

static type
no_memory(checker *k)
{
	k->no_memory = true;
	return NULL;
}

/* --- names */

bool
zta_typecheck__knows_type(const zta_schema *schema, uint32_t name)
{
	uint32_t i;

	if (name == ZTA_NAME_NONE) {
		return false;
	}
	if (zta_schema__entity(schema, name) != NULL) {
		return true;
	}
	for (i = 0; i < schema->action_count; i++) {
		if (zta_names__type_of(schema->names, schema->actions[i].uid) ==
		    name) {
			return true;
		}
	}
	return false;
}

uint32_t
zta_typecheck__uid(const zta_schema *schema, zta_str text, zta_str id)
{
	uint32_t name = zta_names__find_symbol(schema->names, text);

	return name == ZTA_NAME_NONE ?
	    ZTA_NAME_NONE :
	    zta_names__find_uid(schema->names, name, id);
}

static type
entity_type(checker *k, uint32_t name)
{
	zta_type *t = zta_arena__zalloc(k->arena, 1, sizeof(*t));

	if (t == NULL) {
		return no_memory(k);
	}
	*t = (zta_type){ .kind = ZTA_VALUE_ENTITY, .entity = name };
	return t;
}

/* The attribute of an entity or a record, or NULL. */
static const zta_attr *
find_attr(const checker *k, type t, zta_str attr)
{
	uint32_t key = zta_names__find_symbol(k->schema->names, attr);
	const zta_entity_type *declared;

	if (t->kind == ZTA_VALUE_ENTITY) {
		declared = zta_schema__entity(k->schema, t->entity);
		t = declared == NULL ? NULL : declared->shape;
	}
	return t == NULL || key == ZTA_NAME_NONE ? NULL :
						   zta_type__attr(t, key);
}

/* --- operands */

/* Of this kind, or reported. */
static type
operand(checker *k, const zta_expr *e, const zta_caps *prior,
    zta_value_kind kind, bool *ok)
{
	const zta_caps *caps;
	type t = check(k, e, prior, &caps);

	*ok = *ok && t != NULL;
	if (t != NULL && t->kind != kind) {
		*ok = false;
		return wrong(k, ZTA_RULE_TYPE, e);
	}
	return t;
}

static type
singleton(bool value)
{
	return value ? &zta_type_true : &zta_type_false;
}

/* `true`, `false`, and `&&` and `||` over nothing else: which of the two. */
static bool
is_bool_literal(const zta_expr *e, bool *value)
{
	bool stop = e->op == ZTA_EXPR_OR, one;
	uint32_t i;

	if (e->op != ZTA_EXPR_AND && e->op != ZTA_EXPR_OR) {
		*value = e->number != 0;
		return e->op == ZTA_EXPR_BOOL;
	}
	*value = !stop;
	for (i = 0; i < e->kid_count; i++) {
		if (!is_bool_literal(e->kids[i], &one)) {
			return false;
		}
		*value = one == stop ? stop : *value;
	}
	return true;
}

/* A literal, or `action`, which is one in its environment. */
static bool
is_literal(const zta_expr *e)
{
	bool value;

	return e->op <= ZTA_EXPR_ENTITY || is_bool_literal(e, &value) ||
	    (e->op == ZTA_EXPR_VAR && e->number == ZTA_VAR_ACTION);
}

static uint32_t
literal_uid(const checker *k, const zta_expr *e)
{
	return e->op == ZTA_EXPR_VAR ?
	    k->env.action->uid :
	    zta_typecheck__uid(k->schema, e->names[0], e->names[1]);
}

static bool
is_entity_literal(const zta_expr *e)
{
	return e->op == ZTA_EXPR_ENTITY || e->op == ZTA_EXPR_VAR;
}

static bool
literals_equal(const checker *k, const zta_expr *a, const zta_expr *b)
{
	bool left, right;
	uint32_t x;

	if (is_entity_literal(a) && is_entity_literal(b)) {
		x = literal_uid(k, a);
		return x != ZTA_NAME_NONE && x == literal_uid(k, b);
	}
	if (is_bool_literal(a, &left) && is_bool_literal(b, &right)) {
		return left == right;
	}
	return zta_expr__same(a, b);
}

/* --- comparison */

static type
join_or_report(checker *k, const zta_expr *e, type a, type b)
{
	bool failed = false;
	type t = zta_type__join(k->arena, a, b, &failed);

	if (failed) {
		return no_memory(k);
	}
	return t == NULL && a != NULL ? wrong(k, ZTA_RULE_INCOMPATIBLE, e) : t;
}

static type
check_eq(checker *k, const zta_expr *e, const zta_caps *prior)
{
	const zta_caps *caps;
	type a = check(k, e->kids[0], prior, &caps);
	type b = check(k, e->kids[1], prior, &caps);

	if (a == NULL || b == NULL) {
		return NULL;
	}
	if (is_literal(e->kids[0]) && is_literal(e->kids[1])) {
		return singleton(literals_equal(k, e->kids[0], e->kids[1]));
	}
	if (a->kind == ZTA_VALUE_ENTITY && b->kind == ZTA_VALUE_ENTITY &&
	    a->entity != b->entity) {
		return &zta_type_false;
	}
	return join_or_report(k, e, a, b) == NULL ? NULL : &zta_type_bool;
}

static type
flip(type t)
{
	return t == &zta_type_true ? &zta_type_false :
	    t == &zta_type_false   ? &zta_type_true :
				     t;
}

static type
check_less(checker *k, const zta_expr *e, const zta_caps *prior)
{
	const zta_caps *caps;
	type a = check(k, e->kids[0], prior, &caps);
	type b = check(k, e->kids[1], prior, &caps);

	if (a == NULL || b == NULL) {
		return NULL;
	}
	if (a->kind != ZTA_VALUE_LONG && a->kind != ZTA_VALUE_DATETIME &&
	    a->kind != ZTA_VALUE_DURATION) {
		return wrong(k, ZTA_RULE_TYPE, e->kids[0]);
	}
	return a->kind == b->kind ? &zta_type_bool :
				    wrong(k, ZTA_RULE_TYPE, e->kids[1]);
}

/* --- `in` */

bool
zta_typecheck__action_is_in(const checker *k, uint32_t uid, uint32_t ancestor)
{
	const zta_action *action = zta_schema__action(k->schema, uid);
	uint32_t i;

	if (uid == ancestor) {
		return true;
	}
	for (i = 0; action != NULL && i < action->ancestor_count; i++) {
		if (action->ancestors[i] == ancestor) {
			return true;
		}
	}
	return false;
}

/* May an entity of type `t` be below one of type `ancestor`? */
bool
zta_typecheck__type_is_in(const checker *k, uint32_t t, uint32_t ancestor)
{
	const zta_entity_type *declared = zta_schema__entity(k->schema, t);
	const zta_action *a;
	uint32_t i, j;

	if (t == ancestor) {
		return true;
	}
	if (declared != NULL) {
		return zta_uids__has(
		    declared->ancestors, declared->ancestor_count, ancestor);
	}
	for (i = 0; i < k->schema->action_count; i++) {
		a = &k->schema->actions[i];
		for (j = 0; zta_names__type_of(k->schema->names, a->uid) == t &&
		     j < a->ancestor_count;
		     j++) {
			if (zta_names__type_of(k->schema->names,
				a->ancestors[j]) == ancestor) {
				return true;
			}
		}
	}
	return false;
}

/* An action on the left, only literals on the right: the answer is known. */
static bool
known_in(
    const checker *k, const zta_expr *left, const zta_expr *right, type *out)
{
	const zta_expr *const *list = right->op == ZTA_EXPR_SET ?
	    (const zta_expr *const *)right->kids :
	    &right;
	uint32_t count = right->op == ZTA_EXPR_SET ? right->kid_count : 1;
	uint32_t i, uid;

	if (!is_literal(left) || !is_entity_literal(left)) {
		return false;
	}
	uid = literal_uid(k, left);
	if (uid == ZTA_NAME_NONE ||
	    zta_schema__action(k->schema, uid) == NULL) {
		return false;
	}
	*out = &zta_type_false;
	for (i = 0; i < count; i++) {
		if (!is_literal(list[i]) || !is_entity_literal(list[i])) {
			return false;
		}
		if (zta_typecheck__action_is_in(
			k, uid, literal_uid(k, list[i]))) {
			*out = &zta_type_true;
		}
	}
	return true;
}

static type
check_in_types(checker *k, type a, type b, const zta_expr *at)
{
	if (b->kind == ZTA_VALUE_SET) {
		b = b->element;
	}
	if (a == NULL || b == NULL) {
		return NULL;
	}
	if (b->kind != ZTA_VALUE_ENTITY) {
		return wrong(k, ZTA_RULE_TYPE, at);
	}
	return zta_typecheck__type_is_in(k, a->entity, b->entity) ?
	    &zta_type_bool :
	    &zta_type_false;
}

static type
check_in(checker *k, const zta_expr *left, const zta_expr *right,
    const zta_caps *prior)
{
	const zta_caps *caps;
	bool ok = true;
	type a = operand(k, left, prior, ZTA_VALUE_ENTITY, &ok);
	type b = check(k, right, prior, &caps), known;

	if (!ok || b == NULL) {
		return NULL;
	}
	if (known_in(k, left, right, &known)) {
		return known;
	}
	return check_in_types(k, a, b, right);
}

/* --- attributes and tags */

static type
check_has_one(checker *k, const zta_expr *on, type t, zta_str attr,
    const zta_expr *e, const zta_caps *prior, const zta_caps **caps)
{
	const zta_attr *found;

	if (t == NULL) {
		return NULL;
	}
	if (t->kind != ZTA_VALUE_ENTITY && t->kind != ZTA_VALUE_RECORD) {
		return wrong(k, ZTA_RULE_TYPE, e);
	}
	found = find_attr(k, t, attr);
	if (found == NULL) {
		return &zta_type_false;
	}
	*caps = zta_caps__add(k->arena, *caps, on, attr, NULL);
	if (*caps == NULL) {
		return no_memory(k);
	}
	return (t->kind == ZTA_VALUE_RECORD && found->required) ||
		zta_caps__has(prior, on, attr, NULL) ?
	    &zta_type_true :
	    &zta_type_bool;
}

static const zta_expr *
make_get(checker *k, const zta_expr *on, zta_str attr, uint32_t at)
{
	zta_expr *get = zta_arena__zalloc(k->arena, 1, sizeof(*get));
	zta_expr **kids = zta_arena__zalloc(k->arena, 1, sizeof(*kids));
	zta_str *names = zta_arena__zalloc(k->arena, 1, sizeof(*names));

	if (get == NULL || kids == NULL || names == NULL) {
		k->no_memory = true;
		return NULL;
	}
	/* Expressions are never changed; the tree just has no const in it. */
	kids[0] = (zta_expr *)(uintptr_t)on;
	names[0] = attr;
	*get = (zta_expr){ .op = ZTA_EXPR_GET,
		.at = at,
		.kid_count = 1,
		.name_count = 1,
		.kids = kids,
		.names = names };
	return get;
}

/* `e has a.b` is `e has a && e.a has b`. */
static type
check_has(
    checker *k, const zta_expr *e, const zta_caps *prior, const zta_caps **caps)
{
	const zta_expr *on = e->kids[0];
	const zta_caps *ignored;
	type t = check(k, on, prior, &ignored), one;
	type all = &zta_type_true;
	const zta_attr *attr;
	uint32_t i;

	for (i = 0; i < e->name_count; i++) {
		one = check_has_one(k, on, t, e->names[i], e, prior, caps);
		if (one == NULL) {
			return NULL;
		}
		if (one == &zta_type_false) {
			*caps = NULL;
			return one;
		}
		all = one == &zta_type_true ? all : &zta_type_bool;
		if (i + 1 < e->name_count) {
			attr = find_attr(k, t, e->names[i]);
			on = make_get(k, on, e->names[i], e->at);
			if (on == NULL) {
				return NULL;
			}
			t = attr->type;
		}
	}
	return all;
}

static type
check_get(checker *k, const zta_expr *e, const zta_caps *prior)
{
	const zta_caps *caps;
	const zta_attr *attr;
	type t = check(k, e->kids[0], prior, &caps);

	if (t == NULL) {
		return NULL;
	}
	if (t->kind != ZTA_VALUE_ENTITY && t->kind != ZTA_VALUE_RECORD) {
		return wrong(k, ZTA_RULE_TYPE, e);
	}
	attr = find_attr(k, t, e->names[0]);
	if (attr == NULL) {
		return wrong(k, ZTA_RULE_UNKNOWN_ATTR, e);
	}
	if (!attr->required &&
	    !zta_caps__has(prior, e->kids[0], e->names[0], NULL)) {
		return wrong(k, ZTA_RULE_OPTIONAL_ATTR, e);
	}
	return attr->type;
}

/* The type of the tags of the entity on the left; false: reported. */
static bool
tag_operands(checker *k, const zta_expr *e, const zta_caps *prior, type *tags)
{
	const zta_entity_type *declared;
	bool ok = true;
	type t = operand(k, e->kids[0], prior, ZTA_VALUE_ENTITY, &ok);

	(void)operand(k, e->kids[1], prior, ZTA_VALUE_STRING, &ok);
	if (!ok) {
		return false;
	}
	declared = zta_schema__entity(k->schema, t->entity);
	*tags = declared == NULL ? NULL : declared->tags;
	return true;
}

static type
check_has_tag(
    checker *k, const zta_expr *e, const zta_caps *prior, const zta_caps **caps)
{
	const zta_str none = { NULL, 0 };
	type tags;

	if (!tag_operands(k, e, prior, &tags)) {
		return NULL;
	}
	if (tags == NULL) {
		return &zta_type_false;
	}
	*caps = zta_caps__add(k->arena, NULL, e->kids[0], none, e->kids[1]);
	if (*caps == NULL) {
		return no_memory(k);
	}
	return zta_caps__has(prior, e->kids[0], none, e->kids[1]) ?
	    &zta_type_true :
	    &zta_type_bool;
}

static type
check_get_tag(checker *k, const zta_expr *e, const zta_caps *prior)
{
	const zta_str none = { NULL, 0 };
	type tags;

	if (!tag_operands(k, e, prior, &tags)) {
		return NULL;
	}
	if (tags == NULL) {
		return wrong(k, ZTA_RULE_NO_TAGS, e);
	}
	return zta_caps__has(prior, e->kids[0], none, e->kids[1]) ?
	    tags :
	    wrong(k, ZTA_RULE_UNCHECKED_TAG, e);
}

/* --- logic */

/* a, of which `*caps` hold if it is true, && b */
static type
check_and_pair(checker *k, type a, const zta_expr *b, const zta_caps *prior,
    const zta_caps **caps)
{
	const zta_caps *with, *more = NULL;
	bool ok = true;
	type t;

	if (a == &zta_type_false) {
		*caps = NULL;
		return a;
	}
	if (!zta_caps__join(k->arena, *caps, prior, &with)) {
		return no_memory(k);
	}
	t = check(k, b, with, &more);
	if (t != NULL && t->kind != ZTA_VALUE_BOOL) {
		t = wrong(k, ZTA_RULE_TYPE, b);
	}
	ok = t != NULL && a != NULL;
	if (!ok || t == &zta_type_false) {
		*caps = NULL;
		return ok ? t : NULL;
	}
	if (!zta_caps__join(k->arena, more, *caps, caps)) {
		return no_memory(k);
	}
	return t == &zta_type_true ? a :
	    a == &zta_type_true    ? t :
				     &zta_type_bool;
}

static type
check_and(
    checker *k, const zta_expr *e, const zta_caps *prior, const zta_caps **caps)
{
	type t = check(k, e->kids[0], prior, caps);
	bool failed = t == NULL;
	uint32_t i;

	if (t != NULL && t->kind != ZTA_VALUE_BOOL) {
		t = wrong(k, ZTA_RULE_TYPE, e->kids[0]);
		failed = true;
	}
	for (i = 1; i < e->kid_count; i++) {
		/* After a mistake the rest is checked too. */
		t = check_and_pair(
		    k, t == NULL ? &zta_type_bool : t, e->kids[i], prior, caps);
		failed = failed || t == NULL;
	}
	return failed ? NULL : t;
}

static type
check_or_pair(checker *k, type a, const zta_expr *b, const zta_caps *prior,
    const zta_caps **caps)
{
	const zta_caps *more = NULL;
	type t;

	if (a == &zta_type_true) {
		return a;
	}
	t = check(k, b, prior, &more);
	if (t != NULL && t->kind != ZTA_VALUE_BOOL) {
		t = wrong(k, ZTA_RULE_TYPE, b);
	}
	if (t == NULL) {
		*caps = NULL;
		return NULL;
	}
	if (t == &zta_type_false) {
		return a;
	}
	if (t == &zta_type_true || a == &zta_type_false) {
		*caps = more;
		return t;
	}
	return zta_caps__meet(k->arena, *caps, more, caps) ? &zta_type_bool :
							     no_memory(k);
}

static type
check_or(
    checker *k, const zta_expr *e, const zta_caps *prior, const zta_caps **caps)
{
	type t = check(k, e->kids[0], prior, caps);
	bool failed = t == NULL;
	uint32_t i;

	if (t != NULL && t->kind != ZTA_VALUE_BOOL) {
		t = wrong(k, ZTA_RULE_TYPE, e->kids[0]);
		failed = true;
	}
	for (i = 1; i < e->kid_count; i++) {
		t = check_or_pair(
		    k, t == NULL ? &zta_type_bool : t, e->kids[i], prior, caps);
		failed = failed || t == NULL;
	}
	return failed ? NULL : t;
}

static type
check_if(
    checker *k, const zta_expr *e, const zta_caps *prior, const zta_caps **caps)
{
	const zta_caps *guard = NULL, *with, *then_caps = NULL,
		       *else_caps = NULL;
	type g = check(k, e->kids[0], prior, &guard), a = NULL, b = NULL;

	if (g != NULL && g->kind != ZTA_VALUE_BOOL) {
		g = wrong(k, ZTA_RULE_TYPE, e->kids[0]);
	}
	if (g == NULL) {
		guard = NULL;
	}
	if (!zta_caps__join(k->arena, guard, prior, &with)) {
		return no_memory(k);
	}
	if (g != &zta_type_false) {
		a = check(k, e->kids[1], with, &then_caps);
		if (!zta_caps__join(k->arena, guard, then_caps, &then_caps)) {
			return no_memory(k);
		}
	}
	if (g != &zta_type_true) {
		b = check(k, e->kids[2], prior, &else_caps);
	}
	if (g == &zta_type_true || g == &zta_type_false) {
		*caps = g == &zta_type_true ? then_caps : else_caps;
		return g == &zta_type_true ? a : b;
	}
	if (g == NULL || a == NULL || b == NULL) {
		return NULL;
	}
	if (!zta_caps__meet(k->arena, then_caps, else_caps, caps)) {
		return no_memory(k);
	}
	return join_or_report(k, e, a, b);
}

/* --- sets, records, calls */

static type
make_set(checker *k, type element)
{
	zta_type *set = zta_arena__zalloc(k->arena, 1, sizeof(*set));

	if (set == NULL) {
		return no_memory(k);
	}
	*set = (zta_type){ .kind = ZTA_VALUE_SET, .element = element };
	return set;
}

static type
check_set(checker *k, const zta_expr *e, const zta_caps *prior)
{
	const zta_caps *caps;
	type element = NULL, t;
	bool ok = true;
	uint32_t i;

	if (e->kid_count == 0) {
		return wrong(k, ZTA_RULE_EMPTY_SET, e);
	}
	for (i = 0; i < e->kid_count; i++) {
		t = check(k, e->kids[i], prior, &caps);
		ok = ok && t != NULL;
		if (ok) {
			element = join_or_report(k, e->kids[i], element, t);
			ok = element != NULL;
		}
	}
	return ok ? make_set(k, element) : NULL;
}

static type
check_record(checker *k, const zta_expr *e, const zta_caps *prior)
{
	const zta_caps *caps;
	zta_type *record = zta_arena__zalloc(k->arena, 1, sizeof(*record));
	zta_attr *attrs =
	    zta_arena__zalloc(k->arena, e->kid_count + 1, sizeof(*attrs));
	zta_attr attr;
	bool ok = true;
	uint32_t i, j;

	if (record == NULL || attrs == NULL) {
		return no_memory(k);
	}
	for (i = 0; i < e->kid_count; i++) {
		attr = (zta_attr){ zta_names__find_symbol(
				       k->schema->names, e->names[i]),
			true, check(k, e->kids[i], prior, &caps) };
		ok = ok && attr.type != NULL;
		for (j = i; j > 0 && attrs[j - 1].key > attr.key; j--) {
			attrs[j] = attrs[j - 1];
		}
		attrs[j] = attr;
	}
	*record = (zta_type){ .kind = ZTA_VALUE_RECORD,
		.attrs = attrs,
		.attr_count = e->kid_count };
	return ok ? record : NULL;
}

static type
check_constructor(checker *k, const zta_expr *e, const zta_ext_info *info)
{
	const zta_expr *arg = e->kids[0];
	zta_value value, out;

	if (arg->op != ZTA_EXPR_STRING) {
		return wrong(k, ZTA_RULE_EXT_LITERAL, arg);
	}
	value = zta_value__str(arg->names[0]);
	switch (
	    zta_ext__call(k->arena, (zta_ext_fn)e->number, &value, 1, &out)) {
	case ZTA_EXT_OK:
		return zta_type__plain((zta_value_kind)info->result);
	case ZTA_EXT_NO_MEMORY:
		return no_memory(k);
	default:
		return wrong(k, ZTA_RULE_EXT_VALUE, arg);
	}
}

static type
check_call(checker *k, const zta_expr *e, const zta_caps *prior)
{
	const zta_ext_info *info = zta_ext__info((zta_ext_fn)e->number);
	bool ok = true;
	uint32_t i;

	if (e->kid_count != info->arity) {
		return wrong(k, ZTA_RULE_ARITY, e);
	}
	if (!info->method) {
		return check_constructor(k, e, info);
	}
	for (i = 0; i < e->kid_count; i++) {
		(void)operand(
		    k, e->kids[i], prior, (zta_value_kind)info->params[i], &ok);
	}
	return ok ? zta_type__plain((zta_value_kind)info->result) : NULL;
}

static type
check_contains(checker *k, const zta_expr *e, const zta_caps *prior)
{
	const zta_caps *caps;
	bool ok = true, one = e->op == ZTA_EXPR_CONTAINS;
	type a = operand(k, e->kids[0], prior, ZTA_VALUE_SET, &ok);
	type b = one ? check(k, e->kids[1], prior, &caps) :
		       operand(k, e->kids[1], prior, ZTA_VALUE_SET, &ok);

	if (!ok || b == NULL) {
		return NULL;
	}
	return join_or_report(k, e, one ? a->element : a, b) == NULL ?
	    NULL :
	    &zta_type_bool;
}

/* --- all of them */

static type
check_literal(checker *k, const zta_expr *e)
{
	uint32_t name;

	switch (e->op) {
	case ZTA_EXPR_BOOL:
		return singleton(e->number != 0);
	case ZTA_EXPR_LONG:
		return zta_type__plain(ZTA_VALUE_LONG);
	case ZTA_EXPR_STRING:
		return zta_type__plain(ZTA_VALUE_STRING);
	default:
		name = zta_names__find_symbol(k->schema->names, e->names[0]);
		/* Reported where all literals are looked at. */
		return zta_typecheck__knows_type(k->schema, name) ?
		    entity_type(k, name) :
		    NULL;
	}
}

static type
check_var(checker *k, const zta_expr *e)
{
	switch ((zta_expr_var)e->number) {
	case ZTA_VAR_PRINCIPAL:
		return entity_type(k, k->env.principal);
	case ZTA_VAR_RESOURCE:
		return entity_type(k, k->env.resource);
	case ZTA_VAR_ACTION:
		return entity_type(k,
		    zta_names__type_of(k->schema->names, k->env.action->uid));
	case ZTA_VAR_CONTEXT:
		return k->env.action->context;
	}
	return NULL;
}

static type
check_is(checker *k, const zta_expr *e, const zta_caps *prior)
{
	bool ok = true;
	type t = operand(k, e->kids[0], prior, ZTA_VALUE_ENTITY, &ok), in;

	if (!ok) {
		return NULL;
	}
	if (!zta_str__eq(
		zta_names__text(k->schema->names, t->entity), e->names[0])) {
		return &zta_type_false;
	}
	if (e->kid_count == 1) {
		return &zta_type_true;
	}
	in = check_in(k, e->kids[0], e->kids[1], prior);
	return in;
}

static type
check_numbers(checker *k, const zta_expr *e, const zta_caps *prior)
{
	bool ok = true;
	uint32_t i;

	for (i = 0; i < e->kid_count; i++) {
		(void)operand(k, e->kids[i], prior, ZTA_VALUE_LONG, &ok);
	}
	return ok ? zta_type__plain(ZTA_VALUE_LONG) : NULL;
}

static type
check_one(checker *k, const zta_expr *e, const zta_caps *prior,
    zta_value_kind kind, type result)
{
	bool ok = true;
	type t = operand(k, e->kids[0], prior, kind, &ok);

	if (!ok) {
		return NULL;
	}
	return result == NULL ? flip(t) : result;
}

static type
check_op(
    checker *k, const zta_expr *e, const zta_caps *prior, const zta_caps **caps)
{
	*caps = NULL;
	switch ((zta_expr_op)e->op) {
	case ZTA_EXPR_BOOL:
	case ZTA_EXPR_LONG:
	case ZTA_EXPR_STRING:
	case ZTA_EXPR_ENTITY:
		return check_literal(k, e);
	case ZTA_EXPR_VAR:
		return check_var(k, e);
	case ZTA_EXPR_OR:
		return check_or(k, e, prior, caps);
	case ZTA_EXPR_AND:
		return check_and(k, e, prior, caps);
	case ZTA_EXPR_NOT:
		return check_one(k, e, prior, ZTA_VALUE_BOOL, NULL);
	case ZTA_EXPR_EQ:
		return check_eq(k, e, prior);
	case ZTA_EXPR_NE:
		return flip(check_eq(k, e, prior));
	case ZTA_EXPR_LT:
	case ZTA_EXPR_LE:
	case ZTA_EXPR_GT:
	case ZTA_EXPR_GE:
		return check_less(k, e, prior);
	case ZTA_EXPR_IN:
		return check_in(k, e->kids[0], e->kids[1], prior);
	case ZTA_EXPR_NEG:
	case ZTA_EXPR_ADD:
	case ZTA_EXPR_SUB:
	case ZTA_EXPR_MUL:
		return check_numbers(k, e, prior);
	case ZTA_EXPR_HAS:
		return check_has(k, e, prior, caps);
	case ZTA_EXPR_LIKE:
		return check_one(k, e, prior, ZTA_VALUE_STRING, &zta_type_bool);
	case ZTA_EXPR_IS:
		return check_is(k, e, prior);
	case ZTA_EXPR_IF:
		return check_if(k, e, prior, caps);
	case ZTA_EXPR_GET:
		return check_get(k, e, prior);
	case ZTA_EXPR_CONTAINS:
	case ZTA_EXPR_CONTAINS_ALL:
	case ZTA_EXPR_CONTAINS_ANY:
		return check_contains(k, e, prior);
	case ZTA_EXPR_IS_EMPTY:
		return check_one(k, e, prior, ZTA_VALUE_SET, &zta_type_bool);
	case ZTA_EXPR_GET_TAG:
		return check_get_tag(k, e, prior);
	case ZTA_EXPR_HAS_TAG:
		return check_has_tag(k, e, prior, caps);
	case ZTA_EXPR_SET:
		return check_set(k, e, prior);
	case ZTA_EXPR_RECORD:
		return check_record(k, e, prior);
	case ZTA_EXPR_CALL:
		return check_call(k, e, prior);
	}
	return NULL;
}

static type
check(
    checker *k, const zta_expr *e, const zta_caps *prior, const zta_caps **caps)
{
	type t = check_op(k, e, prior, caps);

	if (t != NULL && k->notes != NULL &&
	    !zta_type_notes__add(k->notes, e, t)) {
		return no_memory(k);
	}
	return t;
}

const zta_type *
zta_typecheck__expr(zta_typecheck *k, const zta_expr *e, const zta_caps *prior,
    const zta_caps **caps)
{
	return check(k, e, prior, caps);
}
