#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# ztauth trust: what it prints and commits, and what it leaves alone.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
ztauth=${BUILD:-$root/build}/ztauth
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
unset SSH_AUTH_SOCK
export GIT_AUTHOR_NAME=Alice GIT_AUTHOR_EMAIL=alice@shop.example
# expect CODE COMMAND...: its output goes to the file `out`
expect() {
	wanted=$1
	shift
	"$@" >"$work/out" 2>"$work/messages" && code=0 || code=$?
	if [ "$code" != "$wanted" ]; then
		echo "$*: exit $code, not $wanted"
		cat "$work/out" "$work/messages"
		exit 1
	fi
}
holds() { grep -qF -- "$1" "$work/out" || { echo "no '$1' in:"; cat "$work/out"; exit 1; }; }
says() { grep -qF -- "$1" "$work/messages" || { echo "no '$1' in:"; cat "$work/messages"; exit 1; }; }
json() { python3 -c "import json,sys; o = json.load(open('$work/out')); assert $1, o"; }

cp -R "$root/examples/shop/ledger" shop
cd shop
rm tests/elevation.json
"$ztauth" init >/dev/null
"$ztauth" commit -m begin >"$work/out" 2>&1
web=spiffe://shop.example/order-api

# --- a workload is taken out: one line differs, and one file is committed
cp trust/groups.json "$work/before.json"
echo '// not yet' >>shop.cedar
ssh-keygen -q -t ed25519 -N '' -f "$work/key"
expect 64 "$ztauth" trust quarantine $web
says '--because is needed'
expect 64 "$ztauth" trust quarantine $web --because ''
expect 0 "$ztauth" trust quarantine $web --because 'its key was in a build log' --key "$work/key"
holds "Quarantine $web"
holds 'M  trust/groups.json'
holds 'signed by SHA256:'
sed 's|"quarantine": \[\]|"quarantine": ["'$web'"]|' "$work/before.json" | diff - trust/groups.json
"$ztauth" log --json | sed 1q >"$work/out"
json "o['message'] == 'Quarantine $web\n\nits key was in a build log\n'"
expect 0 "$ztauth" status
holds 'M  shop.cedar'
! grep -q groups "$work/out"

# --- twice is once
expect 0 "$ztauth" trust quarantine $web --because again
holds "$web is in quarantine already; nothing to commit"
expect 0 "$ztauth" trust quarantine $web --because again --json
json "o['already'] and o['known'] and o['result'] is None and o['pushed'] is None"

# --- prefixes, and what is not in a group
expect 0 "$ztauth" trust quarantine 'spiffe://shop.example/*' --because 'all of it'
holds "in quarantine too: \`$web\`"
expect 0 "$ztauth" trust quarantine spiffe://shop.example/ordr-api --because typing
says 'is it spelt right?'
expect 0 "$ztauth" trust restore spiffe://shop.example/ordr-api --because 'it was never there'
expect 1 "$ztauth" trust quarantine 'spiffe://shop.example/order*' --because x
says 'a star stands for all below a `/`, at the end'

# --- back again, though not while another entry takes it out
expect 0 "$ztauth" trust restore $web --because 'new key' --json
json "o['others'] == ['spiffe://shop.example/*'] and o['result']['valid']"
expect 2 "$ztauth" trust restore $web --because 'new key'
holds 'still in quarantine: `spiffe://shop.example/*`'
expect 0 "$ztauth" trust restore 'spiffe://shop.example/*' --because 'all is well'
cmp trust/groups.json "$work/before.json"
expect 0 "$ztauth" trust restore $web --because 'new key'
holds 'is out of quarantine already; nothing to commit'

# --- the file itself has changes: nothing is lost
sed -i 's/"order-services"/"shops"/' trust/groups.json
cp trust/groups.json "$work/mine.json"
expect 1 "$ztauth" trust quarantine $web --because x
says 'trust/groups.json: it differs from HEAD'
cmp trust/groups.json "$work/mine.json"
cp "$work/before.json" trust/groups.json

# --- a dry run writes nothing, and a version that is not valid is none
head=$("$ztauth" log --json)
expect 0 "$ztauth" trust quarantine $web --dry-run
holds 'M  trust/groups.json'
expect 64 "$ztauth" trust quarantine $web --dry-run --push
expect 64 "$ztauth" trust quarantine $web --because x --log nowhere
test "$head" = "$("$ztauth" log --json)"
cmp trust/groups.json "$work/before.json"
cp "$root/examples/shop/ledger/tests/elevation.json" tests/
expect 0 "$ztauth" commit -m 'Test it'
expect 3 "$ztauth" trust quarantine $web --because x
holds 'the test `the order service acts for a customer` fails'
holds 'not valid, and so not committed'
says 'change it together with trust/groups.json'
cmp trust/groups.json "$work/before.json"
echo ok
