/* SPDX-License-Identifier: Apache-2.0 */
/*
 * statement_read.c - the form of a statement; see statement.h. Whatever the page
 * of the format does not allow is refused: a limit that is not understood would
 * be a limit ignored.
 */
#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "identity/spiffe_bundle.h"
#include "identity/spiffe_id.h"
#include "trust/grant.h"
#include "trust/statement.h"

typedef struct reader {
	zta_arena *arena;
	zta_statement *out;
	const zta_json_doc *doc; /* the claims */
	zta_error *err;
} reader;

#define FAIL(r, node, ...) \
	zta_json__fail((r)->doc, node, (r)->err, ZTA_EINVALID, __VA_ARGS__)

/* Strangers write it, and people read it at a terminal. */
static bool
has_controls(zta_str text)
{
	size_t i;

	for (i = 0; i < text.len; i++) {
		if ((unsigned char)text.ptr[i] < 0x20 || text.ptr[i] == 0x7f) {
			return true;
		}
	}
	return false;
}

static bool
is_name(const zta_json *node)
{
	return node != NULL && node->type == ZTA_JSON_STRING &&
	    node->count > 0 && node->count <= ZTA_GRANT_NAME_MAX &&
	    !has_controls(zta_json__str(node));
}

static zta_status
take_name(reader *r, const zta_json *object, const char *name, zta_str *out)
{
	const zta_json *node = zta_json__get(object, name);

	if (!is_name(node)) {
		return FAIL(r, node == NULL ? object : node,
		    "`%s` must be a name of 1 to %u bytes", name,
		    ZTA_GRANT_NAME_MAX);
	}
	*out = zta_json__str(node);
	return ZTA_OK;
}

static zta_status
take_seconds(reader *r, const char *name, int64_t *out)
{
	const zta_json *root = r->doc->root, *node = zta_json__get(root, name);

	if (node == NULL || node->type != ZTA_JSON_INTEGER ||
	    node->u.integer < 0 || node->u.integer > INT64_C(253402300799)) {
		return FAIL(r, node == NULL ? root : node,
		    "`%s` must be a number of seconds since 1970", name);
	}
	*out = node->u.integer;
	return ZTA_OK;
}

/* No list limits nothing, but an empty one would allow nothing: it is no slip. */
static zta_status
take_list(reader *r, const zta_json *object, const char *name,
    zta_statement_list *out)
{
	const zta_json *list = zta_json__get(object, name), *node;
	zta_str *items;
	uint32_t i;

	if (list == NULL) {
		return ZTA_OK;
	}
	if (list->type != ZTA_JSON_ARRAY || list->count == 0 ||
	    list->count > ZTA_STATEMENT_LIST_MAX) {
		return FAIL(r, list, "`%s` must be 1 to %u names", name,
		    ZTA_STATEMENT_LIST_MAX);
	}
	items = zta_arena__zalloc(r->arena, list->count, sizeof(*items));
	if (items == NULL) {
		return zta_arena__failed(r->arena, r->err);
	}
	node = zta_json__first(list);
	for (i = 0; i < list->count; i++) {
		if (!is_name(node)) {
			return FAIL(r, node, "a name has 1 to %u bytes",
			    ZTA_GRANT_NAME_MAX);
		}
		items[i] = zta_json__str(node);
		node = zta_json__after(node);
	}
	*out = (zta_statement_list){ items, list->count };
	return ZTA_OK;
}

/* --- who speaks, to whom, for how long */

static zta_status
take_domain(reader *r, const char *name, zta_str *out)
{
	const zta_json *root = r->doc->root;
	zta_status status = take_name(r, root, name, out);

	return status != ZTA_OK || zta_trust_domain__is_valid(*out) ?
	    status :
	    FAIL(r, zta_json__get(root, name), "`%s` is no trust domain", name);
}

static zta_status
take_frame(reader *r)
{
	const zta_json *root = r->doc->root;
	int64_t from = 0, until = 0;
	zta_status status = take_domain(r, "iss", &r->out->issuer);

	if (status == ZTA_OK) {
		status = take_domain(r, "aud", &r->out->audience);
	}
	if (status == ZTA_OK) {
		status = take_name(r, root, "jti", &r->out->jti);
	}
	if (status == ZTA_OK && !zta_grant__is_jti(r->out->jti)) {
		return FAIL(r, zta_json__get(root, "jti"),
		    "`jti` is %u to %u of A-Z a-z 0-9 - _", ZTA_GRANT_JTI_MIN,
		    ZTA_GRANT_JTI_MAX);
	}
	if (status == ZTA_OK) {
		status = take_seconds(r, "nbf", &from);
	}
	if (status == ZTA_OK) {
		status = take_seconds(r, "exp", &until);
	}
	if (status == ZTA_OK &&
	    (until <= from || until - from > ZTA_GRANT_LIFETIME_MAX_S)) {
		return FAIL(r, zta_json__get(root, "exp"),
		    "`exp` must be after `nbf`, and by no more than 366 days");
	}
	r->out->not_before = from * 1000;
	r->out->ends_at = until * 1000;
	return status;
}

