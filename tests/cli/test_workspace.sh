#!/bin/sh
# A workspace as a new user would try it: what the verbs print, their exit codes,
# and what git says of what they made.
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
	"$@" > "$work/out" 2> "$work/messages" && code=0 || code=$?
	if [ "$code" != "$wanted" ]; then
		echo "$*: exit $code, not $wanted"
		cat "$work/out" "$work/messages"
		exit 1
	fi
}
# prints TEXT: that is all of it
prints() {
	printf '%s\n' "$1" > "$work/wanted"
	diff "$work/wanted" "$work/out" || { echo "printed as above"; exit 1; }
}
holds() { grep -qF -- "$1" "$work/out" || { echo "no '$1' in:"; cat "$work/out"; exit 1; }; }
says() { grep -qF -- "$1" "$work/messages" || { echo "no '$1' in:"; cat "$work/messages"; exit 1; }; }

# --- from an empty folder
expect 1 "$ztauth" status
says 'neither this folder nor one above is a workspace; `ztauth init` makes one'
mkdir 'my shop'
expect 0 "$ztauth" init 'my shop'
prints 'my shop is a workspace now, of the ledger local/my-shop
my shop/manifest.json: written, for one partition without a schema
With a schema.cedarschema, and "schema": true in the manifest, policies are validated.
Next: `ztauth status`, then `ztauth commit -m TEXT`.'
find 'my shop' -type f -exec cksum {} + | sort > before
expect 0 "$ztauth" init 'my shop' --name other
prints 'my shop is a workspace already, of the ledger local/my-shop; nothing has changed'
find 'my shop' -type f -exec cksum {} + | sort | diff before -
expect 0 "$ztauth" init 'my shop' --json
prints '{"existed":true,"manifest_written":false,"ledger":"local/my-shop"}'
mkdir other
echo 'entity U; action a appliesTo { principal: U, resource: U };' > other/schema.cedarschema
expect 0 "$ztauth" init other --name x.1 --zone 100000000001
holds 'other/manifest.json: written, for one partition with its schema'
expect 0 "$ztauth" validate other
expect 1 "$ztauth" init fresh --name a/b
expect 1 "$ztauth" init other/manifest.json
# What was interrupted before its last step goes on.
rm other/.ztauth/config.json
expect 0 "$ztauth" init other --name x.1 --zone 100000000001
holds 'other is a workspace now, of the ledger 100000000001/x.1'

# --- the first commit, of a folder that is a git repository too
cp -R "$root/examples/shop/ledger" shop
if command -v git > /dev/null; then git -C shop init -q; fi
cd shop
expect 0 "$ztauth" init
holds '. is a workspace now, of the ledger local/shop'
expect 1 "$ztauth" log
says 'there is no commit yet'
expect 0 "$ztauth" status
holds 'local/shop, no commit yet'
holds 'A  trust/levels.json'
holds 'valid; 8 tests passed, 0 warnings'
"$ztauth" key gen --ssh --out ../key > ../key.line
expect 64 "$ztauth" commit
says '-m is needed'
expect 64 "$ztauth" commit -m
expect 64 "$ztauth" commit -x y
expect 1 "$ztauth" commit -m '' --key ../key
expect 0 "$ztauth" commit -m 'Sell teapots' --key ../key
holds '] Sell teapots'
holds "signed by $("$ztauth" key show --fingerprint ../key)"
expect 0 "$ztauth" commit -m 'Sell teapots' --key ../key
prints 'nothing to commit: the folder is as HEAD has it'
expect 0 "$ztauth" status
holds 'nothing has changed'
if command -v git > /dev/null; then
	git status --porcelain --ignored | grep -q ztauth/ || { echo 'git sees .ztauth'; exit 1; }
	git status --porcelain | grep ztauth && exit 1
fi

