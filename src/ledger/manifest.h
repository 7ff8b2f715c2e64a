/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifest.h - manifest.json: what a ledger says about itself.
 * SPEC: ztauth 2; docs/formats/ledger.md
 */
#ifndef ZTA_LEDGER_MANIFEST_H
#define ZTA_LEDGER_MANIFEST_H

#include "base/json.h"
#include "ledger/tree.h"

typedef struct zta_partition {
	zta_str path;       /* "" for the partition "/", else "orders/eu" */
	bool schema;        /* it has a schema */
	zta_str name_space; /* of AuthZEN's types and actions; may be empty */
} zta_partition;

/* What a request must bring. The zero value asks for the most. */
typedef enum zta_zone_require {
	ZTA_REQUIRE_TXN_TOKEN,
	ZTA_REQUIRE_WORKLOAD,
	ZTA_REQUIRE_NONE
} zta_zone_require;

/* Operations that a scope token stands for. */
typedef struct zta_scope_binding {
	zta_str scope;
	const zta_str *actions; /* none: all */
	uint32_t action_count;
	const zta_str *resource_types; /* none: all */
	uint32_t resource_type_count;
} zta_scope_binding;

typedef struct zta_manifest {
	zta_str name;              /* metadata.name */
	zta_partition *partitions; /* by path; the first is the root */
	uint32_t partition_count;
	zta_zone_require require;
	bool properties; /* do properties from PEPs count as attributes? */
	bool standing;   /* may a grant stand for its delegator? */
	bool bound;      /* are there scope bindings? */
	zta_scope_binding *bindings;
	uint32_t binding_count;
} zta_manifest;

/*
 * Read the manifest of `tree` into `arena`, and check that every file of the
 * tree has a place in a ledger. Errors name file, line and column.
 */
ZTA_MUST_USE zta_status zta_manifest__read(
    zta_arena *arena, const zta_tree *tree, zta_manifest *out, zta_error *err);

/*
 * The same, but `sink` is told of everything that is wrong, and `out` is what
 * could be read, or what would be assumed.
 */
ZTA_MUST_USE zta_status zta_manifest__check(zta_arena *arena,
    const zta_tree *tree, zta_error_sink *sink, zta_manifest *out,
    zta_error *err);

/* The manifest of a tree that has none: one partition, as the files are. */
ZTA_MUST_USE zta_status zta_manifest__assume(
    zta_arena *arena, const zta_tree *tree, zta_manifest *out, zta_error *err);

/* What part a file plays. */
typedef enum zta_ledger_part {
	ZTA_PART_NONE, /* it has no place in a ledger */
	ZTA_PART_MANIFEST,
	ZTA_PART_SCHEMA,
	ZTA_PART_POLICIES,
	ZTA_PART_ENTITIES,
	ZTA_PART_LEVELS,
	ZTA_PART_GROUPS,
	ZTA_PART_DELEGATORS,
	ZTA_PART_DOMAINS,
	ZTA_PART_ELEVATION,
	ZTA_PART_STATEMENT,
	ZTA_PART_SOURCES,
	ZTA_PART_MASKS,
	ZTA_PART_TEST
} zta_ledger_part;

zta_ledger_part zta_manifest__part_of(
    const zta_manifest *manifest, zta_str path);

/* The partition that a file of policies is in. */
const zta_partition *zta_manifest__partition_of(
    const zta_manifest *manifest, zta_str path);

/* Has every file of the tree a place? `sink` may be NULL. ZTA_EINVALID. */
ZTA_MUST_USE zta_status zta_manifest__check_places(const zta_manifest *manifest,
    const zta_tree *tree, zta_error_sink *sink, zta_error *err);

/* Does one of the bindings of `scope` cover the operation? */
bool zta_manifest__scope_covers(const zta_manifest *manifest, zta_str scope,
    zta_str action, zta_str resource_type);

#endif
