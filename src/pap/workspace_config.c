/* SPDX-License-Identifier: Apache-2.0 */
/* workspace_config.c - see workspace_config.h. */
#include "pap/workspace_config.h"

#include "base/error.h"
#include "base/file.h"
#include "base/json_write.h"
#include "base/limits.h"
#include "base/str.h"

typedef struct reader {
	zta_json_doc doc;
	zta_arena *arena;
	zta_workspace_config *out;
	zta_error *err;
} reader;

static zta_status
take_text(reader *r, const zta_json *object, const char *name, bool needed,
    zta_str *out)
{
	const zta_json *node = zta_json__get(object, name);

	if (node == NULL && !needed) {
		*out = ZTA_STR("");
		return ZTA_OK;
	}
	if (node == NULL || node->type != ZTA_JSON_STRING || node->count == 0) {
		return zta_json__fail(&r->doc, node == NULL ? object : node,
		    r->err, ZTA_EINVALID,
		    "`%s` must be there, a string that is not empty", name);
	}
	*out = zta_json__str(node);
	return ZTA_OK;
}

/* An object inside the document; NULL: it is not there. */
static zta_status
take_object(reader *r, const char *name, const zta_json **out)
{
	*out = zta_json__get(r->doc.root, name);
	return *out == NULL || (*out)->type == ZTA_JSON_OBJECT ?
	    ZTA_OK :
	    zta_json__fail(&r->doc, *out, r->err, ZTA_EINVALID,
		"`%s` must be an object", name);
}

static zta_status
take_author(reader *r)
{
	static const char *const names[] = { "name", "email", NULL };
	const zta_json *object;
	zta_status status = take_object(r, "author", &object);

	if (status != ZTA_OK || object == NULL) {
		return status;
	}
	status = zta_json__only(&r->doc, object, names, r->err);
	if (status == ZTA_OK) {
		status = take_text(r, object, "name", true, &r->out->author);
	}
	return status != ZTA_OK ?
	    status :
	    take_text(r, object, "email", true, &r->out->email);
}

static zta_status
take_remotes(reader *r)
{
	const zta_json *object, *node;
	zta_workspace_remote *list;
	uint32_t i;
	zta_status status = take_object(r, "remotes", &object);

	if (status != ZTA_OK || object == NULL) {
		return status;
	}
	list = zta_arena__zalloc(
	    r->arena, (size_t)object->count + 1, sizeof(*list));
	if (list == NULL) {
		return zta_arena__failed(r->arena, r->err);
	}
	node = zta_json__first(object);
	for (i = 0; i < object->count; i++) {
		list[i].name = zta_json__str(node);
		node = zta_json__after(node);
		if (node->type != ZTA_JSON_STRING || node->count == 0) {
			return zta_json__fail(&r->doc, node, r->err,
			    ZTA_EINVALID, "a remote is a URL");
		}
		list[i].url = zta_json__str(node);
		node = zta_json__after(node);
	}
	r->out->remotes = list;
	r->out->remote_count = object->count;
	return ZTA_OK;
}

zta_status
zta_workspace_config__parse(
    zta_arena *arena, zta_str text, zta_workspace_config *out, zta_error *err)
{
	static const char *const names[] = { "zone", "name", "author", "key",
		"remotes", "signers", NULL };
	reader r = { .arena = arena, .out = out, .err = err };
	zta_status status = zta_json__read(arena, text, &r.doc, err);

	*out = (zta_workspace_config){ .author = ZTA_STR(""),
		.email = ZTA_STR("") };
	if (status == ZTA_OK) {
		status = zta_json__only(&r.doc, r.doc.root, names, err);
	}
	if (status == ZTA_OK) {
		status = take_text(&r, r.doc.root, "zone", true, &out->zone);
	}
	if (status == ZTA_OK) {
		status = take_text(&r, r.doc.root, "name", true, &out->name);
	}
	if (status == ZTA_OK) {
		status = take_text(&r, r.doc.root, "key", false, &out->key);
	}
	if (status == ZTA_OK) {
		status =
		    take_text(&r, r.doc.root, "signers", false, &out->signers);
	}
	if (status == ZTA_OK) {
		status = take_author(&r);
	}
	return status != ZTA_OK ? status : take_remotes(&r);
}

zta_status
zta_workspace_config__read(zta_arena *arena, const char *path,
    zta_workspace_config *out, zta_error *err)
{
	zta_str text;
	zta_status status =
	    zta_file__read(arena, path, ZTA_FILE_MAX, &text, err);

	if (status == ZTA_OK) {
		status = zta_workspace_config__parse(arena, text, out, err);
		if (status != ZTA_OK) {
			zta_error__replace(err, "%s", path);
		}
	}
	return status;
}

/* --- writing */

static void
put_member(zta_json_out *out, const char *name, zta_str text)
{
	if (text.len > 0) {
		zta_json_out__name(out, name);
		zta_json_out__str(out, text);
	}
}

void
zta_workspace_config__put(zta_buf *buf, const zta_workspace_config *config)
{
	zta_json_out out = { buf, false };
	uint32_t i;

	zta_json_out__open(&out, '{');
	put_member(&out, "zone", config->zone);
	put_member(&out, "name", config->name);
	put_member(&out, "key", config->key);
	put_member(&out, "signers", config->signers);
	if (config->author.len > 0) {
		zta_json_out__name(&out, "author");
		zta_json_out__open(&out, '{');
		put_member(&out, "name", config->author);
		put_member(&out, "email", config->email);
		zta_json_out__close(&out, '}');
	}
	zta_json_out__name(&out, "remotes");
	zta_json_out__open(&out, '{');
	for (i = 0; i < config->remote_count; i++) {
		zta_json_out__name_str(&out, config->remotes[i].name);
		zta_json_out__str(&out, config->remotes[i].url);
	}
	zta_json_out__close(&out, '}');
	zta_json_out__close(&out, '}');
	zta_buf__byte(buf, '\n');
}

zta_status
zta_workspace_config__write(
    const char *path, const zta_workspace_config *config, zta_error *err)
{
	zta_buf buf;
	zta_status status;

	zta_buf__init(&buf, SIZE_MAX);
	zta_workspace_config__put(&buf, config);
	status = buf.status != ZTA_OK ?
	    zta_error__nomem(err) :
	    zta_file__replace(path, 0644, zta_buf__str(&buf), err);
	zta_buf__release(&buf);
	return status;
}
