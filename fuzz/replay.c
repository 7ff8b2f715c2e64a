/* SPDX-License-Identifier: Apache-2.0 */
/* replay.c - run a fuzz target over the files of a folder, without a fuzzer. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "fuzz.h"

#define INPUT_MAX ((size_t)1 << 24)

static int
replay_file(zta_arena *arena, const char *folder, const char *name)
{
	char path[4096];
	zta_error err;
	zta_str input;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	zta_arena__reset(arena);
	if (zta_file__read(arena, path, INPUT_MAX, &input, &err) != ZTA_OK) {
		(void)fprintf(stderr, "%s: %s\n", path, err.message);
		return 1;
	}
	(void)LLVMFuzzerTestOneInput((const uint8_t *)input.ptr, input.len);
	return 0;
}

int
main(int argc, char **argv)
{
	const char *folder = argc == 2 ? argv[1] : ".";
	DIR *dir = opendir(folder);
	struct dirent *entry;
	zta_arena arena;
	int count = 0, failed = 0;

	if (dir == NULL) {
		perror(folder);
		return 1;
	}
	zta_arena__init(&arena, INPUT_MAX * 4);
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] != '.') {
			failed |= replay_file(&arena, folder, entry->d_name);
			count++;
		}
	}
	(void)closedir(dir);
	zta_arena__release(&arena);
	(void)printf("%s: %d inputs replayed\n", folder, count);
	return failed;
}
