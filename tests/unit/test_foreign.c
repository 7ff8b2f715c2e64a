/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_foreign.c - workloads of other domains, what is attested, and when it
 * ends. SPEC: ztauth 5.3, 6; docs/formats/trust.md
 */
#include "tests.h"

#include "statement_made.h"
#include "trust/elevation.h"

#define NOW STATEMENT_NOW
#define END (NOW + 3600000)
#define AGENT "spiffe://b.example/agent"

static const char levels[] =
    "{\"levels\":[{\"name\":\"low\",\"rank\":1},"
    "{\"name\":\"bound\",\"rank\":2,\"requires\":{\"proof\":[\"mtls\"],"
    "\"proof_age_max_s\":60}},"
    "{\"name\":\"measured\",\"rank\":3,\"requires\":{\"attestation\":"
    "[\"tpm\",\"eu\"]}},"
    "{\"name\":\"asked\",\"rank\":4,\"requires\":{\"consent\":true,"
    "\"attestation\":[\"tpm\"]}}]}";
static const char groups[] =
    "{\"groups\":["
    "{\"name\":\"guests\",\"level\":\"low\",\"members\":"
    "[\"spiffe://b.example/*\",\"spiffe://c.example/*\",\"w:plain\","
    "\"spiffe://a.example/*\"]},"
    "{\"name\":\"pay\",\"level\":\"bound\",\"members\":"
    "[\"spiffe://b.example/pay\",\"spiffe://b.example/only-pay\"]},"
    "{\"name\":\"others\",\"level\":\"low\",\"members\":[\"spiffe://d.example/"
    "x\"]},"
    "{\"name\":\"tpm\",\"level\":\"measured\",\"members\":[\"w:tpm\"]},"
    "{\"name\":\"asked\",\"level\":\"asked\",\"members\":[\"w:asked\"]}],"
    "\"quarantine\":[\"spiffe://b.example/bad\"]}";
/* To be in the group is enough: whoever is not to have it, must not be in it. */
static const char policies[] =
    "@id(\"guests\") permit(principal in ZTAuth::Group::\"guests\", action,\n"
    "  resource) unless { context has operation &&\n"
    "  context.operation.action == \"pay\" };\n"
    "@id(\"pay\") permit(principal in ZTAuth::Group::\"pay\", action,\n"
    "  resource);\n"
    "@id(\"rest\") permit(principal, action, resource)\n"
    "  when { principal.level >= 3 };\n";

static zta_key *key;

static int
setup(void **state)
{
	(void)state;
	return zta_key_generate(&key, ZTA_ALG_EDDSA, NULL) == ZTA_OK ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	zta_key_close(key);
	return 0;
}

/* --- a zone with these statements */

typedef struct zone {
	zta_arena arena;
	zta_trust_model model;
	zta_elevation *elevation;
} zone;

static void
put_domains(zta_buf *out)
{
	zta_buf__text(out, "{\"own\":\"a.example\",\"domains\":[");
	made_domain(out, "b.example", key,
	    ",\"sources\":[\"b-corp\"],\"attests\":{\"tpm\":[\"w:*\",\"w:tpm\","
	    "\"w:asked\"],\"eu\":[\"w:tpm\"]}");
	zta_buf__text(out, ",");
	made_domain(out, "c.example", key, ",\"sources\":[\"c-corp\"]");
	zta_buf__text(out, "]}");
}

