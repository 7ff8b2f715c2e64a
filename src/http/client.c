/* SPDX-License-Identifier: Apache-2.0 */
/* client.c - see client.h. */
#include "http/client.h"

#include <curl/curl.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/str.h"

#define CONNECT_MS 10000
#define TIMEOUT_MS 60000

struct zta_http_client {
	zta_http_client_options options;
	CURL *curl;
	char why[CURL_ERROR_SIZE];
};

zta_status
zta_http_client__open(zta_http_client **out,
    const zta_http_client_options *options, zta_error *err)
{
	zta_http_client *client = calloc(1, sizeof(*client));

	*out = NULL;
	if (client == NULL) {
		return zta_error__nomem(err);
	}
	client->options = *options;
	client->curl = curl_easy_init();
	if (client->curl == NULL) {
		free(client);
		return zta_error__nomem(err);
	}
	*out = client;
	return ZTA_OK;
}

void
zta_http_client__close(zta_http_client *client)
{
	if (client != NULL) {
		curl_easy_cleanup(client->curl);
		free(client);
	}
}

static size_t
take(char *bytes, size_t size, size_t count, void *context)
{
	zta_buf *buf = context;

	zta_buf__put(buf, (zta_str){ bytes, size * count });
	return buf->status == ZTA_OK ? size * count : 0;
}

/* Not 0 ends the request. */
static int
look_up(void *context, curl_off_t down_of, curl_off_t down, curl_off_t up_of,
    curl_off_t up)
{
	const zta_http_client *client = context;

	(void)down_of;
	(void)down;
	(void)up_of;
	(void)up;
	return client->options.stop != NULL &&
	    atomic_load(client->options.stop);
}

/* Fields may be secrets. */
static void
free_fields(struct curl_slist *list)
{
	struct curl_slist *at;

	for (at = list; at != NULL; at = at->next) {
		explicit_bzero(at->data, strlen(at->data));
	}
	curl_slist_free_all(list);
}

/* The request's fields, and no Expect, which costs a round trip. */
static struct curl_slist *
list_fields(const zta_http_request *request)
{
	struct curl_slist *list = curl_slist_append(NULL, "Expect:"), *more;
	size_t i;

	for (i = 0; list != NULL && request->fields != NULL &&
	     request->fields[i] != NULL;
	     i++) {
		more = curl_slist_append(list, request->fields[i]);
		if (more == NULL) {
			free_fields(list);
		}
		list = more;
	}
	return list;
}

static CURLcode
demand_peer(CURL *curl, void *ssl_ctx, void *peer)
{
	(void)curl;
	return zta_tls_peer__demand(ssl_ctx, peer) ? CURLE_OK :
						     CURLE_SSL_CERTPROBLEM;
}

