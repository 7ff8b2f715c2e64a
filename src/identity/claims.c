/* SPDX-License-Identifier: Apache-2.0 */
/* claims.c - see claims.h. Every claim that is used is checked for its type. */
#include "identity/claims.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/str.h"
#include "identity/mapping.h"
#include "identity/spiffe_id.h"

/* 9999-12-31T23:59:59Z in seconds. */
#define DATE_MAX INT64_C(253402300799)
/* Longest number as text that is looked at. */
#define NUMBER_TEXT_MAX 32

bool
zta_claims__date(const zta_json *node, int64_t *ms)
{
	char text[NUMBER_TEXT_MAX];
	double seconds;

	if (node->type == ZTA_JSON_INTEGER) {
		*ms = node->u.integer;
		if (*ms < 0 || *ms > DATE_MAX) {
			return false;
		}
		*ms *= 1000;
		return true;
	}
	if (node->type != ZTA_JSON_NUMBER || node->count >= sizeof(text)) {
		return false;
	}
	memcpy(text, node->u.text, node->count);
	text[node->count] = '\0';
	seconds = strtod(text, NULL);
	if (!(seconds >= 0) || seconds > (double)DATE_MAX) {
		return false;
	}
	*ms = (int64_t)(seconds * 1000);
	return true;
}

static bool
is_audience(const zta_source *source, const zta_json *node)
{
	uint32_t i;

	for (i = 0; node->type == ZTA_JSON_STRING && i < source->audience_count;
	     i++) {
		if (zta_str__eq(source->audiences[i], zta_json__str(node))) {
			return true;
		}
	}
	return false;
}

static zta_status
check_audience(zta_verifying *v)
{
	const zta_json *aud = v->claims.of[ZTA_CLAIM_AUD], *item;
	bool found = false;
	uint32_t i, count;

	if (aud == NULL) {
		return ZTA_REFUSE(v, MISSING_CLAIM, "there is no `aud`");
	}
	item = aud->type == ZTA_JSON_ARRAY ? zta_json__first(aud) : aud;
	count = aud->type == ZTA_JSON_ARRAY ? aud->count : 1;
	for (i = 0; i < count; i++) {
		if (item->type != ZTA_JSON_STRING) {
			return ZTA_REFUSE(
			    v, BAD_CLAIM, "`aud` holds no strings");
		}
		found = found || is_audience(v->source, item);
		item = zta_json__after(item);
	}
	return found ?
	    ZTA_OK :
	    ZTA_REFUSE(v, BAD_AUDIENCE, "the token is meant for somebody else");
}

/* A date that may be absent; `*out` keeps its value then. */
static zta_status
read_date(zta_verifying *v, zta_claim claim, int64_t *out)
{
	const zta_json *node = v->claims.of[claim];

	if (node == NULL) {
		return ZTA_OK;
	}
	return zta_claims__date(node, out) ?
	    ZTA_OK :
	    ZTA_REFUSE(v, BAD_CLAIM, "`%s` is no date", zta_claim__name(claim));
}

static zta_status
check_dates(zta_verifying *v)
{
	const zta_source *s = v->source;
	int64_t exp = 0, nbf = 0, iat = 0;
	zta_status status;

	if (v->claims.of[ZTA_CLAIM_EXP] == NULL) {
		return ZTA_REFUSE(v, MISSING_CLAIM, "there is no `exp`");
	}
	if (s->max_age_ms > 0 && v->claims.of[ZTA_CLAIM_IAT] == NULL) {
		return ZTA_REFUSE(v, MISSING_CLAIM, "there is no `iat`");
	}
	status = read_date(v, ZTA_CLAIM_EXP, &exp);
	if (status == ZTA_OK) {
		status = read_date(v, ZTA_CLAIM_NBF, &nbf);
	}
	if (status == ZTA_OK) {
		status = read_date(v, ZTA_CLAIM_IAT, &iat);
	}
	if (status != ZTA_OK) {
		return status;
	}
	if (exp + s->leeway_ms <= v->with->now) {
		return ZTA_REFUSE(v, EXPIRED, "the token has expired");
	}
	if (nbf - s->leeway_ms > v->with->now) {
		return ZTA_REFUSE(
		    v, NOT_YET_VALID, "the token is not yet valid");
	}
	if (iat - s->leeway_ms > v->with->now) {
		return ZTA_REFUSE(v, ISSUED_IN_FUTURE,
		    "the token says that it was issued in the future");
	}
	if (s->max_age_ms > 0 &&
	    iat + s->max_age_ms + s->leeway_ms <= v->with->now) {
		return ZTA_REFUSE(v, TOO_OLD, "the token is too old");
	}
	v->out->expires_at = exp;
	v->out->issued_at = iat;
	return ZTA_OK;
}

