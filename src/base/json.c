/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json.c - see json.h. SPEC: rfc8259
 *
 * One pass, no recursion: `stack` holds the containers that are open. The nodes
 * are one array, whose size is bounded before the pass by counting the bytes
 * that can begin a value.
 */
#include "base/json.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/utf8.h"

/* Objects up to this size are checked for duplicates pair by pair. */
#define PAIRWISE_MAX 12

/* Bytes that are looked at in one step. */
typedef uint8_t lanes __attribute__((vector_size(16)));
typedef int8_t signed_lanes __attribute__((vector_size(16)));

#define EACH(c)                                                \
	{                                                      \
		c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c \
	}

typedef struct reader {
	zta_arena *arena;
	zta_str text;
	const char *p;   /* next byte */
	const char *end; /* one past the last byte */
	zta_json *nodes;
	uint32_t count;
	zta_error *err;
	zta_json **stack; /* open containers */
	uint32_t depth, depth_max;
} reader;

static zta_status
fail_at(const reader *r, const char *where, const char *what)
{
	uint32_t line, column;

	zta_error__position(
	    r->text, (size_t)(where - r->text.ptr), &line, &column);
	return zta_error__at(r->err, ZTA_ESYNTAX, line, column, "%s", what);
}

static void
skip_space(reader *r)
{
	while (r->p < r->end &&
	    (*r->p == ' ' || *r->p == '\n' || *r->p == '\r' || *r->p == '\t')) {
		r->p++;
	}
}

static zta_json *
add(reader *r, zta_json_type type)
{
	zta_json *node = &r->nodes[r->count++];

	node->type = type;
	node->at = (uint32_t)(r->p - r->text.ptr);
	node->count = 0;
	node->span = 1;
	return node;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	if (c >= 'a' && c <= 'f') {
		return c - 'a' + 10;
	}
	if (c >= 'A' && c <= 'F') {
		return c - 'A' + 10;
	}
	return -1;
}

/* Four hex digits at `p`; false when they are not. */
static bool
read_hex4(const reader *r, const char *p, uint32_t *unit)
{
	uint32_t value = 0;
	int i, digit;

	if (r->end - p < 4) {
		return false;
	}
	for (i = 0; i < 4; i++) {
		digit = hex_digit(p[i]);
		if (digit < 0) {
			return false;
		}
		value = value << 4 | (uint32_t)digit;
	}
	*unit = value;
	return true;
}

/* The escape after a backslash at `*p`; moves `*p` past it. */
static zta_status
read_escape(reader *r, const char **p, char **out)
{
	uint32_t code, low;
	char c;

	if (r->end - *p < 2) {
		return fail_at(r, *p, "string is not closed");
	}
	c = (*p)[1];
	switch (c) {
	case '"':
	case '\\':
	case '/':
		*(*out)++ = c;
		break;
	case 'b':
		*(*out)++ = '\b';
		break;
	case 'f':
		*(*out)++ = '\f';
		break;
	case 'n':
		*(*out)++ = '\n';
		break;
	case 'r':
		*(*out)++ = '\r';
		break;
	case 't':
		*(*out)++ = '\t';
		break;
	case 'u':
		if (!read_hex4(r, *p + 2, &code)) {
			return fail_at(r, *p, "\\u needs four hex digits");
		}
		if (code >= 0xD800 && code <= 0xDBFF && r->end - *p >= 12 &&
		    (*p)[6] == '\\' && (*p)[7] == 'u' &&
		    read_hex4(r, *p + 8, &low) && low >= 0xDC00 &&
		    low <= 0xDFFF) {
			code =
			    0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
			*p += 6;
		}
		if (!zta_utf8__is_scalar(code)) {
			return fail_at(r, *p, "\\u escape is half a surrogate");
		}
		*out += zta_utf8__encode(code, *out);
		*p += 4;
		break;
	default:
		return fail_at(r, *p, "unknown escape in string");
	}
	*p += 2;
	return ZTA_OK;
}

