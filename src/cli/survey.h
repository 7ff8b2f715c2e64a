/* SPDX-License-Identifier: Apache-2.0 */
/*
 * survey.h - what commands and options there are. A command that is asked tells
 * it where it would read its arguments, from the same tables, and does nothing.
 */
#ifndef ZTA_CLI_SURVEY_H
#define ZTA_CLI_SURVEY_H

#include "cli/cli.h"

#define CLI_OPTIONS_MAX 48

typedef struct cli_survey {
	const cli_command *commands; /* of a group; NULL: it is none */
	cli_option options[CLI_OPTIONS_MAX];
	size_t count;
} cli_survey;

/* Ask `command`. */
void cli_survey_ask(const cli_command *command, cli_survey *out);

/*
 * For who reads arguments: tell what there is. True: it was a question, end with
 * CLI_OK. False: it was none, go on.
 */
bool cli_survey_options(const cli_option *options);
bool cli_survey_commands(const cli_command *commands);

#endif
