/* SPDX-License-Identifier: Apache-2.0 */
/* delegate_at.c - where grants are, and what one says; see delegate.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/str.h"
#include "base/time.h"
#include "cli/delegate.h"

bool
cli_read_line(const char *path, zta_str *out)
{
	if (!cli_read(path, out)) {
		return false;
	}
	while (out->len > 0 && strchr("\r\n", out->ptr[out->len - 1]) != NULL) {
		out->len--;
	}
	return true;
}

bool
cli_read_key(const char *path, zta_key **out)
{
	zta_error err = { 0 };
	zta_str pem;
	zta_status status;

	*out = NULL;
	if (!cli_read(path, &pem)) {
		return false;
	}
	status = zta_key_read_pem(out, pem, &err);
	cli_forget(pem);
	if (status != ZTA_OK) {
		(void)snprintf(err.place, sizeof(err.place), "%s", path);
		(void)cli_fail(&err);
		return false;
	}
	if (!zta_key_is_private(*out)) {
		cli_say("%s: this is a public key", path);
		return false;
	}
	return true;
}

bool
cli_grants_enter(cli_grants_at *at, int *code)
{
	*code = CLI_USAGE;
	if ((at->file == NULL) == (at->server == NULL)) {
		cli_say("either --file or --server is needed (see --help)");
		return false;
	}
	if (at->file != NULL) {
		return true;
	}
	if (!cli_need(at->token, "--token")) {
		return false;
	}
	*code = CLI_FAILED;
	return cli_read_line(at->token, &at->credential) &&
	    (at->key == NULL || cli_read_key(at->key, &at->bound_key));
}

void
cli_grants_leave(cli_grants_at *at)
{
	cli_forget(at->credential);
	zta_key_close(at->bound_key);
}

void
cli_grants_server(const cli_grants_at *at, zta_grant_server *out)
{
	*out = (zta_grant_server){ at->server, at->credential, at->bound_key,
		at->ca };
}

zta_status
cli_grants_find(const cli_grants_at *at, const zta_grant_filter *filter,
    const zta_grant_list **out, zta_error *err)
{
	zta_grant_server server;

	if (at->file != NULL) {
		return zta_grants_in_file(
		    at->file, filter, (int64_t)time(NULL) * 1000, out, err);
	}
	cli_grants_server(at, &server);
	return zta_grants_at_server(&server, filter, out, err);
}

/* --- in plain words */

/*
 * Others wrote it: nothing of it drives the terminal. What a statement is to
 * people must not depend on what their terminal does with it.
 */
static void
put_safe(FILE *to, zta_str text)
{
	size_t i;

	for (i = 0; i < text.len; i++) {
		fputc((unsigned char)text.ptr[i] < ' ' || text.ptr[i] == 0x7f ?
			'?' :
			text.ptr[i],
		    to);
	}
}

static void
put_field(FILE *to, const char *name, zta_str text)
{
	if (text.len > 0) {
		fprintf(to, "  %-10s ", name);
		put_safe(to, text);
		fputc('\n', to);
	}
}

static void
put_each(FILE *to, const char *name, const zta_str *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		put_field(to, i == 0 ? name : "", list[i]);
	}
}

static void
put_time(FILE *to, const char *name, int64_t seconds)
{
	char text[ZTA_TIME_TEXT_MAX];

	zta_time__format(seconds * 1000, text);
	fprintf(to, "  %-10s %.19sZ\n", name, text);
}

void
cli_put_grant(FILE *to, const zta_grant_shown *g)
{
	put_safe(to, g->statement);
	fputc('\n', to);
	put_field(to, "from", g->delegator);
	put_field(to, "to", g->delegate);
	put_each(to, "actions", g->actions, g->action_count);
	put_each(to, "on", g->resources, g->resource_count);
	put_field(to, "when", g->when);
	put_time(to, "begins", g->not_before_s);
	put_time(to, "ends", g->expires_s);
	fprintf(to, "  %-10s %s\n", "use",
	    g->once ? "once" : "any number of times");
	fprintf(to, "  %-10s ", "passing on");
	fprintf(to, g->max_depth == 0 ? "no\n" : "%" PRIu32 " deep\n",
	    g->max_depth);
	put_field(to, "purpose", g->purpose);
	put_field(to, "bound to", g->holder);
	put_field(to, "consent", zta_str_of(g->consent));
	put_field(to, "digest", g->digest);
	put_field(to, "jti", g->jti);
	put_field(to, "state", zta_str_of(g->state));
	put_each(to, "above", g->above, g->above_count);
	put_each(to, "below", g->below, g->below_count);
}
