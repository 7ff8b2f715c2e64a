#!/bin/sh
# What `make install` puts into a directory is enough to build a program against,
# to run, and to read about; `make uninstall` leaves nothing of it.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
BUILD=${BUILD:-$root/build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "$*"; exit 1; }

export BUILD DESTDIR="$work/there" PREFIX=/usr LIBDIR=/usr/lib/kind-of-machine
"$root/packaging/install" install
there=$DESTDIR/usr lib=$DESTDIR$LIBDIR
for file in bin/ztauth include/ztauth.h share/man/man1/ztauth.1 \
    share/man/man5/ztauth.conf.5 lib/systemd/system/ztauth.service \
    lib/sysusers.d/ztauth.conf lib/tmpfiles.d/ztauth.conf \
    share/doc/ztauth/README.md share/doc/ztauth/formats/decision.md \
    share/doc/ztauth/examples/ztauth.conf; do
	test -s "$there/$file" || fail "not installed: $file"
done
for file in bash-completion/completions/ztauth zsh/site-functions/_ztauth \
    fish/vendor_completions.d/ztauth.fish; do
	grep -q 'completion of ztauth' "$there/share/$file" ||
	    fail "not installed: $file"
done
! grep -r @PREFIX@ "$there/lib" "$lib/pkgconfig" || fail "not filled in"
grep -q '^ExecStart=/usr/bin/ztauth serve ' \
    "$there/lib/systemd/system/ztauth.service" || fail "another program"

# --- the library: found by its soname, as pkg-config tells it
readelf -d "$lib/libztauth.so" | grep -q 'soname: \[libztauth.so.0\]' ||
    fail "another soname"
export PKG_CONFIG_LIBDIR="$lib/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$DESTDIR"
version=$("$there/bin/ztauth" --version)
test "$version" = "ztauth $(pkg-config --modversion ztauth)" ||
    fail "pkg-config has another version"
cat > "$work/program.c" <<'END'
#include <stdio.h>
#include <string.h>

#include <ztauth.h>

int
main(void)
{
	zta_cedar *engine = NULL;
	zta_error err = { 0 };
	zta_status status = zta_cedar_open(&engine, &err);

	zta_cedar_close(engine);
	printf("ztauth %s\n", zta_version());
	return status == ZTA_OK && strcmp(zta_version(), ZTA_VERSION) == 0 ?
	    0 :
	    1;
}
END
# A sanitizer of the library must be in the program as well; no run there.
if ! nm -D "$lib/libztauth.so" | grep -qE ' U __(asan|tsan)_init'; then
	# shellcheck disable=SC2046 # words are meant
	gcc -std=c11 -Wall -Werror "$work/program.c" -o "$work/program" \
	    $(pkg-config --cflags --libs ztauth)
	test "$(LD_LIBRARY_PATH=$lib "$work/program")" = "$version" ||
	    fail "the program says something else"
fi

# --- the unit, where systemd is there to judge it
if command -v systemd-analyze > /dev/null; then
	mkdir "$work/units"
	sed "s|/usr/bin/ztauth|$there/bin/ztauth|" \
	    "$there/lib/systemd/system/ztauth.service" \
	    > "$work/units/ztauth.service"
	systemd-analyze verify --man=no "$work/units/ztauth.service" \
	    2> "$work/said" || fail "$(cat "$work/said")"
	! grep 'ztauth.service' "$work/said" || fail "see above"
	# Of 100, the less the better. What is left is mostly the network.
	systemd-analyze security --offline=yes --threshold=15 \
	    "$work/units/ztauth.service" > "$work/said" 2>&1 ||
	    fail "$(cat "$work/said")"
fi

"$root/packaging/install" uninstall
left=$(find "$DESTDIR" ! -type d)
test -z "$left" || fail "left behind: $left"
test ! -e "$there/share/doc/ztauth" || fail "the directory of documents is left"
test ! -e "$there/include/ztauth" || fail "the directory of headers is left"
