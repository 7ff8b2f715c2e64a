/* SPDX-License-Identifier: Apache-2.0 */
/* search_request.c - what is searched for: search.h. */
#include "pdp/search.h"

#include "base/limits.h"

#define FAIL(r, node, err, ...) \
	zta_json__fail(&(r)->asked.doc, node, err, ZTA_EINVALID, __VA_ARGS__)

static zta_status
read_page(zta_search_request *r, zta_error *err)
{
	const zta_json *root = r->asked.doc.root;
	const zta_json *page = zta_json__get(root, "page"), *limit, *token;

	if (page == NULL) {
		return ZTA_OK;
	}
	if (page->type != ZTA_JSON_OBJECT) {
		return FAIL(r, page, err, "`page` must be an object");
	}
	limit = zta_json__get(page, "limit");
	if (limit != NULL) {
		if (limit->type != ZTA_JSON_INTEGER || limit->u.integer < 0) {
			return FAIL(r, limit, err,
			    "`limit` must be an integer that is not negative");
		}
		r->limit = limit->u.integer < ZTA_SEARCH_PAGE_MAX ?
		    (uint32_t)limit->u.integer :
		    ZTA_SEARCH_PAGE_MAX;
	}
	token = zta_json__get(page, "token");
	if (token != NULL && token->type != ZTA_JSON_STRING) {
		return FAIL(r, token, err, "`token` must be a string");
	}
	if (token != NULL) {
		r->page = zta_json__str(token);
	}
	return ZTA_OK;
}

/* What is sought is not known, whatever the request has of it. */
static void
forget_sought(zta_search_request *r)
{
	zta_authzen *a = &r->asked;
	zta_str empty = { "", 0 };

	if (r->open == ZTA_OPEN_SUBJECT) {
		a->subject_id = empty;
		a->subject_properties = NULL;
	} else if (r->open == ZTA_OPEN_RESOURCE) {
		a->resource_id = empty;
		a->resource_properties = NULL;
	} else {
		a->action = empty;
		a->action_properties = NULL;
	}
}

zta_status
zta_search_request__read(zta_arena *arena, zta_str body, zta_authzen_open open,
    zta_search_request *out, zta_error *err)
{
	zta_authzen *asked = &out->asked;
	zta_status status;

	*out = (zta_search_request){
		.open = open, .limit = ZTA_SEARCH_PAGE, .page = ZTA_STR("")
	};
	status = zta_json__read(arena, body, &asked->doc, err);
	if (status == ZTA_OK) {
		status = zta_authzen__take(asked, asked->doc.root, err);
	}
	if (status == ZTA_OK) {
		status = zta_authzen__need(asked, asked->doc.root, open, err);
	}
	if (status == ZTA_OK) {
		status = zta_authzen__take_model(asked, asked->doc.root, err);
	}
	if (status == ZTA_OK) {
		status = read_page(out, err);
	}
	forget_sought(out);
	return status;
}
