/* SPDX-License-Identifier: Apache-2.0 */
/* peer.h - a server on loopback that answers what the test has written. */
#ifndef ZTA_TESTS_PEER_H
#define ZTA_TESTS_PEER_H

#include <pthread.h>

#include "tests.h"

typedef enum peer_manner {
	PEER_ANSWERS,
	PEER_CLOSES, /* behind the answer */
	PEER_RESETS, /* behind the answer, by RST */
	PEER_DRIPS,  /* a byte each 20 ms, for ever */
	PEER_HANGS   /* behind the answer */
} peer_manner;

/* What the peer does with one request. */
typedef struct peer_answer {
	zta_str bytes; /* all of them: head and body */
	peer_manner manner;
} peer_answer;

#define PEER_ASKED_MAX 65536

typedef struct peer {
	int listener;
	char url[64]; /* of a zone there */
	pthread_t thread;
	pthread_mutex_t lock;       /* of what is below */
	const peer_answer *answers; /* one a request; the last one for more */
	size_t count, next;
	unsigned connections, requests;
	bool stop;
	char asked[PEER_ASKED_MAX + 1]; /* the last request, head and body */
	size_t asked_len;
} peer;

void peer_start(peer *p);
void peer_stop(peer *p);

/* From now on it answers these, and has been asked nothing. They stay as they
 * are until it stops. */
void peer_script(peer *p, const peer_answer *answers, size_t count);

unsigned peer_requests(peer *p);
unsigned peer_connections(peer *p);

/* The last request; its body; has it this field? */
const char *peer_asked(peer *p);
const char *peer_asked_body(peer *p);
bool peer_asked_field(peer *p, const char *name, const char *value);

#endif
