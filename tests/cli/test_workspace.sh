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

# --- with a list of signers, the gate lets nobody else commit
"$ztauth" key gen --ssh --out ../stranger > /dev/null
echo "bob@shop.example $(cut -d' ' -f1,2 ../key.pub)" > ../signers
cp .ztauth/config.json ../config.json
sed -i 's|"key":"../key"|"key":"../key","signers":"../signers"|' .ztauth/config.json
head=$("$ztauth" log --limit 1 --json)
echo '// By whom?' >> shop.cedar
expect 3 "$ztauth" commit -m 'Not his' --key ../stranger
holds '[signature]'
holds 'not valid, and so not committed'
expect 3 "$ztauth" commit -m 'Not his' --key ../stranger --json
holds '{"commit":null,"changes":[{"change":"changed","path":"shop.cedar"}],"findings":[{"severity":"error","rule":"signature"'
expect 0 "$ztauth" checkout HEAD --force
expect 3 "$ztauth" revert HEAD --key ../stranger
holds '[signature]'
expect 0 "$ztauth" status
holds 'nothing has changed'
[ "$("$ztauth" log --limit 1 --json)" = "$head" ]
echo '// By Bob.' >> shop.cedar
expect 0 "$ztauth" commit -m 'His'
expect 0 "$ztauth" revert HEAD
cp ../config.json .ztauth/config.json

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

# --- what differs
sed -i 's/> 20/> 30/; /all-view/d' shop.cedar
printf '[]\n' > entities/more.json
rm trust/groups.json
printf '@id("no-night")   forbid(principal,action,resource) when { false };' > night.cedar
expect 0 "$ztauth" diff
sed -n 1,7p ../out > ../head && mv ../head ../out
prints 'policies: 2 added, 1 changed, 1 removed
D  all-view (shop.cedar)
M  no-bulk (shop.cedar)
A  no-night (night.cedar)
A  shop.cedar#2 (shop.cedar)

--- /dev/null'
expect 0 "$ztauth" diff
holds '+++ b/entities/more.json'
holds '@@ -0,0 +1 @@'
holds '+[]'
holds '+++ b/night.cedar'
holds '-when { context has quantity && context.quantity > 20 };'
holds '+++ /dev/null'
holds '\ No newline at end of file'
if command -v git > /dev/null; then
	# git applies what we print to what we printed it from.
	sed '1,/^$/d' ../out > ../patch
	rm -rf ../patched && mkdir ../patched && cp -R . ../patched/ && rm -rf ../patched/.git
	(cd ../patched && git apply -R --unsafe-paths ../patch)
	"$ztauth" checkout HEAD > /dev/null && code=0 || code=$?
	[ "$code" = 2 ] || { echo "checkout over uncommitted changes: $code"; exit 1; }
fi
expect 0 "$ztauth" diff HEAD~1 HEAD
expect 0 "$ztauth" diff --json
if command -v python3 > /dev/null; then python3 -m json.tool < ../out > /dev/null; fi
holds '{"policies":[{"change":"removed","policy":"all-view","file":"shop.cedar"}'
expect 64 "$ztauth" diff HEAD HEAD HEAD
expect 1 "$ztauth" diff nothing
# Only how they are laid out: no policy differs.
cp shop.cedar ../changed.cedar
expect 0 "$ztauth" show HEAD
holds 'commit '

# --- checkout: what is in no commit is safe
expect 2 "$ztauth" checkout HEAD
holds 'shop.cedar: it is in no commit, and would be overwritten'
holds 'nothing was done; see --force'
cmp shop.cedar ../changed.cedar
[ ! -e trust/groups.json ]
expect 0 "$ztauth" checkout HEAD --force
holds 'M  shop.cedar'
holds 'A  trust/groups.json'
expect 0 "$ztauth" status
holds 'A  entities/more.json'
holds 'A  night.cedar'
if [ -d ../patched ]; then
	rm entities/more.json night.cedar
	diff -r -x .ztauth -x .git . ../patched
