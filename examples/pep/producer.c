/* SPDX-License-Identifier: Apache-2.0 */
/*
 * producer.c - takes an order of a customer, and sends it if that is allowed.
 *
 *     producer URL SVID CUSTOMER QUANTITY QUEUE
 *
 * URL is that of the zone, SVID the file with what this service shows, CUSTOMER
 * the file with the customer's token. The queue is a directory: an order is the
 * file `order`, its seal stands beside it as other queues have it in a header.
 */
#include <stdio.h>
#include <stdlib.h>
#include <ztauth.h>

#define FAILED 1
#define DENIED 2

static int
put(const char *queue, const char *name, const char *text)
{
	char path[4096];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", queue, name);
	file = fopen(path, "w");
	return file != NULL && fputs(text, file) >= 0 && fclose(file) == 0 ?
	    0 :
	    FAILED;
}

static int
give_up(const zta_error *err)
{
	fprintf(stderr, "producer: %s\n", err->message);
	return err->status == ZTA_EUNTRUSTED ? DENIED : FAILED;
}

/* What it takes. */
static int
produce(const zta_pep_options *options, zta_str customer, zta_str order,
    zta_str context, const char *queue)
{
	static zta_pep_token token, seal;
	zta_pep_subject who = { .token = customer,
		.kind = ZTA_PEP_ACCESS_TOKEN };
	zta_pep_question may = { .action = ZTA_STR("buy"),
		.resource = { .type = ZTA_STR("Product"),
		    .id = ZTA_STR("teapot") },
		.context = context };
	zta_pep_message message = { .channel = ZTA_STR("orders"),
		.payload = order };
	zta_pep_decision decision = { 0 };
	zta_pep *pep = NULL;
	zta_error err = { 0 };
	zta_status status;

	status = zta_pep_open(&pep, options, &err);
	if (status == ZTA_OK) {
		status = zta_pep_exchange(pep, &who, &token, &err);
	}
	if (status == ZTA_OK) {
		may.token = zta_str_of(token.text);
		status =
		    zta_pep_seal(pep, &may, &message, &decision, &seal, &err);
	}
	zta_pep_forget(&token);
	zta_pep_close(pep);
	if (status != ZTA_OK) {
		return give_up(&err);
	}
	printf("producer: %s (%s, decision %s)\n",
	    decision.effect == ZTA_ALLOW ? "sent" : "denied", decision.code,
	    decision.id);
	if (decision.effect != ZTA_ALLOW) {
		return DENIED;
	}
	return put(queue, "order", order.ptr) |
	    put(queue, "order.seal", seal.text);
}

int
main(int argc, char **argv)
{
	static char customer[16384], order[256], context[256];
	zta_pep_options options = { 0 };
	FILE *file = argc == 6 ? fopen(argv[3], "r") : NULL;

	if (file == NULL || fscanf(file, "%16383s", customer) != 1) {
		return FAILED;
	}
	(void)fclose(file);
	options.url = argv[1];
	options.credential_file = argv[2];
	(void)snprintf(order, sizeof(order), "teapot %d\n", atoi(argv[4]));
	(void)snprintf(
	    context, sizeof(context), "{\"quantity\":%d}", atoi(argv[4]));
	return produce(&options, zta_str_of(customer), zta_str_of(order),
	    zta_str_of(context), argv[5]);
}
