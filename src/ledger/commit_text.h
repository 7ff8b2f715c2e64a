/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commit_text.h - what the texts of a commit may hold. Each function returns
 * the rule that the text breaks, or NULL for none; `*at` is the offset of the
 * byte that breaks it. SPEC: docs/formats/objects.md
 */
#ifndef ZTA_LEDGER_COMMIT_TEXT_H
#define ZTA_LEDGER_COMMIT_TEXT_H

#include "ztauth/base.h"

const char *zta_commit_text__breaks_name(zta_str name, size_t *at);
const char *zta_commit_text__breaks_email(zta_str email, size_t *at);
const char *zta_commit_text__breaks_message(zta_str message, size_t *at);
/* An armored signature, each line after the first with a space before it. */
const char *zta_commit_text__breaks_signature(zta_str signature, size_t *at);

#endif
