/* SPDX-License-Identifier: Apache-2.0 */
/* opening.c - see opening.h. Numbers are big-endian. */
#include "log/opening.h"

#include <string.h>

#include "base/limits.h"
#include "base/random.h"
#include "base/utf8.h"
#include "crypto/digest.h"
#include "log/leaf_fields.h"

/* The first byte of an opening. */
#define OPEN 'O'
#define ERASED ZTA_OPENING_IS_ERASED

/* One field of an opening. */
typedef struct part {
	unsigned char key;
	zta_str salt, value;
} part;

/* The key is hashed too: a value cannot be shown as that of another field. */
static void
commit(const part *p, unsigned char out[ZTA_SHA256_LEN])
{
	const zta_str parts[] = { p->salt, { (const char *)&p->key, 1 },
		p->value };

	zta_digest__sha256_parts(parts, 3, out);
}

/* --- making */

void
zta_opening__put_head(char head[ZTA_OPENING_HEAD], char state, size_t size)
{
	size -= ZTA_OPENING_HEAD;
	head[0] = state;
	head[1] = (char)(size >> 16);
	head[2] = (char)(size >> 8);
	head[3] = (char)size;
}

static void
put_part(zta_buf *opening, unsigned key, zta_str value, unsigned char *hash)
{
	char head[ZTA_OPENING_PART];
	const part p = { (unsigned char)key, { head + 1, ZTA_SALT_LEN },
		value };

	head[0] = (char)key;
	zta_random__bytes(head + 1, ZTA_SALT_LEN);
	head[1 + ZTA_SALT_LEN] = (char)(value.len >> 8);
	head[2 + ZTA_SALT_LEN] = (char)value.len;
	commit(&p, hash);
	zta_buf__put(opening, (zta_str){ head, sizeof(head) });
	zta_buf__put(opening, value);
}

void
zta_opening__make(zta_leaf *leaf, zta_commitments room, zta_buf *opening)
{
	static const char head[ZTA_OPENING_HEAD] = { 0 };
	const zta_leaf_field *f = zta_leaf_fields.fields;
	const zta_leaf_field *end = f + zta_leaf_fields.count;
	size_t before = opening->len, size;
	zta_str value;

	for (; f < end; f++) {
		if (!zta_leaf_field__is_hidden(f, leaf)) {
			continue;
		}
		value = zta_leaf_field__str(f, leaf);
		if (value.len == 0) {
			continue;
		}
		if (value.len > ZTA_LOG_OPENING_MAX) {
			opening->status = ZTA_ELIMIT;
			return;
		}
		if (opening->len == before) {
			zta_buf__put(opening, (zta_str){ head, sizeof(head) });
		}
		put_part(opening, f->key, value, room[f->personal]);
		leaf->commitments[f->personal] =
		    (zta_str){ (const char *)room[f->personal],
			    ZTA_LEAF_DIGEST_LEN };
	}
	size = opening->len - before;
	if (opening->status == ZTA_OK && size > ZTA_LOG_OPENING_MAX) {
		opening->status = ZTA_ELIMIT;
	} else if (opening->status == ZTA_OK && size > 0) {
		zta_opening__put_head(opening->ptr + before, OPEN, size);
	}
}

/* --- using */

size_t
zta_opening__size(const unsigned char head[ZTA_OPENING_HEAD])
{
	size_t size = (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];

	return (head[0] == OPEN || head[0] == ERASED) &&
		size <= ZTA_LOG_OPENING_MAX - ZTA_OPENING_HEAD ?
	    size + ZTA_OPENING_HEAD :
	    0;
}

static bool
next_part(zta_str *rest, part *out)
{
	const unsigned char *p = (const unsigned char *)rest->ptr;
	size_t len;

	if (rest->len < ZTA_OPENING_PART) {
		return false;
	}
	len = (size_t)p[1 + ZTA_SALT_LEN] << 8 | p[2 + ZTA_SALT_LEN];
	if (len > rest->len - ZTA_OPENING_PART) {
		return false;
	}
	*out = (part){ p[0], { rest->ptr + 1, ZTA_SALT_LEN },
		{ rest->ptr + ZTA_OPENING_PART, len } };
	rest->ptr += ZTA_OPENING_PART + len;
	rest->len -= ZTA_OPENING_PART + len;
	return true;
}

