#!/bin/sh
# ztauth validate and ztauth test as a user would try them: what they print, and
# their exit codes.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
ztauth=${BUILD:-$root/build}/ztauth
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
fresh() { rm -rf shop && cp -R "$root/examples/shop/ledger" shop; }
# expect CODE COMMAND...: its output goes to the file `out`
expect() {
	wanted=$1
	shift
	"$@" > out 2> messages && code=0 || code=$?
	if [ "$code" != "$wanted" ]; then
		echo "$*: exit $code, not $wanted"
		cat out messages
		exit 1
	fi
}
# prints TEXT: that is all of it
prints() {
	printf '%s\n' "$1" > wanted
	diff wanted out || { echo "printed as above"; exit 1; }
}
holds() { grep -qF "$1" out || { echo "no '$1' in:"; cat out; exit 1; }; }

# --- a valid ledger
fresh
expect 0 "$ztauth" validate shop
holds 'shop: valid; 8 tests passed; version '
(cd shop && "$ztauth" validate) > out
holds '.: valid; 8 tests passed; version '
expect 0 "$ztauth" validate shop --json
holds '{"findings":[],"version":"'
holds '"tested":true,"tests":8,"tests_failed":0,"valid":true}'
expect 0 "$ztauth" test shop
holds 'ok   shop/tests/buying.json:3:5: a customer buys a teapot'
holds '8 passed, 0 failed'
# A repository of git is a ledger, but for what git keeps beside it.
mkdir shop/.git && echo x > shop/.git/config
expect 0 "$ztauth" validate shop

# --- all that is wrong, each with its place
fresh
echo 'permit (principal action, resource);' > shop/a.cedar
echo '{"levels":[{"name":"basic","rank":-1}]}' > shop/trust/levels.json
echo '[{"uid":{"type":"Produkt","id":"x"},"attrs":{},"parents":[]}]' > shop/entities/x.json
touch shop/notes.txt shop/.hidden
ln -s /etc/passwd shop/link.cedar
expect 3 "$ztauth" validate shop
prints 'shop/.hidden:1:1: error: a name does not begin with a point [tree]
    hint: see docs/formats/ledger.md for the places that files have
shop/a.cedar:1:19: error: expected `,`, found `action` [syntax]
    hint: correct it; what stands behind it in the file was not read
shop/entities/x.json:1:9: error: the schema has no entity type `Produkt` [entity]
    hint: compare with the declaration of its type
shop/link.cedar:1:1: error: a ledger holds files and directories, nothing else [tree]
    hint: see docs/formats/ledger.md for the places that files have
shop/notes.txt:1:1: error: a ledger has no place for this file; is its partition, or the schema of it, in the manifest? [place]
    hint: see docs/formats/ledger.md for the places that files have
shop/trust/levels.json:1:35: error: `rank` must be there, a whole number from 0 [levels]
    hint: see docs/formats/trust.md
shop: not valid; errors: 6, warnings: 0'
expect 3 "$ztauth" test shop
holds 'shop/a.cedar:1:19: error: expected `,`, found `action` [syntax]'
holds 'not tested: the ledger has errors'
expect 3 "$ztauth" validate shop --json
holds '{"severity":"error","rule":"syntax","message":"expected `,`, found `action`","hint":"'
holds ',"policy":"","file":"a.cedar","line":1,"column":19}'
holds '"version":"","tested":false,"tests":0,"tests_failed":0,"valid":false}'

# --- strict validation, and what names the policy
fresh
printf '@id("gifts") permit (principal, action, resource)\nwhen { resource.gift };\n' > shop/gifts.cedar
expect 3 "$ztauth" validate shop --json
holds '"rule":"unknown-attribute"'
holds '"policy":"gifts","file":"gifts.cedar","line":2,"column":17}'

# --- a test that fails says what was expected, what came, and why
fresh
sed -i 's/> 10/> 1000/' shop/shop.cedar
expect 3 "$ztauth" validate shop
prints 'shop/tests/buying.json:14:5: error: the test `nobody buys by the hundred` fails: expected deny (denied_by_policy) by `no-bulk`, came allow (permitted) by `customers-buy` [test-failed]
    hint: correct the policies, or what the test expects; `ztauth test` says why
shop: not valid; errors: 1, warnings: 0'
expect 3 "$ztauth" test shop
prints 'ok   shop/tests/buying.json:3:5: a customer buys a teapot
FAIL shop/tests/buying.json:14:5: nobody buys by the hundred
    expected deny (denied_by_policy) by `no-bulk`, came allow (permitted) by `customers-buy`

shop/shop.cedar:1:1: permit `customers-buy` holds

shop/shop.cedar:9:1: forbid `no-bulk` does not hold: its `when` fails
    context.quantity > 1000  =  false
        context.quantity  =  100

ok   shop/tests/buying.json:25:5: who is no customer buys nothing
ok   shop/tests/elevation.json:3:5: the order service acts for a customer
ok   shop/tests/elevation.json:14:5: reporting acts for nobody
ok   shop/tests/elevation.json:24:5: payments must show more than a bearer token
ok   shop/tests/elevation.json:34:5: payments act with a fresh proof of possession
ok   shop/tests/elevation.json:45:5: but not with an old one
7 passed, 1 failed'
expect 3 "$ztauth" test shop --json
holds '"name":"nobody buys by the hundred","passed":false,"message":"expected deny (denied_by_policy) by `no-bulk`, came'
holds '"policy":"no-bulk","file":"shop.cedar","line":9,"column":1,"effect":"forbid","outcome":"condition-fails","part":"when"'
holds '"tested":true,"passed":7,"failed":1,"valid":false}'
if command -v python3 > /dev/null; then
	python3 -m json.tool < out > /dev/null
fi

# --- a plain folder: one partition is assumed, and that is said
mkdir plain
echo 'permit (principal, action, resource);' > plain/p.cedar
expect 0 "$ztauth" validate plain
holds 'plain/manifest.json:1:1: warning: there is no manifest: this folder is taken for one partition [manifest]'
holds 'plain/p.cedar:1:1: warning: there is no schema: the policies of this partition could not be validated [no-schema]'
holds 'plain: valid; 0 tests passed; version '
echo 'entity U; action a appliesTo { principal: U, resource: U };' > plain/schema.cedarschema
expect 0 "$ztauth" validate plain
mkdir plain/eu && cp plain/p.cedar plain/eu
expect 3 "$ztauth" validate plain
holds 'plain/eu/p.cedar:1:1: error: a ledger has no place for this file'
mkdir empty
expect 0 "$ztauth" validate empty
expect 0 "$ztauth" test empty
holds '0 passed, 0 failed'

# --- what cannot be done, and wrong use
expect 1 "$ztauth" validate nowhere
expect 1 "$ztauth" test plain/p.cedar
expect 64 "$ztauth" validate plain shop
expect 64 "$ztauth" test --jsn
expect 0 "$ztauth" validate --help
holds 'Usage: ztauth validate [DIR] [--json]'
expect 0 "$ztauth" test --help
holds 'Usage: ztauth test [DIR] [--json]'
echo ok
