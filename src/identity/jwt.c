/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jwt.c - see jwt.h.
 *
 * 1. Nothing of a token is believed before its signature holds; `iss` (or the
 *    trust domain of a JWT-SVID) is only looked at to choose the source.
 * 2. The source says which algorithms, keys, types and audiences count.
 * 3. Every claim that is used is checked for its type first.
 */
#include "identity/jwt.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/str.h"
#include "identity/spiffe_id.h"

/* 9999-12-31T23:59:59Z in seconds. */
#define DATE_MAX INT64_C(253402300799)
/* Longest number as text that is looked at. */
#define NUMBER_TEXT_MAX 32

typedef struct verifier {
	zta_arena *arena;
	const zta_source *source;
	zta_jws jws;
	int64_t now;
	zta_principal *out;
	zta_refusal *refusal;
	zta_error *err;
} verifier;

#define REFUSE(v, code, ...) \
	zta_refusal__set(    \
	    (v)->refusal, ZTA_REFUSAL_##code, (v)->err, __VA_ARGS__)

bool
zta_jwt__date(const zta_json *node, int64_t *ms)
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

static const zta_json *
claim(const verifier *v, const char *name)
{
	return zta_json__get(v->jws.payload.root, name);
}

/* --- the source */

static zta_status
find_source(verifier *v, const zta_sources *sources)
{
	const zta_json *iss = claim(v, "iss"), *sub = claim(v, "sub");
	zta_str issuer = { NULL, 0 }, domain = { NULL, 0 };
	const zta_source *s;
	uint32_t i;

	if (iss != NULL && iss->type != ZTA_JSON_STRING) {
		return REFUSE(v, BAD_CLAIM, "`iss` is no string");
	}
	issuer = iss == NULL ? issuer : zta_json__str(iss);
	if (sub != NULL && sub->type == ZTA_JSON_STRING) {
		(void)zta_spiffe_id__read(zta_json__str(sub), &domain);
	}
	for (i = 0; i < sources->count; i++) {
		s = &sources->list[i];
		if (s->kind == ZTA_SOURCE_JWT ?
			iss != NULL && zta_str__eq(s->issuer, issuer) :
			domain.len > 0 &&
			    zta_str__eq(s->trust_domain, domain)) {
			v->source = s;
			/* An issuer that is listed comes before a domain. */
			if (s->kind == ZTA_SOURCE_JWT) {
				break;
			}
		}
	}
	return v->source != NULL ?
	    ZTA_OK :
	    REFUSE(v, UNKNOWN_ISSUER, "no source claims this token");
}

/* --- signature and type */

static zta_status
check_type(verifier *v)
{
	static const zta_str jwt[] = { { "JWT", 3 }, { "at+jwt", 6 } };
	static const zta_str svid[] = { { "JWT", 3 }, { "JOSE", 4 } };
	const zta_source *s = v->source;
	bool spiffe = s->kind == ZTA_SOURCE_SPIFFE;
	const zta_str *types = s->type_count > 0 ? s->types :
	    spiffe                               ? svid :
						   jwt;
	uint32_t i, count = s->type_count > 0 ? s->type_count : 2;

	if (v->jws.typ.len == 0 && s->type_count == 0) {
		return ZTA_OK;
	}
	for (i = 0; i < count; i++) {
		if (zta_jws__typ_is(&v->jws, types[i])) {
			return ZTA_OK;
		}
	}
	return REFUSE(v, BAD_TYPE, "a token of another type: `%.*s`",
	    ZTA_STR_ARG(v->jws.typ));
}

static zta_status
check_signature(verifier *v)
{
	const zta_key *key;

	if ((v->source->algs & 1u << v->jws.alg) == 0) {
		return REFUSE(v, ALG_NOT_ALLOWED,
		    "source `%.*s` does not use %s",
		    ZTA_STR_ARG(v->source->name), zta_alg_name(v->jws.alg));
	}
	key = zta_jwks__find(&v->source->keys, &v->jws);
	if (key == NULL) {
		return REFUSE(v, UNKNOWN_KEY,
		    "source `%.*s` has no key that fits",
		    ZTA_STR_ARG(v->source->name));
	}
	return zta_key__verify(
		   key, v->jws.alg, v->jws.input, v->jws.signature) ?
	    ZTA_OK :
	    REFUSE(v, BAD_SIGNATURE, "the signature is wrong");
}

/* --- claims */

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
check_audience(verifier *v)
{
	const zta_json *aud = claim(v, "aud"), *item;
	bool found = false;
	uint32_t i, count;

	if (aud == NULL) {
		return REFUSE(v, MISSING_CLAIM, "there is no `aud`");
	}
	item = aud->type == ZTA_JSON_ARRAY ? zta_json__first(aud) : aud;
	count = aud->type == ZTA_JSON_ARRAY ? aud->count : 1;
	for (i = 0; i < count; i++) {
		if (item->type != ZTA_JSON_STRING) {
			return REFUSE(v, BAD_CLAIM, "`aud` holds no strings");
		}
		found = found || is_audience(v->source, item);
		item = zta_json__after(item);
	}
	return found ?
	    ZTA_OK :
	    REFUSE(v, BAD_AUDIENCE, "the token is meant for somebody else");
}

/* A date that may be absent; `*out` keeps its value then. */
static zta_status
read_date(verifier *v, const char *name, int64_t *out)
{
	const zta_json *node = claim(v, name);

	if (node == NULL) {
		return ZTA_OK;
	}
	return zta_jwt__date(node, out) ?
	    ZTA_OK :
	    REFUSE(v, BAD_CLAIM, "`%s` is no date", name);
}

static zta_status
check_dates(verifier *v)
{
	const zta_source *s = v->source;
	int64_t exp = 0, nbf = 0, iat = 0;
	zta_status status;

	if (claim(v, "exp") == NULL) {
		return REFUSE(v, MISSING_CLAIM, "there is no `exp`");
	}
	if (s->max_age_ms > 0 && claim(v, "iat") == NULL) {
		return REFUSE(v, MISSING_CLAIM, "there is no `iat`");
	}
	status = read_date(v, "exp", &exp);
	if (status == ZTA_OK) {
		status = read_date(v, "nbf", &nbf);
	}
	if (status == ZTA_OK) {
		status = read_date(v, "iat", &iat);
	}
	if (status != ZTA_OK) {
		return status;
	}
	if (exp + s->leeway_ms <= v->now) {
		return REFUSE(v, EXPIRED, "the token has expired");
	}
	if (nbf - s->leeway_ms > v->now) {
		return REFUSE(v, NOT_YET_VALID, "the token is not yet valid");
	}
	if (iat - s->leeway_ms > v->now) {
		return REFUSE(v, ISSUED_IN_FUTURE,
		    "the token says that it was issued in the future");
	}
	if (s->max_age_ms > 0 && iat + s->max_age_ms + s->leeway_ms <= v->now) {
		return REFUSE(v, TOO_OLD, "the token is too old");
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
check_subject(verifier *v)
{
	const zta_source *s = v->source;
	const zta_json *sub = claim(v, "sub"), *id;
	zta_str domain = { NULL, 0 };

	if (sub == NULL) {
		return REFUSE(v, MISSING_CLAIM, "there is no `sub`");
	}
	id = s->kind == ZTA_SOURCE_SPIFFE ? sub : claim(v, s->id_claim);
	if (id == NULL) {
		return REFUSE(
		    v, MISSING_CLAIM, "there is no `%s`", s->id_claim);
	}
	if (sub->type != ZTA_JSON_STRING || id->type != ZTA_JSON_STRING) {
		return REFUSE(v, BAD_CLAIM, "the subject is no string");
	}
	if (!is_printable(zta_json__str(id))) {
		return REFUSE(v, BAD_SUBJECT,
		    "the subject is empty or holds control characters");
	}
	if (s->kind == ZTA_SOURCE_SPIFFE &&
	    (!zta_spiffe_id__read(zta_json__str(id), &domain) ||
		!zta_str__eq(domain, s->trust_domain))) {
		return REFUSE(v, BAD_SUBJECT,
		    "the subject is no workload of the trust domain");
	}
	v->out->type = s->entity;
	v->out->id = zta_json__str(id);
	(void)zta_spiffe_id__read(v->out->id, &v->out->trust_domain);
	return ZTA_OK;
}

/* --- scopes: `scope`, words in a string, or `scp`, an array or such a string */

static zta_status
split_scopes(verifier *v, zta_str text)
{
	zta_str *list =
	    zta_arena__alloc(v->arena, (text.len / 2 + 1) * sizeof(*list));
	zta_str word;

	if (list == NULL) {
		return zta_arena__failed(v->arena, v->err);
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
read_scopes(verifier *v)
{
	const zta_json *node = claim(v, "scope"), *item;
	zta_str *list;
	uint32_t i;

	node = node == NULL ? claim(v, "scp") : node;
	if (node == NULL) {
		return ZTA_OK;
	}
	if (node->type == ZTA_JSON_STRING) {
		return split_scopes(v, zta_json__str(node));
	}
	if (node->type != ZTA_JSON_ARRAY) {
		return REFUSE(v, BAD_CLAIM, "`scope` is no string");
	}
	list = zta_arena__alloc(v->arena, (node->count + 1) * sizeof(*list));
	if (list == NULL) {
		return zta_arena__failed(v->arena, v->err);
	}
	item = zta_json__first(node);
	for (i = 0; i < node->count; i++) {
		if (item->type != ZTA_JSON_STRING) {
			return REFUSE(v, BAD_CLAIM, "`scp` holds no strings");
		}
		list[i] = zta_json__str(item);
		item = zta_json__after(item);
	}
	v->out->scopes = list;
	v->out->scope_count = node->count;
	return ZTA_OK;
}

static zta_status
check_claims(verifier *v)
{
	zta_status status = check_audience(v);

	if (status == ZTA_OK) {
		status = check_dates(v);
	}
	if (status == ZTA_OK) {
		status = check_subject(v);
	}
	return status != ZTA_OK ? status : read_scopes(v);
}

zta_status
zta_jwt__verify(const zta_sources *sources, zta_arena *arena, zta_str token,
    int64_t now, zta_principal *out, zta_refusal *refusal, zta_error *err)
{
	verifier v = { .arena = arena,
		.now = now,
		.out = out,
		.refusal = refusal,
		.err = err };
	zta_status status;

	*out = (zta_principal){ 0 };
	status = zta_jws__parse(arena, token, &v.jws, refusal, err);
	if (status == ZTA_OK) {
		status = find_source(&v, sources);
	}
	if (status == ZTA_OK) {
		status = check_signature(&v);
	}
	if (status == ZTA_OK) {
		status = check_type(&v);
	}
	if (status == ZTA_OK) {
		status = check_claims(&v);
	}
	if (status != ZTA_OK) {
		*out = (zta_principal){ 0 };
		return status;
	}
	out->kind = v.source->principal;
	out->source = v.source->name;
	out->issuer = v.source->issuer;
	out->claims = v.jws.payload;
	out->proof = ZTA_PROOF_BEARER;
	zta_digest__sha256(token, out->digest);
	return ZTA_OK;
}
