/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cli.h - what the commands share: options, files, messages.
 *
 * Exit codes are the same everywhere: 0 done (or allowed), 1 could not be done,
 * 2 the answer is no, 3 there are findings, 64 wrong use.
 */
#ifndef ZTA_CLI_CLI_H
#define ZTA_CLI_CLI_H

#include "ztauth/base.h"

enum {
	CLI_OK = 0,
	CLI_FAILED = 1,
	CLI_NO = 2,
	CLI_FINDINGS = 3,
	CLI_USAGE = 64
};

/*
 * An option: one of a single letter is short (-m), others are long (--json).
 * Exactly one of `value` and `flag` is set.
 */
typedef struct cli_option {
	const char *name; /* without its dashes; NULL ends the list */
	const char **value;
	bool *flag;
} cli_option;

/*
 * Read the options in argv[1..]; what is left over goes to `*rest` (NULL: there
 * may be one at most) or is wrong use. `help` is printed for --help and -h.
 * Returns -1 to go on, or the exit code.
 */
int cli_options(int argc, char **argv, const cli_option *options,
    const char **rest, const char *help);
/* The same where up to `max` may be left over; the others are NULL. */
int cli_arguments(int argc, char **argv, const cli_option *options,
    const char **rest, size_t max, const char *help);

/* A whole number from 0; says that `name` is none. */
bool cli_number(const char *text, const char *name, int64_t *out);

/* Is the option there? If not, says that `name` is needed. */
bool cli_need(const char *value, const char *name);

/* Is one of --key and --policy there, whom to believe? If not, says so. */
bool cli_either(const char *key, const char *policy);
/* Say what is not good, perhaps in the file of the policy, and give the code. */
int cli_refuse(zta_status status, const char *policy, zta_error *err);

/* Read a whole file ("-": standard input); zta_str_free() frees it. */
bool cli_read(const char *path, zta_str *out);
/* Wipe what was read, and free it; one that was not is fine. */
void cli_forget(zta_str text);
/* The text of an option; empty if it was not given. */
zta_str cli_text(const char *value);

/* "ztauth: place:line:column: message", and CLI_FAILED. */
int cli_fail(const zta_error *err);
/* The same about a request, whose errors have a JSON pointer or no place. */
int cli_fail_in(const char *path, zta_error *err);
__attribute__((format(printf, 1, 2))) void cli_say(const char *format, ...);

/* Print `text` as a JSON string. */
void cli_put_string(zta_str text);
/* Print them as what stands between the brackets of an array. */
void cli_put_strings(const zta_str *list, size_t count);

/* Print the path of a file in `dir`, as the user would write it. */
void cli_put_file(const char *dir, zta_str file);

/*
 * What became of a policy, whose file is in `dir`: lines after an empty one, or
 * a JSON object.
 */
struct zta_cedar_explanation;
void cli_put_explanation(
    const char *dir, const struct zta_cedar_explanation *e);
void cli_put_explanation_json(const struct zta_cedar_explanation *e);

/* A finding as an object of JSON. */
struct zta_cedar_finding;
void cli_put_finding_json(const struct zta_cedar_finding *f);

/* A finding in the ledger `dir`: lines. All of them: a member of JSON. */
struct zta_ledger_finding;
void cli_put_finding(const char *dir, const struct zta_ledger_finding *f);
struct zta_ledger_report;
void cli_put_findings_json(const struct zta_ledger_report *report);

/* --- terminals: what is there for eyes alone */

typedef enum cli_colour {
	CLI_PLAIN, /* back to normal */
	CLI_BOLD,
	CLI_RED,
	CLI_GREEN,
	CLI_YELLOW,
	CLI_CYAN
} cli_colour;

/* What makes it so; "" unless output goes to a terminal that may be coloured. */
const char *cli_paint(cli_colour colour);
/* Columns of the terminal; SIZE_MAX where output goes elsewhere. */
size_t cli_width(void);
/*
 * Say what takes a while, on the terminal of errors alone; NULL: it is done, and
 * the line is gone.
 */
