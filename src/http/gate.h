/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gate.h - how much of a server one caller may have: connections, and requests
 * a second. All loops of a server share one gate; any thread may use it.
 *
 * A peer is an address; of IPv6 it is the network of 64 bits, since whoever has
 * one address there has all of them.
 */
#ifndef ZTA_HTTP_GATE_H
#define ZTA_HTTP_GATE_H

#include <sys/socket.h>

#include "ztauth/base.h"

typedef struct zta_gate zta_gate;
typedef struct zta_gate_peer zta_gate_peer;

/* 0: any number. */
typedef struct zta_gate_limits {
	uint32_t connections; /* of all peers */
	uint32_t peer_connections;
	uint32_t peer_requests; /* in a second */
} zta_gate_limits;

/* ZTA_ENOMEM. Free with zta_gate__close(), after all have left. */
ZTA_MUST_USE zta_status zta_gate__open(
    zta_gate **out, const zta_gate_limits *limits, zta_error *err);
void zta_gate__close(zta_gate *gate);

/* Take room for one more connection; false: there is none. */
ZTA_MUST_USE bool zta_gate__take(zta_gate *gate);
void zta_gate__give(zta_gate *gate);

/*
 * A connection from there, monotonic time in ms. NULL: the peer has as many as
 * it may, or no memory. It is given back with zta_gate__leave().
 */
zta_gate_peer *zta_gate__enter(
    zta_gate *gate, const struct sockaddr *from, int64_t now);
void zta_gate__leave(zta_gate *gate, zta_gate_peer *peer);

/* One request more: 0, it may be answered; else so many ms are to pass first. */
int64_t zta_gate__ask(const zta_gate *gate, zta_gate_peer *peer, int64_t now);

#endif
