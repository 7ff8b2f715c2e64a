/* SPDX-License-Identifier: Apache-2.0 */
/*
 * residual.h - what is left of a policy when the principal or the resource is
 * not known yet, and which entities may still make it hold.
 */
#ifndef ZTA_CEDAR_RESIDUAL_H
#define ZTA_CEDAR_RESIDUAL_H

#include "cedar/where.h"

/* A part of a condition that depends on the unknown and must be true. */
typedef struct zta_residual_step zta_residual_step;
struct zta_residual_step {
	uint32_t node;
	const zta_residual_step *next;
};

typedef struct zta_residual zta_residual;
struct zta_residual {
	const zta_policy_file *file; /* of the steps */
	const zta_scope *scope;      /* of the unknown; NULL: it holds */
	const zta_residual_step *steps;
	const zta_where *where;
	const zta_residual *next; /* for whoever makes a list */
};

/*
 * What is left of policy `p`. `where` is empty if it can hold for
 * no entity, `u->always` if it holds for every one. False: `u->failed`.
 */
ZTA_MUST_USE bool zta_residual__make(
    zta_unknown *u, const zta_policy *p, zta_residual *out);

/*
 * Does the policy hold for the entity? Binds it in `u->x`. False, too, when
 * `u->failed`.
 */
ZTA_MUST_USE bool zta_residual__holds(
    zta_unknown *u, const zta_residual *residual, uint32_t uid);

#endif
