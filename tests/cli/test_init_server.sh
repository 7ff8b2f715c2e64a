#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# ztauth init --server: a store with an administrator, once.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
ztauth=${BUILD:-$root/build}/ztauth
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
unset SSH_AUTH_SOCK
"$ztauth" key gen --ssh --out admin >/dev/null
"$ztauth" key gen --out p256 >/dev/null

# refused WORDS ARGUMENT...: exit 1 (or 64), and it says so.
refused() {
	words=$1
	shift
	if "$ztauth" init --server "$@" >out 2>err; then
		echo "accepted: $*"
		exit 1
	fi
	grep -q "$words" err || {
		echo "init $* did not say: $words"
		cat err
		exit 1
	}
}

refused "one of --data and --store" --zone 100000000001 --key admin
refused "needed" --data d --key admin
refused "12 digits" --data d --zone 1 --key admin
refused "12 digits" --data d --zone 000000000001 --key admin
refused "none" --data d --zone 100000000001 --key none
refused "admin.pub" --data d --zone 100000000001 --key admin.pub
refused "p256" --data d --zone 100000000001 --key p256
refused "there is no key" --data d --zone 100000000001
SSH_AUTH_SOCK=$tmp/none refused "there is no key" --data d --zone 100000000001
test ! -e d

# A folder that is no version of a ledger: findings, and no zone.
mkdir bad
echo 'permit (nonsense);' >bad/a.cedar
refused "not a version" --data d --zone 100000000001 --key admin --ledger bad

# What was begun can be finished; then it is made, and never again.
"$ztauth" init --server --data d --zone 100000000001 --key admin \
    --domain shop.example --ledger "$root/examples/shop/ledger" >conf
refused "already" --data d --zone 100000000001 --key admin
test "$(stat -c %a d/ztauth.db)" = 600
# Another zone in the same store.
"$ztauth" init --server --data d --zone 100000000002 --key admin >/dev/null

# The configuration that was printed is one.
"$ztauth" key gen --out d/zone.pem >/dev/null
"$ztauth" key gen --alg EdDSA --out d/log.pem >/dev/null
sed -i 's/8420/0/' conf
mkdir keys
jwk=$("$ztauth" key show p256)
for name in corp spire; do
	echo "{\"keys\":[$jwk]}" >keys/$name.json
done
sed -i 's/"use":"sig"/"use":"jwt-svid"/' keys/spire.json
echo 'jwks_dir keys' >>conf
"$ztauth" serve --config conf --check >out
grep -q '^ledger  *100000000001/main$' out
grep -qE '^commit  *[0-9a-f]{64}$' out

# The administrator's key may stay in the agent.
if command -v ssh-agent >/dev/null; then
	eval "$(ssh-agent -a "$tmp/agent")" >/dev/null
	trap 'ssh-agent -k >/dev/null; rm -rf "$tmp"' EXIT
	SSH_AUTH_SOCK=$tmp/agent
	export SSH_AUTH_SOCK
	refused "there is no key" --data e --zone 100000000001
	refused "does not hold" --data e --zone 100000000001 --key admin.pub
	ssh-add -q admin
	for key in "" "--key admin.pub"; do
		rm -rf e
		# shellcheck disable=SC2086 # none, or two words
		"$ztauth" init --server --data e --zone 100000000001 $key >conf
		grep -qF "The administrator is $("$ztauth" key show --fingerprint admin)" conf
	done
fi
