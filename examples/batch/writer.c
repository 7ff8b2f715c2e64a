/* SPDX-License-Identifier: Apache-2.0 */
/*
 * writer.c - by day: what each customer pays, a file with a line for each payment,
 * and beside it the seal of all its lines and the path of each.
 *
 *     writer URL SVID DIRECTORY < CUSTOMERS
 *
 * URL is that of the zone, SVID the file with what this service shows. A customer
 * is a line: name, how many payments, mandate, token. One decision for each, and
 * one seal, however many payments there are.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <ztauth.h>

typedef struct customer {
	char name[64], mandate[65], token[8192];
	unsigned lines;
} customer;

static const char *directory;

static FILE *
create(const customer *c, const char *end)
{
	char path[4096];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s%s", directory, c->name, end);
	file = fopen(path, "w");
	if (file == NULL) {
		perror(path);
		exit(1);
	}
	return file;
}

/* The payments of a day. */
static zta_status
write_lines(const customer *c, zta_pep_batch *batch, zta_error *err)
{
	FILE *file = create(c, ".csv");
	zta_status status = ZTA_OK;
	char line[128];
	unsigned i;

	for (i = 0; status == ZTA_OK && i < c->lines; i++) {
		(void)snprintf(line, sizeof(line), "%s,%u,%u.%02u", c->name, i,
		    10 + i * 7 % 500, i % 100);
		status = zta_pep_batch_add(batch, zta_str_of(line), err);
		fprintf(file, "%s\n", line);
	}
	return fclose(file) == 0 ? status : ZTA_EIO;
}

static zta_status
write_seal(const customer *c, const zta_pep_batch *batch, const char *seal,
    zta_error *err)
{
	FILE *file = create(c, ".csv.seal");
	zta_status status = ZTA_OK;
	char path[ZTA_PEP_PATH_MAX];
	unsigned i;

	fprintf(file, "%s\n", seal);
	for (i = 0; status == ZTA_OK && i < c->lines; i++) {
		status = zta_pep_batch_path(batch, i, path, err);
		fprintf(file, "%s\n", path);
	}
	return fclose(file) == 0 ? status : ZTA_EIO;
}

/* What it takes: for whom, may they, and the seal of it all. */
static zta_status
seal_lines(zta_pep *pep, const customer *c, zta_pep_batch *batch,
    zta_pep_token *seal, zta_error *err)
{
	static zta_pep_token token;
	zta_pep_subject who = { .token = zta_str_of(c->token),
		.kind = ZTA_PEP_ACCESS_TOKEN,
		.delegation = zta_str_of(c->mandate) };
	zta_pep_question may = { .action = ZTA_STR("pay"),
		.resource = {
		    .type = ZTA_STR("Account"), .id = zta_str_of(c->name) } };
	zta_pep_message message = { .channel = ZTA_STR("payments"),
		.batch = batch };
	zta_pep_decision decision = { 0 };
	zta_status status = zta_pep_exchange(pep, &who, &token, err);

	if (status == ZTA_OK) {
		may.token = zta_str_of(token.text);
		status =
		    zta_pep_seal(pep, &may, &message, &decision, seal, err);
	}
	zta_pep_forget(&token);
	if (status == ZTA_OK && decision.effect != ZTA_ALLOW) {
		(void)snprintf(err->message, sizeof(err->message), "%s, %s",
		    decision.leg, decision.code);
		status = ZTA_EUNTRUSTED;
	}
	return status;
}

static zta_status
write_customer(zta_pep *pep, const customer *c, zta_error *err)
{
	static zta_pep_token seal;
	zta_pep_batch *batch;
	zta_status status = zta_pep_batch_open(&batch, err);

	if (status == ZTA_OK) {
		status = write_lines(c, batch, err);
	}
	if (status == ZTA_OK) {
		status = seal_lines(pep, c, batch, &seal, err);
	}
	if (status == ZTA_OK) {
		status = write_seal(c, batch, seal.text, err);
	}
	zta_pep_batch_close(batch);
	return status;
}

int
main(int argc, char **argv)
{
	static customer c;
	zta_pep_options options = { 0 };
	zta_pep *pep = NULL;
	zta_error err = { 0 };
	zta_status status;
	unsigned customers = 0, lines = 0;

	if (argc != 4) {
		return 1;
	}
	options.url = argv[1];
	options.credential_file = argv[2];
	directory = argv[3];
	status = zta_pep_open(&pep, &options, &err);
	while (status == ZTA_OK &&
	    scanf("%63s %u %64s %8191s", c.name, &c.lines, c.mandate,
		c.token) == 4) {
		status = write_customer(pep, &c, &err);
		lines += c.lines;
		customers++;
	}
	zta_pep_close(pep);
	if (status != ZTA_OK) {
		fprintf(stderr, "writer: %s: %s\n", c.name, err.message);
		return 1;
	}
	printf("%u lines, %u decisions and seals, %.2f s of CPU\n", lines,
	    customers, (double)clock() / CLOCKS_PER_SEC);
	return 0;
}