static bool
is_printable(zta_str text)
{
	size_t i;

	for (i = 0; i < text.len; i++) {
		if ((unsigned char)text.ptr[i] < 0x20 || text.ptr[i] == 0x7f) {
			return false;
		}
	}
	return text.len > 0;
}

static zta_status
check_subject(zta_verifying *v)
{
	const zta_source *s = v->source;
	const zta_json *sub = v->claims.of[ZTA_CLAIM_SUB], *id;
	zta_str domain = { NULL, 0 };

	if (sub == NULL) {
		return ZTA_REFUSE(v, MISSING_CLAIM, "there is no `sub`");
	}
	id = zta_mapping__find(v->claims.doc.root, &s->id);
	if (id == NULL) {
		return ZTA_REFUSE(v, MISSING_CLAIM, "there is no `%.*s`",
		    ZTA_STR_ARG(s->id.text));
	}
	if (sub->type != ZTA_JSON_STRING || id->type != ZTA_JSON_STRING) {
		return ZTA_REFUSE(v, BAD_CLAIM, "the subject is no string");
	}
	if (!is_printable(zta_json__str(id))) {
		return ZTA_REFUSE(v, BAD_SUBJECT,
		    "the subject is empty or holds control characters");
	}
	if (s->trust_domain.len > 0 &&
	    (!zta_workload_id__read(zta_json__str(id), &domain) ||
		!zta_str__eq(domain, s->trust_domain))) {
		return ZTA_REFUSE(v, BAD_SUBJECT,
		    "the subject is no workload of the trust domain");
	}
	v->out->type = s->entity;
	v->out->id = zta_json__str(id);
	(void)zta_workload_id__read(v->out->id, &v->out->trust_domain);
	return ZTA_OK;
}

/* --- scopes: `scope`, words in a string, or `scp`, an array or such a string */

static zta_status
split_scopes(zta_verifying *v, zta_str text)
{
	zta_str *list = zta_arena__alloc(
	    v->with->arena, (text.len / 2 + 1) * sizeof(*list));
	zta_str word;

	if (list == NULL) {
		return zta_arena__failed(v->with->arena, v->err);
	}
	v->out->scopes = list;
	while (zta_str__next(&text, ' ', &word)) {
		if (word.len > 0) {
			list[v->out->scope_count++] = word;
		}
	}
	return ZTA_OK;
}

static zta_status
read_scopes(zta_verifying *v)
{
	const zta_json *node = v->claims.of[ZTA_CLAIM_SCOPE], *item;
	zta_str *list;
	uint32_t i;

	node = node == NULL ? v->claims.of[ZTA_CLAIM_SCP] : node;
	if (node == NULL) {
		return ZTA_OK;
	}
	if (node->type == ZTA_JSON_STRING) {
		return split_scopes(v, zta_json__str(node));
	}
	if (node->type != ZTA_JSON_ARRAY) {
		return ZTA_REFUSE(v, BAD_CLAIM, "`scope` is no string");
	}
	list =
	    zta_arena__alloc(v->with->arena, (node->count + 1) * sizeof(*list));
	if (list == NULL) {
		return zta_arena__failed(v->with->arena, v->err);
	}
	item = zta_json__first(node);
	for (i = 0; i < node->count; i++) {
		if (item->type != ZTA_JSON_STRING) {
			return ZTA_REFUSE(
			    v, BAD_CLAIM, "`scp` holds no strings");
		}
		list[i] = zta_json__str(item);
		item = zta_json__after(item);
	}
	v->out->scopes = list;
	v->out->scope_count = node->count;
	return ZTA_OK;
}

zta_status
zta_claims__judge(zta_verifying *v)
{
	zta_status status = check_audience(v);

	return status != ZTA_OK ? status : zta_claims__judge_unaddressed(v);
}

zta_status
zta_claims__judge_unaddressed(zta_verifying *v)
{
	zta_status status = check_dates(v);

	if (status == ZTA_OK) {
		status = check_subject(v);
	}
	if (status == ZTA_OK) {
		status = zta_claims__demand(v);
	}
	if (status == ZTA_OK) {
		status = read_scopes(v);
	}
	return status != ZTA_OK ? status : zta_mapping__apply(v);
}
