/* SPDX-License-Identifier: Apache-2.0 */
/* policies_index.c - policies by what their scopes name, see policies.h. */
#include "cedar/policies.h"

static zta_index_key
key_of(const zta_scope *scope, uint32_t which)
{
	static const zta_index_kind kinds[] = {
		[ZTA_SCOPE_ANY] = ZTA_INDEX_ANY,
		[ZTA_SCOPE_EQ] = ZTA_INDEX_EQ,
		[ZTA_SCOPE_IN] = ZTA_INDEX_IN,
		[ZTA_SCOPE_IN_SET] = ZTA_INDEX_IN,
		[ZTA_SCOPE_IS] = ZTA_INDEX_IS,
		[ZTA_SCOPE_IS_IN] = ZTA_INDEX_IN,
	};
	uint32_t name = 0;

	if (scope->op == ZTA_SCOPE_IS) {
		name = scope->type;
	} else if (scope->op != ZTA_SCOPE_ANY) {
		name = scope->entities[which];
	}
	return zta_index__key(kinds[scope->op], name);
}

/* How many entries of an index a policy has: with `action in []` none. */
static uint32_t
entries_of(const zta_policy *policy)
{
	const zta_scope *action = &policy->scope[ZTA_VAR_ACTION];

	return action->op == ZTA_SCOPE_ANY ? 1 : action->count;
}

static void
fill_entries(
    const zta_policies *policies, zta_expr_var blind, zta_index_entry *entry)
{
	static const zta_expr_var levels[ZTA_INDEX_LEVELS] = {
		ZTA_VAR_PRINCIPAL, ZTA_VAR_RESOURCE, ZTA_VAR_ACTION
	};
	const zta_policy *policy;
	uint32_t number, i, level;
	zta_expr_var var;

	for (number = 0; number < policies->policies.count; number++) {
		policy = policies->policies.list[number];
		for (i = 0; i < entries_of(policy); i++, entry++) {
			entry->policy = number;
			for (level = 0; level < ZTA_INDEX_LEVELS; level++) {
				var = levels[level];
				if (var != blind) {
					entry->keys[level] =
					    key_of(&policy->scope[var],
						var == ZTA_VAR_ACTION ? i : 0);
				}
			}
		}
	}
}

zta_status
zta_policies__index(const zta_policies *policies, zta_expr_var blind,
    zta_arena *arena, zta_index *index, zta_error *err)
{
	zta_arena scratch;
	zta_index_entry *entries;
	uint32_t i, count = 0;
	zta_status status;

	for (i = 0; i < policies->policies.count; i++) {
		count += entries_of(policies->policies.list[i]);
	}
	zta_arena__init(&scratch, SIZE_MAX);
	entries = zta_arena__zalloc(&scratch, count, 2 * sizeof(*entries));
	if (entries == NULL) {
		status = zta_arena__failed(&scratch, err);
	} else {
		fill_entries(policies, blind, entries);
		status = zta_index__build(
		    index, arena, entries, entries + count, count, err);
	}
	zta_arena__release(&scratch);
	return status;
}

zta_status
zta_policies__seal(zta_policies *policies, zta_error *err)
{
	zta_arena__release(&policies->scratch);
	policies->draft = (zta_code){ 0 };
	return zta_policies__index(policies, ZTA_VAR_CONTEXT,
	    policies->names->arena, &policies->index, err);
}
