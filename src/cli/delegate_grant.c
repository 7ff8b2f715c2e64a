/* SPDX-License-Identifier: Apache-2.0 */
/* delegate_grant.c - ztauth delegate grant: give some of what one may do. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"
#include "base/time.h"
#include "cli/delegate.h"

/* As many as a grant has at most. */
#define NAMES_MAX 64

static const char help[] =
    "Usage: ztauth delegate grant --key FILE --from NAME --to NAME --zone ZONE\n"
    "           --actions A,B --for 1h [OPTION...] RESOURCE...\n"
    "       ztauth delegate grant --sign-in ... (the same, without a key)\n"
    "       ztauth delegate grant --key FILE --parent GRANT --to NAME [OPTION...]\n"
    "\n"
    "Let somebody do some of what you may do, for some time. What is granted is\n"
    "said in plain words, on standard error, before it is signed; the grant goes\n"
    "to standard output. A RESOURCE is an entity, Invoice::\"17\", or a type,\n"
    "Receipt: all of them. The delegate takes it with `ztauth delegate accept`.\n"
    "\n"
    "  --key FILE        your private key, PEM; its public half is in\n"
    "                    trust/delegators.json\n"
    "  --sign-in         you have no key: the grant is not signed; sign in to your\n"
    "                    provider with its digest, which is said, as the nonce\n"
    "  --from NAME       who you are: User::\"alice\", or the id of a workload\n"
    "  --to NAME         whom it is given to, written in the same way\n"
    "  --zone ZONE       where it counts; default: that of --server\n"
    "  --actions A,B     what may be done\n"
    "  --when CEDAR      and only if this is true, such as context.amount < 100\n"
    "  --for TIME        how long from now: 90s, 30m, 8h, 7d\n"
    "  --until TIME      or until when: 2026-12-31T23:59:59Z\n"
    "  --max-depth N     how many grants may follow below this one, default 0\n"
    "  --once            one token can be had for it\n"
    "  --purpose TEXT    what for\n"
    "  --bind THUMBPRINT only the holder of this key may use it (RFC 7638)\n"
    "  --statement TEXT  what it says to people; default: composed of the rest\n"
    "  --parent GRANT    pass this one on, a file or, with --server, its `jti`;\n"
    "                    what is not said is as there, and nothing may be more\n"
    "  --out FILE        new file for the grant, instead of standard output\n"
    "  --json            a JSON object on standard output\n"
    "  --server URL      and register it there, as yourself; see --help of\n"
    "                    `ztauth delegate accept` for --token, --token-key, --ca\n";

typedef struct arguments {
	cli_grants_at at;
	const char *key, *from, *to, *zone, *actions, *when, *span, *until;
	const char *depth, *purpose, *bind, *statement, *parent, *out;
	const char *resources[NAMES_MAX];
	bool sign_in, once, json;
} arguments;

/* The terms, and what they refer to. */
typedef struct making {
	zta_grant_terms terms;
	zta_str actions[NAMES_MAX], resources[NAMES_MAX];
	zta_str parent;
	const zta_grant_list *above; /* the parent; NULL: none */
} making;

static bool
wrong(const char *what)
{
	cli_say("%s (see --help)", what);
	return false;
}

/* 90s, 30m, 8h, 7d */
static bool
read_span(const char *text, int64_t *seconds)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	char *end;
	size_t i;
	int64_t count = strtoll(text, &end, 10);

	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (end > text && end[0] == units[i].unit && end[1] == '\0' &&
		    count > 0 && count < 1000000) {
			*seconds = count * units[i].seconds;
			return true;
		}
	}
	return wrong("--for: a time is 90s, 30m, 8h or 7d");
}

static bool
take_end(const arguments *args, making *m)
{
	int64_t span = 0, until = 0;

	if (args->span != NULL && args->until != NULL) {
		return wrong("--for and --until are the same thing");
	}
	if (args->span != NULL) {
		if (!read_span(args->span, &span)) {
			return false;
		}
		m->terms.expires_s = m->terms.not_before_s + span;
	} else if (args->until != NULL) {
		if (!zta_time__read(zta_str_of(args->until), &until)) {
			return wrong("--until: a time is 2026-12-31T23:59:59Z");
		}
		m->terms.expires_s = until / 1000;
	} else if (m->above == NULL) {
		return wrong("--for or --until is needed");
	}
	return true;
}

