#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The tutorial, as a new user would follow it: its commands run in order in an
# empty directory, and print the lines that it shows. Only the ports are others,
# for they may be in use here, and a push is given a second to be in force.
#
# Indented lines of the page are commands; `# exit N` behind one says that it
# fails so. Lines between ``` are output: up to `...`, if that stands there.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${BUILD:-$root/build}
for tool in git ssh-keygen curl python3; do
	command -v $tool >/dev/null || { echo "there is no $tool"; exit 77; }
done
work=$(mktemp -d)
finish() {
	# shellcheck disable=SC2046 # a word for each
	test ! -s "$work/pids" || kill $(cat "$work/pids") 2>/dev/null || true
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM

ports=$(python3 -c '
import socket
s = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*(x.getsockname()[1] for x in s))')
with_ports() { sed "s/8420/${ports% *}/g; s/8421/${ports#* }/g" "$root/docs/tutorial.md"; }

with_ports | awk '/^```/ { shown = !shown } !shown' | sed -n 's/^    //p; s/^$//p' |
    sed 's/^\(.*\) # exit \([0-9]*\).*/if \1; then exit 99; else test $? = \2; fi/
	s/^ztauth init --server .*/&; sed -i "s,8420,$port," ztauth.conf/
	s/^ztauth push .*/&; sleep 1/
	s/^\(.*\) & \([a-z]*\)=\$!$/\1 \& \2=$!; echo $! >> "$pids"/
	s/^kill \$server; wait \$server$/kill $server; wait $server || test $? = 143/' >"$work/script"
with_ports | awk '/^```/ { shown = !shown; next } shown' >"$work/shown"

mkdir "$work/empty" "$work/home"
cd "$work/empty"
unset SSH_AUTH_SOCK
export PATH="$build:$PATH" HOME="$work/home" GIT_CONFIG_NOSYSTEM=1 pids="$work/pids" port="${ports% *}"
export GIT_AUTHOR_NAME=Alice GIT_AUTHOR_EMAIL=alice@shop.example
if ! sh -eux "$work/script" >"$work/out" 2>&1; then
	tail -n 40 "$work/out"
	exit 1
fi
while IFS= read -r line; do
	grep -qF -- "${line%...}" "$work/out" || {
		echo "the page shows what was not printed: $line"
		cat "$work/out"
		exit 1
	}
done <"$work/shown"
test "$(grep -c . "$work/shown")" -ge 10
echo "ok: $(wc -l <"$work/script") lines, $(wc -l <"$work/shown") lines of output"
