#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Zones and ledgers of a server, over HTTP, as its administrator and as nobody.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
ztauth=${BUILD:-$root/build}/ztauth
work=$(mktemp -d)
server=
finish() {
	test -z "$server" || kill "$server" 2>/dev/null || true
	wait
	rm -rf "$work"
}
trap finish EXIT
cd "$work"
unset SSH_AUTH_SOCK
export GIT_AUTHOR_NAME=Alice GIT_AUTHOR_EMAIL=alice@shop.example
expect() {
	wanted=$1
	shift
	"$@" >out 2>err && code=0 || code=$?
	test "$code" = "$wanted" || {
		echo "$*: exit $code, not $wanted"
		cat out err
		exit 1
	}
}
holds() { grep -qF -- "$1" out || { echo "no '$1' in:"; cat out; exit 1; }; }
says() { grep -qF -- "$1" err || { echo "no '$1' in:"; cat err; exit 1; }; }

"$ztauth" key gen --ssh --out admin >/dev/null
"$ztauth" key gen --ssh --out stranger >/dev/null
"$ztauth" init --server --data data --zone 100000000001 --key admin >conf
"$ztauth" key gen --out data/zone.pem >zone.jwk
"$ztauth" key gen --alg EdDSA --out data/log.pem >log.jwk
"$ztauth" serve --config conf --listen 127.0.0.1:0 2>said &
server=$!
i=0
until port=$(sed -n 's|.*listening on http://127.0.0.1:||p' said) && test -n "$port"; do
	i=$((i + 1))
	test $i -lt 500 || { cat said; exit 1; }
	sleep 0.02
done
zone=http://127.0.0.1:$port/zones/100000000001

# --- before there is anything
expect 0 "$ztauth" zone show "$zone" --key admin
holds 'zone 100000000001'
holds 'in force: nothing yet'
holds "signs tokens: $(sed 's/.*"kid":"\([^"]*\)".*/\1/' zone.jwk)"
holds 'main: no commit yet'
expect 0 "$ztauth" ledger list "$zone" --key admin
holds 'main: no commit yet'
test "$(wc -l <out)" = 2
expect 0 "$ztauth" ledger list "$zone"
test ! -s out
expect 0 "$ztauth" ledger list "$zone" --json
test "$(cat out)" = '{"ledgers":[]}'

# --- a ledger
expect 1 "$ztauth" ledger create "$zone/ledgers/shop" --key stranger
says 'the server answers 403: that is not permitted'
expect 1 "$ztauth" ledger create "$zone/ledgers/shop"
expect 0 "$ztauth" ledger create "$zone/ledgers/shop" --key admin
holds 'made: shop in the zone 100000000001'
expect 1 "$ztauth" ledger create "$zone/ledgers/shop" --key admin
says '409'
expect 0 "$ztauth" ledger create "$zone/ledgers/other" --key admin --json
test "$(cat out)" = '{"name":"other","zone":"100000000001"}'
expect 0 "$ztauth" ledger show "$zone/ledgers/shop" --key admin
test "$(cat out)" = 'shop: no commit yet'
expect 0 "$ztauth" ledger show "$zone/ledgers/shop" --key admin --json
test "$(cat out)" = '{"name":"shop","refs":{},"commit":null}'

# --- with a commit
cp -R "$root/examples/shop/ledger" shop
cd shop
"$ztauth" init >/dev/null
"$ztauth" commit -m 'Sell teapots' --key ../admin >/dev/null
head=$("$ztauth" log --json | sed 's/.*"id":"\([0-9a-f]*\)".*/\1/;q')
"$ztauth" remote add origin "$zone/ledgers/shop"
"$ztauth" push --key ../admin >/dev/null
cd ..
expect 0 "$ztauth" ledger show "$zone/ledgers/shop" --key admin
holds "shop main $head"
holds "commit $head"
holds '    Sell teapots'
holds "Key:    $("$ztauth" key show --fingerprint admin)"
expect 0 "$ztauth" ledger show "$zone/ledgers/shop" --key admin --json
holds "\"refs\":{\"main\":\"$head\"},\"commit\":{\"id\":\"$head\""
expect 0 "$ztauth" zone show "$zone" --key admin --json
holds '"commit":null'
holds "{\"name\":\"shop\",\"refs\":{\"main\":\"$head\"}}"

# --- with the agent
if command -v ssh-agent >/dev/null; then
	eval "$(ssh-agent -a "$work/agent")" >/dev/null
	ssh-add -q admin
	expect 0 "$ztauth" ledger show "$zone/ledgers/shop"
	holds "shop main $head"
	expect 0 "$ztauth" ledger list "$zone" --key admin.pub
	holds "shop main $head"
	expect 1 "$ztauth" ledger list "$zone" --key stranger.pub
	says 'does not hold'
	ssh-agent -k >/dev/null
	unset SSH_AUTH_SOCK
fi

# --- what cannot be
expect 1 "$ztauth" ledger show "$zone/ledgers/none" --key admin
says '404'
expect 1 "$ztauth" ledger show "$zone" --key admin
says 'the URL of a ledger is needed'
expect 1 "$ztauth" ledger list http://user:secret@127.0.0.1/zones/1 --key admin
says 'the URL of a zone is'
grep -q secret err && exit 1
expect 64 "$ztauth" ledger list
expect 64 "$ztauth" zone
expect 0 "$ztauth" ledger create --help
kill "$server"
wait "$server"
server=
expect 1 "$ztauth" zone show "$zone" --key admin
says "$zone"
echo ok
