/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox_calls.c - see sandbox.h. Two lists of what may be called; whatever is
 * not on the list of its process may not. libseccomp is nowhere else.
 */
#include "daemon/sandbox.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "base/error.h"

/* What both do: read files, messages, memory, time, and to end. */
static const int both[] = { SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv),
	SCMP_SYS(writev), SCMP_SYS(pread64), SCMP_SYS(pwrite64),
	SCMP_SYS(close), SCMP_SYS(lseek), SCMP_SYS(openat), SCMP_SYS(open),
	SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2),
	SCMP_SYS(fstat), SCMP_SYS(stat), SCMP_SYS(newfstatat), SCMP_SYS(statx),
	SCMP_SYS(fcntl), SCMP_SYS(sendto), SCMP_SYS(recvfrom),
	SCMP_SYS(sendmsg), SCMP_SYS(recvmsg), SCMP_SYS(poll), SCMP_SYS(ppoll),
	SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(brk), SCMP_SYS(madvise),
	SCMP_SYS(mlock), SCMP_SYS(mlock2), SCMP_SYS(munlock), SCMP_SYS(futex),
	SCMP_SYS(getrandom), SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday),
	SCMP_SYS(time), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
	SCMP_SYS(sched_yield), SCMP_SYS(getpid), SCMP_SYS(gettid),
	SCMP_SYS(tgkill), SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask), SCMP_SYS(sigaltstack),
	SCMP_SYS(restart_syscall), SCMP_SYS(exit), SCMP_SYS(exit_group) };

/* Files, the network, threads; no process, no mount, no module, no other user. */
static const int server[] = { SCMP_SYS(fsync), SCMP_SYS(fdatasync),
	SCMP_SYS(rename), SCMP_SYS(renameat), SCMP_SYS(renameat2),
	SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(fchmod),
	SCMP_SYS(ftruncate), SCMP_SYS(umask), SCMP_SYS(lstat),
	SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getdents64),
	SCMP_SYS(getcwd), SCMP_SYS(fstatfs), SCMP_SYS(statfs), SCMP_SYS(mkdir),
	SCMP_SYS(mkdirat), SCMP_SYS(rmdir), SCMP_SYS(link), SCMP_SYS(linkat),
	SCMP_SYS(chmod), SCMP_SYS(fchmodat), SCMP_SYS(fchown),
	SCMP_SYS(utimensat), SCMP_SYS(flock), SCMP_SYS(fallocate),
	SCMP_SYS(fadvise64), SCMP_SYS(sync_file_range), SCMP_SYS(truncate),
	SCMP_SYS(copy_file_range), SCMP_SYS(sendfile), SCMP_SYS(preadv),
	SCMP_SYS(preadv2), SCMP_SYS(pwritev), SCMP_SYS(pwritev2), SCMP_SYS(dup),
	SCMP_SYS(dup2), SCMP_SYS(dup3), SCMP_SYS(pipe), SCMP_SYS(pipe2),
	SCMP_SYS(eventfd2), SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl),
	SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_pwait2),
	SCMP_SYS(select), SCMP_SYS(pselect6), SCMP_SYS(timerfd_create),
	SCMP_SYS(timerfd_settime), SCMP_SYS(inotify_init1),
	SCMP_SYS(inotify_add_watch), SCMP_SYS(inotify_rm_watch),
	SCMP_SYS(socketpair), SCMP_SYS(bind), SCMP_SYS(listen),
	SCMP_SYS(accept), SCMP_SYS(accept4), SCMP_SYS(connect),
	SCMP_SYS(shutdown), SCMP_SYS(getsockname), SCMP_SYS(getpeername),
	SCMP_SYS(getsockopt), SCMP_SYS(setsockopt), SCMP_SYS(sendmmsg),
	SCMP_SYS(recvmmsg), SCMP_SYS(msync), SCMP_SYS(mincore),
	SCMP_SYS(membarrier), SCMP_SYS(rseq), SCMP_SYS(set_robust_list),
	SCMP_SYS(get_robust_list), SCMP_SYS(set_tid_address),
	SCMP_SYS(sched_getaffinity), SCMP_SYS(sched_setaffinity),
	SCMP_SYS(sched_getparam), SCMP_SYS(sched_getscheduler),
	SCMP_SYS(sched_setscheduler), SCMP_SYS(getcpu), SCMP_SYS(prctl),
	SCMP_SYS(arch_prctl), SCMP_SYS(getrlimit), SCMP_SYS(prlimit64),
	SCMP_SYS(getrusage), SCMP_SYS(sysinfo), SCMP_SYS(uname),
	SCMP_SYS(times), SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid),
	SCMP_SYS(getegid), SCMP_SYS(getppid), SCMP_SYS(wait4), SCMP_SYS(waitid),
	SCMP_SYS(rt_sigtimedwait), SCMP_SYS(rt_sigpending),
	SCMP_SYS(rt_sigsuspend), SCMP_SYS(clock_getres), SCMP_SYS(alarm),
	SCMP_SYS(mmap), SCMP_SYS(mprotect) };

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static int
allow(scmp_filter_ctx filter, const int *list, size_t count)
{
	size_t i;
	int code = 0;

	/* What this machine's kind does not have is on no list. */
	for (i = 0; code == 0 && i < count; i++) {
		code = list[i] < 0 ?
		    0 :
		    seccomp_rule_add(filter, SCMP_ACT_ALLOW, list[i], 0);
	}
	return code;
}

