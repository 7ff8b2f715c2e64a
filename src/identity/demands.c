/* SPDX-License-Identifier: Apache-2.0 */
/*
 * demands.c - what a source demands of how somebody signed in, and with whom.
 * SPEC: openid core 2, 3.1.3.7; rfc9068 2.2, 5; rfc9470
 */
#include "identity/claims.h"

#include "base/str.h"

static bool
has(const zta_str_list *list, zta_str text)
{
	return zta_str__is_among(text, list->list, list->count);
}

/* A claim that is a string if it is there at all. */
static zta_status
read_text(zta_verifying *v, zta_claim claim, zta_str *out)
{
	const zta_json *node = v->claims.of[claim];

	*out = (zta_str){ NULL, 0 };
	if (node == NULL) {
		return ZTA_OK;
	}
	if (node->type != ZTA_JSON_STRING) {
		return ZTA_REFUSE(
		    v, BAD_CLAIM, "`%s` is no string", zta_claim__name(claim));
	}
	*out = zta_json__str(node);
	return ZTA_OK;
}

/* The one audience, or NULL bytes: there are several. */
static zta_str
only_audience(const zta_verifying *v)
{
	const zta_json *aud = v->claims.of[ZTA_CLAIM_AUD];

	if (aud != NULL && aud->type == ZTA_JSON_ARRAY && aud->count == 1) {
		aud = zta_json__first(aud);
	}
	return aud != NULL && aud->type == ZTA_JSON_STRING ?
	    zta_json__str(aud) :
	    (zta_str){ NULL, 0 };
}

/* For whom an ID token was made: its audience, or of several the `azp`. */
static zta_status
find_client(zta_verifying *v, zta_str *azp)
{
	const zta_source *s = v->source;
	const zta_str_list audiences = { s->audiences, s->audience_count };
	zta_status status = read_text(v, ZTA_CLAIM_AZP, azp);

	if (status != ZTA_OK || v->presented->as != ZTA_AS_ID_TOKEN) {
		return status;
	}
	*azp = azp->ptr == NULL ? only_audience(v) : *azp;
	if (azp->ptr == NULL) {
		return ZTA_REFUSE(v, MISSING_CLAIM,
		    "an ID token with several `aud` has no `azp`");
	}
	return s->clients.count > 0 || has(&audiences, *azp) ?
	    ZTA_OK :
	    ZTA_REFUSE(v, BAD_CLIENT,
		"the ID token was made for another client: `azp`");
}

static zta_status
check_client(zta_verifying *v)
{
	const zta_source *s = v->source;
	zta_str azp, client = { NULL, 0 };
	zta_status status = find_client(v, &azp);

	if (status == ZTA_OK) {
		status = read_text(v, ZTA_CLAIM_CLIENT_ID, &client);
	}
	if (status != ZTA_OK || s->clients.count == 0) {
		return status;
	}
	if (azp.ptr == NULL && client.ptr == NULL) {
		return ZTA_REFUSE(
		    v, MISSING_CLAIM, "there is neither `azp` nor `client_id`");
	}
	return (azp.ptr == NULL || has(&s->clients, azp)) &&
		(client.ptr == NULL || has(&s->clients, client)) ?
	    ZTA_OK :
	    ZTA_REFUSE(v, BAD_CLIENT,
		"the credential was made for a client that is none of "
		"`clients`");
}

static zta_status
check_acr(zta_verifying *v)
{
	zta_str acr;
	zta_status status = read_text(v, ZTA_CLAIM_ACR, &acr);

	if (status != ZTA_OK || v->source->acr.count == 0) {
		return status;
	}
	return acr.ptr != NULL && has(&v->source->acr, acr) ?
	    ZTA_OK :
	    ZTA_REFUSE(v, WEAK_AUTH, "`acr` is none that the source accepts");
}

static bool
names_method(const zta_json *amr, zta_str method)
{
	const zta_json *item;
	uint32_t i;

	if (amr == NULL || amr->type != ZTA_JSON_ARRAY) {
		return false;
	}
	item = zta_json__first(amr);
	for (i = 0; i < amr->count; i++) {
		if (item->type == ZTA_JSON_STRING &&
		    zta_str__eq(zta_json__str(item), method)) {
			return true;
		}
		item = zta_json__after(item);
	}
	return false;
}

/* All methods that the source names were used. */
static zta_status
check_amr(zta_verifying *v)
{
	const zta_json *amr = v->claims.of[ZTA_CLAIM_AMR];
	const zta_str_list *wanted = &v->source->amr;
	uint32_t i;

	for (i = 0; i < wanted->count; i++) {
		if (!names_method(amr, wanted->list[i])) {
			return ZTA_REFUSE(v, WEAK_AUTH,
			    "`amr` lacks a method that the source demands");
		}
	}
	return ZTA_OK;
}

static zta_status
check_auth_time(zta_verifying *v)
{
	const zta_json *node = v->claims.of[ZTA_CLAIM_AUTH_TIME];
	const zta_source *s = v->source;
	int64_t at;

	if (s->max_auth_age_ms == 0) {
		return ZTA_OK;
	}
	if (node == NULL) {
		return ZTA_REFUSE(v, MISSING_CLAIM, "there is no `auth_time`");
	}
	if (!zta_claims__date(node, &at)) {
		return ZTA_REFUSE(v, BAD_CLAIM, "`auth_time` is no date");
	}
	return at - s->leeway_ms <= v->with->now &&
		at + s->max_auth_age_ms + s->leeway_ms > v->with->now ?
	    ZTA_OK :
	    ZTA_REFUSE(v, STALE_AUTH,
		"the person signed in too long ago: `auth_time`");
}

zta_status
zta_claims__demand(zta_verifying *v)
{
	zta_status status = check_client(v);

	if (status == ZTA_OK) {
		status = check_acr(v);
	}
	if (status == ZTA_OK) {
		status = check_amr(v);
	}
	return status != ZTA_OK ? status : check_auth_time(v);
}
