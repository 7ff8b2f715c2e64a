/* SPDX-License-Identifier: Apache-2.0 */
/* survey.c - see survey.h. */
#include "cli/survey.h"

#include <string.h>

/* Who asks; NULL: a command is run, as ever. */
static cli_survey *asked;

void
cli_survey_ask(const cli_command *command, cli_survey *out)
{
	char name[] = "";
	char *argv[] = { name, NULL };

	*out = (cli_survey){ .commands = NULL };
	asked = out;
	(void)command->run(1, argv);
	asked = NULL;
}

static bool
is_known(const cli_survey *survey, const char *name)
{
	size_t i = 0;

	while (
	    i < survey->count && strcmp(survey->options[i].name, name) != 0) {
		i++;
	}
	return i < survey->count;
}

bool
cli_survey_options(const cli_option *options)
{
	if (asked == NULL) {
		return false;
	}
	for (; options->name != NULL; options++) {
		if (asked->count < CLI_OPTIONS_MAX &&
		    !is_known(asked, options->name)) {
			asked->options[asked->count++] = *options;
		}
	}
	return true;
}

bool
cli_survey_commands(const cli_command *commands)
{
	if (asked == NULL) {
		return false;
	}
	asked->commands = commands;
	return true;
}
