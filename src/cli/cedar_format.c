/* SPDX-License-Identifier: Apache-2.0 */
/* cedar_format.c - ztauth cedar format, ztauth cedar translate. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/json.h"
#include "cli/cli.h"
#include "ztauth/cedar.h"

static const char format_help[] =
    "Usage: ztauth cedar format [--check | --write] [FILE]\n"
    "\n"
    "Lay out Cedar policies: 80 columns, comments kept, and nothing changed but\n"
    "the space between tokens. Without FILE, or with -, standard input is read.\n"
    "\n"
    "  --check  print nothing; tell by the exit code whether FILE is laid out\n"
    "  --write  replace FILE by the result, if it differs\n"
    "\n"
    "Exit: 0 done, 3 --check found a difference, 1 FILE is not Cedar.\n";

static const char translate_help[] =
    "Usage: ztauth cedar translate --policies FILE [OPTION...]\n"
    "       ztauth cedar translate --schema FILE\n"
    "\n"
    "Turn policy text or a schema into Cedar's JSON format for it, or back; JSON\n"
    "is what begins with a brace. Text numbers its policies: policy0, policy1 ...\n"
    "An id from JSON stays as the annotation @id. Comments are dropped,\n"
    "annotations are kept.\n"
    "\n"
    "  --policies FILE   policies, templates and, in JSON, links\n"
    "  --links FILE      from text: links that become part of the set\n"
    "  --links-out FILE  to text: where the links of the set go\n"
    "  --schema FILE     a schema\n"
    "\n"
    "Exit: 0 done, 1 could not be done.\n";

static int
put_out(zta_str text)
{
	if (fwrite(text.ptr, 1, text.len, stdout) != text.len ||
	    fflush(stdout) != 0) {
		cli_say("cannot write to standard output");
		return CLI_FAILED;
	}
	return CLI_OK;
}

/* Replace the file behind `path`, which may be a link, and keep its mode. */
static int
put_back(const char *path, zta_str text)
{
	char real[PATH_MAX];
	struct stat st;
	zta_error err = { 0 };

	if (realpath(path, real) == NULL || stat(real, &st) != 0) {
		cli_say("%s: cannot be replaced", path);
		return CLI_FAILED;
	}
	return zta_file__replace(real, st.st_mode & 07777, text, &err) ==
		ZTA_OK ?
	    CLI_OK :
	    cli_fail(&err);
}

int
cli_cedar_format(int argc, char **argv)
{
	const char *path = NULL;
	bool check = false, in_place = false, same;
	const cli_option options[] = { { "check", NULL, &check },
		{ "write", NULL, &in_place }, { NULL, NULL, NULL } };
	int code = cli_options(argc, argv, options, &path, format_help);
	zta_error err = { 0 };
	zta_str text, out;

	if (code >= 0) {
		return code;
	}
	path = path == NULL ? "-" : path;
	if ((check && in_place) || (in_place && strcmp(path, "-") == 0)) {
		cli_say("--write needs a file, and no --check (see --help)");
		return CLI_USAGE;
	}
	if (!cli_read(path, &text)) {
		return CLI_FAILED;
	}
	if (zta_cedar_format(zta_str_of(path), text, &out, &err) != ZTA_OK) {
		zta_str_free(text);
		return cli_fail(&err);
	}
	same = out.len == text.len && memcmp(out.ptr, text.ptr, text.len) == 0;
	if (check) {
		code = same ? CLI_OK : CLI_FINDINGS;
	} else if (in_place) {
		code = same ? CLI_OK : put_back(path, out);
	} else {
		code = put_out(out);
	}
	zta_str_free(text);
	zta_str_free(out);
	return code;
}

static int
to_text(const char *path, zta_str json, const char *links_out)
{
	zta_error err = { 0 };
	zta_str out, links;
	int code = CLI_OK;

	if (zta_cedar_policies_to_text(
		zta_str_of(path), json, &out, &links, &err) != ZTA_OK) {
		return cli_fail(&err);
	}
	if (links.len > 0 && links_out == NULL) {
		cli_say("%s: has links of templates, which text cannot hold: "
			"give --links-out FILE",
		    path);
		code = CLI_FAILED;
	} else if (links.len > 0 &&
	    zta_file__replace(links_out, 0644, links, &err) != ZTA_OK) {
		code = cli_fail(&err);
	}
	if (code == CLI_OK) {
		code = put_out(out);
	}
	zta_str_free(out);
	zta_str_free(links);
	return code;
}

static int
to_json(const char *path, zta_str text, const char *links_path)
{
	zta_error err = { 0 };
	zta_str out, links = { NULL, 0 };
	int code;

	if (links_path != NULL && !cli_read(links_path, &links)) {
		return CLI_FAILED;
	}
	if (zta_cedar_policies_to_json(zta_str_of(path), text,
		zta_str_of(links_path == NULL ? "" : links_path), links, &out,
		&err) == ZTA_OK) {
		code = put_out(out);
		zta_str_free(out);
	} else {
		code = cli_fail(&err);
	}
	zta_str_free(links);
	return code;
}

static int
translate_policies(
    const char *path, zta_str text, const char *links, const char *links_out)
{
	if (zta_json__begins(text) ? links != NULL : links_out != NULL) {
		cli_say("--links goes with text, --links-out with JSON "
			"(see --help)");
		return CLI_USAGE;
	}
	return zta_json__begins(text) ? to_text(path, text, links_out) :
					to_json(path, text, links);
}

static int
translate_schema(const char *path, zta_str text)
{
	zta_error err = { 0 };
	zta_str out;
	zta_status status = zta_json__begins(text) ?
	    zta_cedar_schema_to_text(zta_str_of(path), text, &out, &err) :
	    zta_cedar_schema_to_json(zta_str_of(path), text, &out, &err);
	int code;

	if (status != ZTA_OK) {
		return cli_fail(&err);
	}
	code = put_out(out);
	zta_str_free(out);
	return code;
}

int
cli_cedar_translate(int argc, char **argv)
{
	const char *policies = NULL, *links = NULL, *links_out = NULL;
	const char *schema = NULL;
	const cli_option options[] = { { "policies", &policies, NULL },
		{ "links", &links, NULL }, { "links-out", &links_out, NULL },
		{ "schema", &schema, NULL }, { NULL, NULL, NULL } };
	int code = cli_options(argc, argv, options, NULL, translate_help);
	zta_str text;

	if (code >= 0) {
		return code;
	}
	if ((policies == NULL) == (schema == NULL) ||
	    (schema != NULL && (links != NULL || links_out != NULL))) {
		cli_say("give --policies, or --schema alone (see --help)");
		return CLI_USAGE;
	}
	if (!cli_read(schema != NULL ? schema : policies, &text)) {
		return CLI_FAILED;
	}
	code = schema != NULL ?
	    translate_schema(schema, text) :
	    translate_policies(policies, text, links, links_out);
	zta_str_free(text);
	return code;
}
