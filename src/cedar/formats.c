/* SPDX-License-Identifier: Apache-2.0 */
/* formats.c - policies from one form to another, see ztauth/cedar.h. */
#include <stdio.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/random.h"
#include "base/str.h"
#include "cedar/format.h"
#include "cedar/parse.h"
#include "cedar/policy_json.h"
#include "cedar/policy_text.h"
#include "cedar/quote.h"
#include "ztauth/cedar.h"

zta_status
zta_cedar_format(zta_str file, zta_str text, zta_str *out, zta_error *err)
{
	zta_arena arena;
	zta_buf buf;
	zta_status status;

	*out = (zta_str){ NULL, 0 };
	zta_arena__init(&arena, SIZE_MAX);
	zta_buf__init(&buf, ZTA_CEDAR_OUTPUT_MAX);
	status = zta_format__policies(&arena, text, &buf, err);
	zta_arena__release(&arena);
	if (status != ZTA_OK) {
		zta_error__replace(err, "%.*s", ZTA_STR_ARG(file));
	}
	return zta_buf__give(&buf, status, out, err);
}

zta_status
zta_cedar_policies_to_json(zta_str file, zta_str text, zta_str links_file,
    zta_str links, zta_str *out, zta_error *err)
{
	zta_policy_texts texts, linked = { 0 };
	zta_arena arena;
	zta_buf buf;
	zta_status status;

	*out = (zta_str){ NULL, 0 };
	zta_arena__init(&arena, SIZE_MAX);
	zta_buf__init(&buf, ZTA_CEDAR_OUTPUT_MAX);
	status = zta_parse__policies(&arena, text, &texts, err);
	if (status == ZTA_OK && links.len > 0) {
		file = links_file;
		status =
		    zta_policy_json__read_links(&arena, links, &linked, err);
	}
	if (status == ZTA_OK) {
		texts.links = linked.links;
		texts.link_count = linked.link_count;
		zta_policy_json__write(&buf, &texts);
		zta_buf__byte(&buf, '\n');
	} else {
		zta_error__replace(err, "%.*s", ZTA_STR_ARG(file));
	}
	zta_arena__release(&arena);
	return zta_buf__give(&buf, status, out, err);
}

/* --- to text, where policies have numbers and no ids */

/* "policy<n>" as zta_cedar_add_policies() names the n-th policy of a text. */
static zta_status
number_name(zta_arena *arena, uint32_t number, zta_str *out, zta_error *err)
{
	char made[32];

	(void)snprintf(made, sizeof(made), "policy%u", number);
	*out = zta_arena__copy(arena, zta_str_of(made));
	return out->ptr == NULL ? zta_arena__failed(arena, err) : ZTA_OK;
}

static bool
has_id_annotation(const zta_policy_text *policy)
{
	uint32_t i;

	for (i = 0; i < policy->annotation_count; i++) {
		if (zta_str__is(policy->annotations[i].key, "id")) {
			return true;
		}
	}
	return false;
}

/* The text, and the id as an annotation where the number does not tell it. */
static zta_status
put_numbered(zta_arena *arena, zta_buf *out, const zta_policy_text *policy,
    uint32_t number, zta_error *err)
{
	zta_str name;
	zta_status status = number_name(arena, number, &name, err);

	if (status == ZTA_OK && policy->id.ptr != NULL &&
	    !zta_str__eq(policy->id, name) && !has_id_annotation(policy)) {
		zta_buf__text(out, "@id(");
		zta_quote__string(out, policy->id);
		zta_buf__text(out, ")\n");
	}
	zta_policy_text__put(out, policy);
	return status;
}

/* The numbers of policies, by id. */
static zta_status
number_ids(zta_map *numbers, const zta_policy_texts *texts, zta_error *err)
{
	zta_status status = ZTA_OK;
	uint32_t i;

	for (i = 0; status == ZTA_OK && i < texts->count; i++) {
		if (texts->list[i].id.ptr != NULL) {
			status =
			    zta_map__add(numbers, texts->list[i].id, i, err);
			/* A template after a policy of the same id. */
			status = status == ZTA_EEXIST ? ZTA_OK : status;
		}
	}
	return status;
}

/* Let the links name their templates by number. */
static zta_status
number_links(zta_arena *arena, zta_policy_texts *texts, zta_error *err)
{
	zta_map numbers;
	zta_link_text *link;
	uint32_t i, number;
	zta_status status;

	zta_map__init(&numbers, arena, zta_random__seed());
	status = number_ids(&numbers, texts, err);
	for (i = 0; status == ZTA_OK && i < texts->link_count; i++) {
		link = &texts->links[i];
		number = zta_map__get(&numbers, link->template_id);
		status = number != ZTA_MAP_NONE ?
		    number_name(arena, number, &link->template_id, err) :
		    zta_error__set(err, ZTA_ENOTFOUND,
			"there is no template `%.*s`",
			ZTA_STR_ARG(link->template_id));
	}
	return status;
}

static zta_status
to_text(zta_arena *arena, zta_str json, zta_buf *out, zta_buf *links,
    zta_error *err)
{
	zta_policy_texts texts;
	zta_buf plain;
	zta_status status = zta_policy_json__read(arena, json, &texts, err);
	uint32_t i;

	zta_buf__init(&plain, ZTA_CEDAR_OUTPUT_MAX);
	for (i = 0; status == ZTA_OK && i < texts.count; i++) {
		status = put_numbered(arena, &plain, &texts.list[i], i, err);
	}
	if (status == ZTA_OK) {
		status = plain.status == ZTA_OK ?
		    zta_format__policies(
			arena, zta_buf__str(&plain), out, err) :
		    zta_error__set(err, plain.status, "no room for the text");
	}
	zta_buf__release(&plain);
	if (status == ZTA_OK) {
		status = number_links(arena, &texts, err);
	}
	if (status == ZTA_OK && texts.link_count > 0) {
		zta_policy_json__write_links(links, &texts);
		zta_buf__byte(links, '\n');
	}
	return status;
}

zta_status
zta_cedar_policies_to_text(
    zta_str file, zta_str json, zta_str *out, zta_str *links, zta_error *err)
{
	zta_arena arena;
	zta_buf text, list;
	zta_status status;

	*out = *links = (zta_str){ NULL, 0 };
	zta_arena__init(&arena, SIZE_MAX);
	zta_buf__init(&text, ZTA_CEDAR_OUTPUT_MAX);
	zta_buf__init(&list, ZTA_CEDAR_OUTPUT_MAX);
	status = to_text(&arena, json, &text, &list, err);
	zta_arena__release(&arena);
	if (status != ZTA_OK) {
		zta_error__replace(err, "%.*s", ZTA_STR_ARG(file));
	}
	status = zta_buf__give(&text, status, out, err);
	if (status == ZTA_OK) {
		status = zta_buf__give(&list, status, links, err);
		if (status != ZTA_OK) {
			zta_str_free(*out);
			*out = (zta_str){ NULL, 0 };
		}
	} else {
		zta_buf__release(&list);
	}
	return status;
}
