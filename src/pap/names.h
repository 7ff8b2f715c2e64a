/* SPDX-License-Identifier: Apache-2.0 */
/* names.h - the names in a tree, by themselves and beside each other. */
#ifndef ZTA_PAP_NAMES_H
#define ZTA_PAP_NAMES_H

#include "ledger/tree.h"

/*
 * Tell `sink` of each file or directory whose name a ledger cannot have, or
 * that differs from another one in case alone, and of files that nest too deep.
 * SPEC: docs/formats/objects.md. ZTA_ENOMEM.
 */
ZTA_MUST_USE zta_status zta_tree_names__check(
    const zta_tree *tree, zta_error_sink *sink, zta_error *err);

#endif
