/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kind_introspection.c - `introspection`: access tokens that only their issuer
 * can tell of. SPEC: rfc7662
 *
 * What it answers lies in the ring under the digest of the token, no longer than
 * the token lives, and is judged anew each time it is used.
 */
#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "identity/claims.h"
#include "identity/client_auth.h"
#include "identity/source_part.h"

/* That a token is not active may change: it is not remembered for long. */
#define INACTIVE_MS INT64_C(5000)
#define DEFAULT_CACHE_S 60

/* --- the source */

static zta_status
read_method(zta_source_reader *r, const zta_json *node, zta_client *out)
{
	static const char *const names[] = { [ZTA_CLIENT_BASIC] =
						 "client_secret_basic",
		[ZTA_CLIENT_POST] = "client_secret_post",
		[ZTA_CLIENT_KEY] = "private_key_jwt" };
	zta_str word = { NULL, 0 };
	zta_status status =
	    zta_source__need_text(r, node, "client_auth", &word);
	size_t i;

	for (i = 0; status == ZTA_OK && i < sizeof(names) / sizeof(names[0]);
	     i++) {
		if (zta_str__is(word, names[i])) {
			out->method = (zta_client_method)i;
			return ZTA_OK;
		}
	}
	return status != ZTA_OK ?
	    status :
	    ZTA_SOURCE_FAIL(r, zta_json__get(node, "client_auth"),
		"`client_auth` is client_secret_basic, client_secret_post or "
		"private_key_jwt");
}

static zta_status
read_client(zta_source_reader *r, const zta_json *node, zta_client *out)
{
	bool file = zta_json__get(node, "secret_file") != NULL;
	zta_status status =
	    zta_source__need_text(r, node, "client_id", &out->id);

	if (status == ZTA_OK) {
		status = read_method(r, node, out);
	}
	if (status == ZTA_OK && file != (out->method != ZTA_CLIENT_KEY)) {
		return ZTA_SOURCE_FAIL(r, node,
		    "`secret_file` is needed with a secret, and with it "
		    "alone");
	}
	if (status != ZTA_OK || !file) {
		return status;
	}
	status =
	    zta_source__need_text(r, node, "secret_file", &out->secret_file);
	return status != ZTA_OK || zta_source__is_file_name(out->secret_file) ?
	    status :
	    ZTA_SOURCE_FAIL(r, zta_json__get(node, "secret_file"),
		"`secret_file` is the name of a file");
}

/* A member that may be absent. */
static zta_status
read_text(
    zta_source_reader *r, const zta_json *node, const char *name, zta_str *out)
{
	return zta_json__get(node, name) == NULL ?
	    ZTA_OK :
	    zta_source__need_text(r, node, name, out);
}

static zta_status
read(zta_source_reader *r, const zta_json *node, zta_source *out)
{
	zta_status status =
	    zta_source__need_text(r, node, "endpoint", &out->endpoint);

	out->principal = ZTA_PRINCIPAL_HUMAN;
	out->entity = ZTA_STR("User");
	out->cache_ms = DEFAULT_CACHE_S * 1000;
	if (status == ZTA_OK) {
		status =
		    zta_source__address(r, node, "endpoint", out->endpoint);
	}
	if (status == ZTA_OK) {
		status = read_text(r, node, "issuer", &out->issuer);
	}
	if (status == ZTA_OK) {
		status = read_text(r, node, "prefix", &out->prefix);
	}
	if (status == ZTA_OK) {
		status = read_client(r, node, &out->client);
	}
	if (status == ZTA_OK) {
		status = zta_source__seconds(
		    r, node, "cache_s", ZTA_ANSWER_AGE_MAX_S, &out->cache_ms);
	}
	if (status == ZTA_OK) {
		status = zta_source__name_fetched(
		    r, "introspect", out->endpoint, out, &out->endpoint_gate);
	}
	return status != ZTA_OK ? status :
				  zta_source__read_claims(r, node, out);
}

/* Opaque tokens, and JWTs of its issuer that no other source claims. */
static bool
claims(const zta_source *source, const zta_verifying *v)
{
	if (v->presented->as != ZTA_AS_ACCESS_TOKEN) {
		return false;
	}
	return v->is_jws ?
	    source->issuer.len > 0 && zta_str__eq(source->issuer, v->issuer) :
	    zta_str__starts(v->presented->credential, source->prefix);
}

/* --- asking */

static zta_status
ask(const zta_need *need, const zta_outside *outside, zta_arena *arena,
    zta_outside_answer *answer, zta_error *err)
{
	const zta_source *s = need->source;
	zta_outside_request request = { .url = s->endpoint,
		.accept = "application/json",
		.answer_max = ZTA_ANSWER_MAX };
	zta_client_form form;
	zta_status status;

	zta_client_form__init(&form);
	zta_client_form__put(&form, "token", need->credential);
	zta_client_form__put(&form, "token_type_hint", ZTA_STR("access_token"));
	status = zta_client_form__show(&form, &s->client,
	    s->issuer.len > 0 ? s->issuer : s->endpoint, outside, err);
	if (status == ZTA_OK) {
		request.form = zta_buf__str(&form.form);
		request.authorization = zta_buf__str(&form.authorization);
		status = outside->ask(
		    outside->context, arena, &request, answer, err);
	}
	if (status == ZTA_OK && answer->status != 200) {
		status = zta_error__set(err, ZTA_EUNAVAILABLE,
		    "the answer has status %u", answer->status);
	}
	zta_client_form__release(&form);
	return status;
}

