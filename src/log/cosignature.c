/* SPDX-License-Identifier: Apache-2.0 */
/* cosignature.c - see cosignature.h. */
#include "log/cosignature.h"

#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/str.h"
#include "crypto/key.h"

#define FIRST_LINE "cosignature/v1\n"
#define TIME_LEN ((size_t)8)
#define SIGNED_LEN (ZTA_NOTE_ID_LEN + TIME_LEN + ZTA_SSH_SIG_LEN)

zta_status
zta_cosigner__of(
    zta_note_key *out, zta_str name, const zta_key *key, zta_error *err)
{
	return zta_note_key__of_type(out, ZTA_NOTE_COSIGNATURE, name, key, err);
}

zta_status
zta_cosigner__read(zta_note_key *out, zta_str vkey, zta_error *err)
{
	return zta_note_key__read_type(out, ZTA_NOTE_COSIGNATURE, vkey, err);
}

/* What is signed. */
static void
put_message(zta_buf *buf, zta_str text, int64_t seconds)
{
	zta_buf__printf(buf, FIRST_LINE "time %" PRId64 "\n", seconds);
	zta_buf__put(buf, text);
}

static void
put_time(int64_t seconds, unsigned char out[TIME_LEN])
{
	unsigned i;

	for (i = 0; i < TIME_LEN; i++) {
		out[i] = (unsigned char)((uint64_t)seconds >>
		    (8 * (TIME_LEN - 1 - i)));
	}
}

/* False: it is over what a time may be. */
static bool
read_time(const unsigned char bytes[TIME_LEN], int64_t *out)
{
	uint64_t seconds = 0;
	unsigned i;

	for (i = 0; i < TIME_LEN; i++) {
		seconds = seconds << 8 | bytes[i];
	}
	*out = (int64_t)seconds;
	return seconds <= INT64_MAX;
}

zta_status
zta_cosignature__put(zta_buf *buf, zta_str text, const zta_note_key *as,
    const zta_key *key, int64_t seconds, zta_error *err)
{
	unsigned char signature[TIME_LEN + ZTA_SIGNATURE_MAX];
	zta_buf message;
	size_t len = 0;
	zta_status status;

	zta_buf__init(&message, SIZE_MAX);
	put_message(&message, text, seconds);
	status = message.status != ZTA_OK ?
	    zta_error__nomem(err) :
	    zta_key__sign(key, ZTA_ALG_EDDSA, zta_buf__str(&message),
		signature + TIME_LEN, &len, err);
	zta_buf__release(&message);
	if (status != ZTA_OK) {
		return status;
	}
	put_time(seconds, signature);
	zta_note__put_line(
	    buf, as, (zta_str){ (const char *)signature, TIME_LEN + len });
	return buf->status;
}

/* Does the cosignature of this line hold? */
static bool
holds(
    const zta_note_lines *lines, const zta_note_key *witness, int64_t *seconds)
{
	const unsigned char *bytes =
	    (const unsigned char *)lines->signature + ZTA_NOTE_ID_LEN;
	zta_buf message;
	bool good;

	if (lines->len != SIGNED_LEN || !read_time(bytes, seconds)) {
		return false;
	}
	zta_buf__init(&message, SIZE_MAX);
	put_message(&message, lines->text, *seconds);
	good = message.status == ZTA_OK &&
	    zta_ssh_key__verify(
		&witness->public, zta_buf__str(&message), bytes + TIME_LEN);
	zta_buf__release(&message);
	return good;
}

zta_status
zta_cosignature__find(
    zta_str note, const zta_note_key *witness, int64_t *seconds, zta_error *err)
{
	zta_note_lines lines;
	bool found = false;
	zta_status status = zta_note_lines__begin(&lines, note, err);

	while (status == ZTA_OK) {
		status = zta_note_lines__next(&lines, err);
		if (status != ZTA_OK ||
		    !zta_note_lines__is_by(&lines, witness)) {
			continue;
		}
		if (!holds(&lines, witness, seconds)) {
			return zta_error__set(err, ZTA_EUNTRUSTED,
			    "the cosignature of %s does not hold",
			    witness->name);
		}
		found = true;
	}
	return status == ZTA_ENOTFOUND && found ? ZTA_OK : status;
}

zta_status
zta_cosignature__take(
    zta_buf *note, zta_str answer, const zta_note_key *witness, zta_error *err)
{
	zta_note_lines lines;
	int64_t seconds;
	zta_status status =
	    zta_note_lines__begin(&lines, zta_buf__str(note), err);

	if (status != ZTA_OK) {
		return status;
	}
	/* As if they stood in the note. */
	lines.rest = answer;
	if (!zta_str__ends(answer, ZTA_STR("\n"))) {
		lines.rest.len = 0;
	}
	while (zta_note_lines__next(&lines, NULL) == ZTA_OK) {
		if (zta_note_lines__is_by(&lines, witness) &&
		    holds(&lines, witness, &seconds)) {
			zta_buf__put(note, lines.line);
			return note->status;
		}
	}
	return zta_error__set(err, ZTA_EUNTRUSTED,
	    "the answer has no good cosignature of %s", witness->name);
}