fi
rm -f entities/more.json night.cedar
expect 0 "$ztauth" checkout "$first"
holds 'M  shop.cedar'
if grep -q all-view shop.cedar; then exit 1; fi
cp shop.cedar ../first.cedar
expect 0 "$ztauth" checkout HEAD --
expect 0 "$ztauth" status
holds 'nothing has changed'
[ -z "$(ls -A .ztauth/tmp)" ]
# A link is never followed, and not lost without a word.
mv trust ../trust && ln -s ../trust trust
expect 2 "$ztauth" checkout HEAD
expect 1 "$ztauth" checkout HEAD --force
rm trust && mv ../trust trust
mv trust/groups.json ../groups.json && ln -s ../../groups.json trust/groups.json
expect 2 "$ztauth" checkout HEAD
holds 'trust/groups.json: it is in no commit, and would be overwritten'
expect 0 "$ztauth" checkout HEAD --force
cmp trust/groups.json ../groups.json
[ ! -L trust/groups.json ]

# --- who wrote what
expect 0 "$ztauth" blame shop.cedar
[ "$(wc -l < ../out)" = "$(wc -l < shop.cedar)" ]
grep -q "^$(printf %.8s "$first") Alice .* 1) @id(\"customers-buy\")" ../out
grep -q "^$(printf %.8s "$signed") Bob .*> 20 };" ../out
expect 0 "$ztauth" blame shop.cedar "$first" --json
holds '{"line":1,"commit":"'
expect 1 "$ztauth" blame nothing.cedar
says 'HEAD has no file `nothing.cedar`'
expect 1 "$ztauth" blame trust
expect 1 "$ztauth" blame shop.cedar/x
expect 64 "$ztauth" blame

# --- undoing
echo '//' >> night.cedar
expect 1 "$ztauth" revert "$signed"
says 'the folder is not as HEAD has it'
rm night.cedar
expect 0 "$ztauth" revert "$signed"
holds '] Revert "Allow twenty"'
holds 'M  shop.cedar'
grep -q '> 10' shop.cedar
grep -q all-view shop.cedar
expect 0 "$ztauth" show
holds "    This reverts commit $signed."
expect 0 "$ztauth" status
holds 'nothing has changed'
expect 0 "$ztauth" revert "$signed"
holds 'nothing to commit'
sed -i 's/> 10/> 11/' shop.cedar
expect 0 "$ztauth" commit -m Eleven
expect 2 "$ztauth" revert "$signed"
prints 'shop.cedar:11: these lines have changed since
not undone: this has to be done by hand'
expect 2 "$ztauth" revert "$signed" --json
holds '{"places":[{"line":11,"file":"shop.cedar","message":"these'
expect 2 "$ztauth" revert "$first"
holds 'shop.cedar: it was added by this commit and has changed since'
# What would not be valid does not come to be.
cp tests/buying.json ../buying.json
sed -i 's/"customers-buy"/"customers-buy-all"/' tests/buying.json shop.cedar
expect 0 "$ztauth" commit -m Rename
sed -i 's/  /	/' tests/buying.json
sed -i '1s/$/ \/\/ renamed/' shop.cedar
expect 0 "$ztauth" commit -m Tabs
sed -i 's/"customers-buy-all"/"customers-buy"/' shop.cedar
expect 3 "$ztauth" commit -m 'Rename half'
expect 0 "$ztauth" checkout HEAD --force
expect 64 "$ztauth" revert

# --- what a commit would change
cat > ../requests <<-'END'
	{"subject":{"type":"User","id":"alice"},"action":{"name":"buy"},"resource":{"type":"Product","id":"teapot"},"context":{"quantity":10}}

	{"principal":"User::\"alice\"","action":"Action::\"buy\"","resource":"Product::\"teapot\"","context":{"quantity":2,"ztauth":{"workload":"","level":0,"ring":0,"scopes":[],"delegation":[]}}}
	{"principal":"User::\"zoe\"","action":"Action::\"view\"","resource":"Product::\"teapot\"","context":{"ztauth":{"workload":"","level":0,"ring":0,"scopes":[],"delegation":[]}}}
	{"subject":{"type":"Robot","id":"r"},"action":{"name":"buy"},"resource":{"type":"Product","id":"teapot"}}
	{"subject":{"type":"User","id":"alice"},"action":{"name":"give"},"resource":{"type":"Product","id":"teapot"}}
