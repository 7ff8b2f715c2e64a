/* SPDX-License-Identifier: Apache-2.0 */
/*
 * completion.c - ztauth completion: scripts that let a shell complete words. They
 * are made from the tables that the commands themselves read, so that nothing is
 * offered that is not there, and nothing left out.
 *
 * All three have the same parts: a table by path ("" is the program, " log tail"
 * a command), and a walk over the words that are there already.
 */
#include <stdio.h>
#include <string.h>

#include "cli/survey.h"

#define PATH_ROOM 64

static const char help[] =
    "Usage: ztauth completion bash|zsh|fish\n"
    "\n"
    "Print a script that completes commands, options and files:\n"
    "  bash   eval \"$(ztauth completion bash)\"\n"
    "  zsh    a file _ztauth in a directory of $fpath\n"
    "  fish   ztauth completion fish | source\n";

/* How a shell has a row of the table. */
typedef void (*put_row)(const char *path, const cli_survey *survey);

/* --- rows */

static void
put_options(const cli_survey *survey, bool with_value)
{
	const cli_option *option;
	size_t i;

	for (i = 0; i < survey->count; i++) {
		option = &survey->options[i];
		if (with_value == (option->value != NULL)) {
			printf(" %s%s", option->name[1] == '\0' ? "-" : "--",
			    option->name);
		}
	}
}

/* bash and zsh: an arm of a case. */
static void
put_arm(const char *path, const cli_survey *survey)
{
	const cli_command *command = survey->commands;

	printf("\t'%s')\n\t\tcommands='", path);
	for (; command != NULL && command->name != NULL; command++) {
		printf(" %s", command->name);
	}
	fputs("'\n\t\tflags=' --help", stdout);
	put_options(survey, false);
	fputs("'\n\t\tvalues='", stdout);
	put_options(survey, true);
	puts("' ;;");
}

/* In quotes of fish. */
static void
put_quoted(const char *text)
{
	putchar('\'');
	for (; *text != '\0'; text++) {
		if (*text == '\'' || *text == '\\') {
			putchar('\\');
		}
		putchar(*text);
	}
	putchar('\'');
}

static void
put_fish(const char *path, const cli_survey *survey)
{
	const cli_command *command = survey->commands;
	const cli_option *option;
	size_t i;

	for (; command != NULL && command->name != NULL; command++) {
		printf(
		    "complete -c ztauth -n '__ztauth_at \"%s\"' -f -a %s -d ",
		    path, command->name);
		put_quoted(command->summary);
		puts("");
	}
	for (i = 0; i < survey->count; i++) {
		option = &survey->options[i];
		printf("complete -c ztauth -n '__ztauth_at \"%s\"' %s %s%s\n",
		    path, option->name[1] == '\0' ? "-s" : "-l", option->name,
		    option->value != NULL ? " -r -F" : "");
	}
}

/* A row for the group itself, and for all that is below it. */
static void
put_rows(const char *path, const cli_survey *survey, put_row put)
{
	const cli_command *command = survey->commands;
	cli_survey below;
	char longer[PATH_ROOM];

	put(path, survey);
	for (; command != NULL && command->name != NULL; command++) {
		(void)snprintf(
		    longer, sizeof(longer), "%s %s", path, command->name);
		cli_survey_ask(command, &below);
		put_rows(longer, &below, put);
	}
}

/* --- what is around them */

static const char bash_begin[] =
    "# bash completion of ztauth, as `ztauth completion bash` prints it\n"
    "_ztauth_row() {\n"
    "\tcase $1 in\n";

