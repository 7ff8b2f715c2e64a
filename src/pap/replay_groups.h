/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replay_groups.h - decisions that are answered otherwise, counted by what
 * decided and by who asked.
 */
#ifndef ZTA_PAP_REPLAY_GROUPS_H
#define ZTA_PAP_REPLAY_GROUPS_H

#include "base/map.h"
#include "pap/replayer.h"

/* Groups of a kind: nobody reads more, and they are in memory. */
#define ZTA_REPLAY_GROUPS_MAX 1024u

typedef struct zta_replay_row {
	zta_replay_group shown;
	uint64_t last; /* record that was counted, and 1; 0: none */
} zta_replay_row;

/* Groups of one kind. */
typedef struct zta_replay_table {
	zta_map keys; /* to numbers in the list */
	zta_replay_row *list;
	uint32_t count;
} zta_replay_table;

typedef struct zta_replay_grouping {
	zta_arena *arena;  /* of all that it gives */
	zta_arena scratch; /* of one decision after another */
	zta_replay_table by_policy, by_subject;
	uint64_t ungrouped;
} zta_replay_grouping;

/* Released either way. */
ZTA_MUST_USE zta_status zta_replay_grouping__begin(
    zta_replay_grouping *grouping, zta_arena *arena, zta_error *err);

/*
 * Count one that has changed, if it is answered otherwise. True in `*example`:
 * it is an example of a group by what decided.
 */
ZTA_MUST_USE zta_status zta_replay_grouping__add(zta_replay_grouping *grouping,
    const zta_replayed *one, bool *example, zta_error *err);

/* No more will come: the groups, in their order. */
ZTA_MUST_USE zta_status zta_replay_grouping__finish(
    zta_replay_grouping *grouping, zta_replay_groups *out, zta_error *err);
void zta_replay_grouping__release(zta_replay_grouping *grouping);

/* User::"alice", in the arena; a NULL pointer: no memory. */
ZTA_MUST_USE zta_str zta_replay__entity(
    zta_arena *arena, zta_str type, zta_str id);

#endif