void cli_busy(const char *what);
/* Text of strangers, without what a terminal would obey. */
void cli_put_plain(zta_str text);
/* One line of text, no wider than the terminal less `used` columns. */
void cli_put_line(zta_str text, size_t used);

/* --- workspaces */

/* Open the workspace that we are in; false: that has been said. */
struct zta_workspace;
bool cli_workspace(struct zta_workspace **out);
/* Who commits here and what signs, as far as the environment knows. */
struct zta_workspace_signing;
void cli_signing(struct zta_workspace_signing *out);
/* Changes as lines; as a member of JSON. */
struct zta_ledger_changes;
void cli_put_changes(const struct zta_ledger_changes *changes);
void cli_put_changes_json(const struct zta_ledger_changes *changes);
/* "added" and so on. */
const char *cli_change_name(unsigned kind);
/* Policies that differ: a line each, with their number; a member of JSON. */
struct zta_ledger_policy_change;
void cli_put_policies(
    const struct zta_ledger_policy_change *list, size_t count);
void cli_put_policies_json(
    const struct zta_ledger_policy_change *list, size_t count);
/* All that differs; as members of JSON. CLI_OK, or CLI_FAILED. */
struct zta_ledger_diff;
int cli_put_diff(const struct zta_ledger_diff *diff);
int cli_put_diff_json(const struct zta_ledger_diff *diff);
/* What became of a commit that was to be made; as a JSON object. */
struct zta_workspace_result;
void cli_put_result(const char *dir, const struct zta_workspace_result *result);
void cli_put_result_json(const struct zta_workspace_result *result);
/* What is in the way: lines; a member of JSON. */
struct zta_ledger_place;
void cli_put_places(
    const char *dir, const struct zta_ledger_place *list, size_t count);
void cli_put_places_json(const struct zta_ledger_place *list, size_t count);
/* The head of a commit and its message; as a JSON object. */
struct zta_ledger_commit;
void cli_put_commit(const struct zta_ledger_commit *commit);
void cli_put_commit_json(const struct zta_ledger_commit *commit);
/* What a level demands, such as "proof by mtls or dpop, at most 60 s old". */
struct zta_trust_level;
void cli_put_demands(const struct zta_trust_level *level);
/* A group that a workload is in, and whether it is of its level: lines; an
 * object of JSON. */
struct zta_trust_membership;
void cli_put_membership(const struct zta_trust_membership *membership);
void cli_put_membership_json(const struct zta_trust_membership *membership);
/* An account of a decision, whose policies are in `dir`: lines; as a JSON
 * object. */
struct zta_why;
void cli_put_why(const char *dir, const struct zta_why *why);
void cli_put_why_json(const struct zta_why *why);
/* What would change, with `where` for the new version; as a JSON object; and
 * the exit code that says so. */
struct zta_workspace_outlook;
void cli_put_outlook(const char *dir, const char *where,
    const struct zta_workspace_outlook *outlook);
void cli_put_outlook_json(
    const struct zta_workspace_outlook *outlook, bool log);
int cli_outlook_code(const struct zta_workspace_outlook *outlook);
/*
 * A replay of a log: how far it is, on the terminal of errors, with what is left.
 * From begin to end, an interrupt ends it: go_on() says so.
 */
typedef struct cli_replay {
	double start, last; /* s */
	bool shown;
} cli_replay;
struct zta_replay_progress;
void cli_replay_begin(cli_replay *replay);
bool cli_replay_go_on(
    void *context, const struct zta_replay_progress *progress);
void cli_replay_end(const cli_replay *replay);
/* Decisions that are answered otherwise, in groups: lines; members of JSON. */
struct zta_replay_groups;
void cli_put_groups(const struct zta_replay_groups *groups);
void cli_put_groups_json(const struct zta_replay_groups *groups);
/* What came out: in a line; as an object of JSON. "allow", "deny" ... */
struct zta_replay_outcome;
void cli_put_outcome(const struct zta_replay_outcome *outcome);
void cli_put_outcome_json(const struct zta_replay_outcome *outcome);
const char *cli_answer_name(unsigned answer);
/* Push to `remote` (NULL: origin), and say what came of it. */
int cli_send(struct zta_workspace *workspace, const char *remote,
    const char *key, bool json);
