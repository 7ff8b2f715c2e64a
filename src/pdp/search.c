/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search.c - see search.h.
 *
 * 1. What is found was allowed by zta_pdp__decide_proven(), the same function
 *    that evaluations go through.
 * 2. Pages are cut between candidates, so none is lost or given twice.
 */
#include "pdp/search.h"

#include "base/error.h"
#include "base/json_write.h"
#include "base/limits.h"
#include "base/random.h"
#include "base/str.h"
#include "cedar/search.h"
#include "pdp/finder.h"
#include "pdp/question.h"

typedef struct seeker {
	const zta_grounds *grounds;
	const zta_search_request *request;
	const zta_cedar_search *search;
	zta_authzen candidate; /* the request, with one in it */
	zta_str *list;
	zta_search_found *out;
	uint64_t from; /* where the page begins */
	bool more;     /* there is another, which begins at */
	uint64_t next;
	uint32_t decisions;
	size_t evaluations;
	bool hopeless; /* as it is with one, it is with all */
	zta_error *err;
} seeker;

/* --- one candidate */

static void
put_candidate(seeker *s, zta_str name)
{
	switch (s->request->open) {
	case ZTA_OPEN_SUBJECT:
		s->candidate.subject_id = name;
		break;
	case ZTA_OPEN_RESOURCE:
		s->candidate.resource_id = name;
		break;
	default:
		s->candidate.action = name;
		break;
	}
}

static void
remember_refusal(seeker *s, const zta_decision *d)
{
	s->out->leg = d->leg;
	s->out->code = d->code;
	s->out->reason = d->reason;
	/* Of resources and subjects the scope looks at nothing but the type. */
	s->hopeless = zta_str__is(zta_str_of(d->leg), "token") ||
	    (s->request->open != ZTA_OPEN_ACTION &&
		zta_str__is(zta_str_of(d->leg), "scope"));
}

/* What is no question for one is none that it is found by. */
static zta_status
try_one(seeker *s, zta_str name)
{
	zta_decision decision;
	zta_status status;

	put_candidate(s, name);
	s->decisions++;
	status = zta_pdp__decide_proven(
	    s->grounds, &s->candidate, &decision, s->err);
	if (status == ZTA_EINVALID) {
		return ZTA_OK;
	}
	if (status != ZTA_OK) {
		return status;
	}
	if (decision.effect == ZTA_ALLOW) {
		s->list[s->out->count++] = name;
	} else {
		remember_refusal(s, &decision);
	}
	return ZTA_OK;
}

static bool
has_room(const seeker *s)
{
	return s->out->count < s->request->limit && !s->hopeless &&
	    s->decisions < ZTA_SEARCH_DECISIONS_MAX &&
	    s->evaluations < ZTA_SEARCH_EVALUATIONS_MAX;
}

static void
go_on_at(seeker *s, uint64_t next)
{
	s->more = !s->hopeless;
	s->next = next;
}

/* --- actions: few, and each is decided */

/* Of AuthZEN: Action::"name" in the ledger's namespace. */
static zta_status
try_actions(seeker *s)
{
	const zta_grounds *g = s->grounds;
	const zta_names *names = &g->snapshot->cedar->names;
	zta_uid_list all = s->search->actions;
	zta_str type =
	    zta_question__type(g->snapshot, g->arena, ZTA_STR("Action"));
	uint32_t symbol, uid;
	uint64_t i = s->from;
	zta_status status = ZTA_OK;

	if (type.ptr == NULL) {
		return zta_arena__failed(g->arena, s->err);
	}
	symbol = zta_names__find_symbol(names, type);
	for (; status == ZTA_OK && i < all.count && has_room(s); i++) {
		uid = all.list[i];
		if (zta_names__type_of(names, uid) == symbol) {
			status = try_one(s, zta_names__id_of(names, uid));
		}
	}
	if (i < all.count) {
		go_on_at(s, i);
	}
	return status;
}

/* --- entities: those that the policies permit, then by all legs */

typedef struct hunt {
	zta_names names;
	zta_question question;
	zta_sought sought;
	zta_arena scratch;
} hunt;

/* The next candidates, none of which comes before `page->from`. */
static zta_status
try_page(seeker *s, hunt *h, zta_search_page *page)
{
	const zta_names *names = &s->grounds->snapshot->cedar->names;
	const zta_search_room room = { s->grounds->arena, &h->scratch };
	zta_status status = zta_search__entities(
	    s->search, &h->question, &h->sought, room, page, s->err);
	uint32_t i;

	s->evaluations += page->evaluations;
	for (i = 0; status == ZTA_OK && i < page->count && has_room(s); i++) {
		status = try_one(s, zta_names__id_of(names, page->uids[i]));
	}
	if (i < page->count) {
		page->next = page->uids[i];
	}
	return status;
}

