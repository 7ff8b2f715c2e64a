/* SPDX-License-Identifier: Apache-2.0 */
/*
 * broker_amqp.c - AMQP 0-9-1 by librabbitmq: a durable queue of the channel's
 * name, to which the default exchange sends. What travels beside a message are
 * headers. What is sent is a transaction, committed when the broker is closed;
 * what is received is on another channel of the connection.
 */
#include <amqp.h>
#include <amqp_tcp_socket.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "broker.h"

#define OUT 1
#define IN 2
#define PERSISTENT 2
#define WAIT_MS 10000
#define NAP_US 20000

struct broker {
	amqp_connection_state_t amqp;
	const char *inbox;
	uint64_t tag; /* of the last that was received */
};

static void
answered(struct broker *broker, const char *what)
{
	must(
	    amqp_get_rpc_reply(broker->amqp).reply_type == AMQP_RESPONSE_NORMAL,
	    what);
}

struct broker *
broker_open(const char *port, const char *inbox)
{
	struct broker *broker = calloc(1, sizeof(*broker));
	amqp_socket_t *socket;

	must(broker != NULL, "memory");
	broker->amqp = amqp_new_connection();
	socket = amqp_tcp_socket_new(broker->amqp);
	must(socket != NULL &&
		amqp_socket_open(socket, "127.0.0.1", atoi(port)) ==
		    AMQP_STATUS_OK &&
		amqp_login(broker->amqp, "/", 0, 131072, 0,
		    AMQP_SASL_METHOD_PLAIN, "guest", "guest")
			.reply_type == AMQP_RESPONSE_NORMAL,
	    "no connection");
	amqp_channel_open(broker->amqp, OUT);
	answered(broker, "no channel");
	amqp_tx_select(broker->amqp, OUT);
	answered(broker, "no transaction");
	if (inbox != NULL) {
		broker->inbox = inbox;
		amqp_channel_open(broker->amqp, IN);
		answered(broker, "no channel");
		amqp_queue_declare(broker->amqp, IN, amqp_cstring_bytes(inbox),
		    0, 1, 0, 0, amqp_empty_table);
		answered(broker, "no queue");
	}
	return broker;
}

static void
take_header(
    const amqp_table_t *all, const char *wanted, char *out, unsigned long room)
{
	const amqp_table_entry_t *at = all->entries;
	int i;

	for (i = 0; i < all->num_entries; i++, at++) {
		if (at->key.len == strlen(wanted) &&
		    memcmp(at->key.bytes, wanted, at->key.len) == 0 &&
		    at->value.kind == AMQP_FIELD_KIND_UTF8) {
			take(out, room, at->value.value.bytes.bytes,
			    at->value.value.bytes.len);
		}
	}
}

/* Nothing tells that a queue is no longer empty but a subscription. */
static void
get(struct broker *broker)
{
	amqp_rpc_reply_t reply;
	int waited = 0;

	for (;;) {
		reply = amqp_basic_get(
		    broker->amqp, IN, amqp_cstring_bytes(broker->inbox), 0);
		must(reply.reply_type == AMQP_RESPONSE_NORMAL &&
			waited < WAIT_MS,
		    "the broker has nothing");
		if (reply.reply.id == AMQP_BASIC_GET_OK_METHOD) {
			break;
		}
		(void)usleep(NAP_US);
		waited += NAP_US / 1000;
	}
	broker->tag =
	    ((amqp_basic_get_ok_t *)reply.reply.decoded)->delivery_tag;
}

void
broker_receive(struct broker *broker, struct message *out)
{
	amqp_message_t message;

	amqp_maybe_release_buffers(broker->amqp);
	get(broker);
	must(amqp_read_message(broker->amqp, IN, &message, 0).reply_type ==
		AMQP_RESPONSE_NORMAL,
	    "no message");
	memset(out, 0, sizeof(*out));
	take(out->payload, sizeof(out->payload), message.body.bytes,
	    message.body.len);
	take_header(&message.properties.headers, "ztauth-seal", out->seal,
	    sizeof(out->seal));
	take_header(&message.properties.headers, "ztauth-seal-index",
	    out->index, sizeof(out->index));
	take_header(&message.properties.headers, "ztauth-seal-path", out->path,
	    sizeof(out->path));
	amqp_destroy_message(&message);
}

void
broker_done(struct broker *broker)
{
	must(amqp_basic_ack(broker->amqp, IN, broker->tag, 0) == AMQP_STATUS_OK,
	    "not acknowledged");
}

static amqp_table_entry_t
header(const char *name, const char *value)
{
	amqp_table_entry_t entry = { .key = amqp_cstring_bytes(name) };

	entry.value.kind = AMQP_FIELD_KIND_UTF8;
	entry.value.value.bytes = amqp_cstring_bytes(value);
	return entry;
}

void
broker_send(
    struct broker *broker, const char *channel, const struct message *message)
{
	amqp_table_entry_t beside[] = { header("ztauth-seal", message->seal),
		header("ztauth-seal-index", message->index),
		header("ztauth-seal-path", message->path) };
	amqp_basic_properties_t properties = { ._flags =
						   AMQP_BASIC_HEADERS_FLAG |
		    AMQP_BASIC_DELIVERY_MODE_FLAG,
		.delivery_mode = PERSISTENT,
		.headers = { sizeof(beside) / sizeof(beside[0]), beside } };

	must(amqp_basic_publish(broker->amqp, OUT, amqp_empty_bytes,
		 amqp_cstring_bytes(channel), 0, 0, &properties,
		 amqp_cstring_bytes(message->payload)) == AMQP_STATUS_OK,
	    "not sent");
}

void
broker_close(struct broker *broker)
{
	amqp_tx_commit(broker->amqp, OUT);
	answered(broker, "not sent");
	must(amqp_connection_close(broker->amqp, AMQP_REPLY_SUCCESS)
			.reply_type == AMQP_RESPONSE_NORMAL &&
		amqp_destroy_connection(broker->amqp) == AMQP_STATUS_OK,
	    "not closed");
	free(broker);
}
