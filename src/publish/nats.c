/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nats.c - to a stream of NATS JetStream. The id of a message is in the header
 * Nats-Msg-Id, by which the stream drops what comes twice within its window.
 */
#include <nats/nats.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "publish/publish.h"

typedef struct nats {
	natsOptions *options;
	natsConnection *connection;
	jsCtx *stream;
	const publish_options *how;
	atomic_uint kept; /* of the batch */
	atomic_int code;  /* the first error, of the library or the server */
} nats;

static zta_status
failed(const char *what, natsStatus status, zta_error *err)
{
	return zta_error__set(err, ZTA_EUNAVAILABLE, "NATS: %s: %s", what,
	    natsStatus_GetText(status));
}

/* From the library's thread, for each message. */
static void
acked(jsCtx *stream, natsMsg *message, jsPubAck *ack, jsPubAckErr *why,
    void *context)
{
	nats *n = context;
	int none = 0;

	(void)stream;
	(void)ack;
	if (why == NULL) {
		(void)atomic_fetch_add(&n->kept, 1);
	} else {
		(void)atomic_compare_exchange_strong(
		    &n->code, &none, (int)why->Err);
	}
	natsMsg_Destroy(message);
}

static zta_status
set(nats *n, const publish_setting *setting, zta_error *err)
{
	natsStatus status;

	if (strcmp(setting->name, "creds_file") == 0) {
		status = natsOptions_SetUserCredentialsFromFiles(
		    n->options, setting->value, NULL);
	} else if (strcmp(setting->name, "ca_file") == 0) {
		status = natsOptions_SetSecure(n->options, true);
		if (status == NATS_OK) {
			status = natsOptions_LoadCATrustedCertificates(
			    n->options, setting->value);
		}
	} else {
		return zta_error__set(err, ZTA_EINVAL,
		    "`%s` is no setting for NATS", setting->name);
	}
	return status == NATS_OK ? ZTA_OK : failed(setting->name, status, err);
}

static void
close_nats(void *state)
{
	nats *n = state;

	if (n != NULL) {
		jsCtx_Destroy(n->stream);
		natsConnection_Destroy(n->connection);
		natsOptions_Destroy(n->options);
		free(n);
	}
}

static natsStatus
connect_to_stream(nats *n)
{
	jsOptions options;
	natsStatus status = jsOptions_Init(&options);

	if (status == NATS_OK) {
		status = natsConnection_Connect(&n->connection, n->options);
	}
	if (status == NATS_OK) {
		options.PublishAsync.AckHandler = acked;
		options.PublishAsync.AckHandlerClosure = n;
		status = natsConnection_JetStream(
		    &n->stream, n->connection, &options);
	}
	return status;
}

static zta_status
open_nats(void **state, const publish_options *how, zta_error *err)
{
	nats *n = calloc(1, sizeof(*n));
	zta_status status = ZTA_OK;
	natsStatus code;
	uint32_t i;

	*state = NULL;
	if (n == NULL) {
		return zta_error__nomem(err);
	}
	n->how = how;
	code = natsOptions_Create(&n->options);
	if (code == NATS_OK) {
		code = natsOptions_SetURL(n->options, how->servers);
	}
	/* Whatever was under way when it breaks is sent again from the start. */
	if (code == NATS_OK) {
		code = natsOptions_SetAllowReconnect(n->options, false);
	}
	for (i = 0;
	     code == NATS_OK && status == ZTA_OK && i < how->setting_count;
	     i++) {
		status = set(n, &how->settings[i], err);
	}
	if (code == NATS_OK && status == ZTA_OK) {
		code = connect_to_stream(n);
	}
	if (code != NATS_OK) {
		status = failed("connect", code, err);
	}
	if (status != ZTA_OK) {
		close_nats(n);
		return status;
	}
	*state = n;
	return ZTA_OK;
}

static natsStatus
send_one(nats *n, const publish_batch *batch, const publish_message *m)
{
	natsMsg *message = NULL;
	jsPubOptions options;
	natsStatus status = natsMsg_Create(
	    &message, n->how->topic, NULL, batch->bytes + m->at, (int)m->len);

	if (status == NATS_OK) {
		status =
		    natsMsgHeader_Set(message, "Content-Type", n->how->type);
	}
	if (status == NATS_OK) {
		status = jsPubOptions_Init(&options);
	}
	if (status == NATS_OK) {
		options.MsgId = m->id;
		options.MaxWait = PUBLISH_WAIT_MS;
		status = js_PublishMsgAsync(n->stream, &message, &options);
	}
	natsMsg_Destroy(message);
	return status;
}

static zta_status
send_nats(void *state, const publish_batch *batch, zta_error *err)
{
	nats *n = state;
	jsPubOptions options;
	natsStatus status = jsPubOptions_Init(&options);
	uint32_t i;

	atomic_store(&n->kept, 0);
	atomic_store(&n->code, 0);
	for (i = 0; status == NATS_OK && i < batch->count; i++) {
		status = send_one(n, batch, &batch->list[i]);
	}
	if (status == NATS_OK) {
		options.MaxWait = PUBLISH_WAIT_MS;
		status = js_PublishAsyncComplete(n->stream, &options);
	}
	if (status == NATS_OK && atomic_load(&n->kept) != batch->count) {
		status = (natsStatus)atomic_load(&n->code);
		status = status == NATS_OK ? NATS_ERR : status;
	}
	return status == NATS_OK ? ZTA_OK : failed("publish", status, err);
}

const publish_target publish_nats = { "nats", true, open_nats, send_nats,
	close_nats };
