/* SPDX-License-Identifier: Apache-2.0 */
/*
 * access.c - see access.h. A ledger is in its zone, whether or not the admin
 * ledger has an entity for it: what it has is added to.
 */
#include "api/access.h"

#include <stdio.h>

#include "base/error.h"
#include "base/json_write.h"
#include "base/str.h"

void
zta_access__open(zta_access *a, zta_store *store, zta_str zone)
{
	*a = (zta_access){ .zone = zone };
	(void)snprintf(a->name, sizeof(a->name), "%.*s/%s", ZTA_STR_ARG(zone),
	    ZTA_ACCESS_LEDGER);
	a->ledger = (zta_ledger){ store, zta_str_of(a->name) };
	zta_arena__init(&a->arena, SIZE_MAX);
}

void
zta_access__close(zta_access *a)
{
	zta_snapshot__drop(a->snapshot);
	zta_arena__release(&a->arena);
}

/* --- the snapshot */

static zta_status
load(const zta_access *a, const zta_oid *commit, zta_snapshot **out,
    zta_error *err)
{
	zta_arena arena;
	zta_tree tree;
	zta_status status;

	zta_arena__init(&arena, SIZE_MAX);
	status = zta_ledger__files(&a->ledger, commit, &arena, &tree, err);
	if (status != ZTA_OK) {
		zta_arena__release(&arena);
		return status;
	}
	zta_oid__hex(commit, tree.id);
	return zta_snapshot__of_tree(out, &arena, &tree, NULL, NULL, err);
}

zta_status
zta_access__refresh(zta_access *a, zta_error *err)
{
	zta_snapshot *snapshot = NULL;
	zta_oid commit;
	zta_status status =
	    zta_ledger__ref(&a->ledger, ZTA_LEDGER_MAIN, &commit, err);

	if (status == ZTA_OK && a->snapshot != NULL &&
	    zta_oid__eq(&commit, &a->commit)) {
		return ZTA_OK;
	}
	if (status == ZTA_OK) {
		status = load(a, &commit, &snapshot, err);
	}
	zta_snapshot__drop(a->snapshot);
	a->snapshot = status == ZTA_OK ? snapshot : NULL;
	a->commit = commit;
	return status;
}

/* --- a question */

static void
put_entity(zta_json_out *out, const char *name, zta_str type, zta_str id)
{
	zta_json_out__name(out, name);
	zta_json_out__open(out, '{');
	zta_json_out__name(out, "type");
	zta_json_out__str(out, type);
	zta_json_out__name(out, "id");
	zta_json_out__str(out, id);
	zta_json_out__close(out, '}');
}

static void
put_question(
    const zta_access_question *q, const zta_access_answer *who, zta_buf *buf)
{
	zta_json_out out = { buf, false };

	zta_json_out__open(&out, '{');
	put_entity(&out, "principal", who->principal_type, who->principal_id);
	put_entity(&out, "action", ZTA_STR("Action"), zta_str_of(q->action));
	put_entity(&out, "resource", ZTA_STR("Ledger"), q->ledger);
	zta_json_out__name(&out, "context");
	zta_json_out__open(&out, '{');
	zta_json_out__name(&out, "ref");
	zta_json_out__str(&out, q->ref);
	zta_json_out__name(&out, "signed");
	zta_json_out__bool(&out, q->key != NULL);
	zta_json_out__close(&out, '}');
	zta_json_out__close(&out, '}');
}

