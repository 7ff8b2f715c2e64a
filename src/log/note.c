/* SPDX-License-Identifier: Apache-2.0 */
/* note.c - see note.h. */
#include "log/note.h"

#include <stdio.h>
#include <string.h>

#include "base/b64.h"
#include "base/error.h"
#include "base/str.h"
#include "base/utf8.h"
#include "crypto/digest.h"
#include "crypto/key.h"

/* The type of a signature, and what is in a line of one. SPEC: c2sp signed-note */
#define TYPE_ED25519 '\x01'
#define TYPED_LEN (1 + ZTA_SSH_KEY_LEN)
#define ID_LEN 4
#define SIGNED_LEN (ID_LEN + ZTA_SSH_SIG_LEN)
#define DASH "\xE2\x80\x94 "

/* A note has a signature of its log and some of witnesses. */
#define NOTE_MAX ((size_t)64 << 10)
#define SIGNATURES_MAX 64u

/* --- keys */

static bool
is_name(zta_str name)
{
	size_t i;

	for (i = 0; i < name.len; i++) {
		if ((unsigned char)name.ptr[i] <= ' ' || name.ptr[i] == '+' ||
		    name.ptr[i] == 0x7F) {
			return false;
		}
	}
	return name.len > 0 && name.len <= ZTA_NOTE_NAME_MAX &&
	    zta_utf8__check(name) == name.len;
}

/* The type and the key, as verifier keys and ids have them. */
static void
put_typed(const zta_ssh_key *public, char out[TYPED_LEN])
{
	out[0] = TYPE_ED25519;
	memcpy(out + 1, public->bytes, ZTA_SSH_KEY_LEN);
}

static void
name_key(zta_note_key *key, zta_str name)
{
	unsigned char digest[ZTA_SHA256_LEN];
	char typed[TYPED_LEN];
	const zta_str parts[] = { name, { "\n", 1 }, { typed, sizeof(typed) } };

	put_typed(&key->public, typed);
	zta_digest__sha256_parts(parts, 3, digest);
	memcpy(key->id, digest, sizeof(key->id));
	memcpy(key->name, name.ptr, name.len);
	key->name[name.len] = '\0';
}

zta_status
zta_note_key__of(
    zta_note_key *out, zta_str name, const zta_key *key, zta_error *err)
{
	zta_status status;

	if (!is_name(name)) {
		return zta_error__set(err, ZTA_EINVALID,
		    "`%.*s` cannot be the name of a key: it is empty, too "
		    "long, or has a space or a plus",
		    ZTA_STR_ARG(name));
	}
	status = zta_ssh_key__of(key, &out->public, NULL);
	if (status != ZTA_OK) {
		return zta_error__set(
		    err, status, "expected a key for Ed25519");
	}
	name_key(out, name);
	return ZTA_OK;
}

static zta_status
bad_vkey(zta_error *err)
{
	return zta_error__set(err, ZTA_EINVALID,
	    "expected a verifier key for Ed25519: name+id+key");
}

zta_status
zta_note_key__read(zta_note_key *out, zta_str vkey, zta_error *err)
{
	zta_str name, id, rest = vkey;
	char typed[ZTA_B64_BYTES(ZTA_B64_STD_LEN(TYPED_LEN))];
	unsigned char claimed[ID_LEN];
	size_t len;

	/* The base64 may have a plus of its own. */
	if (!zta_str__next(&rest, '+', &name) ||
	    !zta_str__next(&rest, '+', &id) || !is_name(name) ||
	    id.len != 2 * (size_t)ID_LEN || !zta_hex__decode(id, claimed) ||
	    rest.len != ZTA_B64_STD_LEN(TYPED_LEN) ||
	    !zta_b64_std__decode(rest, typed, &len) || len != TYPED_LEN ||
	    typed[0] != TYPE_ED25519) {
		return bad_vkey(err);
	}
	memcpy(out->public.bytes, typed + 1, ZTA_SSH_KEY_LEN);
	name_key(out, name);
	return memcmp(out->id, claimed, ID_LEN) == 0 ? ZTA_OK : bad_vkey(err);
}