static bool
take_names(const arguments *args, making *m)
{
	zta_str rest, name;
	size_t i;

	if (args->actions != NULL) {
		rest = zta_str_of(args->actions);
		m->terms.actions = m->actions;
		m->terms.action_count = 0;
		while (zta_str__next(&rest, ',', &name)) {
			if (m->terms.action_count == NAMES_MAX) {
				return wrong("--actions: there are too many");
			}
			m->actions[m->terms.action_count++] = name;
		}
	}
	for (i = 0; i < NAMES_MAX && args->resources[i] != NULL; i++) {
		m->resources[i] = zta_str_of(args->resources[i]);
		m->terms.resources = m->resources;
		m->terms.resource_count = i + 1;
	}
	return m->terms.action_count > 0 ?
	    m->terms.resource_count > 0 || wrong("a resource is needed") :
	    wrong("--actions is needed");
}

static void
take(const char *text, zta_str *out)
{
	if (text != NULL) {
		*out = zta_str_of(text);
	}
}

/* What is not said is as in the grant that is passed on. */
static void
begin_with_parent(making *m)
{
	const zta_grant_shown *above = m->above->list;
	zta_grant_terms *t = &m->terms;

	t->delegator = above->delegate;
	t->zone = above->zone;
	t->actions = above->actions;
	t->action_count = above->action_count;
	t->resources = above->resources;
	t->resource_count = above->resource_count;
	t->expires_s = above->expires_s;
	t->once = above->once;
	t->purpose = above->purpose;
	t->parent = above->grant;
	if (t->not_before_s < above->not_before_s) {
		t->not_before_s = above->not_before_s;
	}
}

static bool
find_parent(const arguments *args, making *m)
{
	const zta_grant_filter filter = { .jti = zta_str_of(args->parent) };
	zta_error err = { 0 };
	zta_status status;

	if (args->at.server != NULL && access(args->parent, R_OK) != 0) {
		status = cli_grants_find(&args->at, &filter, &m->above, &err);
		return status == ZTA_OK || (cli_fail(&err), false);
	}
	if (!cli_read_line(args->parent, &m->parent)) {
		return false;
	}
	status = zta_grant_look(m->parent, &m->above, &err);
	return status == ZTA_OK || (cli_fail_in(args->parent, &err), false);
}

/* The zone of a URL: what stands behind its last slash. */
static const char *
zone_of(const char *url)
{
	const char *slash = url == NULL ? NULL : strrchr(url, '/');

	return slash == NULL ? NULL : slash + 1;
}

static bool
take_terms(const arguments *args, making *m)
{
	zta_grant_terms *t = &m->terms;
	int64_t depth = 0;

	t->consent_s = (int64_t)time(NULL);
	t->not_before_s = t->consent_s;
	take(zone_of(args->at.server), &t->zone);
	if (args->parent != NULL) {
		if (!find_parent(args, m)) {
			return false;
		}
		begin_with_parent(m);
	}
	take(args->from, &t->delegator);
	take(args->to, &t->delegate);
	take(args->zone, &t->zone);
	take(args->when, &t->when);
	take(args->purpose, &t->purpose);
	take(args->bind, &t->holder);
	take(args->statement, &t->statement);
	t->once = t->once || args->once;
	if (args->depth != NULL &&
	    !cli_number(args->depth, "--max-depth", &depth)) {
		return false;
	}
	t->max_depth = depth > UINT32_MAX ? UINT32_MAX : (uint32_t)depth;
	if (t->delegator.len == 0 || t->delegate.len == 0 || t->zone.len == 0) {
		return wrong("--from, --to and --zone are needed");
	}
	return take_end(args, m) && take_names(args, m);
}

/* --- what becomes of it */

static bool
put_json(zta_str grant)
{
	const zta_grant_list *list;
	zta_error err = { 0 };
	zta_str text = { NULL, 0 };
	zta_status status = zta_grant_look(grant, &list, &err);

	if (status == ZTA_OK) {
		status = zta_grant_json(list->list, &text, &err);
		zta_grant_list_free(list);
	}
	if (status != ZTA_OK) {
		return cli_fail(&err), false;
	}
	printf("%.*s\n", ZTA_STR_ARG(text));
	zta_str_free(text);
	return true;
}

/* A payload is these bytes and no others: its digest is the nonce. */
static bool
write_file(const char *path, zta_str grant)
{
	FILE *to = fopen(path, "wxe");
	bool written = to != NULL &&
	    fwrite(grant.ptr, 1, grant.len, to) == grant.len &&
	    fputc('\n', to) != EOF;

	if (to == NULL) {
		cli_say("%s: cannot make it: %s", path, strerror(errno));
		return false;
	}
	written = fclose(to) == 0 && written;
	if (!written) {
		cli_say("%s: cannot be written", path);
	}
	return written;
}

