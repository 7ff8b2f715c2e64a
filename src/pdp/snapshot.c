/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot.c - see snapshot.h. Without a sink the first error ends the loading;
 * with one, each is told and the rest is read.
 */
#include "pdp/snapshot_part.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/str.h"
#include "pdp/finder.h"
#include "trust/stated_keys.h"

zta_status
zta_snapshot_loader__tell(
    zta_snapshot_loader *l, zta_str file, zta_status status)
{
	if (status == ZTA_OK) {
		return ZTA_OK;
	}
	zta_error__replace(l->err, "%.*s", ZTA_STR_ARG(file));
	if (l->sink != NULL) {
		l->sink->file = file;
	}
	return zta_error__tell(l->sink, status, l->err) ? ZTA_OK : status;
}

/* Text of a file, or empty. */
static zta_str
text_of(const zta_snapshot *s, const char *path)
{
	const zta_tree_file *file = zta_tree__find(&s->tree, zta_str_of(path));

	return file == NULL ? (zta_str){ "", 0 } : file->text;
}

const zta_tree_file *
zta_snapshot__next_file(
    const zta_snapshot *s, zta_ledger_part part, uint32_t *at)
{
	const zta_tree_file *file;

	while (*at < s->tree.count) {
		file = &s->tree.files[(*at)++];
		if (zta_manifest__part_of(&s->manifest, file->path) == part) {
			return file;
		}
	}
	return NULL;
}

/* --- policies and entities; the engine tells */

static zta_status
add_policies(zta_snapshot_loader *l)
{
	const zta_tree_file *file;
	zta_policy_file *compiled;
	zta_base_walk walk = { 0 };
	zta_status status = ZTA_OK;
	uint32_t at = 0;

	while (status == ZTA_OK &&
	    (file = zta_snapshot__next_file(l->s, ZTA_PART_POLICIES, &at)) !=
		NULL) {
		compiled = zta_snapshot_loader__compiled(l, file, &walk);
		status = compiled != NULL ?
		    zta_cedar__take_policies(l->s->cedar, compiled, l->err) :
		    zta_cedar_add_policies(l->s->cedar, file->path, file->text,
			ZTA_CEDAR_BY_PATH, l->err);
	}
	return status;
}

static zta_status
add_entities(zta_snapshot_loader *l)
{
	const zta_tree_file *file;
	zta_status status = ZTA_OK;
	uint32_t at = 0;

	if (zta_snapshot_loader__is_same(l, ZTA_PART_ENTITIES)) {
		return zta_cedar__take_entities(l->s->cedar, l->err);
	}
	while (status == ZTA_OK &&
	    (file = zta_snapshot__next_file(l->s, ZTA_PART_ENTITIES, &at)) !=
		NULL) {
		status = zta_cedar_add_entities(
		    l->s->cedar, file->path, file->text, l->err);
	}
	return status;
}

static zta_status
load_cedar(zta_snapshot_loader *l)
{
	zta_status status;

	zta_snapshot_loader__weigh_base(l);
	status = zta_cedar__open_on(
	    &l->s->cedar, l->base == NULL ? NULL : l->base->cedar, l->err);
	if (status == ZTA_OK && l->base == NULL) {
		status = zta_snapshot_loader__schemas(l);
	}
	if (status == ZTA_OK && l->sink != NULL) {
		zta_cedar__tell(l->s->cedar, l->sink);
	}
	if (status == ZTA_OK) {
		status = add_policies(l);
	}
	if (status == ZTA_OK) {
		status = add_entities(l);
	}
	return status != ZTA_OK ? status : zta_snapshot_loader__settle_texts(l);
}

/* --- documents */

static zta_status
check_document(
    zta_snapshot_loader *l, const zta_tree_file *file, zta_arena *scratch)
{
	zta_ledger_part part =
	    zta_manifest__part_of(&l->s->manifest, file->path);
	zta_json_doc doc;
	zta_status status = ZTA_OK;

	if (part == ZTA_PART_TEST && l->sink == NULL) {
		status = zta_json__read(scratch, file->text, &doc, l->err);
	}
	return zta_snapshot_loader__tell(l, file->path, status);
}

