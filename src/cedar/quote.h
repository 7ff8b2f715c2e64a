/* SPDX-License-Identifier: Apache-2.0 */
/*
 * quote.h - strings and names as policy text has them. What is written reads
 * back as the same. Failures stick in the buffer.
 */
#ifndef ZTA_CEDAR_QUOTE_H
#define ZTA_CEDAR_QUOTE_H

#include "base/buf.h"

/* A string literal; a pattern as escape.h has it, as a literal. */
void zta_quote__string(zta_buf *out, zta_str text);
/* Does it stand in quotes as it is? */
bool zta_quote__is_plain(zta_str text);
void zta_quote__pattern(zta_buf *out, zta_str pattern);

/* The name of an attribute, quoted if it must be. */
void zta_quote__key(zta_buf *out, zta_str key);

/* type::"id" */
void zta_quote__uid(zta_buf *out, zta_str type, zta_str id);

#endif
