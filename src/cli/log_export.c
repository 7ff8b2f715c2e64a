/* SPDX-License-Identifier: Apache-2.0 */
/* log_export.c - ztauth log export: copies of a decision log for collectors. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "cli/cli.h"
#include "ztauth/export.h"

/* How often --follow looks for new records. */
#define FOLLOW_NS 100000000

static const char help[] =
    "Usage: ztauth log export --dir DIR --masks FILE|--unmasked [OPTION...]\n"
    "\n"
    "Print the records of a decision log as events, one JSON object a line, or\n"
    "send them to a collector.\n"
    "\n"
    "  --dir DIR       the log: `log_dir` of the server's configuration\n"
    "  --masks FILE    audit/masks.json of the ledger: what is not to leave\n"
    "  --unmasked      all of it is to leave\n"
    "  --mask-key FILE what hashes of masks are made with; without it, what would\n"
    "                  be hashed is removed\n"
    "  --format F      ocsf (default) or json\n"
    "  --from N        from index N on; -N: the last N (default: all)\n"
    "  --follow        go on as records are written, until interrupted\n"
    "\n"
    "  --to URL        send them: otlp+https://HOST[:PORT][/PATH], to this machine\n"
    "                  otlp+http://, or syslog+tls://HOST[:PORT]\n"
    "  --cursor FILE   how far it came; needed with --to. The next call goes on\n"
    "                  there, and --from does not count\n"
    "  --ca FILE       authorities of the collector's certificate, PEM; default:\n"
    "                  those of the system\n"
    "  --certificate FILE, --key FILE\n"
    "                  what is shown to the collector, PEM\n"
    "  --header FILE   a line `Name: value` for the collector, such as a token\n"
    "\n"
    "Exit: 0, or 1 if the log cannot be read or is damaged. A collector that does\n"
    "not answer, or refuses, is asked again, and nothing is left out.\n";

typedef struct asked {
	const char *masks, *mask_key, *format, *from;
	bool unmasked, follow;
	zta_export_target target;
} asked;

/* ZTA_ENOTFOUND: all there is has been printed. */
static zta_status
print_all(
    zta_export *export, zta_export_format format, bool follow, zta_error *err)
{
	const struct timespec pause = { 0, FOLLOW_NS };
	zta_status status;
	zta_str line;

	for (;;) {
		status = zta_export_next(export, format, &line, err);
		if (status == ZTA_OK) {
			printf("%.*s\n", (int)line.len, line.ptr);
		} else if (status != ZTA_ENOTFOUND || !follow ||
		    fflush(stdout) != 0) {
			return status;
		} else {
			(void)nanosleep(&pause, NULL);
		}
	}
}

static int
print(const zta_export_source *source, const asked *a)
{
	zta_export_format format =
	    strcmp(a->format, "json") == 0 ? ZTA_EXPORT_JSON : ZTA_EXPORT_OCSF;
	zta_export *export;
	zta_error err = { 0 };
	zta_status status;

	if (zta_export_open(&export, source, &err) != ZTA_OK) {
		return cli_fail(&err);
	}
	status = print_all(export, format, a->follow, &err);
	zta_export_close(export);
	return status == ZTA_ENOTFOUND ? CLI_OK : cli_fail(&err);
}

static int
send_all(const zta_export_source *source, const asked *a)
{
	zta_export_target target = a->target;
	zta_error err = { 0 };

	target.follow = a->follow;
	target.say = cli_say;
	return zta_export_send(source, &target, &err) == ZTA_OK ?
	    CLI_OK :
	    cli_fail(&err);
}

/* The entry to begin with; from the end, if there is a minus. */
static bool
read_from(const char *text, int64_t *out)
{
	bool back = text[0] == '-';

	if (!cli_number(text + back, "--from", out)) {
		return false;
	}
	*out = back ? -*out : *out;
	return true;
}

static bool
check(const asked *a)
{
	const zta_export_target *t = &a->target;

	if ((a->masks != NULL) == a->unmasked) {
		cli_say("what is masked? --masks FILE, or --unmasked");
		return false;
	}
	if (strcmp(a->format, "ocsf") != 0 && strcmp(a->format, "json") != 0) {
		cli_say("--format is ocsf or json");
		return false;
	}
	if ((t->to == NULL) != (t->cursor == NULL) ||
	    (t->certificate_file == NULL) != (t->key_file == NULL)) {
		cli_say("--to and --cursor need each other, and so do "
			"--certificate and --key");
		return false;
	}
	return true;
}

static int
run(zta_export_source *source, const asked *a)
{
	zta_buf key;
	zta_str masks = { NULL, 0 };
	int code = CLI_FAILED;

	if (cli_secret(a->mask_key, &key) &&
	    (a->masks == NULL || cli_read(a->masks, &masks))) {
		source->masks_file = a->masks;
		source->masks = masks;
		source->mask_key = zta_buf__str(&key);
		code = a->target.to == NULL ? print(source, a) :
					      send_all(source, a);
	}
	zta_buf__release(&key);
	zta_str_free(masks);
	return code;
}

int
cli_log_export(int argc, char **argv)
{
	zta_export_source source = { 0 };
	asked a = { 0 };
	const cli_option options[] = {
		{ "dir", &source.dir, NULL },
		{ "masks", &a.masks, NULL },
		{ "unmasked", NULL, &a.unmasked },
		{ "mask-key", &a.mask_key, NULL },
		{ "format", &a.format, NULL },
		{ "from", &a.from, NULL },
		{ "follow", NULL, &a.follow },
		{ "to", &a.target.to, NULL },
		{ "cursor", &a.target.cursor, NULL },
		{ "ca", &a.target.ca_file, NULL },
		{ "certificate", &a.target.certificate_file, NULL },
		{ "key", &a.target.key_file, NULL },
		{ "header", &a.target.header_file, NULL },
		{ NULL, NULL, NULL },
	};
	int code = cli_options(argc, argv, options, NULL, help);

	if (code >= 0) {
		return code;
	}
	a.format = a.format == NULL ? "ocsf" : a.format;
	if (!cli_need(source.dir, "--dir") || !check(&a) ||
	    (a.from != NULL && !read_from(a.from, &source.from))) {
		return CLI_USAGE;
	}
	return run(&source, &a);
}
