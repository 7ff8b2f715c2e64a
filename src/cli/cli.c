/* SPDX-License-Identifier: Apache-2.0 */
/* cli.c - see cli.h. */
#include "cli/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/survey.h"

void
cli_say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("ztauth: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
}

int
cli_fail(const zta_error *err)
{
	const char *message =
	    err->message[0] != '\0' ? err->message : "out of memory";

	if (err->place[0] != '\0' && err->line > 0) {
		cli_say("%s:%u:%u: %s", err->place, err->line, err->column,
		    message);
	} else if (err->line > 0) {
		cli_say("%u:%u: %s", err->line, err->column, message);
	} else if (err->place[0] != '\0') {
		cli_say("%s: %s", err->place, message);
	} else {
		cli_say("%s", message);
	}
	return CLI_FAILED;
}

int
cli_fail_in(const char *path, zta_error *err)
{
	if (err->place[0] == '\0' || err->place[0] == '/') {
		cli_say("in %s %s:", path, err->place);
		err->place[0] = '\0';
	}
	return cli_fail(err);
}

/* What an argument says: an option, and perhaps its value. */
typedef struct argument {
	const char *name;
	size_t len;
	const char *value; /* NULL: none stands in the argument */
} argument;

/* Is it an option? "-" alone is none, but a file. */
static bool
split(const char *arg, argument *out)
{
	if (arg[0] != '-' || arg[1] == '\0') {
		return false;
	}
	if (arg[1] != '-') {
		*out =
		    (argument){ arg + 1, 1, arg[2] == '\0' ? NULL : arg + 2 };
		return true;
	}
	out->name = arg + 2;
	out->len = strcspn(out->name, "=");
	out->value =
	    out->name[out->len] == '=' ? out->name + out->len + 1 : NULL;
	/* A long option has more than a letter. */
	out->len = out->len == 1 ? 0 : out->len;
	return true;
}

static bool
names(const argument *arg, const char *option)
{
	return strlen(option) == arg->len &&
	    memcmp(option, arg->name, arg->len) == 0;
}

static const cli_option *
find_option(const cli_option *options, const argument *arg)
{
	while (options->name != NULL && !names(arg, options->name)) {
		options++;
	}
	return options->name != NULL ? options : NULL;
}

static int
wrong(const char *what, const char *arg)
{
	cli_say("%s: %s (see --help)", what, arg);
	return CLI_USAGE;
}

/* Take the option of argv[*i], and perhaps its value, which stands behind. */
static int
take_option(const cli_option *options, const argument *arg, int argc,
    char **argv, int *i)
{
	const cli_option *option = find_option(options, arg);
	const char *value = arg->value;
	const char *written = argv[*i];

	if (option == NULL) {
		return wrong("unknown option", written);
	}
	if (option->flag != NULL) {
		if (value != NULL) {
			return wrong("option takes no value", written);
		}
		*option->flag = true;
		return -1;
	}
	if (value == NULL && *i + 1 < argc) {
		value = argv[++*i];
	}
	if (value == NULL) {
		return wrong("option needs a value", written);
	}
	if (*option->value != NULL) {
		return wrong("option stands twice", written);
	}
	*option->value = value;
	return -1;
}

int
cli_arguments(int argc, char **argv, const cli_option *options,
    const char **rest, size_t max, const char *help)
{
	argument arg;
	size_t count = 0;
	int i, code = -1;

	if (cli_survey_options(options)) {
		return CLI_OK;
	}
	for (i = 1; code < 0 && i < argc; i++) {
		if (strcmp(argv[i], "--") == 0) {
			continue;
		}
		if (!split(argv[i], &arg)) {
			if (count == max) {
				return wrong("unexpected argument", argv[i]);
			}
			rest[count++] = argv[i];
		} else if (names(&arg, "help") || names(&arg, "h")) {
			fputs(help, stdout);
			return CLI_OK;
		} else {
			code = take_option(options, &arg, argc, argv, &i);
		}
	}
	return code;
}

int
cli_options(int argc, char **argv, const cli_option *options, const char **rest,
    const char *help)
{
	return cli_arguments(
	    argc, argv, options, rest, rest == NULL ? 0 : 1, help);
}

