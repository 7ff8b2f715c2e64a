/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ztauth/cedar.h - the Cedar policy engine.
 *
 * An engine is filled in this order: a schema (or none), policies, links of
 * templates, entities; then it is sealed and never changes. A sealed engine
 * serves any number of threads, each with a session of its own.
 *
 *     zta_cedar_open(&engine, &err);
 *     zta_cedar_add_policies(engine, file, text, ZTA_CEDAR_NUMBERED, &err);
 *     zta_cedar_add_entities(engine, file, json, &err);
 *     zta_cedar_seal(engine, &err);
 *     zta_cedar_session_open(&session, engine, &err);
 *     zta_cedar_authorize(session, request, 0, &answer, &err);
 *
 * The language is Cedar 4.5 (https://docs.cedarpolicy.com). What this is not:
 * it checks no credentials and writes no record; see ztauth/pdp.h for that.
 */
#ifndef ZTAUTH_CEDAR_H
#define ZTAUTH_CEDAR_H

#include "ztauth/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct zta_cedar zta_cedar;
typedef struct zta_cedar_session zta_cedar_session;

/* An empty engine. ZTA_ENOMEM. Free with zta_cedar_close(). */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_cedar_open(
    zta_cedar **out, zta_error *err);

/* Free the engine; its sessions are closed already. NULL is fine. */
ZTA_PUBLIC void zta_cedar_close(zta_cedar *engine);

/*
 * A schema is in the human syntax, or in JSON, which begins with a brace.
 * Texts are copied. `file` names them in errors, which carry line and column.
 * ZTA_ESYNTAX: not Cedar, not JSON. ZTA_EINVALID: breaks a rule or the schema.
 * ZTA_EEXIST: a second policy or entity of a name. After any error the engine
 * can only be closed.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_cedar_add_schema(
    zta_cedar *engine, zta_str file, zta_str text, zta_error *err);

/* How policies are named. */
typedef enum zta_cedar_naming {
	ZTA_CEDAR_NUMBERED, /* policy0, policy1 ... over all files */
	ZTA_CEDAR_BY_PATH   /* @id("..."), else <file>#<position> */
} zta_cedar_naming;

ZTA_PUBLIC ZTA_MUST_USE zta_status zta_cedar_add_policies(zta_cedar *engine,
    zta_str file, zta_str text, zta_cedar_naming naming, zta_error *err);

/*
 * Links of templates: [{"templateId":T, "newId":N, "values":{"?principal":U,
 * "?resource":U}}], U being {"type":..., "id":...}.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_cedar_add_links(
    zta_cedar *engine, zta_str file, zta_str json, zta_error *err);

/* Entities: [{"uid":U, "attrs":{}, "parents":[U], "tags":{}}]. */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_cedar_add_entities(
    zta_cedar *engine, zta_str file, zta_str json, zta_error *err);

/*
 * Check entities instead of adding them: `refused` is told of every one that is
 * wrong, or of what is wrong with all of them together. The engine can only be
 * closed afterwards. Returns ZTA_OK when all have been looked at; else what is
 * no JSON array, and so on, as above.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_cedar_check_entities(zta_cedar *engine,
    zta_str file, zta_str json,
    void (*refused)(void *context, const zta_error *why), void *context,
    zta_error *err);

/* Close the hierarchy of entities and index the policies. */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_cedar_seal(
    zta_cedar *engine, zta_error *err);

/* What validation found; texts live as long as the engine, or are static. */
typedef struct zta_cedar_finding {
	zta_str policy;
	zta_str file;
	uint32_t line, column;
	const char *rule;    /* such as "optional-attribute" */
	const char *message; /* what is wrong */
	const char *hint;    /* what helps */
	bool warning;        /* the policies are valid all the same */
} zta_cedar_finding;

/* Entities may be read however far they are from the request. */
#define ZTA_CEDAR_ANY_LEVEL UINT32_MAX

/*
 * Validate policies, templates and links against the schema, in Cedar's strict
 * mode. `level` limits how far they read (Cedar RFC 76): at level 1 only the
 * entities that the request names, at level 2 also what those refer to, and so
 * on. All findings at once, by policy; the list is valid until the engine is
 * closed or validates again. ZTA_EINVAL: there is no schema, or the engine has
 * failed.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_cedar_validate(zta_cedar *engine,
    uint32_t level, const zta_cedar_finding **list, size_t *count,
    zta_error *err);

/* Room for the decisions of one thread. The engine is sealed and outlives it. */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_cedar_session_open(
    zta_cedar_session **out, const zta_cedar *engine, zta_error *err);
ZTA_PUBLIC void zta_cedar_session_close(zta_cedar_session *session);

/* A policy that could not be evaluated and so counted for nothing. */
typedef struct zta_cedar_problem {
	zta_str policy;
	zta_str file;
	uint32_t line, column;
	const char *message; /* static */
} zta_cedar_problem;

/* Zeroed, it denies. Valid until the session decides again or is closed. */
typedef struct zta_cedar_answer {
	bool permitted;
	const zta_str *reasons; /* ids of the policies that decided */
	size_t reason_count;
	const zta_cedar_problem *errors;
	size_t error_count;
} zta_cedar_answer;

/*
 * Refuse requests that the schema does not allow for. Else its types only say
 * how a context is read.
 */
#define ZTA_CEDAR_VALIDATE_REQUEST 1u

/*
 * Decide a request {"principal":U, "action":U, "resource":U, "context":{}},
 * where U may also be a string, Type::"id". Anything but ZTA_OK is no decision:
 * ZTA_ESYNTAX, ZTA_EINVALID with line, column and JSON pointer; ZTA_ELIMIT,
 * ZTA_ENOMEM.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_cedar_authorize(
    zta_cedar_session *session, zta_str request, unsigned flags,
    zta_cedar_answer *answer, zta_error *err);

/*
 * A request that is read once and decided often: by a PEP that asks the same,
 * or one that keeps what a client may ask for. Never changes, so any thread may
 * use it, with its own session of the same engine, which must outlive it.
 */
typedef struct zta_cedar_bound zta_cedar_bound;

/* Read a request, which is copied. `flags` and errors as above. */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_cedar_bind(const zta_cedar *engine,
    zta_str request, unsigned flags, zta_cedar_bound **out, zta_error *err);
ZTA_PUBLIC void zta_cedar_unbind(zta_cedar_bound *bound);

/*
 * Decide it. Once a session has decided a request, deciding it again allocates
 * nothing. ZTA_ELIMIT, ZTA_ENOMEM; ZTA_EINVAL: it belongs to another engine.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_cedar_decide(zta_cedar_session *session,
    const zta_cedar_bound *bound, zta_cedar_answer *answer, zta_error *err);

/* What became of a policy for one request. */
typedef enum zta_cedar_outcome {
	ZTA_CEDAR_HOLDS,
	ZTA_CEDAR_OUT_OF_SCOPE,
	ZTA_CEDAR_CONDITION_FAILS,
	ZTA_CEDAR_NOT_EVALUATED /* the condition has no value: an error */
} zta_cedar_outcome;

/* An expression that settled it, and what it came to. */
typedef struct zta_cedar_step {
	uint32_t line, column;
	unsigned depth; /* 1: an operand of the step before */
	bool failed;    /* `value` is why there is none */
	zta_str expr;   /* as Cedar writes it */
	zta_str value;
} zta_cedar_step;

typedef struct zta_cedar_explanation {
	zta_str policy;
	zta_str file;
	uint32_t line, column; /* of the policy */
	bool forbid;
	zta_cedar_outcome outcome;
	const char *part; /* what did not hold: "principal", "action",
			     "resource", "when", "unless"; else NULL */
	const zta_cedar_step *steps;
	size_t step_count; /* at most 64 */
} zta_cedar_explanation;

/* Explain the policies whose scope does not hold, too. */
#define ZTA_CEDAR_EXPLAIN_ALL 2u

/*
 * Decide as zta_cedar_authorize() does, and say of each policy whose scope
 * holds what became of it, by which parts of its conditions and with which
 * values. For people: it costs many times a decision. Lists are valid until the
 * session is used again. Errors as above.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_cedar_explain(zta_cedar_session *session,
    zta_str request, unsigned flags, zta_cedar_answer *answer,
    const zta_cedar_explanation **list, size_t *count, zta_error *err);

/*
 * Search: which principals, resources or actions would be allowed. A search
 * is made over a sealed engine, which must outlive it. It holds what is needed
 * to look at few entities instead of at all of them: a few dozen bytes an
 * entity. It never changes, so any thread may use it, with its own session.
 */
typedef struct zta_cedar_search zta_cedar_search;

/* ZTA_EINVAL: the engine is not sealed; ZTA_ELIMIT, ZTA_ENOMEM. */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_cedar_search_open(
    zta_cedar_search **out, const zta_cedar *engine, zta_error *err);
ZTA_PUBLIC void zta_cedar_search_close(zta_cedar_search *search);

/* Results are given in pages, which bounds their memory. */
#define ZTA_CEDAR_PAGE_MAX 10000u
typedef struct zta_cedar_page {
	uint64_t after; /* 0, or `next` of the page before */
	size_t limit;   /* of results: 1 to ZTA_CEDAR_PAGE_MAX */
} zta_cedar_page;

typedef struct zta_cedar_entity {
	zta_str type, id;
} zta_cedar_entity;

/* Ids live as long as the engine, the list until the session is used again. */
typedef struct zta_cedar_found {
	const zta_cedar_entity *list;
	size_t count;
	uint64_t next;      /* for the page after this one; 0: there is none */
	size_t evaluations; /* of policies, or actions tried: what it took */
} zta_cedar_found;

/*
 * Find all for which zta_cedar_authorize() with the same flags would permit.
 * The request is one of those, but what is sought is left open:
 *
 * - the principal or the resource, {"type":T}: entities of the type that are
 *   in the store. A schema must declare the type.
 * - the action, which is absent: the actions of the schema; without a schema
 *   those in the store and those that policies name. Whether an action applies
 *   to the types counts only with ZTA_CEDAR_VALIDATE_REQUEST. With a schema,
 *   an action that cannot have the context is left out; if none can, that is
 *   an error.
 *
 * The order is always the same for one search. A page may be empty and still
 * have a `next`. Errors are those of zta_cedar_authorize(); also ZTA_EINVAL:
 * the search is of another engine than the session, or the limit is wrong.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_cedar_find(zta_cedar_session *session,
    const zta_cedar_search *search, zta_str request, unsigned flags,
    zta_cedar_page page, zta_cedar_found *found, zta_error *err);

/*
 * Policies and schemas in other forms. Each call gives memory of its own,
 * NUL-terminated, to be freed with zta_str_free(). Errors have `file` as their
 * place, line and column: ZTA_ESYNTAX, ZTA_EINVALID, ZTA_EEXIST, ZTA_ELIMIT,
 * ZTA_ENOMEM.
 */

/*
 * Lay out policy text at 80 columns. Tokens and comments stay as they are, so
 * the meaning does; formatting the result again gives the same.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_cedar_format(
    zta_str file, zta_str text, zta_str *out, zta_error *err);

/*
 * Policy text as a set in Cedar's JSON policy format, its policies named
 * policy0, policy1 ... `links`, which may be empty, is JSON as for
 * zta_cedar_add_links() and becomes part of the set.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_cedar_policies_to_json(zta_str file,
    zta_str text, zta_str links_file, zta_str links, zta_str *out,
    zta_error *err);

/*
 * A policy or a set in JSON as text. An id that is not the number of its policy
 * in the text becomes an annotation, @id("..."). `links` becomes the JSON of
 * the links, which name their templates by number; it is empty if there are
 * none.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_cedar_policies_to_text(
    zta_str file, zta_str json, zta_str *out, zta_str *links, zta_error *err);

/*
 * A schema in JSON, or as text in the human syntax; `text` is in either form.
 * The result means the same, annotations are kept, comments are not. To text,
 * what only JSON can say is ZTA_EINVALID: a shape that is the name of a common
 * type, one empty list in `appliesTo`, an entity type where a common type of
 * the same name would be read.
 */
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_cedar_schema_to_json(
    zta_str file, zta_str text, zta_str *out, zta_error *err);
ZTA_PUBLIC ZTA_MUST_USE zta_status zta_cedar_schema_to_text(
    zta_str file, zta_str text, zta_str *out, zta_error *err);

#ifdef __cplusplus
}
#endif
#endif
