/* SPDX-License-Identifier: Apache-2.0 */
/*
 * typecheck_rules.h - the rules of operators whose operands are all evaluated;
 * for the files of the type checker alone.
 *
 * A rule gets the types of the operands, in their order, and gives the type of
 * the expression `e`; NULL on either side: reported.
 */
#ifndef ZTA_CEDAR_TYPECHECK_RULES_H
#define ZTA_CEDAR_TYPECHECK_RULES_H

#include "cedar/typecheck.h"

typedef const zta_type *zta_typecheck_rule(
    zta_typecheck *k, const zta_expr *e, const zta_type *const *kids);

/* typecheck_plain.c: literals, variables, operators with fixed types */
zta_typecheck_rule zta_typecheck__literal, zta_typecheck__var,
    zta_typecheck__not, zta_typecheck__long, zta_typecheck__like,
    zta_typecheck__is_empty;

/* typecheck_compare.c: what is equal, what is less, what a set contains */
zta_typecheck_rule zta_typecheck__eq, zta_typecheck__ne, zta_typecheck__less,
    zta_typecheck__contains, zta_typecheck__contains_set;

/* typecheck_in.c: what an entity is, and what it is in */
zta_typecheck_rule zta_typecheck__is, zta_typecheck__in;

/* typecheck_access.c: attributes and tags */
zta_typecheck_rule zta_typecheck__has, zta_typecheck__get,
    zta_typecheck__has_tag, zta_typecheck__get_tag;

/* typecheck_make.c: sets, records, values of extension types */
zta_typecheck_rule zta_typecheck__set, zta_typecheck__record,
    zta_typecheck__method;

/* The call of a constructor, whose argument is no operand: a literal alone. */
const zta_type *zta_typecheck__constructor(zta_typecheck *k, const zta_expr *e);

/* --- what rules are made of */

/* Report a broken rule at `e`, or that memory ran out; both give NULL. */
const zta_type *zta_typecheck__wrong(
    zta_typecheck *k, zta_rule rule, const zta_expr *e);
const zta_type *zta_typecheck__no_memory(zta_typecheck *k);

/* Is operand `i` of this kind? If not, it is reported. */
bool zta_typecheck__is_kind(zta_typecheck *k, const zta_expr *e,
    const zta_type *const *kids, uint32_t i, zta_value_kind kind);

/* The one type that both are, or reported at `e`. */
const zta_type *zta_typecheck__join(
    zta_typecheck *k, const zta_expr *e, const zta_type *a, const zta_type *b);

/* A literal of an entity, or `action`, which is one in its environment. */
bool zta_typecheck__is_entity_literal(const zta_expr *e);

/* Its uid; ZTA_NAME_NONE: nothing else names this entity. */
uint32_t zta_typecheck__literal_uid(const zta_typecheck *k, const zta_expr *e);

#endif