/* Findings as lines. */
void cli_put_findings(const char *dir, const struct zta_ledger_report *report);

/* Read `path` (NULL: nothing to do) and hand it to `add`, with its name. */
struct zta_cedar;
int cli_feed(struct zta_cedar *engine, const char *path,
    zta_status (*add)(struct zta_cedar *, zta_str, zta_str, zta_error *));
/* zta_cedar_add_policies(), numbered. */
zta_status cli_add_policies(
    struct zta_cedar *engine, zta_str file, zta_str text, zta_error *err);

/* What an engine is made of; NULL for what is not there. */
typedef struct cli_cedar_files {
	const char *schema, *policies, *links, *entities;
} cli_cedar_files;

/* A sealed engine of the files, and a session; both are closed by the caller. */
struct zta_cedar_session;
int cli_cedar_open(const cli_cedar_files *files, struct zta_cedar **engine,
    struct zta_cedar_session **session);

/* --- the decision log */

/* What is looked for in it; NULL for what may be anything. */
typedef struct cli_log_query {
	const char *dir, *kind, *subject, *action, *resource, *workload, *leg;
	const char *code, *policy, *commit, *txn, *since, *until;
	bool allowed, denied;
} cli_log_query;

#define CLI_LOG_QUERY_OPTIONS(q)                                            \
	{ "dir", &(q).dir, NULL }, { "kind", &(q).kind, NULL },             \
	    { "subject", &(q).subject, NULL },                              \
	    { "action", &(q).action, NULL },                                \
	    { "resource", &(q).resource, NULL },                            \
	    { "workload", &(q).workload, NULL }, { "leg", &(q).leg, NULL }, \
	    { "code", &(q).code, NULL }, { "policy", &(q).policy, NULL },   \
	    { "commit", &(q).commit, NULL }, { "txn", &(q).txn, NULL },     \
	    { "since", &(q).since, NULL }, { "until", &(q).until, NULL },   \
	    { "allowed", NULL, &(q).allowed },                              \
	{                                                                   \
		"denied", NULL, &(q).denied                                 \
	}

#define CLI_LOG_QUERY_HELP                                                       \
	"  --dir DIR         the log: `log_dir` of the server's configuration\n" \
	"  --kind K          decision, token, access, delegation, policy ...\n"  \
	"  --subject S       User::\"alice\", or the id alone\n"                 \
	"  --action A        its name\n"                                         \
	"  --resource R      Product::\"teapot\", or the id alone\n"             \
	"  --workload W      somewhere in the chain\n"                           \
	"  --allowed, --denied\n"                                                \
	"  --leg L           token, scope, elevation, policy ...\n"              \
	"  --code C          such as denied_by_policy\n"                         \
	"  --policy P        that decided, let a workload act, or failed\n"      \
	"  --commit C        the policy version\n"                               \
	"  --txn T           the transaction\n"                                  \
	"  --since T         2026-01-31, 2026-01-31T12:00:00Z, or 12h ago\n"     \
	"  --until T         before that\n"

/* What the options say; false: wrong use, which has been said. */
struct zta_log_query;
bool cli_log_query_read(const cli_log_query *from, struct zta_log_query *out);
/*
 * A reader that begins shortly before what is asked for, and the entry `*end` at
 * which to stop. CLI_OK, or CLI_FAILED.
 */
struct zta_log_reader;
int cli_log_query_open(const cli_log_query *from,
    const struct zta_log_query *query, struct zta_log_reader **reader,
    uint64_t *end);

/* --- enforcement points */

/* Where they ask, and what they show; NULL for what is not there. */
typedef struct cli_pep_server {
	const char *url, *ca, *credential, *credential_kind, *certificate;
	const char *key, *timeout;
} cli_pep_server;