/* Is this part what the record has a commitment to in this field? */
static bool
matches(const zta_leaf_field *f, const zta_leaf *leaf, const part *p)
{
	unsigned char hash[ZTA_SHA256_LEN];

	commit(p, hash);
	return p->value.len > 0 && zta_leaf_field__is_hidden(f, leaf) &&
	    leaf->commitments[f->personal].len == sizeof(hash) &&
	    memcmp(leaf->commitments[f->personal].ptr, hash, sizeof(hash)) ==
	    0 &&
	    (f->form != ZTA_FORM_TEXT ||
		zta_utf8__check(p->value) == p->value.len);
}

/* The field that a part says it is of, from `*i` on. NULL: it is of none. */
static const zta_leaf_field *
find_field(const part *p, unsigned *i)
{
	const zta_leaf_field *f;

	for (; *i < ZTA_PERSONAL_COUNT; ++*i) {
		f = zta_leaf_field__personal((zta_personal)*i);
		if (f->key == p->key) {
			return f;
		}
	}
	return NULL;
}

/* Parts in the order of their keys, none twice; how many. */
static bool
open_parts(zta_leaf *leaf, zta_str parts, unsigned *count)
{
	const zta_leaf_field *f;
	unsigned i = 0;
	part p;

	for (*count = 0; parts.len > 0; ++*count, i++) {
		f = next_part(&parts, &p) ? find_field(&p, &i) : NULL;
		if (f == NULL || !matches(f, leaf, &p)) {
			return false;
		}
		*(zta_str *)(void *)((char *)leaf + f->at) = p.value;
	}
	return true;
}

static bool
is_wiped(zta_str bytes)
{
	size_t i = 0;

	while (i < bytes.len && bytes.ptr[i] == 0) {
		i++;
	}
	return i == bytes.len;
}

static unsigned
count_commitments(const zta_leaf *leaf)
{
	unsigned i, count = 0;

	for (i = 0; i < ZTA_PERSONAL_COUNT; i++) {
		count += leaf->commitments[i].len > 0;
	}
	return count;
}

zta_opening_state
zta_opening__use(zta_leaf *leaf, zta_str opening)
{
	zta_leaf opened = *leaf;
	unsigned count;
	bool erased;

	/* What lies where a record has none is left from a crash. */
	if (opening.len == 0 || count_commitments(leaf) == 0) {
		return ZTA_OPENING_NONE;
	}
	if (opening.len < ZTA_OPENING_HEAD ||
	    zta_opening__size((const unsigned char *)opening.ptr) !=
		opening.len) {
		return ZTA_OPENING_DAMAGED;
	}
	erased = opening.ptr[0] == ERASED;
	opening.ptr += ZTA_OPENING_HEAD;
	opening.len -= ZTA_OPENING_HEAD;
	if (erased) {
		return is_wiped(opening) ? ZTA_OPENING_ERASED :
					   ZTA_OPENING_MARKED;
	}
	if (!open_parts(&opened, opening, &count) ||
	    count != count_commitments(leaf)) {
		return ZTA_OPENING_DAMAGED;
	}
	*leaf = opened;
	return ZTA_OPENING_OPEN;
}

bool
zta_opening__use_parts(zta_leaf *leaf, zta_str parts)
{
	zta_leaf opened = *leaf;
	unsigned count;

	if (!open_parts(&opened, parts, &count)) {
		return false;
	}
	*leaf = opened;
	return true;
}

void
zta_opening__select(zta_str opening, unsigned fields, zta_buf *out)
{
	zta_str rest = { opening.ptr + ZTA_OPENING_HEAD,
		opening.len - ZTA_OPENING_HEAD };
	const char *from = rest.ptr;
	unsigned i = 0;
	part p;

	while (next_part(&rest, &p)) {
		if (find_field(&p, &i) != NULL && (fields >> i & 1) != 0) {
			zta_buf__put(
			    out, (zta_str){ from, (size_t)(rest.ptr - from) });
		}
		from = rest.ptr;
	}
}