#define SET(option, value) \
	(void)curl_easy_setopt(client->curl, CURLOPT_##option, value)

/*
 * Only whom the check knows may answer: no authority counts, and no connection
 * and no session that was made for another request.
 */
static void
configure_peer(zta_http_client *client, zta_tls_peer *peer)
{
	peer->passed = false;
	SET(CAINFO, NULL);
	SET(CAPATH, NULL);
	SET(SSL_VERIFYPEER, 1L);
	SET(SSL_VERIFYHOST, 0L);
	SET(SSL_CTX_FUNCTION, demand_peer);
	SET(SSL_CTX_DATA, peer);
	SET(SSL_SESSIONID_CACHE, 0L);
	SET(FRESH_CONNECT, 1L);
	SET(FORBID_REUSE, 1L);
}

static void
configure(zta_http_client *client, const zta_http_request *request,
    struct curl_slist *fields, zta_buf *body)
{
	const zta_http_client_options *o = &client->options;

	curl_easy_reset(client->curl);
	SET(ERRORBUFFER, client->why);
	SET(URL, request->url);
	SET(CUSTOMREQUEST, request->method);
	SET(HTTPHEADER, fields);
	SET(PROTOCOLS_STR, "http,https");
	SET(HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(NOSIGNAL, 1L);
	SET(CONNECTTIMEOUT_MS,
	    (long)(o->connect_ms > 0 ? o->connect_ms : CONNECT_MS));
	SET(TIMEOUT_MS,
	    (long)(request->timeout_ms > 0 ? request->timeout_ms : TIMEOUT_MS));
	SET(WRITEFUNCTION, take);
	SET(WRITEDATA, body);
	SET(NOPROGRESS, 0L);
	SET(XFERINFOFUNCTION, look_up);
	SET(XFERINFODATA, client);
	if (o->ca_file != NULL) {
		SET(CAINFO, o->ca_file);
	}
	if (o->certificate_file != NULL) {
		SET(SSLCERT, o->certificate_file);
		SET(SSLKEY, o->key_file);
		/* Nobody is there to be asked for it. */
		SET(KEYPASSWD, "");
	}
	if (o->no_proxy) {
		SET(PROXY, "");
	}
	if (request->peer != NULL) {
		configure_peer(client, request->peer);
	}
	if (strcmp(request->method, "GET") != 0) {
		SET(POSTFIELDS,
		    request->body.len == 0 ? "" : request->body.ptr);
		SET(POSTFIELDSIZE_LARGE, (curl_off_t)request->body.len);
	}
}

#undef SET

static zta_status
tell_failure(const zta_http_client *client, CURLcode code, const zta_buf *body,
    zta_error *err)
{
	long sent = 0;

	if (body->status == ZTA_ELIMIT) {
		return zta_error__set(
		    err, ZTA_ELIMIT, "the answer is over %zu bytes", body->max);
	}
	if (body->status != ZTA_OK || code == CURLE_OUT_OF_MEMORY) {
		return zta_error__nomem(err);
	}
	/* What is no HTTP, and comes back, is no matter of the URL. */
	(void)curl_easy_getinfo(client->curl, CURLINFO_REQUEST_SIZE, &sent);
	return zta_error__set(err,
	    code == CURLE_URL_MALFORMAT ||
		    (code == CURLE_UNSUPPORTED_PROTOCOL && sent == 0) ?
		ZTA_EINVAL :
		ZTA_EUNAVAILABLE,
	    "%s",
	    client->why[0] != '\0' ? client->why : curl_easy_strerror(code));
}

/* SPEC: rfc9111 5.2.2; what may not be kept has no age at all. */
static int64_t
read_max_age(zta_str rest)
{
	zta_str name = ZTA_STR("max-age="), word;
	int64_t seconds, age = -1;
	size_t i;

	while (zta_str__next(&rest, ',', &word)) {
		while (word.len > 0 && word.ptr[0] == ' ') {
			word = (zta_str){ word.ptr + 1, word.len - 1 };
		}
		if (zta_str__is(word, "no-store") ||
		    zta_str__is(word, "no-cache")) {
			return 0;
		}
		if (!zta_str__starts(word, name)) {
			continue;
		}
		seconds = 0;
		for (i = name.len; i < word.len && i < name.len + 9 &&
		     word.ptr[i] >= '0' && word.ptr[i] <= '9';
		     i++) {
			seconds = seconds * 10 + (word.ptr[i] - '0');
		}
		age = seconds * 1000;
	}
	return age;
}

static int64_t
max_age(zta_http_client *client)
{
	struct curl_header *header;

	return curl_easy_header(client->curl, "Cache-Control", 0, CURLH_HEADER,
		   -1, &header) == CURLHE_OK ?
	    read_max_age(zta_str_of(header->value)) :
	    -1;
}

static zta_status
keep(zta_http_client *client, zta_arena *arena, const zta_buf *body, bool kept,
    zta_http_response *out, zta_error *err)
{
	const char *type = NULL;
	curl_off_t retry = 0;
	long status = 0;

	(void)curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_easy_getinfo(client->curl, CURLINFO_CONTENT_TYPE, &type);
	(void)curl_easy_getinfo(client->curl, CURLINFO_RETRY_AFTER, &retry);
	out->status = (unsigned)status;
	out->retry_ms = (int64_t)retry * 1000;
	out->max_age_ms = max_age(client);
	out->type = zta_str_of(type == NULL ? "" : type);
	out->type.len = zta_str__find(out->type, ';');
	out->type = zta_arena__copy(arena, out->type);
	out->body = kept ? zta_buf__str(body) :
			   zta_arena__copy(arena, zta_buf__str(body));
	return out->type.ptr == NULL || (out->body.ptr == NULL && !kept) ?
	    zta_arena__failed(arena, err) :
	    ZTA_OK;
}

zta_status
zta_http_client__ask(zta_http_client *client, zta_arena *arena,
    const zta_http_request *request, zta_http_response *out, zta_error *err)
{
	struct curl_slist *fields = list_fields(request);
	zta_buf own, *body;
	CURLcode code;
	zta_status status;

	*out = (zta_http_response){ 0 };
	if (fields == NULL) {
		return zta_error__nomem(err);
	}
	zta_buf__init(&own, request->answer_max);
	body = request->into != NULL ? request->into : &own;
	client->why[0] = '\0';
	configure(client, request, fields, body);
	code = curl_easy_perform(client->curl);
	if (code != CURLE_OK) {
		status = tell_failure(client, code, body, err);
	} else if (request->peer != NULL && !request->peer->passed) {
		status = zta_error__set(
		    err, ZTA_EUNTRUSTED, "who answers has not shown who it is");
	} else {
		status = keep(client, arena, body, body != &own, out, err);
	}
	if (status != ZTA_OK) {
		zta_error__place(err, "%s", request->url);
	}
	zta_buf__release(&own);
	free_fields(fields);
	return status;
}