/* Tests are not used here, but a broken one is not kept. */
static zta_status
check_documents(zta_snapshot_loader *l)
{
	zta_arena scratch;
	zta_status status = ZTA_OK;
	uint32_t i;

	zta_arena__init(&scratch, SIZE_MAX);
	for (i = 0; status == ZTA_OK && i < l->s->tree.count; i++) {
		status = check_document(l, &l->s->tree.files[i], &scratch);
		zta_arena__reset(&scratch);
	}
	zta_arena__release(&scratch);
	return status;
}

static zta_status
load_identity(zta_snapshot_loader *l)
{
	static const zta_str path = { "identity/sources.json", 21 };
	zta_snapshot *s = l->s;
	zta_str text = text_of(s, path.ptr);
	const char *keys = l->keys;
	zta_status status;

	if (text.len == 0) {
		return ZTA_OK;
	}
	if (l->sink != NULL) {
		l->sink->file = path;
		return zta_sources__check(
		    &s->sources, &s->arena, text, l->sink, l->err);
	}
	status = zta_sources__read(&s->sources, &s->arena, text, keys, l->err);
	/* A key file has its own place. */
	if (status != ZTA_OK && l->err != NULL &&
	    (keys == NULL || strncmp(l->err->place, keys, strlen(keys)) != 0)) {
		zta_error__replace(l->err, "%s", path.ptr);
	}
	return status;
}

/* Sources, and what they and the domains of the model have of each other. */
static zta_status
load_sources(zta_snapshot_loader *l)
{
	zta_snapshot *s = l->s;
	uint32_t told = l->sink == NULL ? 0 : l->sink->told;
	zta_status status = load_identity(l);

	/* One that was told of is missing, but not by that name's fault. */
	if (status == ZTA_OK && (l->sink == NULL || l->sink->told == told)) {
		status = zta_snapshot_loader__check_domains(l);
	}
	return status != ZTA_OK ?
	    status :
	    zta_stated_keys__give(&s->sources, &s->model, &s->arena, l->err);
}

static zta_status
load(zta_snapshot_loader *l)
{
	zta_snapshot *s = l->s;
	zta_status status = check_documents(l);

	if (status == ZTA_OK) {
		status = load_cedar(l);
	}
	if (status == ZTA_OK) {
		status = zta_trust_model__check(&s->model, &s->arena,
		    text_of(s, "trust/levels.json"),
		    text_of(s, "trust/groups.json"), l->sink, l->err);
	}
	if (status == ZTA_OK) {
		status = zta_snapshot_loader__statements(l);
	}
	if (status == ZTA_OK) {
		status = zta_elevation__check(&s->elevation, &s->model,
		    text_of(s, "trust/elevation.cedar"), l->sink, l->err);
	}
	if (status == ZTA_OK) {
		status = zta_delegators__read(&s->delegators, &s->arena,
		    text_of(s, "trust/delegators.json"), l->err);
		status = zta_snapshot_loader__tell(
		    l, ZTA_STR("trust/delegators.json"), status);
	}
	if (status == ZTA_OK) {
		status = zta_masks__read(&s->masks, &s->arena,
		    text_of(s, "audit/masks.json"), l->err);
		status = zta_snapshot_loader__tell(
		    l, ZTA_STR("audit/masks.json"), status);
	}
	return status != ZTA_OK ? status : load_sources(l);
}

/* --- the whole */

/* An empty snapshot that has the arena. */
static zta_snapshot *
make(zta_arena *arena, const zta_tree *tree, zta_error *err)
{
	zta_snapshot *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		zta_arena__release(arena);
		(void)zta_error__nomem(err);
		return NULL;
	}
	atomic_init(&s->references, 1);
	s->arena = *arena;
	s->tree = *tree;
	zta_arena__init(arena, SIZE_MAX);
	return s;
}

