/* SPDX-License-Identifier: Apache-2.0 */
/* config_export.c - see config_export.h. */
#include "daemon/config_export.h"

#include "base/str.h"

static bool
read_path(const char **out, zta_arena *arena, zta_str dir, zta_str path)
{
	char *text = zta_arena__alloc(arena, dir.len + path.len + 1);

	if (text != NULL) {
		dir.len = path.ptr[0] == '/' ? 0 : dir.len;
		memcpy(text, dir.ptr, dir.len);
		memcpy(text + dir.len, path.ptr, path.len);
		text[dir.len + path.len] = '\0';
	}
	*out = text;
	return text != NULL;
}

static const char *
read_option(zta_config_export *out, zta_arena *arena, zta_str dir, zta_str word)
{
	const struct {
		zta_str name;
		const char **path;
	} options[] = {
		{ ZTA_STR("ca="), &out->ca_file },
		{ ZTA_STR("certificate="), &out->certificate_file },
		{ ZTA_STR("key="), &out->key_file },
		{ ZTA_STR("header="), &out->header_file },
	};
	size_t i;

	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (!zta_str__starts(word, options[i].name) ||
		    word.len == options[i].name.len) {
			continue;
		}
		if (*options[i].path != NULL) {
			return "an option of `export` stands twice";
		}
		word.ptr += options[i].name.len;
		word.len -= options[i].name.len;
		return read_path(options[i].path, arena, dir, word) ?
		    NULL :
		    "no memory is left";
	}
	return "`export` has a URL, then ca=, certificate=, key= or header= "
	       "with a file";
}

const char *
zta_config_export__read(
    zta_config_export *out, zta_arena *arena, zta_str dir, zta_str value)
{
	zta_str word;
	const char *why = NULL;

	*out = (zta_config_export){ 0 };
	while (why == NULL && zta_str__next(&value, ' ', &word)) {
		if (word.len == 0) {
			continue;
		}
		if (out->to != NULL) {
			why = read_option(out, arena, dir, word);
			continue;
		}
		out->to = zta_arena__cstr(arena, word);
		why = out->to == NULL ? "no memory is left" : NULL;
	}
	if (why == NULL &&
	    (out->certificate_file == NULL) != (out->key_file == NULL)) {
		why = "certificate= and key= need each other";
	}
	return why;
}