/* One call, where this is so of an argument. */
static int
allow_if(scmp_filter_ctx filter, int call, struct scmp_arg_cmp argument)
{
	return seccomp_rule_add_array(
	    filter, SCMP_ACT_ALLOW, call, 1, &argument);
}

/* No memory that was written becomes code. */
static int
allow_keeper(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp data =
	    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
	int code = allow_if(filter, SCMP_SYS(mmap), data);

	return code != 0 ? code : allow_if(filter, SCMP_SYS(mprotect), data);
}

static int
allow_server(scmp_filter_ctx filter)
{
	static const scmp_datum_t families[] = { AF_UNIX, AF_INET, AF_INET6,
		/* With which the resolver asks for our own addresses. */
		AF_NETLINK };
	static const scmp_datum_t controls[] = { FIONBIO, FIONREAD };
	size_t i;
	int code = allow(filter, server, COUNT(server));

	for (i = 0; code == 0 && i < COUNT(families); i++) {
		code = allow_if(filter, SCMP_SYS(socket),
		    SCMP_A0(SCMP_CMP_EQ, families[i], 0));
	}
	for (i = 0; code == 0 && i < COUNT(controls); i++) {
		code = allow_if(filter, SCMP_SYS(ioctl),
		    SCMP_A1(SCMP_CMP_EQ, controls[i], 0));
	}
	if (code == 0) {
		/* Threads, and no process. */
		code = allow_if(filter, SCMP_SYS(clone),
		    SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
	}
	/* Its flags cannot be seen; the C library does with clone. */
	return code != 0 ? code :
			   seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS),
			       SCMP_SYS(clone3), 0);
}

zta_status
zta_sandbox__calls(zta_sandbox_calls which, zta_error *err)
{
	bool keeper = which == ZTA_SANDBOX_KEEPER;
	scmp_filter_ctx filter = seccomp_init(
	    keeper ? SCMP_ACT_KILL_PROCESS : SCMP_ACT_ERRNO(EPERM));
	int code;

	if (filter == NULL) {
		return zta_error__nomem(err);
	}
	if (ZTA_SANDBOX_WATCHED) {
		seccomp_release(filter);
		return zta_error__set(err, ZTA_EUNAVAILABLE,
		    "a sanitizer is at work, calls are not filtered");
	}
	code = allow(filter, both, COUNT(both));
	if (code == 0) {
		code = (keeper ? allow_keeper : allow_server)(filter);
	}
	if (code == 0) {
		code = seccomp_load(filter);
	}
	seccomp_release(filter);
	if (code == -ENOSYS || code == -EINVAL || code == -EOPNOTSUPP) {
		return zta_error__set(
		    err, ZTA_EUNAVAILABLE, "the kernel has no seccomp");
	}
	errno = -code;
	return code == 0 ? ZTA_OK : zta_error__errno(err, "load a filter");
}