/* Bytes of a string that mean themselves: not '"', '\', control, non-ASCII. */
static bool
is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/* Marks those of sixteen bytes that are not plain; non-ASCII is below 0. */
static lanes
mark_special(const char *p)
{
	const signed_lanes space = EACH(' ');
	const lanes quote = EACH('"'), slash = EACH('\\');
	lanes block;

	memcpy(&block, p, sizeof(block));
	return (lanes)((signed_lanes)block < space) | (lanes)(block == quote) |
	    (lanes)(block == slash);
}

/* How many of sixteen bytes, from the first one on, are not marked. */
static size_t
count_unmarked(lanes marked)
{
	uint64_t halves[2];
	size_t i, count = 0;

	memcpy(halves, &marked, sizeof(halves));
	for (i = 0; i < 2; i++) {
		if (halves[i] != 0) {
			return count +
			    (size_t)(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ?
				    __builtin_ctzll(halves[i]) :
				    __builtin_clzll(halves[i])) /
			    8;
		}
		count += 8;
	}
	return count;
}

static const char *
skip_plain(const reader *r, const char *p)
{
	const size_t one = sizeof(lanes);
	size_t count;

	while ((size_t)(r->end - p) >= one) {
		count = count_unmarked(mark_special(p));
		p += count;
		if (count < one) {
			return p;
		}
		/* It is a long one, as tokens are. */
		while ((size_t)(r->end - p) >= 4 * one &&
		    count_unmarked(mark_special(p) | mark_special(p + one) |
			mark_special(p + 2 * one) |
			mark_special(p + 3 * one)) == one) {
			p += 4 * one;
		}
	}
	while (p < r->end && is_plain((unsigned char)*p)) {
		p++;
	}
	return p;
}

/*
 * The content of a string from `p` (after the quote) to its closing quote,
 * decoded into `out`, or only checked when `out` is NULL.
 */
static zta_status
scan_string(reader *r, const char **at, char *out, bool *escaped, char **last)
{
	const char *p = *at, *plain;
	zta_status status;
	uint32_t code;
	size_t len;
	char scratch[4], *skip;

	for (;;) {
		plain = p;
		p = skip_plain(r, p);
		if (out != NULL && p > plain) {
			memcpy(out, plain, (size_t)(p - plain));
			out += p - plain;
		}
		if (p == r->end) {
			return fail_at(r, *at - 1, "string is not closed");
		}
		if (*p == '"') {
			break;
		}
		if (*p == '\\') {
			*escaped = true;
			skip = scratch;
			status = read_escape(r, &p, out != NULL ? &out : &skip);
			if (status != ZTA_OK) {
				return status;
			}
			continue;
		}
		if ((unsigned char)*p < 0x20) {
			return fail_at(r, p, "control character in string");
		}
		len = zta_utf8__decode(
		    (zta_str){ p, (size_t)(r->end - p) }, &code);
		if (len == 0) {
			return fail_at(r, p, "not UTF-8");
		}
		if (out != NULL) {
			memcpy(out, p, len);
			out += len;
		}
		p += len;
	}
	*at = p;
	*last = out;
	return ZTA_OK;
}

static zta_status
read_string(reader *r)
{
	zta_json *node = add(r, ZTA_JSON_STRING);
	const char *start = r->p + 1, *p = start;
	char *copy, *last;
	bool escaped = false;
	zta_status status;

	status = scan_string(r, &p, NULL, &escaped, &last);
	if (status != ZTA_OK) {
		return status;
	}
	r->p = p + 1;
	node->u.text = start;
	node->count = (uint32_t)(p - start);
	if (!escaped) {
		return ZTA_OK;
	}
	/* Decoded text is never longer than its escapes. */
	copy = zta_arena__alloc(r->arena, (size_t)(p - start));
	if (copy == NULL) {
		return zta_arena__failed(r->arena, r->err);
	}
	p = start;
	status = scan_string(r, &p, copy, &escaped, &last);
	node->u.text = copy;
	node->count = (uint32_t)(last - copy);
	return status;
}

