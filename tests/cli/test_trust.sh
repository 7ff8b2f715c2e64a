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

# A run that was cut short behind its commit is made up for.
cp trust/groups.json "$work/after.json"
cp "$work/before.json" trust/groups.json
expect 0 "$ztauth" trust quarantine $web --because again
cmp trust/groups.json "$work/after.json"

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

# --- what is there, since when, and why
rm tests/elevation.json
"$ztauth" commit -m 'Test it no more' >"$work/out" 2>&1
expect 0 "$ztauth" trust show
holds 'quarantine: nobody'
"$ztauth" trust quarantine $web --because 'odd traffic' >"$work/out" 2>&1
"$ztauth" trust restore $web --because 'it was the backup' >"$work/out" 2>&1
"$ztauth" trust quarantine $web --because 'odd again' >"$work/out" 2>&1
sed -i 's/"payment-services", /"pay", /' trust/groups.json
sed -i 's/"payment-services"/"pay"/' trust/elevation.cedar
"$ztauth" commit -m 'A shorter name' >"$work/out" 2>&1
expect 0 "$ztauth" trust show
holds '  bound (2): proof by mtls, dpop or wpt, at most 300 s old'
holds '  pay, level bound'
holds '    spiffe://shop.example/payments/*'
holds 'by Alice <alice@shop.example> in'
holds ': odd again'
expect 0 "$ztauth" trust show --json
json "[q['why'] for q in o['quarantine']] == ['odd again'] and o['levels'][1]['proof_age_max_s'] == 300"
expect 2 "$ztauth" trust explain $web --for 'User::"alice"'
holds "in quarantine by \`$web\`"
holds "ztauth trust restore '$web'"
sed -i 's|"quarantine": \[|&"spiffe://a/b", |' trust/groups.json
expect 0 "$ztauth" trust show
holds 'not committed yet'
sed -i 's|"spiffe://a/b", ||' trust/groups.json
"$ztauth" trust restore $web --because 'it was the backup again' >"$work/out" 2>&1

# --- why a workload may act, and why not
expect 0 "$ztauth" trust explain $web
holds "in \`order-services\` by \`$web\`: level \`basic\` (1) is met"
holds 'next level: `bound` (2), by a group of it and proof by mtls, dpop or wpt, at most 300 s old'
expect 0 "$ztauth" trust explain $web --for 'User::"alice"' --for-source corp
holds 'it may act, by `orders-act-for-customers`'
expect 2 "$ztauth" trust explain $web --for 'User::"alice"'
holds 'it may not act: unauthorized_actor'
holds 'resource.source == "corp"  =  false'
expect 2 "$ztauth" trust explain spiffe://shop.example/payments/card
holds 'it may act for nobody: actor_below_level'
holds 'in `pay` by `spiffe://shop.example/payments/*`: level `bound` (2) is not met'
expect 2 "$ztauth" trust explain spiffe://shop.example/payments/card --proof mtls --age 301
holds 'the proof is too old'
expect 0 "$ztauth" trust explain spiffe://shop.example/payments/card --proof mtls --age 300 --for 'User::"a"' --json
json "o['permitted'] and o['policies'] == ['payments-act-for-customers'] and o['level'] == 'bound'"
expect 2 "$ztauth" trust explain spiffe://shop.example/payments/
holds 'in no group'
expect 1 "$ztauth" trust explain $web --proof trust-me
expect 1 "$ztauth" trust explain $web --for alice
expect 1 "$ztauth" trust explain $web --for 'User::"a"' --action buy
expect 64 "$ztauth" trust explain

# --- an operation, and an end that comes by itself
cat >>trust/elevation.cedar <<'END'

@id("until-april")
permit (principal in ZTAuth::Group::"reporting-services", action == ZTAuth::Action::"act_for", resource)
when { context has operation && context.operation.action == "read" && context.now < datetime("2026-04-01T00:00:00Z") };
END
set -- "$ztauth" trust explain spiffe://shop.example/reporting --for 'User::"a"' --resource 'Doc::"d"'
expect 0 "$@" --action read --at 2026-03-31T23:59:59.999Z
expect 2 "$@" --action read --at 2026-04-01T00:00:00Z
holds 'context.now < datetime("2026-04-01T00:00:00Z")  =  false'
expect 2 "$@" --action write --at 2026-03-31T00:00:00Z
expect 64 "$@" --action read --at tomorrow

# --- errors have their place
echo '{ "groups": [], "quarantine": 7 }' >trust/groups.json
expect 1 "$ztauth" trust show
says 'trust/groups.json:1:'
rm trust/groups.json
expect 1 "$ztauth" trust show
says 'trust/groups.json'

# --- statements: nothing is signed that would not be read, and what is said of one
until=$(date -u -d '+1 day' +%Y-%m-%dT00:00:00Z)
"$ztauth" key gen --out "$work/b.pem" >"$work/b.jwk"
own='{ "own": "shop.example", "domains": ['
echo "$own { \"name\": \"b.example\", \"jwks\": { \"keys\": [ $(cat "$work/b.jwk") ] } } ] }" >"$work/domains.json"
make() { echo "$1" | "$ztauth" trust statement make --key "$work/b.pem" --until "${2:-$until}"; }
frame='"iss": "b.example", "aud": "shop.example", "kind": "federation"'
expect 64 "$ztauth" trust statement make --key "$work/b.pem"
says '--until is needed'
expect 64 make '{}' tomorrow
says '--until: no time such as'
expect 1 make '[]'
says 'claims must be an object'
expect 1 make "{ $frame, \"level\": \"basic\", \"jti\": \"mine-0000000000001\" }"
says '`jti` is put there'
expect 1 make "{ $frame }"
says '`level` must be a name'
expect 1 make "{ $frame, \"level\": \"basic\" }" 2020-01-01T00:00:00Z
says '`exp` must be after `nbf`'
expect 0 make "{ $frame, \"level\": \"basic\" }"
cp "$work/out" "$work/s.json"
expect 64 "$ztauth" trust statement verify "$work/s.json"
expect 0 "$ztauth" trust statement verify --domains "$work/domains.json" "$work/s.json"
holds 'it counts'
echo "$own ] }" >"$work/nobody.json"
expect 2 "$ztauth" trust statement verify --domains "$work/nobody.json" "$work/s.json"
holds 'it does not count: trust/domains.json does not have the domain that speaks'
echo '{' >"$work/broken.json"
expect 1 "$ztauth" trust statement verify --domains "$work/broken.json" "$work/s.json"
says 'trust/domains.json:2:1:'
expect 1 "$ztauth" trust statement verify --domains "$work/domains.json" "$work/broken.json"

mkdir -p trust/statements
echo '{ "groups": [] }' >trust/groups.json
cp "$work/domains.json" trust/domains.json
cp "$work/s.json" trust/statements/b.json
expect 0 "$ztauth" trust show --json
json "o['own'] == 'shop.example'"
json "[(s['file'], s['kind'], s['level'], s['in_force'], s['problem']) for s in o['statements']] \\
    == [('trust/statements/b.json', 'federation', 'basic', True, '')]"
cp "$work/nobody.json" trust/domains.json
expect 0 "$ztauth" trust show
holds 'counts for nothing: trust/domains.json does not have the domain that speaks'
expect 2 "$ztauth" trust explain spiffe://b.example/x --json
json "o['domain'] == 'b.example' and o['refused_by'] == 'trust/statements/b.json' and o['code'] == 'unauthorized_actor'"
echo ok
