/* SPDX-License-Identifier: Apache-2.0 */
/*
 * broker_mqtt.c - MQTT 5 by libmosquitto: a topic, and a session that outlives
 * its connections for whoever receives; at least once. What travels beside a
 * message are user properties.
 *
 * libmosquitto acknowledges before it shows a message. Told that there are
 * threads, it only queues that, and broker_done() writes it; the receive maximum
 * of one keeps the broker from sending another before.
 */
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker.h"

#define WAIT_MS 10000
#define SESSION_S 86400

/* A connection. */
struct link {
	struct mosquitto *mqtt;
	struct message in; /* if `has` */
	bool connected, subscribed, published, has;
};

/* Writing the one acknowledges nothing of the other. */
struct broker {
	struct link out, in;
};

static void
on_connect(struct mosquitto *mqtt, void *self, int code)
{
	struct link *link = self;

	(void)mqtt;
	must(code == 0, "the connection is refused");
	link->connected = true;
}

static void
on_subscribe(
    struct mosquitto *mqtt, void *self, int id, int count, const int *granted)
{
	struct link *link = self;

	(void)mqtt, (void)id;
	must(count == 1 && granted[0] == 1, "the subscription is refused");
	link->subscribed = true;
}

static void
on_publish(struct mosquitto *mqtt, void *self, int id)
{
	struct link *link = self;

	(void)mqtt, (void)id;
	link->published = true;
}

static void
take_property(const mosquitto_property *all, const char *wanted, char *out,
    unsigned long room)
{
	const mosquitto_property *at = all;
	char *name, *value;
	bool again = false;

	for (; at != NULL; again = true) {
		at = mosquitto_property_read_string_pair(
		    at, MQTT_PROP_USER_PROPERTY, &name, &value, again);
		if (at != NULL && strcmp(name, wanted) == 0) {
			take(out, room, value, strlen(value));
		}
		if (at != NULL) {
			free(name);
			free(value);
		}
	}
}

static void
on_message(struct mosquitto *mqtt, void *self,
    const struct mosquitto_message *message, const mosquitto_property *all)
{
	struct link *link = self;
	struct message *out = &link->in;

	(void)mqtt;
	must(!link->has, "one message at a time");
	memset(out, 0, sizeof(*out));
	take(out->payload, sizeof(out->payload), message->payload,
	    (unsigned long)message->payloadlen);
	take_property(all, "ztauth-seal", out->seal, sizeof(out->seal));
	take_property(all, "ztauth-seal-index", out->index, sizeof(out->index));
	take_property(all, "ztauth-seal-path", out->path, sizeof(out->path));
	link->has = true;
}

/* Writes what is queued. */
static void
push(struct link *link)
{
	must(mosquitto_loop_write(link->mqtt, 1) == MOSQ_ERR_SUCCESS,
	    "the broker takes nothing");
}

/* Reads until it has happened. */
static void
await(struct link *link, const bool *happened)
{
	struct pollfd fd = { mosquitto_socket(link->mqtt), POLLIN, 0 };

	while (!*happened) {
		must(poll(&fd, 1, WAIT_MS) == 1 &&
			mosquitto_loop_read(link->mqtt, 1) == MOSQ_ERR_SUCCESS,
		    "the broker says nothing");
	}
}

static void
set_up(struct link *link, const char *inbox)
{
	char id[64];

	(void)snprintf(id, sizeof(id), "billing-%s", inbox ? inbox : "");
	link->mqtt = mosquitto_new(inbox ? id : NULL, inbox == NULL, link);
	must(link->mqtt != NULL &&
		mosquitto_int_option(link->mqtt, MOSQ_OPT_PROTOCOL_VERSION,
		    MQTT_PROTOCOL_V5) == MOSQ_ERR_SUCCESS &&
		mosquitto_threaded_set(link->mqtt, true) == MOSQ_ERR_SUCCESS,
	    "libmosquitto");
	mosquitto_connect_callback_set(link->mqtt, on_connect);
	mosquitto_subscribe_callback_set(link->mqtt, on_subscribe);
	mosquitto_publish_callback_set(link->mqtt, on_publish);
	mosquitto_message_v5_callback_set(link->mqtt, on_message);
}

/* `inbox`: the name of the session; NULL: of none. */
static void
link_open(struct link *link, const char *port, const char *inbox)
{
	mosquitto_property *all = NULL;

	set_up(link, inbox);
	must(mosquitto_property_add_int16(&all, MQTT_PROP_RECEIVE_MAXIMUM, 1) ==
		    MOSQ_ERR_SUCCESS &&
		mosquitto_property_add_int32(&all,
		    MQTT_PROP_SESSION_EXPIRY_INTERVAL,
		    inbox ? SESSION_S : 0) == MOSQ_ERR_SUCCESS &&
		mosquitto_connect_bind_v5(link->mqtt, "127.0.0.1", atoi(port),
		    60, NULL, all) == MOSQ_ERR_SUCCESS,
	    "no connection");
	mosquitto_property_free_all(&all);
	push(link);
	await(link, &link->connected);
}

struct broker *
broker_open(const char *port, const char *inbox)
{
	struct broker *broker = calloc(1, sizeof(*broker));

	must(broker != NULL && mosquitto_lib_init() == MOSQ_ERR_SUCCESS,
	    "libmosquitto");
	link_open(&broker->out, port, NULL);
	if (inbox != NULL) {
		link_open(&broker->in, port, inbox);
		must(mosquitto_subscribe(broker->in.mqtt, NULL, inbox, 1) ==
			MOSQ_ERR_SUCCESS,
		    "no subscription");
		push(&broker->in);
		await(&broker->in, &broker->in.subscribed);
	}
	return broker;
}

void
broker_receive(struct broker *broker, struct message *out)
{
	await(&broker->in, &broker->in.has);
	*out = broker->in.in;
}

void
broker_done(struct broker *broker)
{
	broker->in.has = false;
	push(&broker->in);
}

void
broker_send(
    struct broker *broker, const char *channel, const struct message *message)
{
	const char *beside[][2] = { { "ztauth-seal", message->seal },
		{ "ztauth-seal-index", message->index },
		{ "ztauth-seal-path", message->path } };
	mosquitto_property *all = NULL;
	size_t i;

	for (i = 0; i < sizeof(beside) / sizeof(beside[0]); i++) {
		must(mosquitto_property_add_string_pair(&all,
			 MQTT_PROP_USER_PROPERTY, beside[i][0],
			 beside[i][1]) == MOSQ_ERR_SUCCESS,
		    "no property");
	}
	broker->out.published = false;
	must(mosquitto_publish_v5(broker->out.mqtt, NULL, channel,
		 (int)strlen(message->payload), message->payload, 1, false,
		 all) == MOSQ_ERR_SUCCESS,
	    "not sent");
	mosquitto_property_free_all(&all);
	push(&broker->out);
	await(&broker->out, &broker->out.published);
}

/* Without a word: the next message, which may be here, is not acknowledged. */
void
broker_close(struct broker *broker)
{
	mosquitto_destroy(broker->in.mqtt);
	mosquitto_destroy(broker->out.mqtt);
	(void)mosquitto_lib_cleanup();
	free(broker);
}