static bool
is_digit(const reader *r, const char *p)
{
	return p < r->end && *p >= '0' && *p <= '9';
}

/*
 * The digits from `p` to `end` as a negative number, which reaches further than
 * a positive one. False when it does not fit.
 */
static bool
negative_of(const char *p, const char *end, int64_t *value)
{
	int64_t sum = 0;

	for (; p < end; p++) {
		if (__builtin_mul_overflow(sum, 10, &sum) ||
		    __builtin_sub_overflow(sum, *p - '0', &sum)) {
			return false;
		}
	}
	*value = sum;
	return true;
}

static zta_status
read_number(reader *r)
{
	zta_json *node = add(r, ZTA_JSON_NUMBER);
	const char *start = r->p, *p = start, *digits;
	bool minus = *p == '-', integer = true;
	int64_t value;

	if (minus) {
		p++;
	}
	digits = p;
	if (!is_digit(r, p)) {
		return fail_at(r, start, "unexpected character");
	}
	if (*p == '0' && is_digit(r, p + 1)) {
		return fail_at(r, start, "number with a leading zero");
	}
	while (is_digit(r, p)) {
		p++;
	}
	if (negative_of(digits, p, &value) && (minus || value != INT64_MIN)) {
		value = minus ? value : -value;
	} else {
		integer = false;
	}
	if (p < r->end && *p == '.') {
		integer = false;
		p++;
		if (!is_digit(r, p)) {
			return fail_at(r, start, "number without a fraction");
		}
		while (is_digit(r, p)) {
			p++;
		}
	}
	if (p < r->end && (*p == 'e' || *p == 'E')) {
		integer = false;
		p++;
		if (p < r->end && (*p == '+' || *p == '-')) {
			p++;
		}
		if (!is_digit(r, p)) {
			return fail_at(r, start, "number without an exponent");
		}
		while (is_digit(r, p)) {
			p++;
		}
	}
	node->count = (uint32_t)(p - start);
	/* A zero with a sign is a number that no integer is. */
	if (integer && (value != 0 || *start != '-')) {
		node->type = ZTA_JSON_INTEGER;
		node->u.integer = value;
	} else {
		node->u.text = start;
	}
	r->p = p;
	return ZTA_OK;
}

static zta_status
read_word(reader *r, const char *word, zta_json_type type)
{
	zta_str want = zta_str_of(word);

	if (!zta_str__starts(
		(zta_str){ r->p, (size_t)(r->end - r->p) }, want)) {
		return fail_at(r, r->p, "unexpected character");
	}
	(void)add(r, type);
	r->p += want.len;
	return ZTA_OK;
}

static int
by_name(const void *a, const void *b)
{
	const zta_json *x = *(const zta_json *const *)a;
	const zta_json *y = *(const zta_json *const *)b;
	int order = zta_str__cmp(zta_json__str(x), zta_json__str(y));

	/* Equal names in document order, so that the later one is blamed. */
	return order != 0 ? order : (x->at > y->at) - (x->at < y->at);
}

static zta_status
fail_duplicate(const reader *r, const zta_json *name)
{
	uint32_t line, column;

	zta_error__position(r->text, name->at, &line, &column);
	return zta_error__at(r->err, ZTA_EEXIST, line, column,
	    "member name \"%.*s\" occurs twice",
	    name->count > 64 ? 64 : (int)name->count, name->u.text);
}

static zta_status
check_pairwise(const reader *r, const zta_json *object)
{
	const zta_json *names[PAIRWISE_MAX];
	const zta_json *name = zta_json__first(object);
	uint32_t i, j;

	for (i = 0; i < object->count; i++) {
		for (j = 0; j < i; j++) {
			if (zta_str__eq(
				zta_json__str(name), zta_json__str(names[j]))) {
				return fail_duplicate(r, name);
			}
		}
		names[i] = name;
		name = zta_json__after(zta_json__after(name));
	}
	return ZTA_OK;
}

