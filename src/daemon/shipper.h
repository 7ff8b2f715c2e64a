/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shipper.h - send what our log says to a server that collects logs.
 *
 * A thread sends what checkpoints cover, in order, through any outage. Where to
 * go on is what the other says that it has; nothing of it is kept here.
 * SPEC: docs/formats/ship.md
 */
#ifndef ZTA_DAEMON_SHIPPER_H
#define ZTA_DAEMON_SHIPPER_H

#include <stdatomic.h>

#include "daemon/asking.h"
#include "daemon/config.h"
#include "log/publish.h"
#include "log/view.h"
#include "pap/remote.h"

typedef struct zta_shipper {
	zta_publisher *publisher; /* NULL: nothing is sent */
	zta_log_view *view;
	zta_remote remote;
	int event;         /* there is a new checkpoint */
	zta_log_head head; /* of the one that entries are sent of */
	zta_buf note;      /* it */
	zta_buf batch;
	uint64_t size;            /* what the other has */
	_Atomic uint64_t arrived; /* the same, for other threads */
	size_t bytes_max; /* of entries in a batch: less after a failure */
	int64_t sent_ms;  /* when it heard of us last; monotonic */
	int64_t rest_until;
	zta_error conflict; /* why we rest */
	zta_asking asking;
} zta_shipper;

/*
 * To `config->ship_to`, if there is one, with requests that `signer` signs.
 * Close it either way, before the publisher.
 */
ZTA_MUST_USE zta_status zta_shipper__open(zta_shipper *shipper,
    const zta_config *config, const zta_ssh_signer *signer,
    zta_publisher *publisher, zta_error *err);
ZTA_MUST_USE zta_status zta_shipper__start(
    zta_shipper *shipper, zta_error *err);

/*
 * So many entries have arrived, as far as we heard since we started; all, where
 * nothing is sent.
 */
uint64_t zta_shipper__arrived(const zta_shipper *shipper);

/* End the thread. */
void zta_shipper__stop(zta_shipper *shipper);
void zta_shipper__close(zta_shipper *shipper);

#endif