/* The ledger with its zone, and what that is in, among its ancestors. */
static zta_status
place_in_zone(
    zta_access *a, zta_asked *asked, zta_eval_extra *extra, zta_error *err)
{
	const zta_entities *entities = &a->snapshot->cedar->entities;
	const zta_entity *known, *above;
	zta_entity *e = &extra->entity;
	uint32_t type, zone, *list, count, i;
	zta_status status =
	    zta_names__symbol(&asked->names, ZTA_STR("Zone"), &type, err);

	if (status == ZTA_OK) {
		status =
		    zta_names__uid(&asked->names, type, a->zone, &zone, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	extra->uid = asked->question.resource;
	known = zta_entities__get(entities, extra->uid);
	above = zta_entities__get(entities, zone);
	*e = known != NULL ? *known : (zta_entity){ 0 };
	count =
	    e->ancestor_count + 1 + (above == NULL ? 0 : above->ancestor_count);
	list = zta_arena__zalloc(&a->arena, count, sizeof(*list));
	if (e->attrs == NULL) {
		e->attrs = zta_record__alloc(&a->arena, 0);
		e->type = zta_names__type_of(&asked->names, extra->uid);
	}
	if (list == NULL || e->attrs == NULL) {
		return zta_arena__failed(&a->arena, err);
	}
	for (i = 0; i < e->ancestor_count; i++) {
		list[i] = e->ancestors[i];
	}
	list[i++] = zone;
	for (; i < count; i++) {
		list[i] = above->ancestors[i - e->ancestor_count - 1];
	}
	e->ancestors = list;
	e->ancestor_count = zta_uids__seal(list, count);
	return ZTA_OK;
}

static zta_status
name_policies(zta_access *a, const zta_verdict *verdict, zta_access_answer *out,
    zta_error *err)
{
	const zta_policy **list = a->snapshot->cedar->policies.policies.list;
	zta_str *ids = zta_arena__zalloc(
	    &a->arena, (size_t)verdict->reason_count + 1, sizeof(*ids));
	uint32_t i;

	if (ids == NULL) {
		return zta_arena__failed(&a->arena, err);
	}
	for (i = 0; i < verdict->reason_count; i++) {
		ids[i] = list[verdict->reasons[i]]->id;
	}
	out->policies = ids;
	out->policy_count = verdict->reason_count;
	out->code = verdict->permitted ? "permitted" :
	    verdict->reason_count > 0  ? "denied_by_policy" :
					 "no_policy_permits";
	return ZTA_OK;
}

static zta_status
decide(zta_access *a, zta_str question, zta_access_answer *out, zta_error *err)
{
	const zta_cedar *cedar = a->snapshot->cedar;
	zta_eval_extra extra = { 0 };
	zta_verdict verdict = { 0 };
	zta_asked asked;
	zta_status status = zta_cedar__ask(cedar, &a->arena, question,
	    ZTA_CEDAR_VALIDATE_REQUEST, &asked, err);

	if (status == ZTA_OK) {
		status = place_in_zone(a, &asked, &extra, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	asked.question.extras = &extra;
	asked.question.extra_count = 1;
	status = zta_authorize__run(&cedar->policies, &cedar->entities,
	    &asked.question, &a->arena, &verdict, err);
	if (status == ZTA_OK) {
		status = name_policies(a, &verdict, out, err);
	}
	out->permitted = status == ZTA_OK && verdict.permitted;
	return status;
}

/* The question as text, in the arena. */
static zta_status
write_question(zta_access *a, const zta_access_question *q,
    const zta_access_answer *who, zta_str *out, zta_error *err)
{
	zta_buf buf;
	zta_status status;

	zta_buf__init(&buf, SIZE_MAX);
	put_question(q, who, &buf);
	*out = zta_arena__copy(&a->arena, zta_buf__str(&buf));
	status = buf.status;
	zta_buf__release(&buf);
	return status == ZTA_OK && out->ptr != NULL ? ZTA_OK :
						      zta_error__nomem(err);
}

zta_status
zta_access__ask(zta_access *a, const zta_access_question *q,
    zta_access_answer *out, zta_error *err)
{
	char principal[ZTA_KEY_FINGERPRINT_MAX] = "unsigned";
	zta_str text;
	zta_status status;

	*out = (zta_access_answer){ .code = "no_policy_permits" };
	if (a->snapshot == NULL) {
		return zta_error__set(
		    err, ZTA_EUNAVAILABLE, "the admin ledger is not loaded");
	}
	if (q->key != NULL) {
		zta_ssh_key__fingerprint(q->key, principal);
	}
	zta_arena__reset(&a->arena);
	out->principal_type =
	    q->key == NULL ? ZTA_STR("Anonymous") : ZTA_STR("Key");
	out->principal_id = zta_arena__copy(&a->arena, zta_str_of(principal));
	if (out->principal_id.ptr == NULL) {
		return zta_arena__failed(&a->arena, err);
	}
	status = write_question(a, q, out, &text, err);
	if (status == ZTA_OK) {
		status = decide(a, text, out, err);
	}
	/* What the schema does not allow to be asked is not permitted. */
	if ((status == ZTA_OK && !out->permitted) ||
	    zta_error__is_input(status)) {
		return zta_error__set(err, ZTA_EUNTRUSTED, "%s may not %s %.*s",
		    principal, q->action, ZTA_STR_ARG(q->ledger));
	}
	return status;
}
