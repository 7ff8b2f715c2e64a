/* SPDX-License-Identifier: Apache-2.0 */
/*
 * billing.c - takes orders from a channel, and charges for those that it may.
 *
 *     billing PORT URL SVID CHANNEL COUNT [dies]
 *
 * It receives COUNT messages, and says of each what became of it. With `dies` it
 * does not live to tell the broker that it is done with one. See order_api.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ztauth.h>

#include "broker.h"

/* What it takes. */
static void
charge(zta_pep *pep, const char *channel, const struct message *order)
{
	static zta_pep_token token;
	zta_pep_message message = { .channel = zta_str_of(channel),
		.payload = zta_str_of(order->payload),
		.is_part = true,
		.index = (uint32_t)strtoul(order->index, NULL, 10),
		.path = zta_str_of(order->path) };
	zta_pep_question may = { .action = ZTA_STR("charge"),
		.resource = {
		    ZTA_STR("Product"), ZTA_STR("teapot"), ZTA_STR("") } };
	zta_pep_decision decision = { 0 };
	zta_error err = { 0 };
	zta_status status;

	status = zta_pep_unseal(
	    pep, zta_str_of(order->seal), &message, &token, &err);
	if (status == ZTA_OK) {
		may.token = zta_str_of(token.text);
		status = zta_pep_decide(pep, &may, &decision, &err);
	}
	if (status == ZTA_OK && decision.effect == ZTA_ALLOW) {
		printf("billing: charged for '%s', record %lld\n",
		    order->payload, (long long)decision.log_index);
	} else if (status == ZTA_OK) {
		printf("billing: denied, %s\n", decision.code);
	} else {
		printf("billing: refused, %s\n",
		    token.code[0] != '\0' ? token.code : err.message);
	}
	zta_pep_forget(&token);
}

int
main(int argc, char **argv)
{
	static struct message order;
	zta_pep_options options = { 0 };
	zta_pep *pep = NULL;
	zta_error err = { 0 };
	struct broker *broker;
	bool dies = argc > 6 && strcmp(argv[6], "dies") == 0;
	long left;

	must(argc >= 6, "arguments");
	options.url = argv[2];
	options.credential_file = argv[3];
	must(zta_pep_open(&pep, &options, &err) == ZTA_OK, err.message);
	broker = broker_open(argv[1], argv[4]);
	for (left = strtol(argv[5], NULL, 10); left > 0; left--) {
		broker_receive(broker, &order);
		charge(pep, argv[4], &order);
		if (dies) {
			exit(0);
		}
		broker_done(broker);
	}
	broker_close(broker);
	zta_pep_close(pep);
	return 0;
}
