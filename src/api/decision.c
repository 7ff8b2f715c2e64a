/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decision.c - a decision as its caller sees it. SPEC: authzen 1.0 6, ztauth 5
 *
 * Callers see code and leg. Why it was so is in the record.
 */
#include "api/deciding.h"

#include "base/b64.h"
#include "base/str.h"

/* Words for a person, by code. */
static const char *
reason_user(const char *code)
{
	static const struct {
		const char *code, *words;
	} reasons[] = {
		{ "invalid_token", "The proof of this request is not valid." },
		{ "subject_mismatch", "The proof is about somebody else." },
		{ "insufficient_scope",
		    "This was not among what was agreed to." },
		{ "unauthorized_actor",
		    "The service may not act on your behalf." },
		{ "actor_below_level",
		    "The service is not trusted enough for this." },
		{ "actor_quarantined", "The service has been taken out." },
		{ "consent_required", "Your consent is needed." },
		{ "denied_by_policy", "A policy forbids this." },
		{ "no_policy_permits", "No policy permits this." },
	};
	size_t i;

	for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (strcmp(reasons[i].code, code) == 0) {
			return reasons[i].words;
		}
	}
	return "This cannot be decided now.";
}

void
zta_decision__put(const zta_decision *d, const char *commit, zta_json_out *out)
{
	char id[2 * ZTA_LEAF_ID_LEN];
	uint32_t i;

	zta_hex__encode((zta_str){ (const char *)d->id, sizeof(d->id) }, id);
	zta_json_out__open(out, '{');
	zta_json_out__name(out, "decision");
	zta_json_out__bool(out, d->effect == ZTA_ALLOW);
	zta_json_out__name(out, "context");
	zta_json_out__open(out, '{');
	zta_json_out__member(out, "id", (zta_str){ id, sizeof(id) });
	if (d->effect != ZTA_ALLOW) {
		zta_json_out__name(out, "reason_user");
		zta_json_out__open(out, '{');
		zta_json_out__member(
		    out, "en", zta_str_of(reason_user(d->code)));
		zta_json_out__close(out, '}');
	}
	zta_json_out__name(out, "ztauth");
	zta_json_out__open(out, '{');
	zta_json_out__member(out, "leg", zta_str_of(d->leg));
	zta_json_out__member(out, "code", zta_str_of(d->code));
	if (d->ring > 0) {
		zta_json_out__name(out, "ring");
		zta_json_out__int(out, d->ring);
	}
	if (d->actor.len > 0) {
		zta_json_out__member(out, "actor", d->actor);
	}
	zta_json_out__member(out, "commit", zta_str_of(commit));
	zta_json_out__name(out, "policies");
	zta_json_out__open(out, '[');
	for (i = 0; i < d->policy_count; i++) {
		zta_json_out__str(out, d->policies[i]);
	}
	zta_json_out__close(out, ']');
	if (d->txn != NULL) {
		zta_json_out__member(out, "txn", d->txn->txn);
	}
	zta_json_out__name(out, "log_index");
}