/* How long an answer is kept; negative: it is none. */
static int64_t
lifetime(const zta_source *source, const zta_json *root, int64_t now)
{
	const zta_json *active = zta_json__get(root, "active");
	const zta_json *exp = zta_json__get(root, "exp");
	int64_t ends, left = source->cache_ms;

	if (active == NULL || !zta_json__is_bool(active)) {
		return -1;
	}
	if (active->type == ZTA_JSON_FALSE) {
		return left < INACTIVE_MS ? left : INACTIVE_MS;
	}
	if (exp != NULL && zta_claims__date(exp, &ends) && ends - now < left) {
		left = ends > now ? ends - now : 0;
	}
	return left;
}

static zta_status
fetch(const zta_need *need, zta_ring *ring, const zta_outside *outside,
    zta_error *err)
{
	zta_outside_answer answer = { 0 };
	zta_fetched *fetched = NULL;
	zta_json_doc doc;
	zta_arena arena;
	int64_t keep = 0;
	zta_status status;

	zta_arena__init(&arena, SIZE_MAX);
	status = ask(need, outside, &arena, &answer, err);
	if (status == ZTA_OK) {
		status = zta_json__read(&arena, answer.body, &doc, err);
	}
	if (status == ZTA_OK) {
		keep = lifetime(need->source, doc.root, need->now);
		if (keep < 0) {
			status = zta_error__set(err, ZTA_EINVALID,
			    "the answer does not say whether it is `active`");
		}
	}
	if (status == ZTA_OK) {
		fetched = zta_fetched__make(answer.body);
		status = fetched == NULL ?
		    zta_error__nomem(err) :
		    zta_ring__put(ring, need->key, fetched, keep, keep, false);
	}
	if (status != ZTA_OK) {
		/* A secret has its own place. */
		zta_error__place(
		    err, "%.*s", ZTA_STR_ARG(need->source->endpoint));
	}
	zta_fetched__drop(fetched);
	zta_arena__release(&arena);
	return status;
}

/* --- judging */

/* Of the token at this endpoint, in the arena. */
static zta_status
make_need(zta_verifying *v, zta_need *out)
{
	const zta_source *s = v->source;
	size_t len = s->endpoint_gate.len;
	char *key = zta_arena__alloc(v->with->arena, len + ZTA_SHA256_LEN);

	if (key == NULL) {
		return zta_arena__failed(v->with->arena, v->err);
	}
	memcpy(key, s->endpoint_gate.ptr, len);
	zta_digest__sha256(
	    v->presented->credential, (unsigned char *)key + len);
	*out = (zta_need){ .source = s,
		.fetch = fetch,
		.key = { key, len + ZTA_SHA256_LEN },
		.gate = s->endpoint_gate,
		.credential = v->presented->credential,
		.now = v->with->now };
	return ZTA_OK;
}

static bool
same_word(zta_str a, const char *b)
{
	size_t i;

	for (i = 0; i < a.len && b[i] != '\0'; i++) {
		if ((a.ptr[i] | 0x20) != b[i]) {
			return false;
		}
	}
	return i == a.len && b[i] == '\0';
}

/* Whatever else it may be, it is an access token of this issuer. */
static zta_status
check_answer(zta_verifying *v)
{
	const zta_json *root = v->claims.doc.root;
	const zta_json *active = zta_json__get(root, "active");
	const zta_json *type = zta_json__get(root, "token_type");
	const zta_json *iss = zta_json__get(root, "iss");

	if (active == NULL || active->type != ZTA_JSON_TRUE) {
		return ZTA_REFUSE(
		    v, INACTIVE, "the issuer says that it is not active");
	}
	if (type != NULL &&
	    (type->type != ZTA_JSON_STRING ||
		(!same_word(zta_json__str(type), "bearer") &&
		    !same_word(zta_json__str(type), "dpop")))) {
		return ZTA_REFUSE(
		    v, BAD_TYPE, "`token_type` is not of an access token");
	}
	if (iss != NULL && v->source->issuer.len > 0 &&
	    (iss->type != ZTA_JSON_STRING ||
		!zta_str__eq(zta_json__str(iss), v->source->issuer))) {
		return ZTA_REFUSE(
		    v, UNKNOWN_ISSUER, "`iss` is not that of the source");
	}
	return ZTA_OK;
}

static zta_status
judge(zta_verifying *v, const zta_fetched *answer)
{
	zta_str text = zta_arena__copy(v->with->arena, answer->text);
	zta_status status;

	if (text.ptr == NULL) {
		return zta_arena__failed(v->with->arena, v->err);
	}
	status = zta_claims__read(&v->claims, v->with->arena, text, v->err);
	if (status == ZTA_OK) {
		status = check_answer(v);
	}
	return status != ZTA_OK ? status : zta_claims__judge(v);
}

static zta_status
verify(zta_verifying *v)
{
	zta_ring_view view = { 0 };
	zta_need need;
	zta_status status = make_need(v, &need);

	if (status != ZTA_OK) {
		return status;
	}
	if (v->with->ring != NULL) {
		zta_ring__look(
		    v->with->ring, need.key, need.gate, v->with->since, &view);
	}
	if (view.value != NULL) {
		status = judge(v, view.value);
		zta_fetched__drop(view.value);
		return status;
	}
	if (view.may_fetch) {
		v->why_not->need = need;
		return zta_error__set(v->err, ZTA_EUNAVAILABLE,
		    "source `%.*s` must be asked about the token",
		    ZTA_STR_ARG(v->source->name));
	}
	return ZTA_REFUSE(v, NO_ANSWER,
	    "source `%.*s` cannot be asked about the token now",
	    ZTA_STR_ARG(v->source->name));
}

static const char *const members[] = { "endpoint", "issuer", "prefix",
	"client_id", "client_auth", "secret_file", "cache_s",
	ZTA_SOURCE_CLAIM_MEMBERS, NULL };

const zta_kind zta_kind__introspection = { "introspection", members, read,
	claims, verify };
