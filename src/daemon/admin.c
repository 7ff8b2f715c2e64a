/* SPDX-License-Identifier: Apache-2.0 */
/*
 * admin.c - see admin.h. `@Z` in a text stands for the zone, `@K` for the
 * fingerprint of the key.
 */
#include "daemon/admin.h"

#include "base/buf.h"
#include "base/str.h"

static const char manifest[] =
    "{\n"
    "  \"metadata\": {\n"
    "    \"name\": \"admin\",\n"
    "    \"description\": \"Who may do what with the ledgers of this zone\"\n"
    "  },\n"
    "  \"partitions\": { \"/\": { \"schema\": true } },\n"
    "  \"zone\": { \"require\": \"none\" }\n"
    "}\n";

static const char schema[] =
    "// A caller is the SSH key that signed the request, by its fingerprint:\n"
    "// Key::\"SHA256:...\", or Anonymous::\"unsigned\".\n"
    "entity Role;\n"
    "entity Key in [Role] = { name?: String };\n"
    "entity Anonymous;\n"
    "entity Zone;\n"
    "// Every ledger is in its zone, also one that has no entity here.\n"
    "entity Ledger in [Zone];\n"
    "\n"
    "// `commit` is asked of the key that signed each new commit; the others\n"
    "// of the caller.\n"
    "action create, read, push, commit appliesTo {\n"
    "  principal: [Key, Anonymous],\n"
    "  resource: [Ledger],\n"
    "  context: { ref: String, signed: Bool }\n"
    "};\n";

static const char policies[] =
    "// Who has no role may do nothing, and so may requests and commits that\n"
    "// are not signed. To take a key back, take its entity out.\n"
    "\n"
    "@id(\"administrators-do-everything\")\n"
    "permit (\n"
    "  principal in Role::\"administrators\",\n"
    "  action,\n"
    "  resource in Zone::\"@Z\"\n"
    ");\n"
    "\n"
    "@id(\"writers-change-policies\")\n"
    "permit (\n"
    "  principal in Role::\"writers\",\n"
    "  action in [Action::\"read\", Action::\"push\", Action::\"commit\"],\n"
    "  resource in Zone::\"@Z\"\n"
    ")\n"
    "unless { resource == Ledger::\"@Z/admin\" };\n"
    "\n"
    "@id(\"readers-read-policies\")\n"
    "permit (\n"
    "  principal in Role::\"readers\",\n"
    "  action == Action::\"read\",\n"
    "  resource in Zone::\"@Z\"\n"
    ")\n"
    "unless { resource == Ledger::\"@Z/admin\" };\n";

static const char entities[] =
    "[\n"
    "  { \"uid\": { \"type\": \"Key\", \"id\": \"@K\" },\n"
    "    \"attrs\": { \"name\": \"the first administrator\" },\n"
    "    \"parents\": [{ \"type\": \"Role\", \"id\": \"administrators\" }] }\n"
    "]\n";

static const char ledgers[] =
    "[\n"
    "  { \"uid\": { \"type\": \"Ledger\", \"id\": \"@Z/admin\" }, "
    "\"attrs\": {},\n"
    "    \"parents\": [{ \"type\": \"Zone\", \"id\": \"@Z\" }] },\n"
    "  { \"uid\": { \"type\": \"Ledger\", \"id\": \"@Z/main\" }, "
    "\"attrs\": {},\n"
    "    \"parents\": [{ \"type\": \"Zone\", \"id\": \"@Z\" }] }\n"
    "]\n";

static const char tests[] =
    "{ \"tests\": [\n"
    "  { \"name\": \"the administrator changes who may do what\",\n"
    "    \"request\": { \"subject\": { \"type\": \"Key\", \"id\": \"@K\" },\n"
    "      \"action\": { \"name\": \"push\" },\n"
    "      \"resource\": { \"type\": \"Ledger\", \"id\": \"@Z/admin\" },\n"
    "      \"context\": { \"ref\": \"main\", \"signed\": true } },\n"
    "    \"expect\": { \"decision\": true } },\n"
    "  { \"name\": \"nobody reads unsigned\",\n"
    "    \"request\": { \"subject\": { \"type\": \"Anonymous\", \"id\": "
    "\"unsigned\" },\n"
    "      \"action\": { \"name\": \"read\" },\n"
    "      \"resource\": { \"type\": \"Ledger\", \"id\": \"@Z/main\" },\n"
    "      \"context\": { \"ref\": \"\", \"signed\": false } },\n"
    "    \"expect\": { \"decision\": false } }\n"
    "] }\n";

/* Ascending by path. */
static const struct {
	const char *path, *text;
} files[] = {
	{ "access.cedar", policies },
	{ "entities/keys.json", entities },
	{ "entities/ledgers.json", ledgers },
	{ "manifest.json", manifest },
	{ "schema.cedarschema", schema },
	{ "tests/access.json", tests },
};

#define COUNT (sizeof(files) / sizeof(files[0]))

static void
fill_in(zta_str text, const char *zone, const char *fingerprint, zta_buf *out)
{
	size_t at;

	for (;;) {
		at = zta_str__find(text, '@');
		zta_buf__put(out, (zta_str){ text.ptr, at });
		if (at == text.len) {
			return;
		}
		text.ptr += at;
		text.len -= at;
		if (zta_str__starts(text, ZTA_STR("@Z"))) {
			zta_buf__text(out, zone);
			at = 2;
		} else if (zta_str__starts(text, ZTA_STR("@K"))) {
			zta_buf__text(out, fingerprint);
			at = 2;
		} else {
			zta_buf__byte(out, '@');
			at = 1;
		}
		text.ptr += at;
		text.len -= at;
	}
}

zta_status
zta_admin__files(zta_arena *arena, const char *zone, const char *fingerprint,
    zta_tree *out, zta_error *err)
{
	zta_buf buf;
	size_t i;

	*out = (zta_tree){ .count = COUNT };
	out->files = zta_arena__zalloc(arena, COUNT, sizeof(*out->files));
	if (out->files == NULL) {
		return zta_arena__failed(arena, err);
	}
	zta_buf__init(&buf, SIZE_MAX);
	for (i = 0; i < COUNT; i++) {
		zta_buf__clear(&buf);
		fill_in(zta_str_of(files[i].text), zone, fingerprint, &buf);
		out->files[i].path = zta_str_of(files[i].path);
		out->files[i].text = zta_arena__copy(arena, zta_buf__str(&buf));
		if (buf.status != ZTA_OK || out->files[i].text.ptr == NULL) {
			zta_buf__release(&buf);
			return zta_error__nomem(err);
		}
	}
	zta_buf__release(&buf);
	return ZTA_OK;
}
