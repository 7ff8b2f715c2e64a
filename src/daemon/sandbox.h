/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox.h - what is taken from a process once it needs it no more: files that
 * are not its own (Landlock), and system calls (seccomp). Of the calling thread
 * and of those that it starts later, for good. docs/design/privsep.md
 *
 * A kernel that has neither changes nothing; what there is is told, so that it
 * can be said.
 */
#ifndef ZTA_DAEMON_SANDBOX_H
#define ZTA_DAEMON_SANDBOX_H

#include "ztauth/base.h"

/* A sanitizer watches a program by calls that are on no list, and by /proc. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ZTA_SANDBOX_WATCHED true
#else
#define ZTA_SANDBOX_WATCHED false
#endif

typedef enum zta_sandbox_access {
	ZTA_SANDBOX_LIST, /* directories below it can be opened, and no file */
	ZTA_SANDBOX_READ,
	/* Files may be made, changed, renamed and removed below it, too. */
	ZTA_SANDBOX_WRITE
} zta_sandbox_access;

typedef struct zta_sandbox_path {
	const char *path; /* NULL, or of nothing that is there: passed over */
	/* The directory that it is in is meant, for a file that is replaced is
	 * another file; a link is followed, and both ends count. */
	bool around;
	zta_sandbox_access access;
} zta_sandbox_path;

/*
 * Nothing may be opened from now on but below these paths.
 * ZTA_EUNAVAILABLE: the kernel has no Landlock. ZTA_EIO, ZTA_EINVAL.
 */
ZTA_MUST_USE zta_status zta_sandbox__files(
    const zta_sandbox_path *paths, size_t count, zta_error *err);

typedef enum zta_sandbox_calls {
	/* Reads, writes, memory; another call ends the process. */
	ZTA_SANDBOX_KEEPER,
	/* No process, no program, no privilege, nothing of the system: EPERM. */
	ZTA_SANDBOX_SERVER
} zta_sandbox_calls;

/* ZTA_EUNAVAILABLE: the kernel has no seccomp. ZTA_ENOMEM, ZTA_EIO. */
ZTA_MUST_USE zta_status zta_sandbox__calls(
    zta_sandbox_calls which, zta_error *err);

#endif
