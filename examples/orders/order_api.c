/* SPDX-License-Identifier: Apache-2.0 */
/*
 * order_api.c - takes orders of a customer, and sends them if that is allowed.
 *
 *     order-api PORT URL SVID CUSTOMER COUNT [once]
 *
 * PORT is that of the broker, URL that of the zone, SVID the file with what this
 * service shows, CUSTOMER the file with the customer's token. However many
 * orders there are: one decision, one seal.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ztauth.h>

#include "broker.h"

#define FAILED 1
#define DENIED 2

/* Payload `i`. */
static zta_str
order(size_t i, struct message *out)
{
	(void)snprintf(
	    out->payload, sizeof(out->payload), "order %zu: one teapot", i);
	return zta_str_of(out->payload);
}

/* What it takes. */
static zta_status
ask(zta_pep *pep, zta_str customer, zta_pep_batch *orders, bool once,
    zta_pep_token *seal, zta_error *err)
{
	static zta_pep_token token;
	zta_pep_subject who = { .token = customer,
		.kind = ZTA_PEP_ACCESS_TOKEN };
	zta_pep_question may = { .action = ZTA_STR("order"),
		.resource = {
		    ZTA_STR("Product"), ZTA_STR("teapot"), ZTA_STR("") } };
	zta_pep_message message = {
		.channel = ZTA_STR("orders"), .batch = orders, .once = once
	};
	zta_pep_decision decision = { 0 };
	zta_status status;

	status = zta_pep_exchange(pep, &who, &token, err);
	if (status == ZTA_OK) {
		may.token = zta_str_of(token.text);
		status =
		    zta_pep_seal(pep, &may, &message, &decision, seal, err);
	}
	if (status == ZTA_OK && decision.effect != ZTA_ALLOW) {
		printf("order-api: denied, %s\n", decision.code);
		exit(DENIED);
	}
	zta_pep_forget(&token);
	return status;
}

/* Each with the seal, its number, and the path that proves it. */
static zta_status
send_all(struct broker *broker, const zta_pep_batch *orders, size_t count,
    const zta_pep_token *seal, zta_error *err)
{
	static struct message message;
	zta_status status = ZTA_OK;
	size_t i;

	(void)snprintf(message.seal, sizeof(message.seal), "%s", seal->text);
	for (i = 0; i < count && status == ZTA_OK; i++) {
		char path[ZTA_PEP_PATH_MAX];

		status = zta_pep_batch_path(orders, i, path, err);
		if (status == ZTA_OK) {
			(void)order(i, &message);
			(void)snprintf(
			    message.index, sizeof(message.index), "%zu", i);
			(void)snprintf(
			    message.path, sizeof(message.path), "%s", path);
			broker_send(broker, "orders", &message);
		}
	}
	return status;
}

int
main(int argc, char **argv)
{
	static char customer[16384];
	static zta_pep_token seal;
	static struct message message;
	zta_pep_options options = { 0 };
	zta_pep *pep = NULL;
	zta_pep_batch *orders = NULL;
	struct broker *broker;
	zta_error err = { 0 };
	zta_status status;
	size_t count, i;
	FILE *file = argc >= 6 ? fopen(argv[4], "r") : NULL;

	must(file != NULL && fscanf(file, "%16383s", customer) == 1,
	    "arguments");
	(void)fclose(file);
	count = strtoul(argv[5], NULL, 10);
	options.url = argv[2];
	options.credential_file = argv[3];
	broker = broker_open(argv[1], NULL);
	status = zta_pep_open(&pep, &options, &err);
	if (status == ZTA_OK) {
		status = zta_pep_batch_open(&orders, &err);
	}
	for (i = 0; i < count && status == ZTA_OK; i++) {
		status = zta_pep_batch_add(orders, order(i, &message), &err);
	}
	if (status == ZTA_OK) {
		status = ask(pep, zta_str_of(customer), orders,
		    argc > 6 && strcmp(argv[6], "once") == 0, &seal, &err);
	}
	if (status == ZTA_OK) {
		status = send_all(broker, orders, count, &seal, &err);
	}
	broker_close(broker);
	zta_pep_batch_close(orders);
	zta_pep_close(pep);
	if (status != ZTA_OK) {
		printf("order-api: %s\n", err.message);
		return status == ZTA_EUNTRUSTED ? DENIED : FAILED;
	}
	printf("order-api: sent %zu\n", count);
	return 0;
}
