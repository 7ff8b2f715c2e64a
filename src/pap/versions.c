/* SPDX-License-Identifier: Apache-2.0 */
/* versions.c - see versions.h; the one that was not used for longest goes. */
#include "pap/versions.h"

#include "base/error.h"
#include "base/random.h"

void
zta_versions__init(zta_versions *v, zta_workspace *workspace)
{
	*v = (zta_versions){ .workspace = workspace };
	zta_arena__init(&v->arena, SIZE_MAX);
	zta_map__init(&v->names, &v->arena, zta_random__seed());
}

void
zta_versions__release(zta_versions *v)
{
	uint32_t i;

	for (i = 0; i < v->count; i++) {
		zta_report__close(v->list[i].report);
	}
	zta_arena__release(&v->arena);
}

static bool
is_loaded(const zta_versions *v, uint32_t number)
{
	return v->list[number].report != NULL;
}

bool
zta_versions__displaces(const zta_versions *v, zta_str name)
{
	uint32_t number = zta_map__get(&v->names, name);

	return v->loaded == ZTA_VERSIONS_MAX &&
	    (number == ZTA_MAP_NONE ||
		(!is_loaded(v, number) && v->list[number].missing == NULL));
}

static void
displace(zta_versions *v)
{
	uint32_t i, oldest = 0;

	while (!is_loaded(v, oldest)) {
		oldest++;
	}
	for (i = oldest; i < v->count; i++) {
		if (is_loaded(v, i) && v->list[i].used < v->list[oldest].used) {
			oldest = i;
		}
	}
	zta_report__close(v->list[oldest].report);
	v->list[oldest].report = NULL;
	v->loaded--;
}

static zta_status
load(zta_versions *v, zta_str name, zta_versions_entry *version, zta_error *err)
{
	zta_report *report;
	zta_status status =
	    zta_recorded__version(v->workspace, name, &report, err);

	if (status != ZTA_OK) {
		return status;
	}
	if (report != NULL && report->check.whole) {
		version->report = report;
		v->loaded++;
		return ZTA_OK;
	}
	version->missing = report == NULL ?
	    "the workspace does not have the version" :
	    "the version is not valid any more";
	zta_report__close(report);
	return ZTA_OK;
}

static zta_status
add(zta_versions *v, zta_str name, uint32_t *number, zta_error *err)
{
	zta_status status;

	name = zta_arena__copy(&v->arena, name);
	if (v->count == v->room) {
		v->room = v->room == 0 ? 16 : 2 * v->room;
		v->list = zta_arena__grow(
		    &v->arena, v->list, v->count, v->room, sizeof(*v->list));
	}
	if (name.ptr == NULL || v->list == NULL) {
		return zta_arena__failed(&v->arena, err);
	}
	status = zta_map__add(&v->names, name, v->count, err);
	if (status == ZTA_OK) {
		*number = v->count++;
		v->list[*number] = (zta_versions_entry){ 0 };
	}
	return status;
}

zta_status
zta_versions__find(zta_versions *v, zta_str name, const zta_snapshot **out,
    const char **why, zta_error *err)
{
	uint32_t number = zta_map__get(&v->names, name);
	bool displaces = zta_versions__displaces(v, name);
	zta_versions_entry *version;
	zta_status status = ZTA_OK;

	*out = NULL;
	*why = NULL;
	if (number == ZTA_MAP_NONE) {
		status = add(v, name, &number, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	version = &v->list[number];
	if (displaces) {
		displace(v);
	}
	if (!is_loaded(v, number) && version->missing == NULL) {
		status = load(v, name, version, err);
	}
	if (status != ZTA_OK) {
		return status;
	}
	version->used = ++v->uses;
	if (version->missing != NULL) {
		*why = version->told ? NULL : version->missing;
		version->told = true;
		return ZTA_OK;
	}
	*out = version->report->check.loaded;
	return ZTA_OK;
}