static void
open_zone(zone *z, const char *const *claims)
{
	zta_buf text;
	zta_str file = ZTA_STR("trust/statements/a.json");

	zta_arena__init(&z->arena, SIZE_MAX);
	zta_buf__init(&text, SIZE_MAX);
	put_domains(&text);
	assert_int_equal(zta_trust_model__read(&z->model, &z->arena,
			     ZTA_STR(levels), ZTA_STR(groups), NULL),
	    ZTA_OK);
	assert_int_equal(
	    zta_trust_model__take_domains(&z->model, &z->arena,
		zta_arena__copy(&z->arena, zta_buf__str(&text)), NULL),
	    ZTA_OK);
	for (; *claims != NULL; claims++) {
		assert_int_equal(
		    zta_statements__add(&z->model.statements, &z->arena, file,
			made_statement(
			    &z->arena, *claims, ZTA_STATEMENT_TYP, key),
			NULL),
		    ZTA_OK);
	}
	zta_trust_model__verify_statements(&z->model);
	assert_int_equal(zta_elevation__open(
			     &z->elevation, &z->model, ZTA_STR(policies), NULL),
	    ZTA_OK);
	zta_buf__release(&text);
}

static void
close_zone(zone *z)
{
	zta_elevation__close(z->elevation);
	zta_trust_model__release(&z->model);
	zta_arena__release(&z->arena);
}

/* --- questions */

typedef struct asked {
	const char *workload, *source, *action; /* NULL: no operation */
	const char *subject_source;
	int64_t now;
	const char *code, *reason; /* a part of it */
} asked;

static void
ask(const zone *z, const asked *a, const char *what)
{
	zta_arena arena;
	const zta_ring ring = { .workload = zta_str_of(a->workload),
		.source = zta_str_of(a->source),
		.trust_domain = ZTA_STR(""),
		.proof = ZTA_PROOF_MTLS,
		.at = a->now };
	const zta_subject subject = { .type = ZTA_STR("User"),
		.id = ZTA_STR("bob"),
		.kind = ZTA_STR("human"),
		.source = zta_str_of(a->subject_source),
		.trust_domain = ZTA_STR("") };
	const zta_operation operation = {
		zta_str_of(a->action == NULL ? "" : a->action), ZTA_STR("P"),
		ZTA_STR("1")
	};
	const zta_elevation_question q = { .ring = &ring,
		.number = 1,
		.depth = 1,
		.subject = &subject,
		.operation = a->action == NULL ? NULL : &operation,
		.now = a->now,
		.home = ZTA_STR("") };
	zta_elevation_answer answer;
	const char *code, *reason;

	zta_arena__init(&arena, SIZE_MAX);
	assert_int_equal(
	    zta_elevation__ask(z->elevation, &arena, &q, &answer, NULL),
	    ZTA_OK);
	code = zta_elevation__code_name(answer.code);
	reason = zta_elevation__reason(&answer, &arena);
	if (strcmp(code, a->code) != 0 || strstr(reason, a->reason) == NULL) {
		fail_msg("%s: %s, %s, %s: \"%s\" (%s), not \"%s\" (%s)", what,
		    a->workload, a->source, a->action == NULL ? "-" : a->action,
		    code, reason, a->code, a->reason);
	}
	zta_arena__release(&arena);
}

static void
ask_all(const char *const *claims, const asked *list, size_t count)
{
	zone z;
	size_t i;

	open_zone(&z, claims);
	for (i = 0; i < count; i++) {
		ask(&z, &list[i], claims[0] == NULL ? "none" : claims[0]);
	}
	close_zone(&z);
}

#define ASK(claims, list) ask_all(claims, list, sizeof(list) / sizeof(list[0]))
#define FED(jti) STATEMENT_FRAME(jti, "federation")
#define ATT(jti) STATEMENT_FRAME(jti, "attestation")
#define DEL(jti) STATEMENT_FRAME(jti, "delegation")
#define FILE_A "trust/statements/a.json"

/* --- federation */

static void
test_foreign__needs_a_federation(void **state)
{
	static const char *const none[] = { NULL };
	static const asked list[] = {
		{ AGENT, "", "buy", "", NOW, "unauthorized_actor",
		    "no statement federates its domain `b.example`" },
		{ AGENT, "", NULL, "", NOW, "unauthorized_actor", "b.example" },
		/* Without a trust domain, by its source. */
		{ "w:plain", "b-corp", "buy", "", NOW, "unauthorized_actor",
		    "b.example" },
		{ "spiffe://b.example/bad", "", "buy", "", NOW,
		    "actor_quarantined", "" },
		/* Not one of a domain that only looks like the own one. */
		{ "spiffe://a.example/x", "", "buy", "", NOW, "", "" },
		{ "w:plain", "corp", "buy", "", NOW, "", "" },
	};

	(void)state;
	ASK(none, list);
}

