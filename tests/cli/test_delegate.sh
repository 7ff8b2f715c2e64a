#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# ztauth delegate: a grant is made, taken, passed on, shown and taken back, in a
# file and at a server. SPEC: ztauth 7
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
delegate() { "$ztauth" delegate "$@"; }
alice='User::"alice"' agent=spiffe://shop.example/agent order=spiffe://shop.example/order-api
teapot='Product::"teapot"' zone=100000000001

"$ztauth" key gen --out alice.pem >alice.jwk
"$ztauth" key gen --out agent.pem >agent.jwk
"$ztauth" key gen --out other.pem >other.jwk
printf '{"keys":[%s]}' "$(cat alice.jwk)" >alice.jwks
printf '{"keys":[%s]}' "$(cat other.jwk)" >other.jwks
thumbprint=$(sed 's/.*"kid":"\([^"]*\)".*/\1/' agent.jwk)

# --- help, and wrong use
for verb in grant accept list show revoke add; do
	expect 0 delegate $verb --help
	holds "Usage: ztauth delegate $verb"
done
expect 64 delegate grant --from "$alice" --to "$agent" --zone $zone --actions buy --for 1h "$teapot"
says 'either --key or --sign-in'
expect 64 delegate grant --key alice.pem --to "$agent" --zone $zone --actions buy --for 1h "$teapot"
says '--from, --to and --zone'
expect 64 delegate grant --key alice.pem --from "$alice" --to "$agent" --zone $zone --actions buy "$teapot"
says '--for or --until'
expect 64 delegate grant --key alice.pem --from "$alice" --to "$agent" --zone $zone --actions buy --for 1h
says 'a resource is needed'
expect 64 delegate grant --key alice.pem --from "$alice" --to "$agent" --zone $zone --for 1h "$teapot"
says '--actions is needed'
for span in 1 h -1h 1w 1hh 0s; do
	expect 64 delegate grant --key alice.pem --from "$alice" --to "$agent" --zone $zone --actions buy \
	    --for=$span "$teapot"
	says '--for: a time is'
done
expect 64 delegate grant --key alice.pem --from "$alice" --to "$agent" --zone $zone --actions buy \
    --until tomorrow "$teapot"
says '--until: a time is'
expect 64 delegate list
says 'either --file or --server'
expect 64 delegate revoke --server http://127.0.0.1:9/zones/$zone some-grant-of-hers
says '--token is needed'

# --- what is no grant is not signed, and the place is named
expect 1 delegate grant --key alice.pem --from "$alice" --to "$agent" --zone $zone --actions buy \
    --for 400d "$teapot"
says 'the grant, at /exp: `exp` must be after'
expect 1 delegate grant --key alice.pem --from "$alice" --to "$agent" --zone $zone --actions buy \
    --for 1h --when '1 +' "$teapot"
says 'the grant, at /authority/when'
expect 1 delegate grant --key alice.jwk --from "$alice" --to "$agent" --zone $zone --actions buy \
    --for 1h "$teapot"
test ! -s out

# --- said in plain words, and signed
expect 0 delegate grant --key alice.pem --from "$alice" --to "$agent" --zone $zone --actions buy,refund \
    --for 8h --max-depth 1 --purpose tea --when 'context.quantity < 5' --out root.jws "$teapot" Receipt
says "$agent may buy and refund Product::\"teapot\" and every Receipt for User::\"alice\", from "
says ', when context.quantity < 5; it may be passed on, 1 deep.'
says 'purpose    tea'
test ! -s out
expect 1 delegate grant --key alice.pem --from "$alice" --to "$agent" --zone $zone --actions buy \
    --for 8h --out root.jws "$teapot"
says 'root.jws: cannot make it'
expect 0 delegate show root.jws
holds 'every Receipt'
holds '  to         spiffe://shop.example/agent'
expect 0 delegate show --json root.jws
holds '"actions":["buy","refund"],"resources":["Product::\"teapot\"","Receipt"]'
expect 0 delegate grant --key alice.pem --from "$alice" --to "$agent" --zone $zone --actions buy --for 1m \
    --statement 'Anna may buy tea.' --json "$teapot"
