/* SPDX-License-Identifier: Apache-2.0 */
/* snapshot_trust.c - what a snapshot has of other domains; see snapshot_part.h. */
#include "base/error.h"
#include "base/str.h"
#include "pdp/snapshot_part.h"

static const zta_str domains_path = { "trust/domains.json", 18 };

zta_status
zta_snapshot_loader__statements(zta_snapshot_loader *l)
{
	zta_snapshot *s = l->s;
	const zta_tree_file *file = zta_tree__find(&s->tree, domains_path);
	zta_str text = file == NULL ? (zta_str){ "", 0 } : file->text;
	uint32_t at = 0;
	zta_status status = zta_snapshot_loader__tell(l, domains_path,
	    zta_trust_model__take_domains(&s->model, &s->arena, text, l->err));

	while (status == ZTA_OK &&
	    (file = zta_snapshot__next_file(s, ZTA_PART_STATEMENT, &at)) !=
		NULL) {
		status = zta_snapshot_loader__tell(l, file->path,
		    zta_statements__add(&s->model.statements, &s->arena,
			file->path, file->text, l->err));
	}
	if (status == ZTA_OK) {
		zta_trust_model__verify_statements(&s->model);
	}
	return status;
}

static bool
has_source(const zta_snapshot *s, zta_str name)
{
	uint32_t i;

	for (i = 0; i < s->sources.count; i++) {
		if (zta_str__eq(s->sources.list[i].name, name)) {
			return true;
		}
	}
	return false;
}

zta_status
zta_snapshot_loader__check_domains(zta_snapshot_loader *l)
{
	const zta_domains *domains = &l->s->model.domains;
	const zta_domain *d;
	uint32_t i, j;
	zta_status status = ZTA_OK;

	for (i = 0; i < domains->count; i++) {
		d = &domains->list[i];
		for (j = 0; status == ZTA_OK && j < d->source_count; j++) {
			if (!has_source(l->s, d->sources[j])) {
				status = zta_error__at(l->err, ZTA_EINVALID,
				    d->line, d->column,
				    "identity/sources.json has no source `%.*s`",
				    ZTA_STR_ARG(d->sources[j]));
			}
		}
	}
	return zta_snapshot_loader__tell(l, domains_path, status);
}
