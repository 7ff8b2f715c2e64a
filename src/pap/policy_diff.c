/* SPDX-License-Identifier: Apache-2.0 */
/* policy_diff.c - see policy_diff.h. */
#include "pap/policy_diff.h"

#include "base/error.h"
#include "base/sort.h"
#include "base/str.h"
#include "cedar/engine.h"
#include "cedar/policy_text.h"
#include "cedar/quote.h"

/* A policy of one side. */
typedef struct entry {
	zta_str id, file;
	zta_str text; /* written anew */
} entry;

typedef struct side {
	zta_arena *arena;
	bool after; /* false: before */
	entry *list;
	uint32_t count, room;
	zta_error *err;
} side;

static void
ignore(void *context, zta_str file, const zta_error *why)
{
	(void)context;
	(void)file;
	(void)why;
}

static entry *
push(side *s)
{
	uint32_t more = s->room == 0 ? 32 : s->room * 2;
	entry *bigger;

	if (s->count == s->room) {
		bigger = zta_arena__grow(
		    s->arena, s->list, s->count, more, sizeof(*bigger));
		if (bigger == NULL) {
			return NULL;
		}
		s->list = bigger;
		s->room = more;
	}
	return &s->list[s->count++];
}

/* What a link fills in, which the text of its template does not say. */
static void
put_slots(const zta_policies *policies, const zta_policy *policy, zta_buf *out)
{
	const zta_scope *scope;
	zta_str type, id;
	uint32_t i;

	for (i = 0; i < ZTA_SCOPES; i++) {
		scope = &policy->scope[i];
		if (policy->source->scope[i].slot && scope->count == 1) {
			type = zta_names__text(policies->names,
			    zta_names__type_of(
				policies->names, scope->entities[0]));
			id = zta_names__id_of(
			    policies->names, scope->entities[0]);
			zta_quote__uid(out, type, id);
		}
	}
}

static zta_status
add_policy(side *s, const zta_policies *policies, const zta_policy *policy,
    zta_buf *text)
{
	entry *e = push(s);

	zta_buf__clear(text);
	zta_policy_text__put(text, policy->source);
	put_slots(policies, policy, text);
	if (e == NULL || text->status != ZTA_OK) {
		return zta_error__nomem(s->err);
	}
	e->id = zta_arena__copy(s->arena, policy->id);
	e->file = zta_arena__copy(s->arena, policy->file->name);
	e->text = zta_arena__copy(s->arena, zta_buf__str(text));
	return e->id.ptr != NULL && e->file.ptr != NULL && e->text.ptr != NULL ?
	    ZTA_OK :
	    zta_error__nomem(s->err);
}

static zta_status
add_list(side *s, const zta_policies *policies, const zta_policy_list *list)
{
	zta_buf text;
	uint32_t i;
	zta_status status = ZTA_OK;

	zta_buf__init(&text, SIZE_MAX);
	for (i = 0; status == ZTA_OK && i < list->count; i++) {
		status = add_policy(s, policies, list->list[i], &text);
	}
	zta_buf__release(&text);
	return status;
}

/* Read the policies of a side: those of the ledger, or those of elevation. */
static zta_status
add_set(side *s, const zta_ledger_changes *files, bool elevation)
{
	zta_error_sink sink = { ignore, NULL, ZTA_STR(""), 0, UINT32_MAX };
	const zta_ledger_change *change;
	zta_cedar *engine;
	size_t i;
	zta_status status = zta_cedar_open(&engine, s->err);

	if (status == ZTA_OK) {
		zta_cedar__tell(engine, &sink);
	}
	for (i = 0; status == ZTA_OK && i < files->count; i++) {
		change = &files->list[i];
		if (zta_str__ends(change->path, ZTA_STR(".cedar")) &&
		    zta_str__is(change->path, "trust/elevation.cedar") ==
			elevation) {
			status = zta_cedar_add_policies(engine, change->path,
			    s->after ? change->after : change->before,
			    ZTA_CEDAR_BY_PATH, s->err);
		}
	}
	if (status == ZTA_OK) {
		status =
		    add_list(s, &engine->policies, &engine->policies.policies);
	}
	if (status == ZTA_OK) {
		status =
		    add_list(s, &engine->policies, &engine->policies.templates);
	}
	zta_cedar_close(engine);
	return status;
}

static int
by_id(const void *a, const void *b)
{
	const entry *x = a, *y = b;
	int by = zta_str__cmp(x->id, y->id);

	return by != 0 ? by : zta_str__cmp(x->file, y->file);
}

static zta_status
read_side(side *s, const zta_ledger_changes *files)
{
	zta_status status = add_set(s, files, false);

	if (status == ZTA_OK) {
		status = add_set(s, files, true);
	}
	zta_sort__run(s->list, s->count, sizeof(*s->list), by_id);
	return status;
}

/* Go through both by id; with `list` NULL the changes are only counted. */
static size_t
compare(const side *before, const side *after, zta_ledger_policy_change *list)
{
	const entry *a, *b, *any;
	uint32_t i = 0, j = 0;
	size_t count = 0;
	int by;

	while (i < before->count || j < after->count) {
		a = i < before->count ? &before->list[i] : NULL;
		b = j < after->count ? &after->list[j] : NULL;
		by = a == NULL ? 1 :
		    b == NULL  ? -1 :
				 zta_str__cmp(a->id, b->id);
		i += by <= 0;
		j += by >= 0;
		if (by == 0 && zta_str__eq(a->text, b->text)) {
			continue;
		}
		any = by < 0 ? a : b;
		if (list != NULL) {
			list[count].kind = by < 0 ? ZTA_LEDGER_REMOVED :
			    by > 0                ? ZTA_LEDGER_ADDED :
						    ZTA_LEDGER_CHANGED;
			list[count].policy = any->id;
			list[count].file = any->file;
		}
		count++;
	}
	return count;
}

zta_status
zta_policy_diff__run(zta_arena *arena, const zta_ledger_changes *files,
    const zta_ledger_policy_change **list, size_t *count, zta_error *err)
{
	zta_error why = { 0 };
	side before = { .arena = arena, .err = err == NULL ? &why : err };
	side after = { .arena = arena, .after = true, .err = before.err };
	zta_ledger_policy_change *found;
	zta_status status = read_side(&before, files);

	if (status == ZTA_OK) {
		status = read_side(&after, files);
	}
	if (status != ZTA_OK) {
		return status;
	}
	*count = compare(&before, &after, NULL);
	found = zta_arena__alloc(arena, (*count + 1) * sizeof(*found));
	if (found == NULL) {
		return zta_arena__failed(arena, err);
	}
	(void)compare(&before, &after, found);
	*list = found;
	return ZTA_OK;
}
