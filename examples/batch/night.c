/* SPDX-License-Identifier: Apache-2.0 */
/*
 * night.c - by night: makes the payments of the files that writer.c has written.
 *
 *     night URL SVID FILE...
 *
 * It has no token of anybody. For each file it shows the seal with one line, its
 * first, for a token, and asks whether the customer may pay, both by what is in
 * force now. The other lines are checked here, against what the seal says; one
 * that does not fit is shown to the server, which refuses it and keeps a record.
 * What is paid goes to standard output, what is refused to standard error.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <ztauth.h>

#define LINE_MAX_LEN 256

/* A file, and how far its seal has brought us. */
typedef struct batch {
	char seal[ZTA_TOKEN_MAX];
	zta_pep_root root;  /* zeroed: nothing of it was taken yet */
	zta_pep_token none; /* why not, of all of it */
	unsigned paid, refused;
} batch;

static unsigned exchanges, decisions;

static bool
get_line(FILE *file, char *line, size_t room)
{
	if (fgets(line, (int)room, file) == NULL) {
		return false;
	}
	line[strcspn(line, "\n")] = '\0';
	return true;
}

static zta_status
refuse(const zta_pep_message *m, const zta_pep_token *why, batch *b)
{
	b->refused++;
	fprintf(stderr, "refused: %s (%s, %s)\n", m->payload.ptr, why->leg,
	    why->code);
	return ZTA_OK;
}

/* May the customer pay, today? */
static zta_status
decide(zta_pep *pep, const zta_pep_token *token, const char *customer, batch *b,
    zta_error *err)
{
	zta_pep_question may = { .token = zta_str_of(token->text),
		.action = ZTA_STR("pay"),
		.resource = {
		    .type = ZTA_STR("Account"), .id = zta_str_of(customer) } };
	zta_pep_decision decision = { 0 };
	zta_status status = zta_pep_decide(pep, &may, &decision, err);

	decisions++;
	if (status == ZTA_OK && decision.effect != ZTA_ALLOW) {
		b->root = (zta_pep_root){ 0 };
		memcpy(b->none.leg, decision.leg, sizeof(decision.leg));
		memcpy(b->none.code, decision.code, sizeof(decision.code));
	}
	return status;
}

/* The server takes a line and with it the seal; or the line alone is wrong, or all. */
static zta_status
show(zta_pep *pep, const zta_pep_message *m, const char *customer, batch *b,
    zta_error *err)
{
	static zta_pep_token token;
	zta_pep_root root;
	zta_status status = zta_pep_unseal_root(
	    pep, zta_str_of(b->seal), m, &token, &root, err);

	exchanges++;
	if (status == ZTA_OK) {
		b->root = root;
		status = decide(pep, &token, customer, b, err);
	} else if (status == ZTA_EUNTRUSTED &&
	    strcmp(token.code, "payload_mismatch") == 0) {
		status = refuse(m, &token, b);
	} else if (status == ZTA_EUNTRUSTED) {
		b->none = token;
		status = ZTA_OK;
	}
	zta_pep_forget(&token);
	return status;
}

static zta_status
take_line(zta_pep *pep, const zta_pep_message *m, const char *customer,
    batch *b, zta_error *err)
{
	unsigned before = b->refused;
	zta_status status = ZTA_OK;

	if (b->none.code[0] == '\0' &&
	    zta_pep_check_part(&b->root, m, NULL) != ZTA_OK) {
		status = show(pep, m, customer, b, err);
	}
	if (status != ZTA_OK || b->refused > before) {
		return status;
	}
	if (zta_pep_check_part(&b->root, m, NULL) != ZTA_OK) {
		return refuse(m, &b->none, b);
	}
	b->paid++;
	puts(m->payload.ptr);
	return ZTA_OK;
}

static zta_status
take_file(zta_pep *pep, FILE *lines, FILE *paths, const char *customer,
    batch *b, zta_error *err)
{
	char line[LINE_MAX_LEN], path[ZTA_PEP_PATH_MAX + 1];
	zta_pep_message m = { .channel = ZTA_STR("payments"), .is_part = true };
	zta_status status = ZTA_OK;

	if (!get_line(paths, b->seal, sizeof(b->seal))) {
		return ZTA_EINVALID;
	}
	while (status == ZTA_OK && get_line(lines, line, sizeof(line))) {
		m.payload = zta_str_of(line);
		m.path = get_line(paths, path, sizeof(path)) ?
		    zta_str_of(path) :
		    ZTA_STR("");
		status = take_line(pep, &m, customer, b, err);
		m.index++;
	}
	return status;
}

/* DIRECTORY/<customer>.csv, and its seal. */
static zta_status
open_file(zta_pep *pep, const char *path, batch *b, zta_error *err)
{
	const char *slash = strrchr(path, '/');
	char seal[4096], customer[64];
	FILE *lines = fopen(path, "r"), *paths;
	zta_status status = ZTA_EIO;

	(void)snprintf(seal, sizeof(seal), "%s.seal", path);
	(void)snprintf(customer, sizeof(customer), "%.*s",
	    (int)strcspn(slash == NULL ? path : slash + 1, "."),
	    slash == NULL ? path : slash + 1);
	paths = fopen(seal, "r");
	if (lines != NULL && paths != NULL) {
		status = take_file(pep, lines, paths, customer, b, err);
	}
	if (lines != NULL) {
		(void)fclose(lines);
	}
	if (paths != NULL) {
		(void)fclose(paths);
	}
	return status;
}

int
main(int argc, char **argv)
{
	static batch b;
	zta_pep_options options = { 0 };
	zta_pep *pep = NULL;
	zta_error err = { 0 };
	zta_status status;
	unsigned paid = 0, refused = 0;
	int i;

	if (argc < 4) {
		return 1;
	}
	options.url = argv[1];
	options.credential_file = argv[2];
	status = zta_pep_open(&pep, &options, &err);
	for (i = 3; status == ZTA_OK && i < argc; i++) {
		b = (batch){ .paid = 0 };
		status = open_file(pep, argv[i], &b, &err);
		paid += b.paid;
		refused += b.refused;
	}
	zta_pep_close(pep);
	if (status != ZTA_OK) {
		fprintf(stderr, "night: %s: %s\n", argv[i - 1],
		    err.message[0] != '\0' ? err.message :
					     zta_status_name(status));
		return 1;
	}
	fprintf(stderr,
	    "%u paid, %u refused, %u exchanges, %u decisions, %.2f s of CPU\n",
	    paid, refused, exchanges, decisions,
	    (double)clock() / CLOCKS_PER_SEC);
	return 0;
}