static const char bash_end[] =
    "\tesac\n"
    "}\n"
    "_ztauth() {\n"
    "\tlocal commands flags values path='' i word\n"
    "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
    "\tCOMPREPLY=()\n"
    "\t_ztauth_row ''\n"
    "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
    "\t\tword=${COMP_WORDS[i]}\n"
    "\t\t[[ \"$commands \" == *\" $word \"* ]] || break\n"
    "\t\tpath+=\" $word\"\n"
    "\t\t_ztauth_row \"$path\"\n"
    "\tdone\n"
    "\tif [[ $cur == -* ]]; then\n"
    "\t\tmapfile -t COMPREPLY < <(compgen -W \"$flags$values\" -- \"$cur\")\n"
    "\t\treturn\n"
    "\tfi\n"
    "\t[[ $cur != '=' ]] || cur=''\n"
    "\tif ((i == COMP_CWORD)) && [[ -n $commands ]]; then\n"
    "\t\tmapfile -t COMPREPLY < <(compgen -W \"$commands\" -- \"$cur\")\n"
    "\telif [[ \"$flags \" != *\" $prev \"* || $prev != -* ]]; then\n"
    "\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
    "\t\tcompopt -o filenames 2> /dev/null\n"
    "\tfi\n"
    "}\n"
    "complete -F _ztauth ztauth\n";

static const char zsh_begin[] =
    "#compdef ztauth\n"
    "# zsh completion of ztauth, as `ztauth completion zsh` prints it\n"
    "_ztauth_row() {\n"
    "\tcase $1 in\n";

static const char zsh_end[] =
    "\tesac\n"
    "}\n"
    "_ztauth() {\n"
    "\tlocal commands flags values here='' word\n"
    "\tlocal -i i\n"
    "\t_ztauth_row ''\n"
    "\tfor ((i = 2; i < CURRENT; i++)); do\n"
    "\t\tword=${words[i]}\n"
    "\t\t[[ \"$commands \" == *\" $word \"* ]] || break\n"
    "\t\there+=\" $word\"\n"
    "\t\t_ztauth_row \"$here\"\n"
    "\tdone\n"
    "\tif [[ ${words[CURRENT]} == -* ]]; then\n"
    "\t\tcompadd -- ${=flags} ${=values}\n"
    "\telif ((i == CURRENT)) && [[ -n $commands ]]; then\n"
    "\t\tcompadd -- ${=commands}\n"
    "\telse\n"
    "\t\t_files\n"
    "\tfi\n"
    "}\n"
    "if [[ ${funcstack[1]} == _ztauth ]]; then\n"
    "\t_ztauth \"$@\"\n"
    "else\n"
    "\tcompdef _ztauth ztauth\n"
    "fi\n";

static const char fish_begin[] =
    "# fish completion of ztauth, as `ztauth completion fish` prints it\n"
    "function __ztauth_at\n"
    "\tset -l here ''\n"
    "\tset -l words (commandline -opc)\n"
    "\tfor word in $words[2..-1]\n"
    "\t\tcontains -- \"$here $word\" $__ztauth_paths; or break\n"
    "\t\tset here \"$here $word\"\n"
    "\tend\n"
    "\ttest \"$here\" = \"$argv[1]\"\n"
    "end\n"
    "set -g __ztauth_paths";

static void
put_path(const char *path, const cli_survey *survey)
{
	(void)survey;
	printf(" '%s'", path);
}

/* --- the command */

static void
print(const char *shell, const cli_survey *all)
{
	if (strcmp(shell, "fish") == 0) {
		fputs(fish_begin, stdout);
		put_rows("", all, put_path);
		puts("\ncomplete -c ztauth -l help");
		put_rows("", all, put_fish);
		return;
	}
	fputs(strcmp(shell, "bash") == 0 ? bash_begin : zsh_begin, stdout);
	put_rows("", all, put_arm);
	fputs(strcmp(shell, "bash") == 0 ? bash_end : zsh_end, stdout);
}

int
cli_completion(int argc, char **argv)
{
	const cli_option none[] = { { NULL, NULL, NULL } };
	const cli_survey all = { .commands = cli_commands,
		.options = { { "version", NULL, NULL } },
		.count = 1 };
	const char *shell = NULL;
	int code = cli_options(argc, argv, none, &shell, help);

	if (code >= 0) {
		return code;
	}
	if (!cli_need(shell, "a shell")) {
		return CLI_USAGE;
	}
	if (strcmp(shell, "bash") != 0 && strcmp(shell, "zsh") != 0 &&
	    strcmp(shell, "fish") != 0) {
		cli_say("%s: bash, zsh and fish are known", shell);
		return CLI_USAGE;
	}
	print(shell, &all);
	return CLI_OK;
}
