/* SPDX-License-Identifier: Apache-2.0 */
/* stated_keys.c - see stated_keys.h. */
#include "trust/stated_keys.h"

#include "base/str.h"
#include "identity/spiffe_bundle.h"

/* The one that begins last: a domain that changes its keys says so anew. */
static const zta_statement *
find(const zta_trust_model *model, zta_str domain)
{
	const zta_statement *s, *found = NULL;
	uint32_t i;

	for (i = 0; i < model->statements.count; i++) {
		s = &model->statements.list[i];
		if (s->finding == ZTA_STATEMENT_HOLDS && s->bundle != NULL &&
		    zta_str__eq(s->issuer, domain) &&
		    (found == NULL || s->not_before >= found->not_before)) {
			found = s;
		}
	}
	return found;
}

zta_status
zta_stated_keys__give(zta_sources *sources, const zta_trust_model *model,
    zta_arena *arena, zta_error *err)
{
	zta_spiffe_bundle bundle;
	const zta_statement *s;
	zta_source *source;
	uint32_t i;
	zta_status status = ZTA_OK;

	for (i = 0; status == ZTA_OK && i < sources->count; i++) {
		source = &sources->list[i];
		s = source->keys_stated ? find(model, source->trust_domain) :
					  NULL;
		if (s == NULL) {
			continue;
		}
		status = zta_spiffe_bundle__read(
		    &bundle, arena, &s->jws.payload, s->bundle, err);
		if (status == ZTA_OK) {
			source->keys = bundle.keys;
			source->roots = bundle.roots;
			source->keys_from = s->not_before;
			source->keys_until = s->ends_at;
		}
	}
	return status;
}