static void
test_foreign__ends_with_its_statement(void **state)
{
	static const char *const low[] = {
		FED("statement-0000001") ",\"level\":\"low\"}", NULL
	};
	static const asked list[] = {
		{ AGENT, "", "buy", "", NOW - 1, "unauthorized_actor",
		    "not in force `" FILE_A },
		{ AGENT, "", "buy", "", END, "unauthorized_actor",
		    "not in force `" FILE_A },
		{ AGENT, "", "buy", "", NOW, "", "" },
		{ AGENT, "", "buy", "", END - 1, "", "" },
		/* It speaks for nobody else. */
		{ "spiffe://c.example/x", "", "buy", "", NOW,
		    "unauthorized_actor", "c.example" },
		/* Nor puts anybody into a group, or out of quarantine. */
		{ "spiffe://b.example/bad", "", "buy", "", NOW,
		    "actor_quarantined", "" },
		{ "spiffe://b.example.evil/agent", "", "buy", "", NOW,
		    "unauthorized_actor", "b.example.evil" },
	};

	(void)state;
	ASK(low, list);
}

static void
test_foreign__has_at_most_its_level(void **state)
{
	static const char *const low[] = {
		FED("statement-0000001") ",\"level\":\"low\"}", NULL
	};
	static const char *const bound[] = {
		FED("statement-0000001") ",\"level\":\"bound\"}", NULL
	};
	static const asked below[] = {
		/* A policy permits the group, which does not count. */
		{ "spiffe://b.example/pay", "", "pay", "", NOW,
		    "unauthorized_actor", "" },
		{ "spiffe://b.example/pay", "", "buy", "", NOW, "", "" },
	};
	static const asked met[] = {
		{ "spiffe://b.example/pay", "", "pay", "", NOW, "", "" },
	};

	(void)state;
	ASK(low, below);
	ASK(bound, met);
}

/* Whoever is only in a group above the level has none. */
static void
test_foreign__is_below_a_group_above(void **state)
{
	static const char *const low[] = {
		FED("statement-0000001") ",\"level\":\"low\",\"scope\":"
					 "{\"groups\":[\"pay\"]}}",
		NULL
	};
	static const asked list[] = {
		{ "spiffe://b.example/pay", "", "pay", "", NOW,
		    "actor_below_level", "above the level of `" FILE_A },
		/* In no group of the scope. */
		{ AGENT, "", "buy", "", NOW, "unauthorized_actor", "" },
	};

	(void)state;
	ASK(low, list);
}

static void
test_foreign__stays_in_its_scope(void **state)
{
	static const char *const scoped[] = {
		FED("statement-0000001") ",\"level\":\"bound\",\"scope\":{"
					 "\"workloads\":[\"" AGENT
					 "\",\"spiffe://b.example/x/*\"],"
					 "\"actions\":[\"buy\"]}}",
		NULL
	};
	static const asked list[] = {
		{ AGENT, "", "sell", "", NOW, "unauthorized_actor",
		    "outside the scope of the federation `" FILE_A },
		{ "spiffe://b.example/agents", "", "buy", "", NOW,
		    "unauthorized_actor", "outside the scope" },
		{ "spiffe://b.example/x", "", "buy", "", NOW,
		    "unauthorized_actor", "outside the scope" },
		{ "w:plain", "b-corp", "buy", "", NOW, "unauthorized_actor",
		    "outside the scope" },
		{ "spiffe://b.example/x/1", "", "buy", "", NOW, "", "" },
		{ AGENT, "", "buy", "", NOW, "", "" },
		/* What it is about to do is judged when that is known. */
		{ AGENT, "", NULL, "", NOW, "", "" },
	};

	(void)state;
	ASK(scoped, list);
}

