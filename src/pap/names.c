/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names.c - see names.h. Files of one directory follow each other in a tree, so
 * a directory is looked at once: where its first file is.
 */
#include "pap/names.h"

#include "base/limits.h"
#include "base/map.h"
#include "base/random.h"
#include "base/str.h"
#include "ledger/name.h"

typedef struct checker {
	const zta_tree *tree;
	zta_arena *arena;
	zta_map folded; /* paths in lower case: number of a file with it */
	zta_error_sink *sink;
	zta_error *err;
} checker;

static zta_status
tell(checker *c, const zta_tree_file *file, zta_status status)
{
	zta_error__place(c->err, "%.*s", ZTA_STR_ARG(file->path));
	c->sink->file = file->path;
	return zta_error__tell(c->sink, status, c->err) ? ZTA_OK : status;
}

static zta_status
fold(checker *c, zta_str path, zta_str *out)
{
	char *text = zta_arena__alloc(c->arena, path.len);
	size_t i;

	if (text == NULL) {
		return zta_arena__failed(c->arena, c->err);
	}
	for (i = 0; i < path.len; i++) {
		text[i] = path.ptr[i];
		if (text[i] >= 'A' && text[i] <= 'Z') {
			text[i] = (char)(text[i] - 'A' + 'a');
		}
	}
	*out = (zta_str){ text, path.len };
	return ZTA_OK;
}

/* Is there another file or directory that some file systems take for it? */
static zta_status
check_twin(checker *c, uint32_t number, zta_str path)
{
	const zta_tree_file *file = &c->tree->files[number], *other;
	zta_str folded;
	zta_status status = fold(c, path, &folded);

	if (status == ZTA_OK) {
		status = zta_map__add(&c->folded, folded, number, c->err);
	}
	if (status != ZTA_EEXIST) {
		return status;
	}
	other = &c->tree->files[zta_map__get(&c->folded, folded)];
	status = zta_error__set(c->err, ZTA_EINVALID,
	    "`%.*s` and `%.*s` are one name to some file systems",
	    (int)path.len, other->path.ptr, ZTA_STR_ARG(path));
	return tell(c, file, status);
}

/* The file or directory `path`, which ends with `name`. */
static zta_status
check_name(checker *c, uint32_t number, zta_str path, zta_str name)
{
	const zta_tree_file *file = &c->tree->files[number];
	size_t at;
	const char *rule = zta_ledger_name__breaks(name, &at);
	zta_status status = ZTA_OK;

	if (rule != NULL) {
		status = tell(
		    c, file, zta_error__set(c->err, ZTA_EINVALID, "%s", rule));
	}
	return status != ZTA_OK ? status : check_twin(c, number, path);
}

/* How much of `path` was looked at with the file before: up to a slash. */
static size_t
known_part(zta_str path, zta_str before)
{
	size_t i, known = 0;

	for (i = 0;
	     i < path.len && i < before.len && path.ptr[i] == before.ptr[i];
	     i++) {
		if (path.ptr[i] == '/') {
			known = i + 1;
		}
	}
	return known;
}

static zta_status
check_file(checker *c, uint32_t number)
{
	zta_str path = c->tree->files[number].path, rest = path, name;
	size_t known =
	    number == 0 ? 0 : known_part(path, c->tree->files[number - 1].path);
	uint32_t depth = 0;
	zta_status status = ZTA_OK;

	while (status == ZTA_OK && zta_str__next(&rest, '/', &name)) {
		if (depth++ == ZTA_LEDGER_DEPTH_MAX) {
			return tell(c, &c->tree->files[number],
			    zta_error__set(c->err, ZTA_ELIMIT,
				"directories nest too deep"));
		}
		if ((size_t)(name.ptr - path.ptr) < known) {
			continue;
		}
		status = check_name(c, number,
		    (zta_str){
			path.ptr, (size_t)(name.ptr + name.len - path.ptr) },
		    name);
	}
	return status;
}

zta_status
zta_tree_names__check(
    const zta_tree *tree, zta_error_sink *sink, zta_error *err)
{
	zta_arena scratch;
	checker c = {
		.tree = tree, .arena = &scratch, .sink = sink, .err = err
	};
	zta_status status = ZTA_OK;
	uint32_t i;

	zta_arena__init(&scratch, SIZE_MAX);
	zta_map__init(&c.folded, &scratch, zta_random__seed());
	for (i = 0; status == ZTA_OK && i < tree->count; i++) {
		status = check_file(&c, i);
	}
	zta_arena__release(&scratch);
	return status;
}
