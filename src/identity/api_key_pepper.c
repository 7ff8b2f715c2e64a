/* SPDX-License-Identifier: Apache-2.0 */
/* api_key_pepper.c - the pepper beside a file of API keys. */
#include "identity/api_key_file.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/b64.h"
#include "base/error.h"
#include "base/file.h"
#include "base/random.h"

#define DIGITS (2 * ZTA_PEPPER_LEN)

static zta_status
open_beside(
    const char *path, int flags, char name[PATH_MAX], int *fd, zta_error *err)
{
	zta_status status;
	int len = snprintf(name, PATH_MAX, "%s.pepper", path);

	*fd = -1;
	if (len < 0 || len >= PATH_MAX) {
		return zta_error__set(err, ZTA_ELIMIT, "path is too long");
	}
	*fd = open(name, flags | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (*fd >= 0) {
		return ZTA_OK;
	}
	status = access(name, F_OK) != 0 && (flags & O_CREAT) == 0 ?
	    zta_error__set(err, ZTA_ENOTFOUND, "there is no pepper") :
	    zta_error__errno(err, "open");
	zta_error__place(err, "%s", name);
	return status;
}

zta_status
zta_pepper__read(
    const char *path, unsigned char out[ZTA_PEPPER_LEN], zta_error *err)
{
	char name[PATH_MAX], digits[DIGITS + 2];
	struct stat info;
	int fd;
	zta_status status = open_beside(path, O_RDONLY, name, &fd, err);

	if (status != ZTA_OK) {
		return status;
	}
	if (fstat(fd, &info) != 0) {
		status = zta_error__errno(err, "stat");
	} else if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
		status = zta_error__set(err, ZTA_EINVALID,
		    "the pepper is open to others than its owner");
	} else if (read(fd, digits, sizeof(digits)) != DIGITS + 1 ||
	    digits[DIGITS] != '\n' ||
	    !zta_hex__decode((zta_str){ digits, DIGITS }, out)) {
		status = zta_error__set(err, ZTA_EINVALID,
		    "the pepper is no line of %d digits", DIGITS);
	}
	explicit_bzero(digits, sizeof(digits));
	(void)close(fd);
	if (status != ZTA_OK) {
		zta_error__place(err, "%s", name);
	}
	return status;
}

zta_status
zta_pepper__make(
    const char *path, unsigned char out[ZTA_PEPPER_LEN], zta_error *err)
{
	char name[PATH_MAX], digits[DIGITS + 1];
	int fd;
	zta_status status =
	    open_beside(path, O_WRONLY | O_CREAT | O_EXCL, name, &fd, err);

	if (status != ZTA_OK) {
		return status;
	}
	zta_random__bytes(out, ZTA_PEPPER_LEN);
	zta_hex__encode((zta_str){ (const char *)out, ZTA_PEPPER_LEN }, digits);
	digits[DIGITS] = '\n';
	status =
	    zta_file__write_all(fd, (zta_str){ digits, sizeof(digits) }, err);
	if (status == ZTA_OK && fsync(fd) != 0) {
		status = zta_error__errno(err, "sync");
	}
	if (status == ZTA_OK) {
		status = zta_file__sync_parent(name, err);
	}
	explicit_bzero(digits, sizeof(digits));
	(void)close(fd);
	if (status != ZTA_OK) {
		(void)unlink(name);
		zta_error__place(err, "%s", name);
	}
	return status;
}