static zta_status
check_sorted(const reader *r, const zta_json *object)
{
	const zta_json **names;
	const zta_json *name = zta_json__first(object);
	uint32_t i;

	names = zta_arena__zalloc(r->arena, object->count, sizeof(*names));
	if (names == NULL) {
		return zta_arena__failed(r->arena, r->err);
	}
	for (i = 0; i < object->count; i++) {
		names[i] = name;
		name = zta_json__after(zta_json__after(name));
	}
	qsort(names, object->count, sizeof(*names), by_name);
	for (i = 1; i < object->count; i++) {
		if (zta_str__eq(
			zta_json__str(names[i - 1]), zta_json__str(names[i]))) {
			return fail_duplicate(r, names[i]);
		}
	}
	return ZTA_OK;
}

static zta_status
open_container(reader *r, zta_json_type type)
{
	uint32_t line, column;

	if (r->depth == r->depth_max) {
		zta_error__position(
		    r->text, (size_t)(r->p - r->text.ptr), &line, &column);
		return zta_error__at(r->err, ZTA_ELIMIT, line, column,
		    "nested deeper than %u", r->depth_max);
	}
	r->stack[r->depth++] = add(r, type);
	r->p++;
	return ZTA_OK;
}

static zta_status
close_container(reader *r)
{
	zta_json *node = r->stack[--r->depth];

	node->span = (uint32_t)(&r->nodes[r->count] - node);
	r->p++;
	if (node->type != ZTA_JSON_OBJECT) {
		return ZTA_OK;
	}
	return node->count <= PAIRWISE_MAX ? check_pairwise(r, node) :
					     check_sorted(r, node);
}

/* A member name and its colon. */
static zta_status
read_name(reader *r)
{
	zta_status status;

	if (r->p == r->end || *r->p != '"') {
		return fail_at(r, r->p, "expected a member name");
	}
	status = read_string(r);
	if (status != ZTA_OK) {
		return status;
	}
	skip_space(r);
	if (r->p == r->end || *r->p != ':') {
		return fail_at(r, r->p, "expected ':'");
	}
	r->p++;
	skip_space(r);
	return ZTA_OK;
}

static zta_status
read_scalar_or_open(reader *r)
{
	if (r->p == r->end) {
		return fail_at(r, r->p, "unexpected end of text");
	}
	switch (*r->p) {
	case '{':
		return open_container(r, ZTA_JSON_OBJECT);
	case '[':
		return open_container(r, ZTA_JSON_ARRAY);
	case '"':
		return read_string(r);
	case 't':
		return read_word(r, "true", ZTA_JSON_TRUE);
	case 'f':
		return read_word(r, "false", ZTA_JSON_FALSE);
	case 'n':
		return read_word(r, "null", ZTA_JSON_NULL);
	default:
		return read_number(r);
	}
}

/*
 * After a value: take the comma, or close as many containers as end here.
 * On return either the next value begins at `p`, or nothing is open.
 */
static zta_status
finish_value(reader *r)
{
	zta_json *parent;
	zta_status status;
	char close;

	while (r->depth > 0) {
		parent = r->stack[r->depth - 1];
		close = parent->type == ZTA_JSON_OBJECT ? '}' : ']';
		skip_space(r);
		parent->count++;
		if (r->p < r->end && *r->p == ',') {
			r->p++;
			skip_space(r);
			return parent->type == ZTA_JSON_OBJECT ? read_name(r) :
								 ZTA_OK;
		}
		if (r->p == r->end || *r->p != close) {
			return fail_at(r, r->p,
			    close == '}' ? "expected ',' or '}'" :
					   "expected ',' or ']'");
		}
		status = close_container(r);
		if (status != ZTA_OK) {
			return status;
		}
	}
	return ZTA_OK;
}

