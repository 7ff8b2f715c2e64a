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

/* SPEC: c2sp signed-note */
#define TYPED_LEN (1 + ZTA_SSH_KEY_LEN)
#define ID_LEN ZTA_NOTE_ID_LEN
#define SIGNED_LEN (ID_LEN + ZTA_SSH_SIG_LEN)
#define DASH "\xE2\x80\x94 "

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
put_typed(const zta_note_key *key, char out[TYPED_LEN])
{
	out[0] = (char)key->type;
	memcpy(out + 1, key->public.bytes, ZTA_SSH_KEY_LEN);
}

static void
name_key(zta_note_key *key, zta_str name)
{
	unsigned char digest[ZTA_SHA256_LEN];
	char typed[TYPED_LEN];
	const zta_str parts[] = { name, { "\n", 1 }, { typed, sizeof(typed) } };

	put_typed(key, typed);
	zta_digest__sha256_parts(parts, 3, digest);
	memcpy(key->id, digest, sizeof(key->id));
	memcpy(key->name, name.ptr, name.len);
	key->name[name.len] = '\0';
}

zta_status
zta_note_key__of_type(zta_note_key *out, zta_note_type type, zta_str name,
    const zta_key *key, zta_error *err)
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
	out->type = type;
	name_key(out, name);
	return ZTA_OK;
}

zta_status
zta_note_key__of(
    zta_note_key *out, zta_str name, const zta_key *key, zta_error *err)
{
	return zta_note_key__of_type(out, ZTA_NOTE_ED25519, name, key, err);
}

static zta_status
bad_vkey(zta_note_type type, zta_error *err)
{
	return zta_error__set(err, ZTA_EINVALID, "%s",
	    type == ZTA_NOTE_COSIGNATURE ?
		"expected the verifier key of a witness, for Ed25519: "
		"name+id+key" :
		"expected a verifier key for Ed25519: name+id+key");
}

zta_status
zta_note_key__read_type(
    zta_note_key *out, zta_note_type type, zta_str vkey, zta_error *err)
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
	    typed[0] != (char)type) {
		return bad_vkey(type, err);
	}
	out->type = type;
	memcpy(out->public.bytes, typed + 1, ZTA_SSH_KEY_LEN);
	name_key(out, name);
	return memcmp(out->id, claimed, ID_LEN) == 0 ? ZTA_OK :
						       bad_vkey(type, err);
}

zta_status
zta_note_key__read(zta_note_key *out, zta_str vkey, zta_error *err)
{
	return zta_note_key__read_type(out, ZTA_NOTE_ED25519, vkey, err);
}

void
zta_note_key__put(const zta_note_key *key, char out[ZTA_NOTE_VKEY_MAX])
{
	char typed[TYPED_LEN], digits[ZTA_B64_STD_LEN(TYPED_LEN)];
	char id[2 * ID_LEN];

	put_typed(key, typed);
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

void
zta_note__put_line(zta_buf *buf, const zta_note_key *key, zta_str signature)
{
	char bytes[ID_LEN + ZTA_NOTE_SIGNATURE_MAX];
	char digits[ZTA_B64_STD_LEN(sizeof(bytes))];
	size_t len = ID_LEN + signature.len;

	memcpy(bytes, key->id, ID_LEN);
	memcpy(bytes + ID_LEN, signature.ptr, signature.len);
	zta_b64_std__encode((zta_str){ bytes, len }, digits);
	zta_buf__printf(buf, DASH "%s %.*s\n", key->name,
	    (int)ZTA_B64_STD_LEN(len), digits);
}

zta_status
zta_note__sign(zta_buf *buf, zta_str text, const zta_note_key *as,
    const zta_key *key, zta_error *err)
{
	unsigned char sig[ZTA_SIGNATURE_MAX];
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
	zta_buf__put(buf, text);
	zta_buf__byte(buf, '\n');
	zta_note__put_line(buf, as, (zta_str){ (const char *)sig, len });
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
zta_note_lines__begin(zta_note_lines *lines, zta_str note, zta_error *err)
{
	if (note.len > ZTA_NOTE_MAX) {
		return bad_note(err, "it is too long");
	}
	if (!part(note, &lines->text, &lines->rest) || !is_text(lines->text)) {
		return bad_note(err, "it has no text, or nobody signed it");
	}
	lines->count = 0;
	return ZTA_OK;
}

zta_status
zta_note_lines__next(zta_note_lines *lines, zta_error *err)
{
	zta_str line;

	if (lines->rest.len == 0) {
		return ZTA_ENOTFOUND;
	}
	/* The last one is ended, too. */
	line = (zta_str){ lines->rest.ptr, zta_str__find(lines->rest, '\n') };
	lines->line = (zta_str){ line.ptr, line.len + 1 };
	lines->rest.ptr += line.len + 1;
	lines->rest.len -= line.len + 1;
	if (++lines->count > SIGNATURES_MAX ||
	    !read_line(line, &lines->name, lines->signature, &lines->len)) {
		return bad_note(err, "its signatures cannot be read");
	}
	return ZTA_OK;
}

bool
zta_note_lines__is_by(const zta_note_lines *lines, const zta_note_key *key)
{
	return zta_str__is(lines->name, key->name) &&
	    memcmp(lines->signature, key->id, ID_LEN) == 0;
}

zta_status
zta_note__find(
    zta_str note, const zta_note_key *key, zta_str *text, zta_error *err)
{
	zta_note_lines lines;
	bool found = false;
	zta_status status = zta_note_lines__begin(&lines, note, err);

	while (status == ZTA_OK) {
		status = zta_note_lines__next(&lines, err);
		if (status != ZTA_OK || !zta_note_lines__is_by(&lines, key)) {
			continue;
		}
		if (lines.len != SIGNED_LEN ||
		    !zta_ssh_key__verify(&key->public, lines.text,
			(const unsigned char *)lines.signature + ID_LEN)) {
			return zta_error__set(err, ZTA_EUNTRUSTED,
			    "the signature of %s does not hold", key->name);
		}
		found = true;
	}
	*text = lines.text;
	return status == ZTA_ENOTFOUND && found ? ZTA_OK : status;
}

zta_status
zta_note__open(
    zta_str note, const zta_note_key *key, zta_str *text, zta_error *err)
{
	zta_status status = zta_note__find(note, key, text, err);

	return status != ZTA_ENOTFOUND ? status :
					 zta_error__set(err, ZTA_EUNTRUSTED,
					     "%s has not signed it", key->name);
}