/* Of two, the narrower counts, whichever comes first; and as long as it does. */
static void
test_foreign__is_bound_by_every_federation(void **state)
{
	static const char low[] =
	    FED("statement-0000001") ",\"level\":\"low\",\"scope\":"
				     "{\"actions\":[\"buy\",\"pay\"]}}";
	static const char bound[] =
	    "{\"iss\":\"b.example\",\"aud\":\"a.example\",\"jti\":"
	    "\"statement-0000002\",\"nbf\":1767225600,\"exp\":1767232800,"
	    "\"kind\":\"federation\",\"level\":\"bound\",\"scope\":"
	    "{\"actions\":[\"pay\",\"sell\"]}}";
	static const char *const orders[][3] = { { low, bound, NULL },
		{ bound, low, NULL } };
	static const asked list[] = {
		{ AGENT, "", "buy", "", NOW, "unauthorized_actor", "scope" },
		{ AGENT, "", "sell", "", NOW, "unauthorized_actor", "scope" },
		{ "spiffe://b.example/pay", "", "pay", "", NOW,
		    "unauthorized_actor", "" },
		/* The narrower has ended. */
		{ "spiffe://b.example/pay", "", "pay", "", END, "", "" },
		{ AGENT, "", "sell", "", END, "", "" },
	};

	(void)state;
	ASK(orders[0], list);
	ASK(orders[1], list);
}

/* The first of one name counts, and the other does not widen it. */
static void
test_foreign__takes_a_name_once(void **state)
{
	static const char *const twice[] = {
		FED("statement-0000001") ",\"level\":\"low\",\"scope\":"
					 "{\"actions\":[\"buy\"]}}",
		DEL("statement-0000001") ",\"workload\":\"" AGENT
					 "\",\"subjects\":[{\"type\":"
					 "\"User\"}]}",
		NULL
	};
	static const asked list[] = {
		{ AGENT, "", "buy", "b-corp", NOW, "unauthorized_actor",
		    "no statement lets it act" },
		{ AGENT, "", "buy", "", NOW, "", "" },
	};

	(void)state;
	ASK(twice, list);
}

static void
test_foreign__counts_for_nothing_without_a_level(void **state)
{
	static const char *const unknown[] = {
		FED("statement-0000001") ",\"level\":\"highest\"}", NULL
	};
	static const asked list[] = {
		{ AGENT, "", "buy", "", NOW, "unauthorized_actor",
		    "not in force" },
	};

	(void)state;
	ASK(unknown, list);
}

/* --- delegation */

