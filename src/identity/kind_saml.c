/* SPDX-License-Identifier: Apache-2.0 */
/* kind_saml.c - `saml`: SAML 2.0 assertions of an issuer. SPEC: saml-core */
#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "crypto/cert.h"
#include "identity/source_part.h"

/* --- keys */

/* All keys of the certificates in `pem`, which has one at least. */
static zta_status
add_keys(zta_source_reader *r, const zta_json *node, zta_str pem, zta_jwks *out)
{
	uint32_t begin = out->count;
	zta_key *key;
	zta_error why;
	zta_status status;

	for (;;) {
		status = zta_cert__next_key(&pem, &key, &why);
		if (status == ZTA_ENOTFOUND && out->count > begin) {
			return ZTA_OK;
		}
		if (status == ZTA_ENOMEM) {
			return zta_error__nomem(r->err);
		}
		if (status != ZTA_OK) {
			return ZTA_SOURCE_FAIL(r, node, "%s", why.message);
		}
		if (out->count == ZTA_SAML_KEYS_MAX) {
			zta_key_close(key);
			return ZTA_SOURCE_FAIL(
			    r, node, "over %u certificates", ZTA_SAML_KEYS_MAX);
		}
		out->keys[out->count++] = (zta_jwks_key){ .key = key };
	}
}

static zta_status
read_certs(zta_source_reader *r, const zta_json *node, zta_jwks *out)
{
	const zta_str *list;
	uint32_t i, count;
	zta_status status = zta_source__texts(r, node, "certs", &list, &count);

	for (i = 0; status == ZTA_OK && i < count; i++) {
		status = add_keys(r, node, list[i], out);
	}
	return status;
}

static zta_status
read_cert_file(zta_source_reader *r, const zta_json *node, zta_jwks *out)
{
	zta_str pem;
	zta_status status = zta_source__read_file(r, node, "cert_file", &pem);

	if (status != ZTA_OK || pem.ptr == NULL) {
		return status;
	}
	return add_keys(r, node, pem, out);
}

static zta_status
read_keys(zta_source_reader *r, const zta_json *source, zta_jwks *out)
{
	const zta_json *certs = zta_json__get(source, "certs");
	const zta_json *file = zta_json__get(source, "cert_file");

	if ((certs == NULL) == (file == NULL)) {
		return ZTA_SOURCE_FAIL(
		    r, source, "a source needs `certs` or `cert_file`");
	}
	out->keys =
	    zta_arena__zalloc(r->arena, ZTA_SAML_KEYS_MAX, sizeof(*out->keys));
	if (out->keys == NULL) {
		return zta_arena__failed(r->arena, r->err);
	}
	return file != NULL ? read_cert_file(r, file, out) :
			      read_certs(r, certs, out);
}

/* --- the rest */

static zta_status
read_algs(zta_source_reader *r, const zta_json *source, zta_saml_rules *rules)
{
	const zta_json *node = zta_json__get(source, "algorithms");
	const zta_str *names;
	uint32_t i, count;
	zta_xml_alg alg;
	zta_status status;

	if (node == NULL) {
		return ZTA_SOURCE_FAIL(r, source,
		    "a source needs `algorithms`, an array of RS256, RS384, "
		    "RS512, ES256");
	}
	status = zta_source__texts(r, node, "algorithms", &names, &count);
	for (i = 0; status == ZTA_OK && i < count; i++) {
		alg = zta_xml_alg__of(names[i]);
		rules->algs |= 1u << alg;
		if (alg == ZTA_XML_ALG_NONE) {
			return ZTA_SOURCE_FAIL(r, node,
			    "only RS256, RS384, RS512 and ES256 are accepted: "
			    "no SHA-1, and no shared secrets");
		}
	}
	return status;
}

/* A boolean that may be absent: false. */
static zta_status
read_bool(
    zta_source_reader *r, const zta_json *source, const char *name, bool *out)
{
	const zta_json *node = zta_json__get(source, name);

	if (node == NULL) {
		return ZTA_OK;
	}
	*out = node->type == ZTA_JSON_TRUE;
	return zta_json__is_bool(node) ?
	    ZTA_OK :
	    ZTA_SOURCE_FAIL(r, node, "`%s` is true or false", name);
}

static zta_status
read_rules(zta_source_reader *r, const zta_json *node, zta_saml_rules *rules)
{
	zta_status status =
	    zta_source__need_text(r, node, "recipient", &rules->recipient);

	if (status == ZTA_OK) {
		status = read_algs(r, node, rules);
	}
	if (status == ZTA_OK) {
		status = read_bool(
		    r, node, "accept_in_response_to", &rules->answers);
	}
	if (status == ZTA_OK) {
		status = read_bool(r, node, "accept_repeated", &rules->many);
	}
	if (status == ZTA_OK && zta_json__get(node, "name_format") != NULL) {
		status = zta_source__need_text(
		    r, node, "name_format", &rules->name_format);
	}
	return status;
}

static zta_status
read(zta_source_reader *r, const zta_json *node, zta_source *out)
{
	zta_saml_rules *rules = zta_arena__zalloc(r->arena, 1, sizeof(*rules));
	zta_status status;

	if (rules == NULL) {
		return zta_arena__failed(r->arena, r->err);
	}
	out->saml = rules;
	out->principal = ZTA_PRINCIPAL_HUMAN;
	out->entity = ZTA_STR("User");
	status = zta_source__need_text(r, node, "issuer", &out->issuer);
	if (status == ZTA_OK) {
		status = zta_source__read_claims(r, node, out);
	}
	if (status == ZTA_OK) {
		status = read_rules(r, node, rules);
	}
	return status != ZTA_OK ? status : read_keys(r, node, &out->keys);
}

static bool
claims(const zta_source *source, const zta_verifying *v)
{
	return v->is_saml && zta_str__eq(source->issuer, v->issuer);
}

static const char *const members[] = { "issuer", "algorithms", "certs",
	"cert_file", "recipient", "name_format", "accept_in_response_to",
	"accept_repeated", ZTA_SOURCE_CLAIM_MEMBERS, NULL };

const zta_kind zta_kind__saml = { "saml", members, read, claims,
	zta_saml__verify };