static zta_status
try_entities(seeker *s, hunt *h)
{
	zta_search_page page = { .next = s->from };
	bool first = true;
	zta_status status = ZTA_OK;

	while (status == ZTA_OK && has_room(s) && (first || page.next > 0)) {
		first = false;
		page = (zta_search_page){ .from = page.next,
			.limit = s->request->limit,
			.budget = ZTA_SEARCH_EVALUATIONS_MAX - s->evaluations };
		status = try_page(s, h, &page);
	}
	if (page.next > 0) {
		go_on_at(s, page.next);
	}
	return status;
}

static zta_status
seek_entities(seeker *s)
{
	const zta_grounds *g = s->grounds;
	zta_flow flow = { .txn = g->txn, .caller = g->caller };
	hunt *h = zta_arena__zalloc(g->arena, 1, sizeof(*h));
	zta_status status;

	if (h == NULL) {
		return zta_arena__failed(g->arena, s->err);
	}
	status = zta_pdp__level(g, &flow.level, s->err);
	if (status == ZTA_OK) {
		status = zta_question__open(g->snapshot, g->arena,
		    &s->request->asked, s->request->open, &flow, &h->names,
		    &h->question, &h->sought, s->err);
	}
	if (status != ZTA_OK) {
		return status == ZTA_ENOTFOUND ? ZTA_OK : status;
	}
	zta_arena__init(&h->scratch, ZTA_CEDAR_REQUEST_MEMORY_MAX);
	status = try_entities(s, h);
	zta_arena__release(&h->scratch);
	return status;
}

/* A token is about one subject, so that is all that can be found with it. */
static zta_status
try_own_subject(seeker *s)
{
	const zta_subject *own = &s->grounds->txn->subject;

	return s->from == 0 && has_room(s) &&
		zta_pdp__is_about(
		    s->grounds, s->request->asked.subject_type, own->id) ?
	    try_one(s, own->id) :
	    ZTA_OK;
}

/* --- pages */

/* What a page token is bound to: all that is asked, but for the page. */
static zta_status
digest_query(const zta_search_request *request, unsigned char out[])
{
	const zta_authzen *r = &request->asked;
	const zta_json *const nodes[] = { r->subject_properties,
		r->action_properties, r->resource_properties, r->context };
	zta_status status;
	zta_buf buf;
	zta_json_out text = { &buf, false };
	size_t i;

	zta_buf__init(&buf, SIZE_MAX);
	zta_json_out__open(&text, '[');
	zta_json_out__int(&text, (int64_t)request->open);
	zta_json_out__str(&text, r->subject_type);
	zta_json_out__str(&text, r->subject_id);
	zta_json_out__str(&text, r->action);
	zta_json_out__str(&text, r->resource_type);
	zta_json_out__str(&text, r->resource_id);
	for (i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++) {
		if (nodes[i] == NULL) {
			zta_json_out__null(&text);
		} else {
			(void)zta_json_out__node(&text, nodes[i]);
		}
	}
	zta_json_out__close(&text, ']');
	status = buf.status;
	zta_digest__sha256(zta_buf__str(&buf), out);
	zta_buf__release(&buf);
	return status;
}

static zta_status
read_place(seeker *s, const zta_finder *finder, zta_str query)
{
	const zta_search_request *r = s->request;
	const zta_json *page = zta_json__get(r->asked.doc.root, "page");
	zta_status status;

	if (r->page.len == 0) {
		return ZTA_OK;
	}
	status = zta_finder__read_page(finder, query, r->page, &s->from);
	return status != ZTA_EUNTRUSTED ?
	    status :
	    zta_json__fail(&r->asked.doc, zta_json__get(page, "token"), s->err,
		ZTA_EINVALID,
		"not a page of this search, or the ledger has changed: "
		"begin again without it");
}

static zta_status
put_next(seeker *s, const zta_finder *finder, zta_str query)
{
	char *token;

	if (!s->more) {
		return ZTA_OK;
	}
	token = zta_arena__alloc(s->grounds->arena, ZTA_PAGE_TOKEN_LEN);
	if (token == NULL) {
		return zta_arena__failed(s->grounds->arena, s->err);
	}
	s->out->next = (zta_str){ token, ZTA_PAGE_TOKEN_LEN };
	return zta_finder__put_page(finder, query, s->next, token);
}