# --- what is not valid is not committed
cp shop.cedar ../shop.cedar
echo 'permit (' >> shop.cedar
expect 3 "$ztauth" status
holds 'M  shop.cedar'
holds 'not valid; 1 errors: `ztauth validate` says which'
expect 3 "$ztauth" commit -m 'Broken' --key ../key
holds 'shop.cedar:13:1: error:'
holds 'not valid, and so not committed'
expect 3 "$ztauth" commit -m 'Broken' --json
holds '{"commit":null,"changes":[],"findings":[{"severity":"error","rule":"syntax"'
expect 0 "$ztauth" log
[ "$(grep -c '^commit ' ../out)" = 1 ]
cp ../shop.cedar shop.cedar

# --- from a folder inside, unsigned; then the configured author and key
printf '\n@id("all-view")\npermit (principal, action == Action::"view", resource);\n' >> shop.cedar
cd entities
expect 0 "$ztauth" commit -mView
says 'warning: the commit is not signed; see --key'
cd ..
printf '%s\n' '{"zone":"local","name":"shop","author":{"name":"Bob","email":"bob@shop.example"},"key":"../key"}' > .ztauth/config.json
sed -i 's/> 10/> 20/' shop.cedar
expect 0 "$ztauth" commit -m 'Allow twenty

Resellers begin above.'
expect 0 "$ztauth" log
signed=$(awk '$1 == "commit" {print $2}' ../out | sed -n 1p)
unsigned=$(awk '$1 == "commit" {print $2}' ../out | sed -n 2p)
holds 'Author: Bob <bob@shop.example>'
holds '    Resellers begin above.'
expect 0 "$ztauth" log --json --limit 2
[ "$(wc -l < ../out)" = 2 ]
holds '"author":"Alice"'
expect 0 "$ztauth" log HEAD~2
[ "$(grep -c '^commit ' ../out)" = 1 ]
first=$(awk '$1 == "commit" {print $2}' ../out)
expect 0 "$ztauth" log "$(printf %.7s "$first")" --limit=1
holds "$first"
expect 1 "$ztauth" log HEAD~3
says 'the history does not go back that far'
expect 1 "$ztauth" log abc
says '`abc` is no commit: HEAD, a ref, or at least 4 digits of an id'
expect 1 "$ztauth" log 'HEAD~x'
expect 64 "$ztauth" log --limit many
expect 0 "$ztauth" log -h
holds 'Usage: ztauth log [COMMIT]'

# --- a key that only an agent holds
if command -v ssh-agent > /dev/null && command -v ssh-add > /dev/null; then
	eval "$(ssh-agent -s)" > /dev/null
	trap 'kill "$SSH_AGENT_PID"; rm -rf "$work"' EXIT
	"$ztauth" key gen --ssh --out ../agent-key > /dev/null
	ssh-add -q ../agent-key
	rm ../agent-key
	echo '// Seen by the agent.' >> shop.cedar
	expect 0 "$ztauth" commit -m Agent --key ../agent-key.pub
	holds "signed by $("$ztauth" key show --fingerprint ../agent-key.pub)"
	ssh-add -q -D
	echo '// Not seen by the agent.' >> shop.cedar
	expect 1 "$ztauth" commit -m Agent --key ../agent-key.pub
	says 'ssh-agent does not hold the key of this public key'
	sed -i '$d' shop.cedar
fi

# --- git reads what we wrote
if command -v git > /dev/null && command -v python3 > /dev/null; then
	"$root/tests/cli/store_to_git" .ztauth/store.db ../repo
	git -C ../repo fsck --strict
	{ printf 'alice@shop.example '; cut -d' ' -f1,2 ../key.line; } > ../allowed
	git -C ../repo config gpg.ssh.allowedSignersFile "$work/allowed"
	git -C ../repo verify-commit "$signed" 2> ../messages
	says 'Good "git" signature for alice@shop.example'
	git -C ../repo log --show-signature > ../out
	holds 'Good "git" signature for alice@shop.example'
	if git -C ../repo verify-commit "$unsigned" 2> /dev/null; then
		echo 'an unsigned commit was verified'
		exit 1
	fi
	git -C ../repo log --format=%H > ../out
	prints "$("$ztauth" log | awk '$1 == "commit" {print $2}')"
	git -C ../repo archive HEAD | tar -x -C ../my\ shop
	diff -r -x .git -x .ztauth . ../my\ shop
fi