/* The snapshot, or what `status` says. */
static zta_status
give(zta_snapshot *s, zta_snapshot **out, zta_status status)
{
	if (status != ZTA_OK) {
		zta_snapshot__drop(s);
		s = NULL;
	}
	*out = s;
	return status;
}

zta_status
zta_snapshot__check(zta_snapshot **out, zta_arena *arena, const zta_tree *tree,
    const zta_manifest *manifest, const zta_snapshot *base,
    zta_error_sink *sink, zta_error *err)
{
	zta_snapshot_loader l = { make(arena, tree, err), base, sink, NULL,
		err };

	*out = NULL;
	if (l.s == NULL) {
		return ZTA_ENOMEM;
	}
	l.s->manifest = *manifest;
	return give(l.s, out, load(&l));
}

/* Sealing fails for an entity: find it, for the engine does not know where. */
static zta_status
tell_culprit(zta_snapshot_loader *l, zta_status status)
{
	const zta_cedar *cedar = l->s->cedar;
	const zta_tree_file *file;
	uint32_t at = 0, line, column;

	while (status == ZTA_EINVALID && l->err != NULL &&
	    (file = zta_snapshot__next_file(l->s, ZTA_PART_ENTITIES, &at)) !=
		NULL) {
		if (zta_entities_loader__place(&cedar->loader, file->text,
			cedar->entities.culprit, &line, &column)) {
			l->err->line = line;
			l->err->column = column;
			return zta_snapshot_loader__tell(l, file->path, status);
		}
	}
	return status;
}

zta_status
zta_snapshot__seal(zta_snapshot *s, zta_error_sink *sink, zta_error *err)
{
	zta_snapshot_loader l = { s, NULL, sink, NULL, err };
	zta_status status = zta_cedar_seal(s->cedar, err);

	s->whole = status == ZTA_OK;
	return status == ZTA_OK ? ZTA_OK : tell_culprit(&l, status);
}

zta_status
zta_snapshot__of_tree(zta_snapshot **out, zta_arena *arena,
    const zta_tree *tree, const zta_snapshot *base, const char *keys,
    zta_error *err)
{
	zta_snapshot_loader l = { make(arena, tree, err), base, NULL, keys,
		err };
	zta_status status;

	*out = NULL;
	if (l.s == NULL) {
		return ZTA_ENOMEM;
	}
	status =
	    zta_manifest__read(&l.s->arena, &l.s->tree, &l.s->manifest, err);
	if (status == ZTA_OK) {
		status = load(&l);
	}
	if (status == ZTA_OK) {
		status = zta_snapshot__seal(l.s, NULL, err);
	}
	return give(l.s, out, status);
}

zta_status
zta_snapshot__load(
    zta_snapshot **out, const char *dir, const char *keys, zta_error *err)
{
	zta_arena arena;
	zta_tree tree;
	zta_status status;

	*out = NULL;
	zta_arena__init(&arena, SIZE_MAX);
	status = zta_tree__read_dir(&arena, dir, &tree, err);
	if (status != ZTA_OK) {
		zta_arena__release(&arena);
		return status;
	}
	return zta_snapshot__of_tree(out, &arena, &tree, NULL, keys, err);
}

zta_snapshot *
zta_snapshot__keep(zta_snapshot *s)
{
	atomic_fetch_add(&s->references, 1);
	return s;
}

void
zta_snapshot__drop(zta_snapshot *s)
{
	if (s != NULL && atomic_fetch_sub(&s->references, 1) == 1) {
		zta_finder__close(atomic_load(&s->finder));
		zta_cedar_close(s->cedar);
		zta_elevation__close(s->elevation);
		zta_delegators__release(&s->delegators);
		zta_trust_model__release(&s->model);
		zta_sources__release(&s->sources);
		zta_arena__release(&s->arena);
		free(s);
	}
}

zta_str
zta_snapshot__namespace(const zta_snapshot *s)
{
	return s->manifest.partitions[0].name_space;
}