/* --- of workloads of its own */

/* An id of the domain that speaks, or a prefix below it. */
static bool
is_of_issuer(const reader *r, zta_str workload)
{
	zta_str domain;

	if (zta_str__ends(workload, ZTA_STR("/*"))) {
		workload.len -= 2;
		if (zta_str__ends(workload, r->out->issuer)) {
			workload.len -= r->out->issuer.len;
			return zta_str__is(workload, "spiffe://") ||
			    zta_str__is(workload, "wimse://");
		}
	}
	return zta_workload_id__read(workload, &domain) &&
	    zta_str__eq(domain, r->out->issuer);
}

static zta_status
take_own_workload(reader *r)
{
	const zta_json *root = r->doc->root;
	zta_status status = take_name(r, root, "workload", &r->out->workload);

	return status != ZTA_OK || is_of_issuer(r, r->out->workload) ?
	    status :
	    FAIL(r, zta_json__get(root, "workload"),
		"`workload` is of another domain than the one that speaks");
}

/* --- kinds */

/* It is read once more by whoever needs the keys. */
static zta_status
take_bundle(reader *r)
{
	const zta_json *node = zta_json__get(r->doc->root, "bundle");
	zta_spiffe_bundle bundle;
	zta_status status;

	r->out->bundle = node;
	if (node == NULL) {
		return ZTA_OK;
	}
	status =
	    zta_spiffe_bundle__read(&bundle, r->arena, r->doc, node, r->err);
	if (status == ZTA_OK) {
		zta_spiffe_bundle__release(&bundle);
	}
	return status;
}

static zta_status
take_federation(reader *r)
{
	static const char *const names[] = { "groups", "workloads", "actions",
		NULL };
	const zta_json *root = r->doc->root, *scope;
	zta_statement *out = r->out;
	uint32_t i;
	zta_status status = take_name(r, root, "level", &out->level);

	if (status == ZTA_OK) {
		status = take_bundle(r);
	}
	scope = zta_json__get(root, "scope");
	if (status != ZTA_OK || scope == NULL) {
		return status;
	}
	status = zta_json__only(r->doc, scope, names, r->err);
	if (status == ZTA_OK) {
		status = take_list(r, scope, "groups", &out->groups);
	}
	if (status == ZTA_OK) {
		status = take_list(r, scope, "workloads", &out->workloads);
	}
	if (status == ZTA_OK) {
		status = take_list(r, scope, "actions", &out->actions);
	}
	for (i = 0; status == ZTA_OK && i < out->workloads.count; i++) {
		if (!is_of_issuer(r, out->workloads.items[i])) {
			return FAIL(r, zta_json__get(scope, "workloads"),
			    "a workload is of another domain than the one "
			    "that speaks");
		}
	}
	return status;
}

static zta_status
take_attestation(reader *r)
{
	const zta_json *root = r->doc->root;
	zta_status status = take_name(r, root, "workload", &r->out->workload);

	if (status == ZTA_OK) {
		status = take_list(r, root, "properties", &r->out->properties);
	}
	return status != ZTA_OK || r->out->properties.count > 0 ?
	    status :
	    FAIL(r, root, "`properties` must be there");
}

static zta_status
take_subject(reader *r, const zta_json *node, zta_statement_subject *out)
{
	static const char *const names[] = { "type", "id", NULL };
	zta_status status = zta_json__only(r->doc, node, names, r->err);

	if (status == ZTA_OK) {
		status = take_name(r, node, "type", &out->type);
	}
	return status != ZTA_OK || zta_json__get(node, "id") == NULL ?
	    status :
	    take_name(r, node, "id", &out->id);
}

static zta_status
take_subjects(reader *r)
{
	const zta_json *root = r->doc->root, *list, *node;
	zta_statement_subject *subjects;
	uint32_t i;
	zta_status status = ZTA_OK;

	list = zta_json__get(root, "subjects");
	if (list == NULL || list->type != ZTA_JSON_ARRAY || list->count == 0 ||
	    list->count > ZTA_STATEMENT_LIST_MAX) {
		return FAIL(r, list == NULL ? root : list,
		    "`subjects` must be 1 to %u of {type, id}",
		    ZTA_STATEMENT_LIST_MAX);
	}
	subjects = zta_arena__zalloc(r->arena, list->count, sizeof(*subjects));
	if (subjects == NULL) {
		return zta_arena__failed(r->arena, r->err);
	}
	node = zta_json__first(list);
	for (i = 0; status == ZTA_OK && i < list->count; i++) {
		status = take_subject(r, node, &subjects[i]);
		node = zta_json__after(node);
	}
	r->out->subjects = subjects;
	r->out->subject_count = list->count;
	return status;
}