void
zta_note_key__put(const zta_note_key *key, char out[ZTA_NOTE_VKEY_MAX])
{
	char typed[TYPED_LEN], digits[ZTA_B64_STD_LEN(TYPED_LEN)];
	char id[2 * ID_LEN];

	put_typed(&key->public, typed);
	zta_b64_std__encode((zta_str){ typed, sizeof(typed) }, digits);
	zta_hex__encode((zta_str){ (const char *)key->id, ID_LEN }, id);
	(void)snprintf(out, ZTA_NOTE_VKEY_MAX, "%s+%.*s+%.*s", key->name,
	    (int)sizeof(id), id, (int)sizeof(digits), digits);
}

/* --- notes */

static bool
is_text(zta_str text)
{
	size_t i;

	for (i = 0; i < text.len; i++) {
		if ((unsigned char)text.ptr[i] < ' ' && text.ptr[i] != '\n') {
			return false;
		}
	}
	return text.len > 0 && text.ptr[text.len - 1] == '\n' &&
	    zta_utf8__check(text) == text.len;
}

zta_status
zta_note__sign(zta_buf *buf, zta_str text, const zta_note_key *as,
    const zta_key *key, zta_error *err)
{
	unsigned char sig[ZTA_SIGNATURE_MAX];
	char line[SIGNED_LEN], digits[ZTA_B64_STD_LEN(SIGNED_LEN)];
	size_t len;
	zta_status status;

	if (!is_text(text)) {
		return zta_error__set(err, ZTA_EINVALID,
		    "a note is lines of text, and the last one is ended");
	}
	status = zta_key__sign(key, ZTA_ALG_EDDSA, text, sig, &len, err);
	if (status != ZTA_OK) {
		return status;
	}
	memcpy(line, as->id, ID_LEN);
	memcpy(line + ID_LEN, sig, ZTA_SSH_SIG_LEN);
	zta_b64_std__encode((zta_str){ line, sizeof(line) }, digits);
	zta_buf__put(buf, text);
	zta_buf__printf(
	    buf, "\n" DASH "%s %.*s\n", as->name, (int)sizeof(digits), digits);
	return buf->status;
}

static zta_status
bad_note(zta_error *err, const char *why)
{
	return zta_error__set(err, ZTA_EINVALID, "not a signed note: %s", why);
}

/* Part the text from the lines of signatures, at the last empty line. */
static bool
part(zta_str note, zta_str *text, zta_str *lines)
{
	size_t i;

	for (i = note.len; i >= 2; i--) {
		if (note.ptr[i - 1] == '\n' && note.ptr[i - 2] == '\n') {
			*text = (zta_str){ note.ptr, i - 1 };
			*lines = (zta_str){ note.ptr + i, note.len - i };
			return lines->len > 0 && note.ptr[note.len - 1] == '\n';
		}
	}
	return false;
}

/* "— name base64": the name, and what is encoded. */
static bool
read_line(zta_str line, zta_str *name, char *signature, size_t *len)
{
	zta_str dash = ZTA_STR(DASH), rest;

	if (!zta_str__starts(line, dash)) {
		return false;
	}
	rest = (zta_str){ line.ptr + dash.len, line.len - dash.len };
	return zta_str__next(&rest, ' ', name) && is_name(*name) &&
	    zta_b64_std__decode(rest, signature, len) && *len > ID_LEN;
}

zta_status
zta_note__open(
    zta_str note, const zta_note_key *key, zta_str *text, zta_error *err)
{
	static const char strange[] = "its signatures cannot be read";
	char signature[NOTE_MAX];
	zta_str lines, line, name;
	bool known = false;
	unsigned count = 0;
	size_t len;

	if (note.len > NOTE_MAX) {
		return bad_note(err, "it is too long");
	}
	if (!part(note, text, &lines) || !is_text(*text)) {
		return bad_note(err, "it has no text, or nobody signed it");
	}
	lines.len--;
	while (zta_str__next(&lines, '\n', &line)) {
		if (++count > SIGNATURES_MAX ||
		    !read_line(line, &name, signature, &len)) {
			return bad_note(err, strange);
		}
		if (!zta_str__is(name, key->name) ||
		    memcmp(signature, key->id, ID_LEN) != 0) {
			continue;
		}
		if (len != SIGNED_LEN ||
		    !zta_ssh_key__verify(&key->public, *text,
			(const unsigned char *)signature + ID_LEN)) {
			return zta_error__set(err, ZTA_EUNTRUSTED,
			    "the signature of %s does not hold", key->name);
		}
		known = true;
	}
	return known ? ZTA_OK :
		       zta_error__set(err, ZTA_EUNTRUSTED,
			   "%s has not signed it", key->name);
}
