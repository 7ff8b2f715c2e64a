/* SPDX-License-Identifier: Apache-2.0 */
/* cli.c - see cli.h. */
#include "cli/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* The option that `arg` names; `*inline_value` is what follows its `=`. */
static const cli_option *
find_option(
    const cli_option *options, const char *arg, const char **inline_value)
{
	size_t len = strcspn(arg, "=");

	*inline_value = arg[len] == '=' ? arg + len + 1 : NULL;
	while (options->name != NULL) {
		if (strlen(options->name) == len &&
		    memcmp(options->name, arg, len) == 0) {
			return options;
		}
		options++;
	}
	return NULL;
}

static int
wrong(const char *what, const char *arg)
{
	cli_say("%s: %s (see --help)", what, arg);
	return CLI_USAGE;
}

int
cli_options(int argc, char **argv, const cli_option *options, const char **rest,
    const char *help)
{
	const cli_option *option;
	const char *value;
	int i;

	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0) {
			fputs(help, stdout);
			return CLI_OK;
		}
		if (strncmp(argv[i], "--", 2) != 0) {
			if (rest == NULL || *rest != NULL) {
				return wrong("unexpected argument", argv[i]);
			}
			*rest = argv[i];
			continue;
		}
		option = find_option(options, argv[i] + 2, &value);
		if (option == NULL) {
			return wrong("unknown option", argv[i]);
		}
		if (option->flag != NULL) {
			if (value != NULL) {
				return wrong("option takes no value", argv[i]);
			}
			*option->flag = true;
			continue;
		}
		if (value == NULL && i + 1 < argc) {
			value = argv[++i];
		}
		if (value == NULL) {
			return wrong("option needs a value", argv[i]);
		}
		if (*option->value != NULL) {
			return wrong("option stands twice", argv[i]);
		}
		*option->value = value;
	}
	return -1;
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

	if (argc < 2) {
		fputs(help, stderr);
		list_commands(commands, stderr);
		return CLI_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
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
