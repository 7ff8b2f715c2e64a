/* SPDX-License-Identifier: Apache-2.0 */
/* refusal.c - see refusal.h. */
#include "identity/refusal.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/error.h"

const char *
zta_refusal__code(zta_refusal refusal)
{
	static const char *const codes[ZTA_REFUSAL_COUNT] = {
		[ZTA_REFUSAL_NONE] = "none",
		[ZTA_REFUSAL_MALFORMED] = "malformed",
		[ZTA_REFUSAL_TOO_LARGE] = "too_large",
		[ZTA_REFUSAL_DUPLICATE] = "duplicate_member",
		[ZTA_REFUSAL_UNSUPPORTED_ALG] = "unsupported_alg",
		[ZTA_REFUSAL_ALG_NOT_ALLOWED] = "alg_not_allowed",
		[ZTA_REFUSAL_KEY_INJECTION] = "key_injection",
		[ZTA_REFUSAL_CRITICAL] = "critical_header",
		[ZTA_REFUSAL_UNKNOWN_KEY] = "unknown_key",
		[ZTA_REFUSAL_NO_KEYS] = "no_keys",
		[ZTA_REFUSAL_NO_ANSWER] = "no_answer",
		[ZTA_REFUSAL_INACTIVE] = "inactive",
		[ZTA_REFUSAL_BAD_SIGNATURE] = "bad_signature",
		[ZTA_REFUSAL_BAD_TYPE] = "bad_type",
		[ZTA_REFUSAL_UNKNOWN_ISSUER] = "unknown_issuer",
		[ZTA_REFUSAL_BAD_AUDIENCE] = "bad_audience",
		[ZTA_REFUSAL_MISSING_CLAIM] = "missing_claim",
		[ZTA_REFUSAL_BAD_CLAIM] = "bad_claim",
		[ZTA_REFUSAL_EXPIRED] = "expired",
		[ZTA_REFUSAL_NOT_YET_VALID] = "not_yet_valid",
		[ZTA_REFUSAL_ISSUED_IN_FUTURE] = "issued_in_future",
		[ZTA_REFUSAL_TOO_OLD] = "too_old",
		[ZTA_REFUSAL_BAD_CLIENT] = "bad_client",
		[ZTA_REFUSAL_WEAK_AUTH] = "weak_auth",
		[ZTA_REFUSAL_STALE_AUTH] = "stale_auth",
		[ZTA_REFUSAL_BAD_SUBJECT] = "bad_subject",
		[ZTA_REFUSAL_DUPLICATE_EXTENSION] = "duplicate_extension",
		[ZTA_REFUSAL_CRITICAL_EXTENSION] = "critical_extension",
		[ZTA_REFUSAL_WEAK_KEY] = "weak_key",
		[ZTA_REFUSAL_WEAK_SIGNATURE] = "weak_signature",
		[ZTA_REFUSAL_UNTRUSTED_CHAIN] = "untrusted_chain",
		[ZTA_REFUSAL_BAD_ISSUER] = "bad_issuer",
		[ZTA_REFUSAL_PATH_LENGTH] = "path_length",
		[ZTA_REFUSAL_NAME_CONSTRAINT] = "name_constraint",
		[ZTA_REFUSAL_KEY_USAGE] = "key_usage",
		[ZTA_REFUSAL_EXTENDED_KEY_USAGE] = "extended_key_usage",
		[ZTA_REFUSAL_LEAF_IS_CA] = "leaf_is_ca",
		[ZTA_REFUSAL_NO_URI] = "no_uri",
		[ZTA_REFUSAL_SEVERAL_URIS] = "several_uris",
		[ZTA_REFUSAL_NOT_SHOWN] = "no_certificate",
		[ZTA_REFUSAL_FORBIDDEN_XML] = "forbidden_xml",
		[ZTA_REFUSAL_DUPLICATE_ID] = "duplicate_id",
		[ZTA_REFUSAL_NOT_ONE_ASSERTION] = "not_one_assertion",
		[ZTA_REFUSAL_ENCRYPTED] = "encrypted",
		[ZTA_REFUSAL_NOT_SIGNED] = "not_signed",
		[ZTA_REFUSAL_SIGNATURE_FORM] = "signature_form",
		[ZTA_REFUSAL_BAD_REFERENCE] = "bad_reference",
		[ZTA_REFUSAL_BAD_TRANSFORM] = "bad_transform",
		[ZTA_REFUSAL_BAD_VERSION] = "bad_version",
		[ZTA_REFUSAL_UNKNOWN_CONDITION] = "unknown_condition",
		[ZTA_REFUSAL_BAD_CONFIRMATION] = "bad_confirmation",
		[ZTA_REFUSAL_BAD_RECIPIENT] = "bad_recipient",
		[ZTA_REFUSAL_BAD_IN_RESPONSE_TO] = "bad_in_response_to",
		[ZTA_REFUSAL_SESSION_ENDED] = "session_ended",
		[ZTA_REFUSAL_REPLAYED] = "replayed",
		[ZTA_REFUSAL_PROOF_MISSING] = "proof_missing",
		[ZTA_REFUSAL_PROOF_REPEATED] = "proof_repeated",
		[ZTA_REFUSAL_PROOF_MALFORMED] = "proof_malformed",
		[ZTA_REFUSAL_PROOF_BAD_TYPE] = "proof_bad_type",
		[ZTA_REFUSAL_PROOF_BAD_KEY] = "proof_bad_key",
		[ZTA_REFUSAL_PROOF_WRONG_KEY] = "proof_wrong_key",
		[ZTA_REFUSAL_PROOF_BAD_SIGNATURE] = "proof_bad_signature",
		[ZTA_REFUSAL_PROOF_WRONG_METHOD] = "proof_wrong_method",
		[ZTA_REFUSAL_PROOF_WRONG_TARGET] = "proof_wrong_target",
		[ZTA_REFUSAL_PROOF_WRONG_TOKEN] = "proof_wrong_token",
		[ZTA_REFUSAL_PROOF_EXPIRED] = "proof_expired",
		[ZTA_REFUSAL_PROOF_IN_FUTURE] = "proof_in_future",
		[ZTA_REFUSAL_PROOF_REPLAYED] = "proof_replayed",
		[ZTA_REFUSAL_PROOF_CROWDED] = "proof_crowded",
		[ZTA_REFUSAL_PROOF_NONCE] = "proof_nonce",
		[ZTA_REFUSAL_UNKNOWN_BINDING] = "unknown_binding",
		[ZTA_REFUSAL_UNBOUND] = "unbound",
		[ZTA_REFUSAL_PROOF_NOT_ALLOWED] = "proof_not_allowed",
		[ZTA_REFUSAL_API_KEY_MALFORMED] = "api_key_malformed",
		[ZTA_REFUSAL_API_KEY_MISTYPED] = "api_key_mistyped",
		[ZTA_REFUSAL_API_KEY_UNKNOWN] = "api_key_unknown",
		[ZTA_REFUSAL_API_KEY_WRONG] = "api_key_wrong",
		[ZTA_REFUSAL_API_KEY_REVOKED] = "api_key_revoked",
		[ZTA_REFUSAL_STATUS_INVALID] = "status_invalid",
		[ZTA_REFUSAL_STATUS_SUSPENDED] = "status_suspended",
		[ZTA_REFUSAL_STATUS_UNKNOWN] = "status_unknown",
		[ZTA_REFUSAL_REVOKED] = "revoked",
	};

	return refusal < ZTA_REFUSAL_COUNT ? codes[refusal] : "unknown";
}

zta_status
zta_refusal__set(zta_refusal *out, zta_refusal refusal, zta_error *err,
    const char *format, ...)
{
	char message[ZTA_MSG_MAX];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	*out = refusal;
	return zta_error__set(err, ZTA_EUNTRUSTED, "%s", message);
}
