/* SPDX-License-Identifier: Apache-2.0 */
/*
 * broker_nats.c - NATS JetStream by nats.c: a stream that keeps a subject, both
 * of the channel's name, and a durable consumer that pulls. What travels beside
 * a message are headers. What is not done with within a second is delivered
 * again.
 */
#include <nats/nats.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker.h"

#define WAIT_MS 10000
#define ACK_WAIT_NS 1000000000

struct broker {
	natsConnection *nats;
	jsCtx *stream;
	natsSubscription *inbox; /* NULL: only to send */
	natsMsg *last;           /* that was received */
};

static void
subscribe(struct broker *broker, const char *inbox)
{
	jsStreamConfig kept;
	jsSubOptions options;

	must(jsStreamConfig_Init(&kept) == NATS_OK &&
		jsSubOptions_Init(&options) == NATS_OK,
	    "nats.c");
	kept.Name = inbox;
	kept.Subjects = &inbox;
	kept.SubjectsLen = 1;
	must(js_AddStream(NULL, broker->stream, &kept, NULL, NULL) == NATS_OK,
	    "no stream");
	options.Config.AckPolicy = js_AckExplicit;
	options.Config.AckWait = ACK_WAIT_NS;
	must(js_PullSubscribe(&broker->inbox, broker->stream, inbox, "billing",
		 NULL, &options, NULL) == NATS_OK,
	    "no subscription");
}

struct broker *
broker_open(const char *port, const char *inbox)
{
	struct broker *broker = calloc(1, sizeof(*broker));
	char url[64];

	must(broker != NULL, "memory");
	(void)snprintf(url, sizeof(url), "nats://127.0.0.1:%s", port);
	must(natsConnection_ConnectTo(&broker->nats, url) == NATS_OK &&
		natsConnection_JetStream(&broker->stream, broker->nats, NULL) ==
		    NATS_OK,
	    "no connection");
	if (inbox != NULL) {
		subscribe(broker, inbox);
	}
	return broker;
}

static void
take_header(natsMsg *msg, const char *name, char *out, unsigned long room)
{
	const char *value;

	if (natsMsgHeader_Get(msg, name, &value) == NATS_OK) {
		take(out, room, value, strlen(value));
	}
}

/* What is empty is left out: nats.c 3.4 misreads it. */
static void
put_header(natsMsg *msg, const char *name, const char *value)
{
	must(value[0] == '\0' || natsMsgHeader_Set(msg, name, value) == NATS_OK,
	    "no header");
}

void
broker_receive(struct broker *broker, struct message *out)
{
	natsMsgList list = { 0 };
	natsMsg *msg;

	must(natsSubscription_Fetch(&list, broker->inbox, 1, WAIT_MS, NULL) ==
		NATS_OK,
	    "the broker has nothing");
	msg = list.Msgs[0];
	list.Msgs[0] = NULL;
	natsMsgList_Destroy(&list);
	memset(out, 0, sizeof(*out));
	take(out->payload, sizeof(out->payload), natsMsg_GetData(msg),
	    (unsigned long)natsMsg_GetDataLength(msg));
	take_header(msg, "ztauth-seal", out->seal, sizeof(out->seal));
	take_header(msg, "ztauth-seal-index", out->index, sizeof(out->index));
	take_header(msg, "ztauth-seal-path", out->path, sizeof(out->path));
	broker->last = msg;
}

void
broker_done(struct broker *broker)
{
	must(natsMsg_AckSync(broker->last, NULL, NULL) == NATS_OK,
	    "not acknowledged");
	natsMsg_Destroy(broker->last);
	broker->last = NULL;
}

void
broker_send(
    struct broker *broker, const char *channel, const struct message *message)
{
	natsMsg *msg = NULL;

	must(natsMsg_Create(&msg, channel, NULL, message->payload,
		 (int)strlen(message->payload)) == NATS_OK,
	    "no message");
	put_header(msg, "ztauth-seal", message->seal);
	put_header(msg, "ztauth-seal-index", message->index);
	put_header(msg, "ztauth-seal-path", message->path);
	must(js_PublishMsg(NULL, broker->stream, msg, NULL, NULL) == NATS_OK,
	    "not sent");
	natsMsg_Destroy(msg);
}

void
broker_close(struct broker *broker)
{
	natsSubscription_Destroy(broker->inbox);
	jsCtx_Destroy(broker->stream);
	natsConnection_Destroy(broker->nats);
	nats_Close();
	free(broker);
}
