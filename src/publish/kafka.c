/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kafka.c - to a topic of Kafka, by an idempotent producer: within its life a
 * message is there once, whatever is sent twice. The key is the origin, so that
 * what one log says stays in one partition, in order; the header `ztauth-id` says
 * which entry it is, for what comes twice after a restart.
 */
#include <librdkafka/rdkafka.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "publish/publish.h"

#define WHY_MAX 512
#define HEADERS 2

typedef struct kafka {
	rd_kafka_t *producer;
	const publish_options *how;
	uint32_t kept;            /* of the batch */
	rd_kafka_resp_err_t code; /* the first error */
} kafka;

/* From our thread, when we let the library work. */
static void
delivered(rd_kafka_t *producer, const rd_kafka_message_t *m, void *context)
{
	kafka *k = context;

	(void)producer;
	if (m->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
		k->kept++;
	} else if (k->code == RD_KAFKA_RESP_ERR_NO_ERROR) {
		k->code = m->err;
	}
}

static zta_status
configure(rd_kafka_conf_t *conf, const publish_options *how, zta_error *err)
{
	const publish_setting ours[] = {
		{ "bootstrap.servers", how->servers },
		{ "enable.idempotence", "true" },
		{ "acks", "all" },
		{ "message.timeout.ms", "30000" },
	};
	const publish_setting *s;
	char why[WHY_MAX];
	uint32_t i, count = sizeof(ours) / sizeof(ours[0]);

	/* Those of the file first: ours are not to be changed by it. */
	for (i = 0; i < how->setting_count + count; i++) {
		s = i < how->setting_count ? &how->settings[i] :
					     &ours[i - how->setting_count];
		if (rd_kafka_conf_set(conf, s->name, s->value, why,
			sizeof(why)) != RD_KAFKA_CONF_OK) {
			return zta_error__set(
			    err, ZTA_EINVAL, "Kafka: %s", why);
		}
	}
	return ZTA_OK;
}

static void
close_kafka(void *state)
{
	kafka *k = state;

	if (k != NULL) {
		(void)rd_kafka_purge(k->producer,
		    RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
		rd_kafka_destroy(k->producer);
		free(k);
	}
}

static zta_status
open_kafka(void **state, const publish_options *how, zta_error *err)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	kafka *k = calloc(1, sizeof(*k));
	char why[WHY_MAX];
	zta_status status =
	    k == NULL ? zta_error__nomem(err) : configure(conf, how, err);

	*state = NULL;
	if (status == ZTA_OK) {
		k->how = how;
		rd_kafka_conf_set_opaque(conf, k);
		rd_kafka_conf_set_dr_msg_cb(conf, delivered);
		k->producer =
		    rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
		if (k->producer == NULL) {
			status = zta_error__set(
			    err, ZTA_EUNAVAILABLE, "Kafka: %s", why);
		}
	}
	if (status != ZTA_OK) {
		rd_kafka_conf_destroy(conf);
		free(k);
		return status;
	}
	*state = k;
	return ZTA_OK;
}

/* Hand it in; the library copies it. Headers are its own then. */
static rd_kafka_resp_err_t
hand_in(kafka *k, const publish_batch *batch, const publish_message *m,
    rd_kafka_headers_t *headers)
{
	const publish_options *how = k->how;
	const rd_kafka_vu_t parts[] = {
		{ .vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = how->topic },
		{ .vtype = RD_KAFKA_VTYPE_KEY,
		    .u.mem = { (void *)(uintptr_t)how->origin,
			strlen(how->origin) } },
		{ .vtype = RD_KAFKA_VTYPE_VALUE,
		    .u.mem = { (void *)(uintptr_t)(batch->bytes + m->at),
			m->len } },
		{ .vtype = RD_KAFKA_VTYPE_MSGFLAGS,
		    .u.i = RD_KAFKA_MSG_F_COPY },
		{ .vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers },
	};
	rd_kafka_error_t *error = rd_kafka_produceva(
	    k->producer, parts, sizeof(parts) / sizeof(parts[0]));
	rd_kafka_resp_err_t code = rd_kafka_error_code(error);

	rd_kafka_error_destroy(error);
	return code;
}

static rd_kafka_resp_err_t
send_one(kafka *k, const publish_batch *batch, const publish_message *m)
{
	rd_kafka_headers_t *headers = rd_kafka_headers_new(HEADERS);
	rd_kafka_resp_err_t code =
	    rd_kafka_header_add(headers, "ztauth-id", -1, m->id, -1);

	if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
		code = rd_kafka_header_add(
		    headers, "content-type", -1, k->how->type, -1);
	}
	if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
		code = hand_in(k, batch, m, headers);
	}
	if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
		rd_kafka_headers_destroy(headers);
	}
	return code;
}

static zta_status
send_kafka(void *state, const publish_batch *batch, zta_error *err)
{
	kafka *k = state;
	rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
	uint32_t i;

	k->kept = 0;
	k->code = RD_KAFKA_RESP_ERR_NO_ERROR;
	for (i = 0; code == RD_KAFKA_RESP_ERR_NO_ERROR && i < batch->count;
	     i++) {
		code = send_one(k, batch, &batch->list[i]);
		(void)rd_kafka_poll(k->producer, 0);
	}
	if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
		code = rd_kafka_flush(k->producer, PUBLISH_WAIT_MS + 1000);
	}
	if (code == RD_KAFKA_RESP_ERR_NO_ERROR && k->kept != batch->count) {
		code = k->code;
	}
	return k->kept == batch->count ?
	    ZTA_OK :
	    zta_error__set(err, ZTA_EUNAVAILABLE, "Kafka: publish: %s",
		rd_kafka_err2str(code));
}

const publish_target publish_kafka = { "kafka", false, open_kafka, send_kafka,
	close_kafka };
