/* SPDX-License-Identifier: Apache-2.0 */
/* delegate.h - what the files of `ztauth delegate` share. */
#ifndef ZTA_CLI_DELEGATE_H
#define ZTA_CLI_DELEGATE_H

#include <stdio.h>

#include "cli/cli.h"
#include "ztauth/grant.h"

int cli_delegate_accept(int argc, char **argv);
int cli_delegate_grant(int argc, char **argv);
int cli_delegate_list(int argc, char **argv);
int cli_delegate_show(int argc, char **argv);

/* Where grants are: in a file, or at a server where we are somebody. */
typedef struct cli_grants_at {
	const char *file;
	const char *server, *token, *key, *ca; /* `key`: what it is bound to */
	zta_str credential;
	zta_key *bound_key;
} cli_grants_at;

/* Lines of a --help, of the options that say who we are at a server. */
#define CLI_GRANTS_SERVER_HELP                                                   \
	"  --server URL      http[s]://<host>/zones/<zone>\n"                    \
	"  --token FILE      your credential there; - is standard input\n"       \
	"  --token-key FILE  private key that it is bound to (DPoP), if it is\n" \
	"  --ca FILE         PEM of authorities, instead of the system's\n"

#define CLI_GRANTS_SERVER_OPTIONS(at)                                     \
	{ "server", &(at).server, NULL }, { "token", &(at).token, NULL }, \
	    { "token-key", &(at).key, NULL },                             \
	{                                                                 \
		"ca", &(at).ca, NULL                                      \
	}

/*
 * Read what the options name. False: that has been said, and `*code` is the exit
 * code. Undo it with cli_grants_leave() in either case.
 */
bool cli_grants_enter(cli_grants_at *at, int *code);
void cli_grants_leave(cli_grants_at *at);
void cli_grants_server(const cli_grants_at *at, zta_grant_server *out);

/* Those that the filter chooses, wherever they are. */
zta_status cli_grants_find(const cli_grants_at *at,
    const zta_grant_filter *filter, const zta_grant_list **out, zta_error *err);

/* A private key of a PEM file; false: that has been said. */
bool cli_read_key(const char *path, zta_key **out);

/* Read a text that is one line, without its end. */
bool cli_read_line(const char *path, zta_str *out);

/* What it says, in plain words. */
void cli_put_grant(FILE *to, const zta_grant_shown *grant);

#endif
