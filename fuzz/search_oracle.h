/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search_oracle.h - is what a search finds what deciding one by one allows?
 * For the unit tests and the fuzz target.
 */
#ifndef ZTA_FUZZ_SEARCH_ORACLE_H
#define ZTA_FUZZ_SEARCH_ORACLE_H

#include <stdio.h>
#include <string.h>

#include "ztauth/cedar.h"

#define ORACLE_MAX 64

typedef struct oracle_entity {
	const char *type, *id;
} oracle_entity;

typedef enum oracle_part {
	ORACLE_PRINCIPAL,
	ORACLE_ACTION,
	ORACLE_RESOURCE,
	ORACLE_CONTEXT,
	ORACLE_PARTS
} oracle_part;

typedef struct oracle {
	zta_cedar_session *session;
	const zta_cedar_search *search;
	unsigned flags;
	const char *parts[ORACLE_PARTS]; /* JSON; of what is open ignored */
	oracle_part open;
	const oracle_entity *all; /* what may be found */
	size_t count;
	size_t limit; /* of a page */
	char request[4096];
	size_t found, evaluations; /* the outcome */
} oracle;

/* The request with `json` for what is open; NULL leaves it out. */
static zta_str
oracle_request(oracle *o, const char *json)
{
	static const char *const names[] = { "principal", "action", "resource",
		"context" };
	size_t len = 0;
	const char *text;
	int i;

	for (i = 0; i < ORACLE_PARTS; i++) {
		text = i == (int)o->open ? json : o->parts[i];
		if (text != NULL) {
			len += (size_t)snprintf(o->request + len,
			    sizeof(o->request) - len, "%s\"%s\":%s",
			    len == 0 ? "{" : ",", names[i], text);
		}
	}
	len +=
	    (size_t)snprintf(o->request + len, sizeof(o->request) - len, "}");
	return (zta_str){ o->request, len };
}

/* Decide each; the number of those that could be decided. */
static size_t
oracle_decide(oracle *o, bool *permitted)
{
	zta_cedar_answer answer;
	char uid[512];
	size_t i, decided = 0;

	for (i = 0; i < o->count; i++) {
		(void)snprintf(uid, sizeof(uid),
		    "{\"type\":\"%s\",\"id\":\"%s\"}", o->all[i].type,
		    o->all[i].id);
		permitted[i] = false;
		if (zta_cedar_authorize(o->session, oracle_request(o, uid),
			o->flags, &answer, NULL) == ZTA_OK) {
			permitted[i] = answer.permitted;
			decided++;
		}
	}
	return decided;
}

/* Take an entity that was found off the list. */
static bool
oracle_strike(const oracle *o, const zta_cedar_entity *found, bool *permitted)
{
	size_t i;

	for (i = 0; i < o->count; i++) {
		if (found->type.len == strlen(o->all[i].type) &&
		    found->id.len == strlen(o->all[i].id) &&
		    memcmp(found->type.ptr, o->all[i].type, found->type.len) ==
			0 &&
		    memcmp(found->id.ptr, o->all[i].id, found->id.len) == 0) {
			if (!permitted[i]) {
				return false;
			}
			permitted[i] = false;
			return true;
		}
	}
	return false;
}

/* NULL: they agree; else what is wrong. `type` is NULL for actions. */
static const char *
oracle_compare(oracle *o, const char *type)
{
	zta_cedar_page page = { 0, o->limit };
	zta_cedar_found found;
	bool permitted[ORACLE_MAX];
	char open[256];
	size_t i, decided = oracle_decide(o, permitted);
	zta_str request;

	(void)snprintf(
	    open, sizeof(open), "{\"type\":\"%s\"}", type == NULL ? "" : type);
	request = oracle_request(o, type == NULL ? NULL : open);
	o->found = o->evaluations = 0;
	do {
		if (zta_cedar_find(o->session, o->search, request, o->flags,
			page, &found, NULL) != ZTA_OK) {
			return decided == 0 ? NULL : "the search failed";
		}
		for (i = 0; i < found.count; i++) {
			if (!oracle_strike(o, &found.list[i], permitted)) {
				return "found what is not allowed, or twice";
			}
		}
		if (found.count > o->limit ||
		    (found.next != 0 && found.next <= page.after)) {
			return "the page is wrong";
		}
		o->found += found.count;
		o->evaluations += found.evaluations;
		page.after = found.next;
	} while (found.next != 0);
	for (i = 0; i < o->count; i++) {
		if (permitted[i]) {
			return "did not find what is allowed";
		}
	}
	return NULL;
}

#endif