#define CLI_PEP_OPTIONS(server)                                       \
	{ "url", &(server).url, NULL }, { "ca", &(server).ca, NULL }, \
	    { "credential", &(server).credential, NULL },             \
	    { "credential-kind", &(server).credential_kind, NULL },   \
	    { "certificate", &(server).certificate, NULL },           \
	    { "key", &(server).key, NULL },                           \
	{                                                             \
		"timeout", &(server).timeout, NULL                    \
	}

#define CLI_PEP_HELP                                                            \
	"  --url URL           the zone: https://<host>/zones/<zone>\n"         \
	"  --ca FILE           authorities of its certificate, PEM; default:\n" \
	"                      those of the system\n"                           \
	"  --credential FILE   what this workload shows, such as a JWT-SVID\n"  \
	"  --credential-kind K jwt (default), access_token or api_key\n"        \
	"  --certificate FILE  its X509-SVID, PEM, with --key FILE\n"           \
	"  --timeout MS        for the answer, default 5000\n"

/* CLI_OK, or another exit code, and why has been said. */
struct zta_pep;
int cli_pep_open(const cli_pep_server *server, struct zta_pep **out);

/* The line of a file into a secret, which is released; nothing of NULL. */
struct zta_buf;
bool cli_secret(const char *path, struct zta_buf *out);

/* "<file>.seal", to be freed, or NULL. */
char *cli_sidecar(const char *file);

/* One command or a group of commands. */
typedef struct cli_command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
} cli_command;

/* All commands of the program. */
extern const cli_command cli_commands[];

/* Run the command that argv[1] names; `help` is printed if it names none. */
int cli_dispatch(
    const cli_command *commands, int argc, char **argv, const char *help);

int cli_apikey(int argc, char **argv);
int cli_blame(int argc, char **argv);
int cli_checkout(int argc, char **argv);
int cli_commit(int argc, char **argv);
int cli_completion(int argc, char **argv);
int cli_diff(int argc, char **argv);
int cli_explain(int argc, char **argv);
int cli_history(int argc, char **argv);
int cli_init(int argc, char **argv);
int cli_plan(int argc, char **argv);
int cli_delegate(int argc, char **argv);
int cli_receipt(int argc, char **argv);
int cli_revoke(int argc, char **argv);
int cli_revert(int argc, char **argv);
int cli_show(int argc, char **argv);
int cli_status(int argc, char **argv);
int cli_cedar(int argc, char **argv);
int cli_cedar_explain(int argc, char **argv);
int cli_cedar_search(int argc, char **argv);
int cli_cedar_validate(int argc, char **argv);
int cli_cedar_format(int argc, char **argv);
int cli_cedar_translate(int argc, char **argv);
int cli_init_server(int argc, char **argv);
int cli_key(int argc, char **argv);
int cli_ledger(int argc, char **argv);
int cli_ledger_create(int argc, char **argv);
int cli_ledger_list(int argc, char **argv);
int cli_ledger_show(int argc, char **argv);
int cli_clone(int argc, char **argv);
int cli_pull(int argc, char **argv);
int cli_push(int argc, char **argv);
int cli_remote(int argc, char **argv);
int cli_token(int argc, char **argv);
int cli_log(int argc, char **argv);
int cli_log_export(int argc, char **argv);
int cli_log_nodes(int argc, char **argv);
int cli_log_replay(int argc, char **argv);
int cli_log_erase(int argc, char **argv);
int cli_log_retain(int argc, char **argv);
int cli_log_witness(int argc, char **argv);
int cli_log_search(int argc, char **argv);
int cli_log_stats(int argc, char **argv);
int cli_pep(int argc, char **argv);
int cli_pep_decide(int argc, char **argv);
int cli_pep_seal(int argc, char **argv);
int cli_trust(int argc, char **argv);
int cli_trust_explain(int argc, char **argv);
int cli_trust_quarantine(int argc, char **argv);
int cli_trust_restore(int argc, char **argv);
int cli_trust_show(int argc, char **argv);
int cli_trust_statement(int argc, char **argv);
int cli_serve(int argc, char **argv);
int cli_test(int argc, char **argv);
int cli_validate(int argc, char **argv);
int cli_zone(int argc, char **argv);

#endif