/* --- the search */

/* The half of the first leg that is about a subject; and is it proven? */
static bool
may_search(seeker *s)
{
	const zta_grounds *g = s->grounds;
	const zta_authzen *asked = &s->request->asked;
	zta_search_found *out = s->out;

	out->leg = "token";
	out->code = "invalid_token";
	out->reason = g->reason;
	if (!g->proven) {
		return false;
	}
	out->code = "subject_mismatch";
	out->reason = ZTA_STR("the search is about another subject than the "
			      "token");
	if (s->request->open != ZTA_OPEN_SUBJECT &&
	    !zta_pdp__is_about(g, asked->subject_type, asked->subject_id)) {
		return false;
	}
	out->leg = "policy";
	out->code = "no_policy_permits";
	out->reason = ZTA_STR("no policy permits it to any");
	return true;
}

static zta_status
seek(seeker *s)
{
	if (s->request->limit == 0) {
		go_on_at(s, s->from);
		return ZTA_OK;
	}
	if (s->request->open == ZTA_OPEN_ACTION) {
		return try_actions(s);
	}
	return s->request->open == ZTA_OPEN_SUBJECT && s->grounds->txn != NULL ?
	    try_own_subject(s) :
	    seek_entities(s);
}

zta_status
zta_pdp__search(const zta_grounds *grounds, zta_snapshot *snapshot,
    const zta_search_request *request, zta_search_found *out, zta_error *err)
{
	seeker s = { .grounds = grounds,
		.request = request,
		.candidate = request->asked,
		.out = out,
		.err = err };
	unsigned char digest[ZTA_SHA256_LEN];
	const zta_str query = { (const char *)digest, sizeof(digest) };
	const zta_finder *finder;
	zta_status status;

	*out = (zta_search_found){ 0 };
	if (!may_search(&s)) {
		return ZTA_OK;
	}
	s.list = zta_arena__alloc(
	    grounds->arena, ((size_t)request->limit + 1) * sizeof(*s.list));
	if (s.list == NULL) {
		return zta_arena__failed(grounds->arena, err);
	}
	out->list = s.list;
	status = zta_finder__of(snapshot, &finder, err);
	if (status == ZTA_OK) {
		s.search = finder->search;
		status = digest_query(request, digest);
	}
	if (status == ZTA_OK) {
		status = read_place(&s, finder, query);
	}
	if (status == ZTA_OK) {
		status = seek(&s);
	}
	if (out->count > 0) {
		out->leg = "policy";
		out->code = "permitted";
		out->reason = ZTA_STR("");
	}
	return status != ZTA_OK ? status : put_next(&s, finder, query);
}

/* --- the record */

zta_status
zta_pdp__record_search(const zta_grounds *g, const zta_search_request *request,
    zta_str digest, const zta_search_found *found, zta_str results,
    zta_leaf *out, zta_error *err)
{
	const zta_authzen *asked = &request->asked;
	unsigned char *bytes =
	    zta_arena__alloc(g->arena, ZTA_LEAF_ID_LEN + ZTA_SHA256_LEN);

	if (bytes == NULL) {
		return zta_arena__failed(g->arena, err);
	}
	zta_random__bytes(bytes, ZTA_LEAF_ID_LEN);
	zta_digest__sha256(results, bytes + ZTA_LEAF_ID_LEN);
	*out = (zta_leaf){ .kind = ZTA_STR("search"),
		.id = { (const char *)bytes, ZTA_LEAF_ID_LEN },
		.time = g->now,
		.zone = g->zone->id,
		.ledger = g->zone->ledger,
		.commit = zta_str_of(g->snapshot->tree.id),
		.request = digest,
		.subject_type = asked->subject_type,
		.subject_id = asked->subject_id,
		.action = asked->action,
		.resource_type = asked->resource_type,
		.resource_id = asked->resource_id,
		.allowed = found->count > 0,
		.leg = zta_str_of(found->leg),
		.code = zta_str_of(found->code),
		.mode = ZTA_STR("strict"),
		.reason = found->reason,
		.results = { (const char *)bytes + ZTA_LEAF_ID_LEN,
		    ZTA_SHA256_LEN },
		.strange = zta_pdp__strange(g->snapshot, g->arena, asked) };
	zta_pdp__record_age(g->zone, g->snapshot, out);
	return g->txn == NULL ?
	    ZTA_OK :
	    zta_pdp__record_chain(g->arena, g->txn, NULL, out, err);
}
