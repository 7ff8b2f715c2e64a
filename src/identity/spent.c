/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spent.c - see spent.h. A hash table with open addressing, and a file that has
 * the same entries in the order of their uses.
 *
 * 1. An entry is in the file, synced, before it is in the table.
 * 2. Nothing leaves the table but when it is made anew, and then what has ended
 *    leaves both. So the file is never longer than the table.
 * 3. After a write or a sync that failed nobody knows what the disk holds: the
 *    file is written anew from the table before the next use.
 */
#include "identity/spent.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "crypto/digest.h"

/* The first bytes of the file, as long as an entry. */
#define HEAD "ztauth-used 1                  \n"
#define ENTRY 32
#define ID 16
#define CHECKED 24 /* bytes of an entry that its last ones are the hash of */
#define ROOM_MIN 1024u
#define ROOM_MAX (2 * ZTA_SPENT_MAX)
/* A full table is made anew no more often than this. */
#define PAUSE_MS 60000

typedef struct entry {
	unsigned char id[ID];
	int64_t until; /* 0: free */
} entry;

struct zta_spent {
	pthread_mutex_t lock;
	char *path;
	int fd; /* -1: it is to be written anew */
	entry *table;
	uint32_t room, count; /* half of the room at most */
	int64_t made_at;
};

/* --- the table; the digests are as good as random numbers */

static entry *
find(const zta_spent *s, const unsigned char *id)
{
	uint32_t i;
	entry *e;

	memcpy(&i, id, sizeof(i));
	for (i &= s->room - 1;; i = (i + 1) & (s->room - 1)) {
		e = &s->table[i];
		if (e->until == 0 || memcmp(e->id, id, ID) == 0) {
			return e;
		}
	}
}

/* Those that have not ended. */
static uint32_t
count_lasting(const zta_spent *s, int64_t now)
{
	uint32_t i, count = 0;

	for (i = 0; i < s->room; i++) {
		count += s->table[i].until >= now && s->table[i].until != 0;
	}
	return count;
}

static zta_status
move_lasting(zta_spent *s, int64_t now, zta_error *err)
{
	entry *old = s->table;
	uint32_t i, old_room = s->room, room = ROOM_MIN;
	uint32_t count = count_lasting(s, now);

	while (room < ROOM_MAX && room < 4 * (count + 1)) {
		room *= 2;
	}
	s->table = calloc(room, sizeof(*s->table));
	if (s->table == NULL) {
		s->table = old;
		return zta_error__nomem(err);
	}
	s->room = room;
	s->count = count;
	for (i = 0; i < old_room; i++) {
		if (old[i].until >= now && old[i].until != 0) {
			*find(s, old[i].id) = old[i];
		}
	}
	free(old);
	return ZTA_OK;
}

/* --- the file */

static void
put_entry(zta_buf *out, const entry *e)
{
	unsigned char hash[ZTA_SHA256_LEN];
	size_t at = out->len;

	zta_buf__put(out, (zta_str){ (const char *)e->id, ID });
	zta_buf__u32(out, (uint32_t)((uint64_t)e->until >> 32));
	zta_buf__u32(out, (uint32_t)e->until);
	if (out->status == ZTA_OK) {
		zta_digest__sha256((zta_str){ out->ptr + at, CHECKED }, hash);
		zta_buf__put(
		    out, (zta_str){ (const char *)hash, ENTRY - CHECKED });
	}
}

static bool
read_entry(const char *bytes, entry *out)
{
	unsigned char hash[ZTA_SHA256_LEN];
	uint64_t until = 0;
	size_t i;

	zta_digest__sha256((zta_str){ bytes, CHECKED }, hash);
	if (memcmp(hash, bytes + CHECKED, ENTRY - CHECKED) != 0) {
		return false;
	}
	for (i = ID; i < CHECKED; i++) {
		until = until << 8 | (unsigned char)bytes[i];
	}
	memcpy(out->id, bytes, ID);
	out->until = (int64_t)until;
	return true;
}

/* Write all of the table, and have the file open at its end. */
static zta_status
write_anew(zta_spent *s, zta_error *err)
{
	zta_buf buf;
	uint32_t i;
	zta_status status;

	zta_buf__init(&buf, SIZE_MAX);
	zta_buf__text(&buf, HEAD);
	for (i = 0; i < s->room; i++) {
		if (s->table[i].until != 0) {
			put_entry(&buf, &s->table[i]);
		}
	}
	status = buf.status != ZTA_OK ?
	    zta_error__nomem(err) :
	    zta_file__replace(s->path, 0600, zta_buf__str(&buf), err);
	zta_buf__release(&buf);
	if (s->fd >= 0) {
		(void)close(s->fd);
		s->fd = -1;
	}
	if (status == ZTA_OK) {
		s->fd = open(s->path, O_WRONLY | O_APPEND | O_CLOEXEC);
		if (s->fd < 0) {
			status = zta_error__errno(err, "open");
		}
	}
	return status;
}

static zta_status
append(zta_spent *s, const entry *e, zta_error *err)
{
	zta_buf buf;
	zta_status status;

	zta_buf__init(&buf, ENTRY);
	put_entry(&buf, e);
	status = buf.status != ZTA_OK ?
	    zta_error__nomem(err) :
	    zta_file__write_all(s->fd, zta_buf__str(&buf), err);
	zta_buf__release(&buf);
	if (status == ZTA_OK && fdatasync(s->fd) != 0) {
		status = zta_error__errno(err, "sync");
	}
	if (status != ZTA_OK) {
		(void)close(s->fd);
		s->fd = -1;
	}
	return status;
}