bool
cli_number(const char *text, const char *name, int64_t *out)
{
	char *end;

	*out = strtoll(text, &end, 10);
	if (*text == '\0' || *end != '\0' || *out < 0) {
		cli_say("%s: not a number", name);
		return false;
	}
	return true;
}

bool
cli_need(const char *value, const char *name)
{
	if (value == NULL) {
		cli_say("%s is needed (see --help)", name);
	}
	return value != NULL;
}

bool
cli_either(const char *key, const char *policy)
{
	if ((key == NULL) == (policy == NULL)) {
		cli_say("one of --key and --policy is needed (see --help)");
	}
	return (key == NULL) != (policy == NULL);
}

int
cli_refuse(zta_status status, const char *policy, zta_error *err)
{
	/* What has a line is of the policy itself. */
	if (err->line > 0 && policy != NULL) {
		return cli_fail_in(policy, err);
	}
	(void)cli_fail(err);
	return status == ZTA_EINVALID || status == ZTA_EUNTRUSTED ||
		status == ZTA_ECONFLICT ?
	    CLI_NO :
	    CLI_FAILED;
}

bool
cli_read(const char *path, zta_str *out)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
	char *bytes = NULL, *more;
	size_t len = 0, room = 0;

	*out = (zta_str){ NULL, 0 };
	if (file == NULL) {
		cli_say("%s: cannot open: %s", path, strerror(errno));
		return false;
	}
	do {
		if (room - len < 4096) {
			room = room * 2 + 65536;
			more = realloc(bytes, room);
			if (more == NULL) {
				errno = ENOMEM;
				break;
			}
			bytes = more;
		}
		errno = 0;
		len += fread(bytes + len, 1, room - len, file);
	} while (!feof(file) && !ferror(file));
	if (errno != 0 && !feof(file)) {
		cli_say("%s: cannot read: %s", path, strerror(errno));
		free(bytes);
		bytes = NULL;
	}
	if (file != stdin) {
		(void)fclose(file);
	}
	*out = (zta_str){ bytes, len };
	return bytes != NULL;
}

void
cli_forget(zta_str text)
{
	if (text.ptr != NULL) {
		explicit_bzero((void *)(uintptr_t)text.ptr, text.len);
	}
	zta_str_free(text);
}

zta_str
cli_text(const char *value)
{
	return zta_str_of(value == NULL ? "" : value);
}

void
cli_put_string(zta_str text)
{
	size_t i;
	unsigned char c;

	putchar('"');
	for (i = 0; i < text.len; i++) {
		c = (unsigned char)text.ptr[i];
		if (c == '"' || c == '\\') {
			putchar('\\');
			putchar(c);
		} else if (c < 0x20) {
			printf("\\u%04x", c);
		} else {
			putchar(c);
		}
	}
	putchar('"');
}

void
cli_put_strings(const zta_str *list, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		fputs(i > 0 ? "," : "", stdout);
		cli_put_string(list[i]);
	}
}

void
cli_put_file(const char *dir, zta_str file)
{
	size_t len = strlen(dir);

	if (strcmp(dir, ".") == 0 && file.len > 0) {
		len = 0;
	}
	while (len > 1 && dir[len - 1] == '/') {
		len--;
	}
	printf("%.*s%s%.*s", (int)len, dir,
	    len > 0 && file.len > 0 && dir[len - 1] != '/' ? "/" : "",
	    (int)file.len, file.ptr);
}

static void
list_commands(const cli_command *commands, FILE *to)
{
	fputs("\nCommands:\n", to);
	while (commands->name != NULL) {
		fprintf(to, "  %-18s %s\n", commands->name, commands->summary);
		commands++;
	}
}

int
cli_dispatch(
    const cli_command *commands, int argc, char **argv, const char *help)
{
	const cli_command *command = commands;

	if (cli_survey_commands(commands)) {
		return CLI_OK;
	}
	if (argc < 2) {
		fputs(help, stderr);
		list_commands(commands, stderr);
		return CLI_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0) {
		fputs(help, stdout);
		list_commands(commands, stdout);
		return CLI_OK;
	}
	while (command->name != NULL) {
		if (strcmp(command->name, argv[1]) == 0) {
			return command->run(argc - 1, argv + 1);
		}
		command++;
	}
	return wrong("unknown command", argv[1]);
}
