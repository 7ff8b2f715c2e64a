/* SPDX-License-Identifier: Apache-2.0 */
/* parse_schema.h - what the files of the schema parser share. */
#ifndef ZTA_CEDAR_PARSE_SCHEMA_H
#define ZTA_CEDAR_PARSE_SCHEMA_H

#include "cedar/parse.h"
#include "cedar/schema_text.h"

ZTA_MUST_USE zta_status zta_parse_schema__annotations(
    zta_parser *p, zta_annotations *out);

/* One item of a list, which has room for it. */
typedef zta_status zta_parse_item(zta_parser *p, void *item);

/* `item, item ...`, at least one; no comma trails. */
ZTA_MUST_USE zta_status zta_parse_schema__items(
    zta_parser *p, zta_parse_item *item, size_t size, zta_parser_list *list);

/* One item, or `[item, item ...]`. */
ZTA_MUST_USE zta_status zta_parse_schema__one_or_more(
    zta_parser *p, zta_parse_item *item, size_t size, zta_parser_list *list);

/* A copy of `body`, whose first member is its name, for each of the names. */
ZTA_MUST_USE zta_status zta_parse_schema__repeat(zta_parser *p,
    const zta_parser_list *names, const void *body, size_t size,
    zta_parser_list *list);

/* Items that are a zta_name_ref: a path; an identifier or a string. */
ZTA_MUST_USE zta_status zta_parse_schema__path(zta_parser *p, void *item);
ZTA_MUST_USE zta_status zta_parse_schema__name(zta_parser *p, void *item);

ZTA_MUST_USE zta_status zta_parse_schema__type(
    zta_parser *p, zta_type_text **out);

/* `{` and attributes. */
ZTA_MUST_USE zta_status zta_parse_schema__record(
    zta_parser *p, zta_type_text **out);

/* What follows the word `action`. */
ZTA_MUST_USE zta_status zta_parse_schema__action(
    zta_parser *p, zta_annotations annotations, zta_parser_list *list);

#endif