static zta_status
take_delegation(reader *r)
{
	zta_status status = take_own_workload(r);

	if (status == ZTA_OK) {
		status = take_subjects(r);
	}
	return status != ZTA_OK ?
	    status :
	    take_list(r, r->doc->root, "actions", &r->out->actions);
}

/* --- the whole */

#define FRAME "iss", "aud", "jti", "nbf", "exp", "kind"

static const char *const federation_names[] = { FRAME, "level", "scope",
	"bundle", NULL };
static const char *const attestation_names[] = { FRAME, "workload",
	"properties", NULL };
static const char *const delegation_names[] = { FRAME, "workload", "subjects",
	"actions", NULL };

static const struct {
	const char *const *names;
	zta_status (*take)(reader *r);
} kinds[] = {
	[ZTA_STATEMENT_FEDERATION] = { federation_names, take_federation },
	[ZTA_STATEMENT_ATTESTATION] = { attestation_names, take_attestation },
	[ZTA_STATEMENT_DELEGATION] = { delegation_names, take_delegation },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

zta_status
zta_statement__read_claims(zta_statement *out, zta_arena *arena,
    const zta_json_doc *doc, zta_error *err)
{
	reader r = { .arena = arena, .out = out, .doc = doc, .err = err };
	const zta_json *kind = zta_json__get(doc->root, "kind");
	size_t i;
	zta_status status;

	for (i = 0; i < KINDS &&
	     (kind == NULL || kind->type != ZTA_JSON_STRING ||
		 !zta_str__is(zta_json__str(kind),
		     zta_statement__kind_name((zta_statement_kind)i)));
	     i++) {
	}
	if (i == KINDS) {
		return FAIL(&r, kind == NULL ? doc->root : kind,
		    "`kind` must be \"federation\", \"attestation\" or "
		    "\"delegation\"");
	}
	out->kind = (zta_statement_kind)i;
	status = zta_json__only(doc, doc->root, kinds[i].names, err);
	if (status == ZTA_OK) {
		status = take_frame(&r);
	}
	return status != ZTA_OK ? status : kinds[i].take(&r);
}

zta_status
zta_statement__read_jws(
    zta_statement *out, zta_arena *arena, zta_str token, zta_error *err)
{
	zta_refusal refusal;
	zta_status status;

	*out = (zta_statement){ 0 };
	status = zta_jws__parse_large(
	    arena, token, ZTA_STATEMENT_MAX, &out->jws, &refusal, err);
	if (status != ZTA_OK) {
		return status == ZTA_EUNTRUSTED ? ZTA_EINVALID : status;
	}
	if (!zta_jws__typ_is(&out->jws, ZTA_STR(ZTA_STATEMENT_TYP))) {
		return zta_error__set(
		    err, ZTA_EINVALID, "`typ` is not %s", ZTA_STATEMENT_TYP);
	}
	return zta_statement__read_claims(out, arena, &out->jws.payload, err);
}

zta_status
zta_statement__read(
    zta_statement *out, zta_arena *arena, zta_str text, zta_error *err)
{
	static const char *const names[] = { "jws", NULL };
	zta_error why = { 0 };
	zta_json_doc doc;
	const zta_json *jws;
	zta_status status = zta_json__read(arena, text, &doc, err);

	*out = (zta_statement){ 0 };
	if (status == ZTA_OK) {
		status = zta_json__only(&doc, doc.root, names, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	jws = zta_json__get(doc.root, "jws");
	if (jws == NULL || jws->type != ZTA_JSON_STRING) {
		return zta_json__fail(&doc, jws == NULL ? doc.root : jws, err,
		    ZTA_EINVALID, "`jws` must be there, a compact JWS");
	}
	status = zta_statement__read_jws(out, arena, zta_json__str(jws), &why);
	zta_error__position(text, jws->at, &out->line, &out->column);
	if (status == ZTA_OK || status == ZTA_ENOMEM) {
		return status == ZTA_OK ? ZTA_OK : zta_error__nomem(err);
	}
	return zta_json__fail(&doc, jws, err, status, "%s%s%.200s", why.place,
	    why.place[0] == '\0' ? "" : ": ", why.message);
}
