# SPDX-License-Identifier: Apache-2.0
# Makefile - every source is listed by hand, in the order of the layers.
#
#   make            build/ztauth, build/libztauth.{a,so}
#   make check      all tests            make asan, make tsan   the same, watched
#   make fuzz       fuzz targets         make bench             measurements
#   make lint       layers, symbols, style, warnings of other compilers
#   make install    DESTDIR= PREFIX=/usr/local

CC ?= gcc
PREFIX ?= /usr/local
BUILD ?= build
OPT ?= -O2 -g
SAN ?=

WARN = -Wall -Wextra -Wconversion -Wshadow -Wmissing-prototypes -Wvla \
       -Wstrict-prototypes -Wwrite-strings -pedantic -Werror
CPPFLAGS = -D_GNU_SOURCE -D_FORTIFY_SOURCE=2 -Iinclude -Isrc
CFLAGS = -std=c11 $(OPT) $(WARN) -fvisibility=hidden -fPIC \
         -fstack-protector-strong -fno-strict-aliasing -MMD -MP $(SAN)
LDFLAGS = $(SAN) -Wl,-z,relro,-z,now
LDLIBS = -lcrypto -pthread

BASE = arena b64 buf error file json json_node json_write map random status \
       str time utf8

LIB_SRC = $(BASE:%=src/base/%.c)
LIB_OBJ = $(LIB_SRC:%.c=$(BUILD)/%.o)

CLI =

UNIT = base json

all: $(BUILD)/libztauth.a

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c $< -o $@

$(BUILD)/libztauth.a: $(LIB_OBJ)
	@rm -f $@
	ar rcs $@ $^

# --- tests

UNIT_BIN = $(UNIT:%=$(BUILD)/tests/unit/test_%)

$(BUILD)/tests/unit/test_%: tests/unit/test_%.c $(BUILD)/libztauth.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $< -o $@ $(LDFLAGS) \
	    $(BUILD)/libztauth.a -lcmocka $(LDLIBS)

unit: $(UNIT_BIN)
	@for t in $(UNIT_BIN); do $$t || exit 1; done

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

.PHONY: all unit
