/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_search.c - policy text: does every search under it find what deciding
 * one by one allows?
 */
#include "fuzz.h"

#include "search_oracle.h"

static const char schema[] =
    "entity Role in [Role];\n"
    "entity User in [Role] { boss?: User, n: Long };\n"
    "entity Dir in [Dir];\n"
    "entity Doc in [Dir] { owner: User, reader?: Role, roles?: Set<Role>,\n"
    "  open?: Bool, n: Long, s?: String, meta?: { by: User } };\n"
    "action all;\n"
    "action view in [all] appliesTo { principal: User, resource: [Doc, Dir],\n"
    "  context: { n?: Long, who?: User } };\n"
    "action edit in [all] appliesTo { principal: User, resource: Doc,\n"
    "  context: { n: Long } };\n";

/* One an element: type and id, attributes, parent; ' stands for ". */
#define REF(type, id) "{'__entity':{'type':'" type "','id':'" id "'}}"
static const char *const entities[][3] = {
	{ "'type':'Role','id':'top'", "", "" },
	{ "'type':'Role','id':'r'", "", "{'type':'Role','id':'top'}" },
	{ "'type':'User','id':'a'", "'n':1,'boss':" REF("User", "b"),
	    "{'type':'Role','id':'r'}" },
	{ "'type':'User','id':'b'", "'n':2", "{'type':'Role','id':'top'}" },
	{ "'type':'User','id':'c'", "'n':3", "" },
	{ "'type':'Dir','id':'x'", "", "" },
	{ "'type':'Dir','id':'y'", "", "{'type':'Dir','id':'x'}" },
	{ "'type':'Doc','id':'1'",
	    "'n':1,'open':true,'owner':" REF("User", "a"),
	    "{'type':'Dir','id':'y'}" },
	{ "'type':'Doc','id':'2'", "'n':2,'s':'t','owner':" REF("User", "a"),
	    "{'type':'Dir','id':'x'}" },
	{ "'type':'Doc','id':'3'",
	    "'n':3,'owner':" REF("User", "b") ",'reader':" REF("Role", "r"),
	    "" },
	{ "'type':'Doc','id':'4'",
	    "'n':4,'owner':" REF("User", "b") ",'roles':[" REF(
		"Role", "r") "," REF("Role", "top") "]",
	    "" },
	{ "'type':'Doc','id':'5'",
	    "'n':5,'open':false,'roles':[],'owner':" REF(
		"User", "c") ",'meta':{'by':" REF("User", "a") "}",
	    "" },
	{ "'type':'Doc','id':'6'", "'n':6,'owner':" REF("User", "z"),
	    "{'type':'Dir','id':'x'}" },
};

static const oracle_entity users[] = { { "User", "a" }, { "User", "b" },
	{ "User", "c" } };
static const oracle_entity docs[] = { { "Doc", "1" }, { "Doc", "2" },
	{ "Doc", "3" }, { "Doc", "4" }, { "Doc", "5" }, { "Doc", "6" } };
static const oracle_entity dirs[] = { { "Dir", "x" }, { "Dir", "y" } };
static const oracle_entity actions[] = { { "Action", "all" },
	{ "Action", "view" }, { "Action", "edit" } };

static void
ask(oracle *o, oracle_part open, const char *type, const oracle_entity *all,
    size_t count)
{
	const char *wrong;

	o->open = open;
	o->all = all;
	o->count = count;
	wrong = oracle_compare(o, type);
	if (wrong != NULL) {
		fprintf(stderr, "%s: %s\n", wrong, o->request);
		abort();
	}
}

static zta_str
make_entities(void)
{
	static char json[4096];
	size_t len = 0, i;

	for (i = 0; i < sizeof(entities) / sizeof(entities[0]); i++) {
		len += (size_t)snprintf(json + len, sizeof(json) - len,
		    "%c{'uid':{%s},'attrs':{%s},'parents':[%s]}",
		    i == 0 ? '[' : ',', entities[i][0], entities[i][1],
		    entities[i][2]);
	}
	len += (size_t)snprintf(json + len, sizeof(json) - len, "]");
	for (i = 0; i < len; i++) {
		json[i] = json[i] == '\'' ? '"' : json[i];
	}
	return (zta_str){ json, len };
}

/* The policies may name actions that nobody else knows: not without schema. */
static void
ask_all(oracle *o, bool typed)
{
	o->parts[ORACLE_PRINCIPAL] = "{\"type\":\"User\",\"id\":\"a\"}";
	o->parts[ORACLE_ACTION] = "{\"type\":\"Action\",\"id\":\"view\"}";
	o->parts[ORACLE_RESOURCE] = "{\"type\":\"Doc\",\"id\":\"1\"}";
	o->parts[ORACLE_CONTEXT] = "{\"n\":1}";
	ask(o, ORACLE_RESOURCE, "Doc", docs, 6);
	ask(o, ORACLE_RESOURCE, "Dir", dirs, 2);
	ask(o, ORACLE_PRINCIPAL, "User", users, 3);
	if (typed) {
		ask(o, ORACLE_ACTION, NULL, actions, 3);
	}
}

static void
search(zta_str text, bool typed)
{
	zta_cedar *engine;
	zta_cedar_session *session = NULL;
	zta_cedar_search *open = NULL;
	oracle o = { .flags = typed ? ZTA_CEDAR_VALIDATE_REQUEST : 0,
		.limit = typed ? 100 : 2 };

	if (zta_cedar_open(&engine, NULL) != ZTA_OK) {
		return;
	}
	if ((!typed ||
		zta_cedar_add_schema(
		    engine, ZTA_STR("s"), ZTA_STR(schema), NULL) == ZTA_OK) &&
	    zta_cedar_add_policies(engine, ZTA_STR("p"), text,
		ZTA_CEDAR_NUMBERED, NULL) == ZTA_OK) {
		if (zta_cedar_add_entities(engine, ZTA_STR("e"),
			make_entities(), NULL) != ZTA_OK ||
		    zta_cedar_seal(engine, NULL) != ZTA_OK ||
		    zta_cedar_session_open(&session, engine, NULL) != ZTA_OK ||
		    zta_cedar_search_open(&open, engine, NULL) != ZTA_OK) {
			abort();
		}
		o.session = session;
		o.search = open;
		ask_all(&o, typed);
	}
	zta_cedar_search_close(open);
	zta_cedar_session_close(session);
	zta_cedar_close(engine);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	zta_str text = { (const char *)data, size };

	search(text, false);
	search(text, true);
	return 0;
}
