/* SPDX-License-Identifier: Apache-2.0 */
/*
 * consumer.c - takes an order from a queue, and delivers if that is allowed.
 *
 *     consumer URL SVID QUEUE
 *
 * See producer.c. An order of which nothing is known but what stands in it is
 * not delivered, nor one that somebody has changed, nor one of a service that
 * was taken out since.
 */
#include <stdio.h>
#include <ztauth.h>

#define FAILED 1
#define DENIED 2

static zta_str
get(const char *queue, const char *name, char *text, size_t room)
{
	char path[4096];
	FILE *file;
	size_t len = 0;

	(void)snprintf(path, sizeof(path), "%s/%s", queue, name);
	file = fopen(path, "r");
	if (file != NULL) {
		len = fread(text, 1, room, file);
		(void)fclose(file);
	}
	return (zta_str){ text, len };
}

static int
give_up(const zta_error *err)
{
	fprintf(stderr, "consumer: %s\n", err->message);
	return err->status == ZTA_EUNTRUSTED ? DENIED : FAILED;
}

/* What it takes. */
static int
consume(const zta_pep_options *options, zta_str order, zta_str seal)
{
	static zta_pep_token token;
	zta_pep_message message = { .channel = ZTA_STR("orders"),
		.payload = order };
	zta_pep_question may = { .action = ZTA_STR("buy"),
		.resource = {
		    .type = ZTA_STR("Product"), .id = ZTA_STR("teapot") } };
	zta_pep_decision decision = { 0 };
	zta_pep *pep = NULL;
	zta_error err = { 0 };
	zta_status status;

	status = zta_pep_open(&pep, options, &err);
	if (status == ZTA_OK) {
		status = zta_pep_unseal(pep, seal, &message, &token, &err);
	}
	if (status == ZTA_OK) {
		may.token = zta_str_of(token.text);
		status = zta_pep_decide(pep, &may, &decision, &err);
	}
	zta_pep_forget(&token);
	zta_pep_close(pep);
	if (status != ZTA_OK) {
		return give_up(&err);
	}
	printf("consumer: %s (%s, decision %s): %.*s",
	    decision.effect == ZTA_ALLOW ? "delivered" : "denied",
	    decision.code, decision.id, (int)order.len, order.ptr);
	return decision.effect == ZTA_ALLOW ? 0 : DENIED;
}

int
main(int argc, char **argv)
{
	static char order[256], seal[16384];
	zta_pep_options options = { 0 };

	if (argc != 4) {
		return FAILED;
	}
	options.url = argv[1];
	options.credential_file = argv[2];
	return consume(&options, get(argv[3], "order", order, sizeof(order)),
	    get(argv[3], "order.seal", seal, sizeof(seal)));
}