says 'Anna may buy tea.'
holds '"statement":"Anna may buy tea."'

# --- passed on: what is not said stays, nothing may be more
expect 0 delegate grant --key agent.pem --parent root.jws --to "$order" --actions buy --out child.jws
says "$order may buy Product::\"teapot\" and every Receipt for $agent"
says 'purpose    tea'
expect 1 delegate grant --key agent.pem --parent root.jws --to "$order" --actions buy,sell
says 'wider_actions'
expect 1 delegate grant --key agent.pem --parent root.jws --to "$order" Product
says 'wider_resources'
expect 1 delegate grant --key agent.pem --parent root.jws --to "$order" --for 9h
says 'wider_time'
expect 1 delegate grant --key agent.pem --parent root.jws --to "$order" --max-depth 1
says 'wider_depth'
expect 1 delegate grant --key agent.pem --parent root.jws --to "$order" --purpose coffee
says 'wider_purpose'
expect 1 delegate grant --key alice.pem --from "$alice" --parent root.jws --to "$order"
says 'not_delegate'

# --- a file, for whoever runs the server
expect 0 delegate add --file grants --empty
expect 0 delegate list --file grants
test ! -s out
expect 0 delegate add --file grants root.jws
expect 0 delegate add --file grants child.jws
root_jti=$("$ztauth" delegate show root.jws | sed -n 's/^  jti  *//p')
child_jti=$("$ztauth" delegate show child.jws | sed -n 's/^  jti  *//p')
expect 0 delegate list --file grants
test "$(grep -c '^live' out)" = 2
expect 0 delegate list --file grants --to "$order" --json
test "$(wc -l <out)" = 1
holds "\"above\":[\"$root_jti\"]"
expect 0 delegate show --file grants "$root_jti"
holds "below      $child_jti"
holds 'state      live'
expect 0 delegate revoke --file grants "$root_jti"
expect 0 delegate show --file grants "$child_jti"
holds 'state      revoked'
expect 1 delegate show --file grants no-such-grant-here
says 'there is no grant of this `jti`'
expect 1 delegate revoke --file grants no-such-grant-here

# --- a server
mkdir keys
for name in corp spire; do
	"$ztauth" key gen --out $name.pem >$name.jwk
done
printf '{"keys":[%s]}' "$(cat corp.jwk)" >keys/corp.json
sed 's/"use":"sig"/"use":"jwt-svid"/; s/.*/{"keys":[&]}/' spire.jwk >keys/spire.json
"$ztauth" key gen --out zone.pem >/dev/null
cp -R "$root/examples/shop/ledger" ledger
sed -i 's|"spiffe://shop.example/order-api"|&, "spiffe://shop.example/agent"|' ledger/trust/groups.json
cat >>ledger/trust/elevation.cedar <<'END'
@id("services-may-be-given")
permit (principal in ZTAuth::Group::"order-services", action == ZTAuth::Action::"delegate", resource);
END
cat >ledger/trust/delegators.json <<END
{ "delegators": [ { "name": "User::\"alice\"", "jwks": { "keys": [ $(cat alice.jwk) ] } },
                  { "name": "$agent", "jwks": { "keys": [ $(cat agent.jwk) ] } } ] }
END
cat >ztauth.conf <<END
zone $zone
trust_domain shop.example
ledger_dir ledger
log_dir log
signing_key zone.pem
jwks_dir keys
listen 127.0.0.1:0
delegations live
END
expect 0 delegate add --file live --empty
"$ztauth" serve --config ztauth.conf 2>said &
server=$!
i=0
until port=$(sed -n 's|.*listening on http://127.0.0.1:||p' said) && test -n "$port"; do
	i=$((i + 1))
	test $i -lt 500 || { cat said; exit 1; }
	sleep 0.02