END
expect 0 "$ztauth" plan
prints 'files: 0 differ; policies: 0 differ; 8 tests, 0 failed'
expect 0 "$ztauth" plan --requests ../requests
holds 'requests: 5; 0 would be answered otherwise (0 to allow, 0 to deny, 0 to no question); 2 no questions'
holds '5: no question: the schema has no entity type `Robot` at /principal'
sed -i 's/> 11/> 5/; s/^permit (principal, action == Action::"view", resource)/permit (principal == User::"yan", action == Action::"view", resource)/' shop.cedar
sed -i 's/^action view, buy/action give, view, buy/' schema.cedarschema
expect 2 "$ztauth" plan --requests ../requests
sed -n '1,/^$/p' ../out > ../head
holds 'M  schema.cedarschema'
holds 'policies: 0 added, 2 changed, 0 removed'
holds '1: allow -> deny: {"subject"'
holds '  under HEAD: allow by `customers-buy-all`'
holds '  in the folder: deny by `no-bulk`'
holds 'forbid `no-bulk` does not hold: its `when` fails'
holds '    context.quantity > 11  =  false'
holds 'forbid `no-bulk` holds'
holds '4: allow -> deny: {"principal":"User::\"zoe\""'
holds 'permit `all-view` does not apply: the scope of principal does not hold'
holds '6: no question -> deny: '
holds '  under HEAD: no question: '
holds 'requests: 5; 3 would be answered otherwise (0 to allow, 3 to deny, 0 to no question); 1 no questions'
"$ztauth" plan --requests - --json < ../requests > ../out && code=0 || code=$?
[ "$code" = 2 ]
if command -v python3 > /dev/null; then python3 -m json.tool < ../out > /dev/null; fi
holds '"refused":[{"line":5,"message":"the schema has no entity type `Robot` at /principal"}],"decided":true,"requests":5,"to_allow":0,"to_deny":3,"to_none":0,"tests":8,"tests_failed":0,"valid":true}'
# A test that fails: what would be decided is said all the same.
sed -i 's/> 5/> 500/' shop.cedar
expect 3 "$ztauth" plan --requests ../requests
holds '[test-failed]'
holds 'requests: 5; 2 would be answered otherwise'
holds 'not valid: this would not be committed'
echo 'permit' >> shop.cedar
expect 3 "$ztauth" plan --requests ../requests
holds 'requests: not decided, for the folder does not load'
expect 1 "$ztauth" plan --requests ../nothing
expect 0 "$ztauth" checkout HEAD --force
# Before the first commit nothing is permitted.
(
	cd ../other
	echo 'permit(principal,action,resource);' > p.cedar
	echo '{"principal":"U::\"a\"","action":"Action::\"a\"","resource":"U::\"b\"","context":{}}' > ../one
	expect 2 "$ztauth" plan --requests ../one
	holds '1: deny -> allow: {"principal"'
	holds '  under HEAD: deny: no policy permits'
	holds '  in the folder: allow by `p.cedar#0`'
)

# --- colour is for terminals
if command -v python3 > /dev/null; then
	on_terminal() {
		python3 -c 'import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)' "$@" < /dev/null
	}
	escape=$(printf '\033[')
	echo '// more' >> shop.cedar
	on_terminal "$ztauth" status > ../out
	holds "${escape}33mM  shop.cedar"
	NO_COLOR=1 on_terminal "$ztauth" status > ../out
	holds 'M  shop.cedar'
	if grep -qF "$escape" ../out; then exit 1; fi
	expect 0 "$ztauth" checkout HEAD --force
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
	for range in HEAD~1..HEAD HEAD~3..HEAD; do
		git -C ../repo diff --numstat "$range" | cut -f3 > ../wanted
		"$ztauth" diff "${range%..*}" "${range#*..}" --json > ../out
		python3 -c 'import json,sys; [print(f["path"]) for f in json.load(sys.stdin)["files"]]' < ../out | diff ../wanted -
		git -C ../repo diff --numstat "$range" | cut -f1,2 > ../wanted
		python3 - ../out <<-'END' | diff ../wanted -
		import json, sys
		for f in json.load(open(sys.argv[1]))["files"]:
		    lines = f["diff"].split("\n")
		    print(sum(l[:1] == "+" for l in lines), sum(l[:1] == "-" for l in lines), sep="\t")
		END
	done
	git -C ../repo log --format=%H > ../out
	prints "$("$ztauth" log | awk '$1 == "commit" {print $2}')"
	git -C ../repo archive HEAD | tar -x -C ../my\ shop
	diff -r -x .git -x .ztauth . ../my\ shop
fi
