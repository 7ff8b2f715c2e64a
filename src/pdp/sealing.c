/* SPDX-License-Identifier: Apache-2.0 */
/* sealing.c - see sealing.h. */
#include "pdp/sealing.h"

#include "base/b64.h"
#include "base/error.h"
#include "base/random.h"
#include "base/str.h"
#include "pdp/transaction.h"

#define REFUSE(why, ...) zta_error__set(why, ZTA_EUNTRUSTED, __VA_ARGS__)

/* --- making */

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/*
 * No later than what it stands on. The token is not among that: a seal is to
 * outlive it. But one seal does not begin the time of another anew.
 */
static int64_t
end_of(const zta_zone *zone, const zta_decision *d)
{
	int64_t end = d->time + zone->seal_lifetime;
	uint32_t i;

	if (d->txn->seal.len > 0) {
		end = least(end, d->txn->seal_expires_at);
	}
	for (i = 0; d->delegation != NULL && i < d->delegation->taken.count;
	     i++) {
		end = least(end, d->delegation->taken.grants[i].expires_at);
	}
	return end;
}

static zta_str
put_hex(zta_arena *arena, const unsigned char *bytes, size_t len)
{
	char *digits = zta_arena__alloc(arena, 2 * len);

	if (digits == NULL) {
		return (zta_str){ NULL, 0 };
	}
	zta_hex__encode((zta_str){ (const char *)bytes, len }, digits);
	return (zta_str){ digits, 2 * len };
}

zta_status
zta_sealing__make(const zta_zone *zone, const zta_snapshot *snapshot,
    zta_arena *arena, const zta_decision *d, const zta_sealed *what,
    zta_seal *out, zta_error *err)
{
	unsigned char jti[16];
	zta_str commit = zta_arena__copy(arena, zta_str_of(snapshot->tree.id));

	zta_random__bytes(jti, sizeof(jti));
	*out = (zta_seal){ .txn = *d->txn,
		.jti = put_hex(arena, jti, sizeof(jti)),
		.decision = put_hex(arena, d->id, sizeof(d->id)),
		.what = *what };
	out->txn.issuer = out->txn.audience = zone->issuer;
	out->txn.issued_at = d->time;
	out->txn.expires_at = end_of(zone, d);
	out->txn.commit = commit;
	return commit.ptr == NULL || out->jti.ptr == NULL ||
		out->decision.ptr == NULL ?
	    zta_arena__failed(arena, err) :
	    ZTA_OK;
}

/* --- believing */

static zta_status
check_zone(const zta_zone *zone, const zta_txn *txn, zta_error *why)
{
	return zta_str__eq(txn->issuer, zone->issuer) &&
		zta_str__eq(txn->audience, zone->issuer) &&
		zta_str__eq(txn->zone, zone->id) ?
	    ZTA_OK :
	    REFUSE(why, "the seal is of another zone");
}

/* A zone that shortens the life of its seals does so for those it has made. */
static zta_status
check_age(const zta_zone *zone, const zta_txn *txn, int64_t now,
    const char **code, zta_error *why)
{
	if (txn->issued_at > now + ZTA_TXN_LEEWAY_MS) {
		return REFUSE(why, "the seal is not valid yet");
	}
	if (txn->expires_at <= now ||
	    txn->issued_at + zone->seal_lifetime <= now) {
		*code = "seal_expired";
		return REFUSE(why, "the seal has expired");
	}
	return ZTA_OK;
}

static zta_status
check_received(const zta_seal *seal, const zta_received *received,
    const char **code, zta_error *why)
{
	if (!zta_str__eq(seal->what.channel, received->channel)) {
		*code = "channel_mismatch";
		return REFUSE(why, "it was sealed for another channel");
	}
	if (!zta_seal_tree__holds(&seal->what, received)) {
		*code = "payload_mismatch";
		return REFUSE(why, "another payload was sealed");
	}
	return ZTA_OK;
}

/* A genuine seal, whatever was received. */
static zta_status
read_seal(const zta_zone *zone, zta_arena *arena, zta_str token, zta_seal *out,
    zta_error *why)
{
	const void *seal;
	zta_status status = zta_transaction__signed(
	    zone, arena, token, ZTA_SEAL_TYP, &zta_seal__reading, &seal, why);

	if (status != ZTA_OK) {
		return status;
	}
	*out = *(const zta_seal *)seal;
	return check_zone(zone, &out->txn, why);
}

zta_status
zta_sealing__open(const zta_zone *zone, zta_arena *arena, zta_str token,
    const zta_received *received, int64_t now, zta_seal *out, const char **code,
    zta_error *why)
{
	zta_status status = read_seal(zone, arena, token, out, why);

	*code = "invalid_token";
	if (status != ZTA_OK) {
		*out = (zta_seal){ 0 };
		return status;
	}
	status = check_age(zone, &out->txn, now, code, why);
	return status != ZTA_OK ? status :
				  check_received(out, received, code, why);
}