static bool
write_out(const arguments *args, zta_str grant)
{
	if (args->out != NULL && !write_file(args->out, grant)) {
		return false;
	}
	if (args->json) {
		return put_json(grant);
	}
	if (args->out == NULL) {
		printf("%.*s\n", ZTA_STR_ARG(grant));
	}
	return true;
}

static bool
send(const arguments *args, zta_str grant)
{
	zta_grant_server server;
	const zta_grant_list *list;
	zta_error err = { 0 };

	if (args->at.server == NULL || args->sign_in) {
		return true;
	}
	cli_grants_server(&args->at, &server);
	if (zta_grant_register(
		&server, grant, (zta_str){ NULL, 0 }, &list, &err) != ZTA_OK) {
		(void)cli_fail(&err);
		return false;
	}
	zta_grant_list_free(list);
	return true;
}

/* Whoever is to sign it sees what it says, whatever was asked for. */
static bool
say(const arguments *args, zta_str payload)
{
	const zta_grant_list *list;
	zta_error err = { 0 };

	if (zta_grant_look(payload, &list, &err) != ZTA_OK) {
		return cli_fail(&err), false;
	}
	cli_put_grant(stderr, list->list);
	if (args->sign_in) {
		fputs("Sign in with its digest as the nonce, and it is "
		      "consented to.\n",
		    stderr);
	}
	zta_grant_list_free(list);
	return true;
}

static bool
sign(const arguments *args, zta_str payload, zta_str *out)
{
	zta_key *key = NULL;
	zta_error err = { 0 };
	bool is_signed = false;

	if (cli_read_key(args->key, &key)) {
		is_signed = zta_grant_sign(payload, key, out, &err) == ZTA_OK ||
		    (cli_fail(&err), false);
	}
	zta_key_close(key);
	return is_signed;
}

/* Where in the grant: nobody has seen its text. */
static int
fail_grant(zta_error *err)
{
	char place[ZTA_PLACE_MAX];

	if (err->place[0] == '/') {
		(void)snprintf(place, sizeof(place), "%s", err->place);
		(void)snprintf(err->place, sizeof(err->place),
		    "the grant, at %.140s", place);
		err->line = 0;
	}
	return cli_fail(err);
}

static int
make(const arguments *args, const zta_grant_terms *terms)
{
	zta_str payload = { NULL, 0 }, token = { NULL, 0 };
	zta_error err = { 0 };
	int code = CLI_FAILED;

	if (zta_grant_compose(terms, args->sign_in, &payload, &err) != ZTA_OK) {
		return fail_grant(&err);
	}
	if (say(args, payload) &&
	    (args->sign_in || sign(args, payload, &token)) &&
	    write_out(args, args->sign_in ? payload : token) &&
	    send(args, token)) {
		code = CLI_OK;
	}
	zta_str_free(token);
	zta_str_free(payload);
	return code;
}

static bool
sensible(const arguments *args)
{
	if ((args->key == NULL) != args->sign_in) {
		return wrong("either --key or --sign-in is needed");
	}
	return true;
}

int
cli_delegate_grant(int argc, char **argv)
{
	arguments args = { 0 };
	const cli_option options[] = { CLI_GRANTS_SERVER_OPTIONS(args.at),
		{ "key", &args.key, NULL }, { "sign-in", NULL, &args.sign_in },
		{ "from", &args.from, NULL }, { "to", &args.to, NULL },
		{ "zone", &args.zone, NULL },
		{ "actions", &args.actions, NULL },
		{ "when", &args.when, NULL }, { "for", &args.span, NULL },
		{ "until", &args.until, NULL },
		{ "max-depth", &args.depth, NULL },
		{ "once", NULL, &args.once },
		{ "purpose", &args.purpose, NULL },
		{ "bind", &args.bind, NULL },
		{ "statement", &args.statement, NULL },
		{ "parent", &args.parent, NULL }, { "out", &args.out, NULL },
		{ "json", NULL, &args.json }, { NULL, NULL, NULL } };
	making m = { 0 };
	int code =
	    cli_arguments(argc, argv, options, args.resources, NAMES_MAX, help);

	if (code >= 0) {
		return code;
	}
	if (!sensible(&args)) {
		return CLI_USAGE;
	}
	/* What is signed in for is registered with the ID token, later. */
	if (args.at.server == NULL || (args.sign_in && args.at.token == NULL) ||
	    cli_grants_enter(&args.at, &code)) {
		code =
		    take_terms(&args, &m) ? make(&args, &m.terms) : CLI_USAGE;
	}
	if (m.above != NULL) {
		zta_grant_list_free(m.above);
	}
	zta_str_free(m.parent);
	cli_grants_leave(&args.at);
	return code;
}