/* --- opening */

/* Only what comes last can be a write that did not finish. */
static zta_status
check_rest(const zta_spent *s, zta_str rest, zta_error *err)
{
	entry e;

	for (; rest.len >= ENTRY; rest.ptr += ENTRY, rest.len -= ENTRY) {
		if (read_entry(rest.ptr, &e)) {
			zta_error__set(err, ZTA_EINVALID,
			    "an entry before others is damaged");
			zta_error__place(err, "%s", s->path);
			return ZTA_EINVALID;
		}
	}
	return ZTA_OK;
}

static zta_status
take_entries(zta_spent *s, zta_str text, int64_t now, zta_error *err)
{
	zta_status status = ZTA_OK;
	entry e, *at;

	if (text.len < ENTRY || memcmp(text.ptr, HEAD, ENTRY) != 0) {
		zta_error__set(
		    err, ZTA_EINVALID, "it is no list of what was used");
		zta_error__place(err, "%s", s->path);
		return ZTA_EINVALID;
	}
	text.ptr += ENTRY;
	text.len -= ENTRY;
	for (; text.len >= ENTRY; text.ptr += ENTRY, text.len -= ENTRY) {
		if (!read_entry(text.ptr, &e)) {
			return check_rest(s, text, err);
		}
		if (2 * (s->count + 1) > s->room) {
			status = move_lasting(s, now, err);
		}
		if (status == ZTA_OK && 2 * (s->count + 1) > s->room) {
			status = zta_error__set(
			    err, ZTA_ELIMIT, "there are too many entries");
		}
		if (status != ZTA_OK) {
			return status;
		}
		at = find(s, e.id);
		s->count += at->until == 0;
		*at = e;
	}
	return ZTA_OK;
}

static zta_status
read_file(zta_spent *s, int64_t now, zta_error *err)
{
	zta_arena arena;
	zta_str text;
	zta_status status;

	zta_arena__init(&arena, SIZE_MAX);
	status = zta_file__read(
	    &arena, s->path, ENTRY + (size_t)ROOM_MAX * ENTRY, &text, err);
	if (status == ZTA_OK) {
		status = take_entries(s, text, now, err);
	} else if (status == ZTA_ENOTFOUND) {
		status = ZTA_OK;
	}
	zta_arena__release(&arena);
	return status;
}

zta_status
zta_spent__open(zta_spent **out, const char *path, int64_t now, zta_error *err)
{
	zta_spent *s = calloc(1, sizeof(*s));
	zta_status status;

	*out = s;
	if (s == NULL) {
		return zta_error__nomem(err);
	}
	(void)pthread_mutex_init(&s->lock, NULL);
	s->fd = -1;
	s->path = strdup(path);
	if (s->path == NULL) {
		return zta_error__nomem(err);
	}
	status = move_lasting(s, now, err);
	if (status == ZTA_OK) {
		status = read_file(s, now, err);
	}
	if (status == ZTA_OK) {
		status = move_lasting(s, now, err);
	}
	return status != ZTA_OK ? status : write_anew(s, err);
}

void
zta_spent__close(zta_spent *s)
{
	if (s == NULL) {
		return;
	}
	if (s->fd >= 0) {
		(void)close(s->fd);
	}
	(void)pthread_mutex_destroy(&s->lock);
	free(s->table);
	free(s->path);
	free(s);
}

/* --- using up */

/* Have room in the table, and a file that is open. */
static zta_status
get_ready(zta_spent *s, int64_t now, zta_error *err)
{
	bool full = 2 * (s->count + 1) > s->room;
	zta_status status = ZTA_OK;

	if (full && (s->room < ROOM_MAX || now >= s->made_at + PAUSE_MS)) {
		s->made_at = now;
		status = move_lasting(s, now, err);
		if (status == ZTA_OK) {
			status = write_anew(s, err);
		}
		full = 2 * (s->count + 1) > s->room;
	} else if (s->fd < 0) {
		status = write_anew(s, err);
	}
	return status == ZTA_OK && full ? zta_error__set(err, ZTA_EUNAVAILABLE,
					      "too many that are good once") :
					  status;
}

static zta_status
take(zta_spent *s, const entry *e, int64_t now, zta_error *err)
{
	zta_status status;

	if (find(s, e->id)->until != 0) {
		return zta_error__set(
		    err, ZTA_EUNTRUSTED, "it was used before");
	}
	status = get_ready(s, now, err);
	if (status == ZTA_OK) {
		status = append(s, e, err);
	}
	if (status != ZTA_OK) {
		return ZTA_EUNAVAILABLE;
	}
	*find(s, e->id) = *e;
	s->count++;
	return ZTA_OK;
}

zta_status
zta_spent__take(
    zta_spent *s, zta_str id, int64_t now, int64_t until, zta_error *err)
{
	unsigned char digest[ZTA_SHA256_LEN];
	entry e = { .until = until < 1 ? 1 : until };
	zta_status status;

	zta_digest__sha256(id, digest);
	memcpy(e.id, digest, ID);
	(void)pthread_mutex_lock(&s->lock);
	status = take(s, &e, now, err);
	(void)pthread_mutex_unlock(&s->lock);
	return status;
}