/* A container was just opened: an empty one is closed, else it has a value. */
static zta_status
enter_container(reader *r, bool *empty)
{
	zta_json *node = r->stack[r->depth - 1];

	skip_space(r);
	*empty = r->p < r->end &&
	    *r->p == (node->type == ZTA_JSON_OBJECT ? '}' : ']');
	if (*empty) {
		return close_container(r);
	}
	return node->type == ZTA_JSON_OBJECT ? read_name(r) : ZTA_OK;
}

/* One value, from its first byte to just past its last. */
static zta_status
read_value(reader *r)
{
	zta_status status;
	uint32_t depth;
	bool empty;

	do {
		depth = r->depth;
		status = read_scalar_or_open(r);
		if (status == ZTA_OK && r->depth > depth) {
			status = enter_container(r, &empty);
			if (status == ZTA_OK && !empty) {
				continue;
			}
		}
		if (status == ZTA_OK) {
			status = finish_value(r);
		}
		if (status != ZTA_OK) {
			return status;
		}
	} while (r->depth > 0);
	return ZTA_OK;
}

/* Those of so many blocks; no lane counts further than it can. */
static size_t
count_in_blocks(const char *p, size_t blocks)
{
	const lanes comma = EACH(','), colon = EACH(':'), brace = EACH('{');
	const lanes bit = EACH('[' ^ '{');
	lanes block, found, sums = EACH(0);
	size_t i, count = 0;

	for (; blocks > 0; blocks--, p += sizeof(block)) {
		memcpy(&block, p, sizeof(block));
		found = (lanes)(block == comma) | (lanes)(block == colon) |
		    (lanes)((block | bit) == brace);
		sums -= found;
	}
	for (i = 0; i < sizeof(sums); i++) {
		count += sums[i];
	}
	return count;
}

/* How many values `text` can hold at most: one for each byte before one. */
static size_t
count_values(zta_str text)
{
	size_t i = 0, blocks, count = 1;

	while (text.len - i >= sizeof(lanes)) {
		blocks = (text.len - i) / sizeof(lanes);
		blocks = blocks < UINT8_MAX ? blocks : UINT8_MAX;
		count += count_in_blocks(text.ptr + i, blocks);
		i += blocks * sizeof(lanes);
	}
	for (; i < text.len; i++) {
		char c = text.ptr[i];

		count += (size_t)(c == ',') + (size_t)(c == ':') +
		    (size_t)(c == '[') + (size_t)(c == '{');
	}
	return count;
}

/* `stack` has room for `depth_max` open containers. */
static zta_status
start(reader *r, zta_arena *arena, zta_str text, zta_json **stack,
    uint32_t depth_max, zta_error *err)
{
	*r = (reader){ .arena = arena,
		.text = text,
		.p = text.ptr,
		.end = text.ptr + text.len,
		.stack = stack,
		.depth_max = depth_max,
		.err = err };
	if (text.len > ZTA_JSON_TEXT_MAX) {
		return zta_error__set(err, ZTA_ELIMIT,
		    "JSON text of more than %zu bytes", ZTA_JSON_TEXT_MAX);
	}
	return ZTA_OK;
}

/* Room for the nodes of the values in `part`. */
static zta_status
make_nodes(reader *r, zta_str part)
{
	size_t count = count_values(part);

	r->nodes = zta_arena__alloc(r->arena, count * sizeof(*r->nodes));
	return r->nodes == NULL ? zta_arena__failed(r->arena, r->err) : ZTA_OK;
}

/* The text as one value, with nothing after it. */
static zta_status
read_document(reader *r, zta_json_doc *doc)
{
	zta_status status = make_nodes(r, r->text);

	if (status != ZTA_OK) {
		return status;
	}
	skip_space(r);
	status = read_value(r);
	if (status != ZTA_OK) {
		return status;
	}
	skip_space(r);
	if (r->p != r->end) {
		return fail_at(r, r->p, "text after the value");
	}
	doc->root = r->nodes;
	return ZTA_OK;
}

