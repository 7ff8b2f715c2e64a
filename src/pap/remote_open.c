/* SPDX-License-Identifier: Apache-2.0 */
/* remote_open.c - URLs of servers and their ledgers; see remote.h. */
#include "base/limits.h"
#include "base/str.h"
#include "pap/remote.h"

#define HOST_MAX 255u

/* Characters that neither we nor a library in between write otherwise. */
static bool
is_plain(zta_str text, const char *more)
{
	size_t i;
	char c;

	for (i = 0; i < text.len; i++) {
		c = text.ptr[i];
		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    !(c >= '0' && c <= '9') && strchr(more, c) == NULL) {
			return false;
		}
	}
	return text.len > 0;
}

/* "/zones/<zone>/<what>/<name>", or "/zones/<zone>" alone. */
static bool
read_path(zta_str path, const char *what, zta_str *zone, zta_str *name)
{
	zta_str parts[6] = { { NULL, 0 } };
	size_t i, count = 0;

	while (count < 6 && zta_str__next(&path, '/', &parts[count])) {
		count++;
	}
	if ((count != 3 && count != 5) || parts[0].len > 0 ||
	    !zta_str__is(parts[1], "zones") ||
	    (count == 5 && !zta_str__is(parts[3], what))) {
		return false;
	}
	for (i = 2; i < count; i += 2) {
		if (!is_plain(parts[i], "._-") || parts[i].ptr[0] == '.' ||
		    parts[i].ptr[0] == '-' ||
		    parts[i].len > ZTA_STORE_LEDGER_MAX) {
			return false;
		}
	}
	*zone = parts[2];
	*name = parts[4];
	return true;
}

/* Cut host and path out of the URL. */
static bool
split_url(const char *url, zta_str *host, zta_str *path)
{
	zta_str rest = zta_str_of(url);
	const zta_str schemes[] = { ZTA_STR("http://"), ZTA_STR("https://") };
	size_t i, slash;

	for (i = 0; i < 2 && !zta_str__starts(rest, schemes[i]); i++) {
	}
	if (i == 2) {
		return false;
	}
	rest.ptr += schemes[i].len;
	rest.len -= schemes[i].len;
	slash = zta_str__find(rest, '/');
	*host = (zta_str){ rest.ptr, slash };
	*path = (zta_str){ rest.ptr + slash, rest.len - slash };
	return host->len <= HOST_MAX && is_plain(*host, ".-:[]");
}

/* The URL is not repeated: what is refused may hold a password. */
zta_status
zta_remote__parse(const char *url, zta_str *zone, zta_str *name, zta_error *err)
{
	zta_str host, path;

	return split_url(url, &host, &path) &&
		read_path(path, "ledgers", zone, name) && name->len > 0 ?
	    ZTA_OK :
	    zta_error__set(err, ZTA_EINVAL,
		"the URL of a ledger is"
		" http[s]://<host>/zones/<zone>/ledgers/<name>");
}

/* Paths are below the whole URL, which is a good one. */
static zta_status
open_below(zta_remote *remote, zta_error *err)
{
	const zta_remote_options *o = &remote->options;
	const zta_http_client_options client = { .ca_file = o->ca_file,
		.stop = o->stop };

	(void)split_url(o->url, &remote->host, &remote->path);
	remote->base = zta_str_of(o->url);
	return zta_http_client__open(&remote->client, &client, err);
}

zta_status
zta_remote__open(
    zta_remote *remote, const zta_remote_options *options, zta_error *err)
{
	zta_str zone, name;
	zta_status status;

	*remote = (zta_remote){ .options = *options };
	zta_arena__init(&remote->arena, SIZE_MAX);
	status = zta_remote__parse(options->url, &zone, &name, err);
	return status == ZTA_OK ? open_below(remote, err) : status;
}

zta_status
zta_remote__open_log(
    zta_remote *remote, const zta_remote_options *options, zta_error *err)
{
	zta_str host, path, zone, name;

	*remote = (zta_remote){ .options = *options };
	zta_arena__init(&remote->arena, SIZE_MAX);
	if (!split_url(options->url, &host, &path) ||
	    !read_path(path, "logs", &zone, &name) || name.len == 0) {
		return zta_error__set(err, ZTA_EINVAL,
		    "the URL of a log is"
		    " http[s]://<host>/zones/<zone>/logs/<name>");
	}
	return open_below(remote, err);
}

zta_status
zta_remote__open_server(zta_remote *remote, const zta_remote_options *options,
    zta_str *zone, zta_str *name, zta_error *err)
{
	const zta_http_client_options client = { .ca_file = options->ca_file,
		.stop = options->stop };
	zta_str path;

	*remote = (zta_remote){ .options = *options, .path = ZTA_STR("") };
	zta_arena__init(&remote->arena, SIZE_MAX);
	if (!split_url(options->url, &remote->host, &path) ||
	    !read_path(path, "ledgers", zone, name)) {
		return zta_error__set(err, ZTA_EINVAL,
		    "the URL of a zone is http[s]://<host>/zones/<zone>,"
		    " that of a ledger ends with /ledgers/<name>");
	}
	remote->base =
	    (zta_str){ options->url, (size_t)(path.ptr - options->url) };
	return zta_http_client__open(&remote->client, &client, err);
}

void
zta_remote__close(zta_remote *remote)
{
	zta_http_client__close(remote->client);
	zta_arena__release(&remote->arena);
	*remote = (zta_remote){ 0 };
}
