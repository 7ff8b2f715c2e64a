/* SPDX-License-Identifier: Apache-2.0 */
/* commit_text.c - see commit_text.h. */
#include "ledger/commit_text.h"

#include "base/limits.h"
#include "base/str.h"
#include "base/utf8.h"

static const char armor_begin[] = "-----BEGIN SSH SIGNATURE-----\n";
static const char armor_end[] = "\n -----END SSH SIGNATURE-----";

/* Control characters of ASCII and of Latin-1: terminals obey them. */
static bool
is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7F && code < 0xA0);
}

/* UTF-8 without control characters, except those in `but`. */
static const char *
breaks_text(zta_str text, const char *but, size_t *at)
{
	uint32_t code;
	size_t len;

	for (*at = 0; *at < text.len; *at += len) {
		len = zta_utf8__decode(
		    (zta_str){ text.ptr + *at, text.len - *at }, &code);
		if (len == 0) {
			return "a text is UTF-8";
		}
		if (is_control(code) &&
		    (code == 0 || strchr(but, (int)code) == NULL)) {
			return "a text has no control characters";
		}
	}
	return NULL;
}

const char *
zta_commit_text__breaks_name(zta_str name, size_t *at)
{
	const char *rule = breaks_text(name, "", at);

	if (rule != NULL) {
		return rule;
	}
	*at = 0;
	if (name.len == 0 || name.len > ZTA_COMMIT_PERSON_MAX) {
		return "a name has 1 to 256 bytes";
	}
	if (name.ptr[0] == ' ' || name.ptr[name.len - 1] == ' ') {
		return "a name neither begins nor ends with a space";
	}
	for (; *at < name.len; (*at)++) {
		if (name.ptr[*at] == '<' || name.ptr[*at] == '>') {
			return "a name has neither `<` nor `>`";
		}
	}
	return NULL;
}

const char *
zta_commit_text__breaks_email(zta_str email, size_t *at)
{
	const char *rule = breaks_text(email, "", at);

	if (rule != NULL) {
		return rule;
	}
	*at = 0;
	if (email.len == 0 || email.len > ZTA_COMMIT_PERSON_MAX) {
		return "an email has 1 to 256 bytes";
	}
	for (; *at < email.len; (*at)++) {
		if (strchr("<> ", email.ptr[*at]) != NULL) {
			return "an email has neither `<` nor `>` nor a space";
		}
	}
	return NULL;
}

const char *
zta_commit_text__breaks_message(zta_str message, size_t *at)
{
	const char *rule = breaks_text(message, "\n\t", at);

	if (rule != NULL) {
		return rule;
	}
	*at = 0;
	if (message.len == 0) {
		return "a message is not empty";
	}
	if (strchr(" \t\n", message.ptr[0]) != NULL) {
		return "a message begins with neither space nor empty line";
	}
	*at = message.len - 1;
	return message.ptr[*at] == '\n' ? NULL :
					  "a message ends with a line feed";
}

const char *
zta_commit_text__breaks_signature(zta_str signature, size_t *at)
{
	const char *rule = breaks_text(signature, "\n", at);

	if (rule != NULL) {
		return rule;
	}
	*at = 0;
	if (!zta_str__starts(signature, zta_str_of(armor_begin)) ||
	    !zta_str__ends(signature, zta_str_of(armor_end)) ||
	    signature.len < sizeof(armor_begin) + sizeof(armor_end)) {
		return "a signature is an armored SSH signature";
	}
	for (*at = 1; *at < signature.len; (*at)++) {
		if (signature.ptr[*at - 1] == '\n' &&
		    signature.ptr[*at] != ' ') {
			return "a further line begins with a space";
		}
	}
	return NULL;
}
