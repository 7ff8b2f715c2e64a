/* SPDX-License-Identifier: Apache-2.0 */
/*
 * erase_requests.c - lines about somebody in kept requests: see erase.h.
 *
 * A line is overwritten with spaces where it is, for a server may append to the
 * file. What a crash left of one is a line that cannot be read: it goes too, also
 * at the end of the file, unless it is being written.
 */
#include "log/erase.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/json.h"
#include "base/str.h"

/* In which a line, that is one write, comes to its end. */
#define WRITING_NS 50000000

/* The part of a type behind its namespace. */
static zta_str
last_part(zta_str type)
{
	size_t i = type.len;

	while (i > 0 && type.ptr[i - 1] != ':') {
		i--;
	}
	return (zta_str){ type.ptr + i, type.len - i };
}

bool
zta_person__is(const zta_person *person, zta_str type, zta_str id)
{
	zta_str a = last_part(person->type), b = last_part(type);

	return zta_str__eq(person->id, id) && zta_str__eq(a, b) &&
	    (a.len == person->type.len || b.len == type.len ||
		zta_str__eq(person->type, type));
}

/* Is this object, of `type` and `id`, that person? */
static bool
is_entity(const zta_person *person, const zta_json *object)
{
	const zta_json *type = NULL, *id = NULL;

	if (object != NULL && object->type == ZTA_JSON_OBJECT) {
		type = zta_json__get(object, "type");
		id = zta_json__get(object, "id");
	}
	return type != NULL && id != NULL && type->type == ZTA_JSON_STRING &&
	    id->type == ZTA_JSON_STRING &&
	    zta_person__is(person, zta_json__str(type), zta_json__str(id));
}

/* An object in an object; NULL: there is none. */
static const zta_json *
object_in(const zta_json *node, const char *name)
{
	const zta_json *found = zta_json__get(node, name);

	return found != NULL && found->type == ZTA_JSON_OBJECT ? found : NULL;
}

static bool
is_about(const zta_person *person, const zta_json_doc *doc)
{
	const zta_json *request = object_in(doc->root, "request");
	const zta_json *chain = object_in(doc->root, "chain");

	return (request != NULL &&
		   (is_entity(person, zta_json__get(request, "subject")) ||
		       is_entity(
			   person, zta_json__get(request, "resource")))) ||
	    (chain != NULL &&
		is_entity(person, zta_json__get(chain, "subject")));
}

static bool
is_blank(zta_str line)
{
	size_t i = 0;

	while (i < line.len && line.ptr[i] == ' ') {
		i++;
	}
	return i == line.len;
}

/* Does it have to go? */
static zta_status
judge(zta_arena *arena, zta_str line, const zta_person *person, bool *goes,
    zta_error *err)
{
	zta_json_doc doc;
	zta_status status;

	*goes = false;
	if (is_blank(line)) {
		return ZTA_OK;
	}
	zta_arena__reset(arena);
	status = zta_json__read(arena, line, &doc, NULL);
	if (status == ZTA_ENOMEM) {
		return zta_error__nomem(err);
	}
	*goes = status != ZTA_OK || doc.root->type != ZTA_JSON_OBJECT ||
	    is_about(person, &doc);
	return ZTA_OK;
}

static zta_status
blank(int fd, off_t at, size_t len, zta_error *err)
{
	char spaces[512];
	ssize_t n;

	memset(spaces, ' ', sizeof(spaces));
	while (len > 0) {
		n = pwrite(fd, spaces,
		    len < sizeof(spaces) ? len : sizeof(spaces), at);
		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n <= 0) {
			return zta_error__errno(err, "erase a line");
		}
		at += n;
		len -= (size_t)n;
	}
	return ZTA_OK;
}

/* Is there more, a moment later, of a line that ends at `end` and is not ended? */
static bool
is_being_written(int fd, off_t end)
{
	const struct timespec pause = { 0, WRITING_NS };
	struct stat info;

	(void)nanosleep(&pause, NULL);
	return fstat(fd, &info) != 0 || info.st_size > end;
}

/* Line after line of `file`, which `fd` is open to be written. */
static zta_status
erase_lines(FILE *file, int fd, const zta_person *person, uint64_t *count,
    zta_error *err)
{
	zta_arena arena;
	char *text = NULL;
	size_t room = 0;
	ssize_t len;
	off_t at = 0, end;
	bool goes;
	zta_status status = ZTA_OK;

	zta_arena__init(&arena, SIZE_MAX);
	while (status == ZTA_OK && (len = getline(&text, &room, file)) > 0) {
		end = at + len;
		if (text[len - 1] == '\n') {
			len--;
		} else if (is_being_written(fd, end)) {
			break;
		}
		status = judge(
		    &arena, (zta_str){ text, (size_t)len }, person, &goes, err);
		if (status == ZTA_OK && goes) {
			status = blank(fd, at, (size_t)len, err);
			++*count;
		}
		at = end;
	}
	if (status == ZTA_OK && ferror(file)) {
		status = zta_error__errno(err, "read the file");
	}
	if (text != NULL) {
		explicit_bzero(text, room);
		free(text);
	}
	zta_arena__release(&arena);
	return status;
}

zta_status
zta_erase__page(
    const char *path, const zta_person *person, uint64_t *count, zta_error *err)
{
	FILE *file = fopen(path, "r+e");
	zta_status status;

	if (file == NULL) {
		status = errno == ENOENT ?
		    ZTA_OK :
		    zta_error__errno(err, "open the file");
	} else {
		status = erase_lines(file, fileno(file), person, count, err);
		if (status == ZTA_OK && fdatasync(fileno(file)) != 0) {
			status = zta_error__errno(err, "sync the file");
		}
		(void)fclose(file);
	}
	if (status != ZTA_OK) {
		zta_error__place(err, "%s", path);
	}
	return status;
}