static void
test_foreign__acts_for_its_subjects_by_delegation(void **state)
{
	static const char *const alone[] = {
		FED("statement-0000001") ",\"level\":\"low\"}", NULL
	};
	static const char *const both[] = {
		FED("statement-0000001") ",\"level\":\"low\"}",
		DEL("statement-0000002") ",\"workload\":\"" AGENT
					 "\",\"subjects\":[{\"type\":"
					 "\"User\",\"id\":\"bob\"}],"
					 "\"actions\":[\"buy\"]}",
		DEL("statement-0000003") ",\"workload\":"
					 "\"spiffe://b.example/other\","
					 "\"subjects\":[{\"type\":\"Group\"},"
					 "{\"type\":\"User\",\"id\":"
					 "\"carol\"}]}",
		"{\"iss\":\"c.example\",\"aud\":\"a.example\",\"jti\":"
		"\"statement-0000004\",\"nbf\":1767225600,\"exp\":1767229200,"
		"\"kind\":\"delegation\",\"workload\":\"spiffe://c.example/*\","
		"\"subjects\":[{\"type\":\"User\"}]}",
		NULL
	};
	static const asked refused[] = {
		{ AGENT, "", "buy", "b-corp", NOW, "unauthorized_actor",
		    "subjects of `b.example`" },
		{ AGENT, "", "buy", "corp", NOW, "", "" },
	};
	static const asked list[] = {
		{ AGENT, "", "sell", "b-corp", NOW, "unauthorized_actor",
		    "subjects of `b.example`" },
		{ "spiffe://b.example/other", "", "buy", "b-corp", NOW,
		    "unauthorized_actor", "subjects of `b.example`" },
		/* Not for subjects of a third domain, nor of the own. */
		{ AGENT, "", "buy", "c-corp", NOW, "unauthorized_actor",
		    "subjects of `c.example`" },
		/* Not even by one of that domain, if a source of b has it. */
		{ "spiffe://c.example/x", "b-corp", "buy", "c-corp", NOW,
		    "unauthorized_actor", "subjects of `c.example`" },
		/* A delegation federates nobody. */
		{ "spiffe://c.example/x", "", "buy", "c-corp", NOW,
		    "unauthorized_actor", "federates its domain `c.example`" },
		{ AGENT, "", "buy", "b-corp", END, "unauthorized_actor",
		    "not in force" },
		{ AGENT, "", "buy", "b-corp", NOW, "", "" },
		/* A workload of the own domain needs none. */
		{ "spiffe://a.example/x", "", "buy", "b-corp", NOW, "", "" },
	};

	(void)state;
	ASK(alone, refused);
	ASK(both, list);
}

/* --- attestation, and the other requirements of a level */

static void
test_foreign__attested_is_what_statements_say(void **state)
{
	static const char *const one[] = {
		ATT("statement-0000001") ",\"workload\":\"w:tpm\","
					 "\"properties\":[\"tpm\"]}",
		NULL
	};
	static const char *const all[] = {
		ATT("statement-0000001") ",\"workload\":\"w:tpm\","
					 "\"properties\":[\"tpm\"]}",
		ATT("statement-0000002") ",\"workload\":\"w:tpm\","
					 "\"properties\":[\"eu\"]}",
		ATT("statement-0000003") ",\"workload\":\"w:asked\","
					 "\"properties\":[\"tpm\"]}",
		NULL
	};
	static const char *const of_another[] = {
		ATT("statement-0000001") ",\"workload\":\"w:asked\","
					 "\"properties\":[\"tpm\"]}",
		NULL
	};
	/* c.example is named, but for no property. */
	static const char *const by_another[] = {
		"{\"iss\":\"c.example\",\"aud\":\"a.example\",\"jti\":"
		"\"statement-0000001\",\"nbf\":1767225600,\"exp\":1767229200,"
		"\"kind\":\"attestation\",\"workload\":\"w:tpm\","
		"\"properties\":[\"tpm\",\"eu\"]}",
		NULL
	};
	static const asked refused[] = {
		{ "w:tpm", "", "buy", "", NOW, "actor_below_level",
		    "not attested of it `eu`" },
	};
	static const asked none[] = {
		{ "w:tpm", "", "buy", "", NOW, "actor_below_level",
		    "not attested of it `tpm`" },
	};
	static const asked list[] = {
		{ "w:tpm", "", "buy", "", NOW - 1, "actor_below_level",
		    "`tpm`" },
		{ "w:tpm", "", "buy", "", END, "actor_below_level", "`tpm`" },
		/* Attested, so that only consent is missing; and without. */
		{ "w:asked", "", "buy", "", NOW, "consent_required", "" },
		{ "w:asked", "", "buy", "", END, "actor_below_level", "`tpm`" },
		{ "w:tpm", "", "buy", "", NOW, "", "" },
	};

	(void)state;
	ASK(one, refused);
	ASK(by_another, none);
	ASK(of_another, none);
	ASK(all, list);
}

/* --- who asks for itself; and a zone that does not say what its domain is */

