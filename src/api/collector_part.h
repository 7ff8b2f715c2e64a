/* SPDX-License-Identifier: Apache-2.0 */
/* collector_part.h - what the thread and the desks of a collector share. */
#ifndef ZTA_API_COLLECTOR_PART_H
#define ZTA_API_COLLECTOR_PART_H

#include "api/collector.h"

/* One call, in its arena. It belongs to the thread until it is given back. */
typedef struct zta_delivery {
	struct zta_delivery *next;
	zta_collector_desk *desk; /* where it goes back to */
	zta_http_call *call;
	zta_str node; /* its name */
	bool sends;   /* entries; or it asks how many there are */
	/* The answer: */
	unsigned status;
	uint64_t size;    /* with 200 */
	const char *code; /* else */
	zta_error why;
} zta_delivery;

/* In the order in which they came. */
typedef struct zta_delivery_list {
	zta_delivery *first, *last;
} zta_delivery_list;

void zta_delivery_list__add(zta_delivery_list *list, zta_delivery *d);
/* The first, or NULL. */
zta_delivery *zta_delivery_list__take(zta_delivery_list *list);

/* Give a call to the thread; it comes back to its desk. */
void zta_collector__hand_in(zta_collector *collector, zta_delivery *d);
void zta_collector_desk__give_back(zta_delivery *d);

#endif