done
url=http://127.0.0.1:$port/zones/$zone
"$ztauth" token mint --key corp.pem --iss https://corp.example --sub alice --aud shop.example >alice.token
"$ztauth" token mint --key corp.pem --iss https://corp.example --sub bob --aud shop.example >bob.token
"$ztauth" token mint --key spire.pem --sub "$order" --aud shop.example >order.token
now=$(date +%s)
printf '{"sub":"%s","aud":"shop.example","iat":%s,"exp":%s,"cnf":{"jkt":"%s"}}' "$agent" "$now" \
    $((now + 300)) "$thumbprint" >agent.claims
"$ztauth" token mint --key spire.pem --claims agent.claims >agent.token

# What is bound to a key is taken with it, and with no other.
expect 0 delegate grant --key alice.pem --from "$alice" --to "$agent" --actions buy --for 1h --max-depth 1 \
    --bind "$thumbprint" --zone $zone --out bound.jws "$teapot"
expect 1 delegate accept --server "$url" --token agent.token bound.jws
says 'bound to a key: --token-key'
expect 1 delegate accept --server "$url" --token agent.token --token-key other.pem bound.jws
says 'bound to another key'
expect 1 delegate accept --server "$url" --token agent.token --token-key agent.pem --keys other.jwks bound.jws
says 'the grant: unknown_key'
expect 0 delegate accept --server "$url" --token agent.token --token-key agent.pem --keys alice.jwks bound.jws
says "bound to   $thumbprint"
root_jti=$(cat out)
expect 1 delegate accept --server "$url" --token agent.token --token-key agent.pem bound.jws
says 'the server answers 409: there is a grant of this `jti`'

# Passed on by its `jti`, and registered by who passes it on.
expect 0 delegate grant --server "$url" --token agent.token --token-key agent.pem --key agent.pem \
    --parent "$root_jti" --to "$order" --out passed.jws
expect 0 delegate list --server "$url" --token order.token
holds "$agent -> $order"
test "$(grep -c '^live' out)" = 1
child_jti=$("$ztauth" delegate show passed.jws | sed -n 's/^  jti  *//p')
expect 0 delegate show --server "$url" --token alice.token "$root_jti"
holds "below      $child_jti"
expect 0 delegate show --server "$url" --token order.token --json "$child_jti"
holds "\"above\":[\"$root_jti\"]"
expect 1 delegate show --server "$url" --token bob.token "$child_jti"
says '404'

# A grant whose signature is another's is refused, and the exit code is a no.
expect 0 delegate grant --key other.pem --from "$alice" --to "$order" --actions buy --for 1h --zone $zone \
    --out forged.jws "$teapot"
expect 2 delegate accept --server "$url" --token order.token forged.jws
says 'the server answers 403: the grant: unknown_key'

# What is signed in for: a payload, its nonce, and an ID token. Here, of nobody.
expect 0 delegate grant --sign-in --from "$alice" --to "$order" --actions buy --for 1h --server "$url" \
    --out signed-in.json "$teapot"
says 'Sign in with its digest as the nonce'
nonce=$(sed -n 's/^  digest  *//p' err)
test "$nonce" = "$(tr -d '\n' <signed-in.json | openssl dgst -sha256 -binary | basenc --base64url | tr -d '=\n')"
expect 2 delegate accept --server "$url" --token order.token --id-token bob.token signed-in.json
says 'at /consent'
expect 1 delegate accept --server "$url" --token order.token signed-in.json
says 'not signed: --id-token is needed'
expect 1 delegate accept --server "$url" --token order.token --id-token bob.token forged.jws
says 'it goes without --id-token'

# Taken back: not by who was given, not by others.
expect 2 delegate revoke --server "$url" --token order.token "$child_jti"
says 'the server answers 403: a grant is revoked by who gave it, or one above'
expect 1 delegate revoke --server "$url" --token bob.token "$child_jti"
says '404'
expect 0 delegate revoke --server "$url" --token alice.token "$root_jti"
expect 0 delegate list --server "$url" --token alice.token
test "$(grep -c '^revoked' out)" = 2
expect 1 delegate list --server "$url/ledgers/main" --token alice.token
says 'the URL of a zone is'
echo ok