static void
test_foreign__knows_callers(void **state)
{
	static const char *const claims[] = {
		FED("statement-0000001") ",\"level\":\"low\",\"scope\":"
					 "{\"groups\":[\"guests\"]}}",
		NULL
	};
	static const struct {
		const char *workload, *source;
		int64_t now;
		bool known;
	} list[] = {
		{ "spiffe://b.example/bad", "", NOW, false },
		{ "spiffe://b.example/pay", "", END, false },
		{ "spiffe://c.example/x", "", NOW, false },
		{ "spiffe://b.example", "", NOW, false },
		{ "spiffe://b.example/pay", "", NOW, true },
		{ "spiffe://a.example/x", "", END, true },
		{ "w:plain", "", END, true },
		{ "w:plain", "c-corp", NOW, false },
	};
	zone z;
	size_t i;

	(void)state;
	open_zone(&z, claims);
	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		const zta_ring ring = { .workload =
					    zta_str_of(list[i].workload),
			.source = zta_str_of(list[i].source),
			.trust_domain = ZTA_STR("") };

		if (zta_elevation__knows(&z.model, &ring, ZTA_STR(""),
			list[i].now) != list[i].known) {
			fail_msg("%s", list[i].workload);
		}
	}
	close_zone(&z);
}

/* Whoever runs a source of another domain makes no workload of ours. */
static void
test_foreign__is_whose_source_it_is(void **state)
{
	static const char *const claims[] = { NULL };
	static const struct {
		const char *source;
		bool known;
	} list[] = { { "", true }, { "spire", true }, { "c-corp", false } };
	zone z;
	size_t i;

	(void)state;
	open_zone(&z, claims);
	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		const zta_ring ring = { .workload =
					    ZTA_STR("spiffe://a.example/x"),
			.source = zta_str_of(list[i].source),
			.trust_domain = ZTA_STR("a.example") };

		assert_int_equal(
		    zta_elevation__knows(&z.model, &ring, ZTA_STR(""), NOW),
		    list[i].known);
	}
	close_zone(&z);
}

/* The server says what is foreign where the ledger does not. */
static void
test_foreign__is_what_the_server_says(void **state)
{
	zta_trust_model model;
	zta_arena arena;
	const zta_ring ring = { .workload = ZTA_STR(AGENT),
		.source = ZTA_STR(""),
		.trust_domain = ZTA_STR("b.example") };

	(void)state;
	zta_arena__init(&arena, SIZE_MAX);
	assert_int_equal(zta_trust_model__read(&model, &arena, ZTA_STR(levels),
			     ZTA_STR(groups), NULL),
	    ZTA_OK);
	assert_false(
	    zta_elevation__knows(&model, &ring, ZTA_STR("a.example"), NOW));
	assert_true(
	    zta_elevation__knows(&model, &ring, ZTA_STR("b.example"), NOW));
	/* Offline, nobody says it. */
	assert_true(zta_elevation__knows(&model, &ring, ZTA_STR(""), NOW));
	zta_arena__release(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_foreign__needs_a_federation),
		cmocka_unit_test(test_foreign__ends_with_its_statement),
		cmocka_unit_test(test_foreign__has_at_most_its_level),
		cmocka_unit_test(test_foreign__is_below_a_group_above),
		cmocka_unit_test(test_foreign__stays_in_its_scope),
		cmocka_unit_test(test_foreign__is_bound_by_every_federation),
		cmocka_unit_test(test_foreign__takes_a_name_once),
		cmocka_unit_test(
		    test_foreign__counts_for_nothing_without_a_level),
		cmocka_unit_test(test_foreign__is_whose_source_it_is),
		cmocka_unit_test(
		    test_foreign__acts_for_its_subjects_by_delegation),
		cmocka_unit_test(test_foreign__attested_is_what_statements_say),
		cmocka_unit_test(test_foreign__knows_callers),
		cmocka_unit_test(test_foreign__is_what_the_server_says),
	};

	return cmocka_run_group_tests_name("foreign", tests, setup, teardown);
}