zta_status
zta_json__read(
    zta_arena *arena, zta_str text, zta_json_doc *doc, zta_error *err)
{
	zta_json *stack[ZTA_JSON_DEPTH_MAX];
	zta_status status;
	reader r;

	*doc = (zta_json_doc){ .text = text };
	status = start(&r, arena, text, stack, ZTA_JSON_DEPTH_MAX, err);
	return status != ZTA_OK ? status : read_document(&r, doc);
}

zta_status
zta_json__read_deep(zta_arena *arena, zta_str text, uint32_t depth_max,
    zta_json_doc *doc, zta_error *err)
{
	zta_json **stack = zta_arena__alloc(arena, depth_max * sizeof(*stack));
	zta_status status;
	reader r;

	*doc = (zta_json_doc){ .text = text };
	if (stack == NULL) {
		return zta_arena__failed(arena, err);
	}
	status = start(&r, arena, text, stack, depth_max, err);
	return status != ZTA_OK ? status : read_document(&r, doc);
}

/* Move past one value without reading it: only strings and depth matter. */
static void
skim_value(reader *r)
{
	uint32_t depth = 0;
	bool quoted = false;

	for (; r->p < r->end; r->p++) {
		if (quoted) {
			if (*r->p == '\\' && r->p + 1 < r->end) {
				r->p++;
			} else if (*r->p == '"') {
				quoted = false;
			}
		} else if (*r->p == '"') {
			quoted = true;
		} else if (*r->p == '[' || *r->p == '{') {
			depth++;
		} else if (*r->p == ']' || *r->p == '}' || *r->p == ',') {
			if (depth == 0) {
				return;
			}
			depth -= *r->p != ',';
		}
	}
}

/* Nothing but space may follow the array. */
static zta_status
end_elements(reader *r)
{
	r->p++;
	skip_space(r);
	return r->p == r->end ? ZTA_OK :
				fail_at(r, r->p, "text after the value");
}

/* From `*at` to the first byte of the next element, or past the array. */
static zta_status
seek_element(reader *r, bool first, bool *more)
{
	*more = false;
	skip_space(r);
	if (first) {
		if (r->p == r->end || *r->p != '[') {
			return fail_at(r, r->p, "expected an array");
		}
		r->p++;
		skip_space(r);
		*more = r->p == r->end || *r->p != ']';
		return *more ? ZTA_OK : end_elements(r);
	}
	if (r->p == r->end || (*r->p != ',' && *r->p != ']')) {
		return fail_at(r, r->p, "expected ',' or ']'");
	}
	if (*r->p == ']') {
		return end_elements(r);
	}
	r->p++;
	skip_space(r);
	*more = true;
	return ZTA_OK;
}

zta_status
zta_json__next_element(zta_arena *arena, zta_str text, size_t *at,
    zta_json_doc *doc, zta_error *err)
{
	zta_json *stack[ZTA_JSON_DEPTH_MAX];
	zta_error_mark mark = *at == 0 ? (zta_error_mark){ 0 } : doc->mark;
	const char *begin;
	uint32_t line, column;
	zta_status status;
	reader r;
	bool more;

	*doc = (zta_json_doc){ .text = text, .mark = mark };
	status = start(&r, arena, text, stack, ZTA_JSON_DEPTH_MAX, err);
	if (status != ZTA_OK) {
		return status;
	}
	r.p += *at;
	status = seek_element(&r, *at == 0, &more);
	if (status != ZTA_OK || !more) {
		return status;
	}
	begin = r.p;
	zta_error__move(
	    &doc->mark, text, (size_t)(begin - text.ptr), &line, &column);
	skim_value(&r);
	status = make_nodes(&r, (zta_str){ begin, (size_t)(r.p - begin) });
	r.p = begin;
	if (status == ZTA_OK) {
		status = read_value(&r);
	}
	if (status == ZTA_OK) {
		*at = (size_t)(r.p - text.ptr);
		doc->root = r.nodes;
	}
	return status;
}
