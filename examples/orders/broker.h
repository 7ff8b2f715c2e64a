/* SPDX-License-Identifier: Apache-2.0 */
/*
 * broker.h - as much of a message broker as this story needs.
 *
 * One of broker_mqtt.c, broker_amqp.c and broker_nats.c is linked with each
 * program. What is sent to a channel waits there, if somebody has opened it for
 * receiving before, until it is done with. Whatever fails ends the program.
 */
#ifndef BROKER_H
#define BROKER_H

#include <stdbool.h>

/* A message, and what travels beside it; texts. */
struct message {
	char payload[256];
	char seal[16385]; /* ztauth-seal */
	char index[24];   /* ztauth-seal-index */
	char path[1024];  /* ztauth-seal-path */
};

struct broker;

/* On loopback. `inbox`: the channel to receive from; NULL: only to send. */
struct broker *broker_open(const char *port, const char *inbox);

/* It waits up to ten seconds for one. */
void broker_receive(struct broker *broker, struct message *out);

/* The last one need not be delivered again. */
void broker_done(struct broker *broker);

void broker_send(
    struct broker *broker, const char *channel, const struct message *message);

/* Returns when the broker has all that was sent. */
void broker_close(struct broker *broker);

/* Ends the program, unless `ok`. */
void must(bool ok, const char *what);

/* Copies what fits, or ends the program. */
void take(char *out, unsigned long room, const char *text, unsigned long len);

#endif
