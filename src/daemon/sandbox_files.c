/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox_files.c - see sandbox.h. SPEC: linux/userspace-api/landlock
 *
 * 1. Rights that a kernel does not know yet are left out, so that an older one
 *    enforces the others.
 * 2. What cannot be opened gets no rule: it stays out of reach.
 */
#include "daemon/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <linux/landlock.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.h"

/* Of later kernels than the headers may know. SPEC: linux/landlock.h */
#define REFER (UINT64_C(1) << 13)    /* version 2: rename between folders */
#define TRUNCATE (UINT64_C(1) << 14) /* version 3 */

#define READS (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITES                                                             \
	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |     \
	    LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE | \
	    LANDLOCK_ACCESS_FS_REMOVE_DIR | REFER | TRUNCATE)
/* Nobody has these: programs, devices, sockets, pipes and links. */
#define OTHERS                                                             \
	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR |       \
	    LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SOCK | \
	    LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_SYM)
/* All that a rule of a file may have. */
#define OF_FILES                                                        \
	(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | \
	    TRUNCATE)

/* The rights that this kernel knows; 0: it has no Landlock. */
static uint64_t
known_rights(void)
{
	uint64_t all = READS | WRITES | OTHERS;
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);

	if (version < 1) {
		return 0;
	}
	if (version < 3) {
		all &= ~TRUNCATE;
	}
	return version < 2 ? all & ~REFER : all;
}

static uint64_t
rights_of(zta_sandbox_access access)
{
	return access == ZTA_SANDBOX_LIST ? LANDLOCK_ACCESS_FS_READ_DIR :
	    access == ZTA_SANDBOX_READ    ? READS :
					    READS | WRITES;
}

static zta_status
add_rule(int rules, const char *path, uint64_t rights, zta_error *err)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = rights };
	struct stat info;
	zta_status status = ZTA_OK;

	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0) {
		return ZTA_OK;
	}
	if (fstat(rule.parent_fd, &info) == 0 && !S_ISDIR(info.st_mode)) {
		rule.allowed_access &= OF_FILES;
	}
	if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH,
		&rule, 0) != 0) {
		status = zta_error__errno(err, "add a rule of the sandbox");
		zta_error__place(err, "%s", path);
	}
	(void)close(rule.parent_fd);
	return status;
}

/* The directory that it is in; also that of what it is a link to. */
static zta_status
add_around(int rules, const char *path, uint64_t rights, zta_error *err)
{
	char real[PATH_MAX], *copy = strdup(path);
	zta_status status;

	if (copy == NULL) {
		return zta_error__nomem(err);
	}
	status = add_rule(rules, dirname(copy), rights, err);
	free(copy);
	if (status == ZTA_OK && realpath(path, real) != NULL) {
		status = add_rule(rules, dirname(real), rights, err);
	}
	return status;
}

static zta_status
enforce(int rules, zta_error *err)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    syscall(SYS_landlock_restrict_self, rules, 0) != 0) {
		return zta_error__errno(err, "enter the sandbox");
	}
	return ZTA_OK;
}

zta_status
zta_sandbox__files(const zta_sandbox_path *paths, size_t count, zta_error *err)
{
	const struct landlock_ruleset_attr attr = { .handled_access_fs =
							known_rights() };
	zta_status status = ZTA_OK;
	uint64_t rights;
	size_t i;
	int rules;

	if (attr.handled_access_fs == 0) {
		return zta_error__set(
		    err, ZTA_EUNAVAILABLE, "the kernel has no Landlock");
	}
	rules =
	    (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (rules < 0) {
		return zta_error__errno(err, "make a sandbox");
	}
	for (i = 0; status == ZTA_OK && i < count; i++) {
		rights = rights_of(paths[i].access) & attr.handled_access_fs;
		if (paths[i].path != NULL) {
			status = (paths[i].around ? add_around : add_rule)(
			    rules, paths[i].path, rights, err);
		}
	}
	if (status == ZTA_OK) {
		status = enforce(rules, err);
	}
	(void)close(rules);
	return status;
}
