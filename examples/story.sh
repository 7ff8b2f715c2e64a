# shellcheck shell=sh
# story.sh - what the stories of examples/ have in common; each sources it.
#
# A story uses build/ztauth as it is, over HTTP on a free port of loopback. It
# ends 0 only if every step came out as told, and leaves nothing behind.
set -eu
ztauth=${ZTAUTH:-$here/../../build/ztauth}
work=$(mktemp -d)
server=
leave() {
	test -z "$server" || kill "$server" 2>/dev/null || true
	rm -rf "$work"
}
trap leave EXIT
trap 'exit 1' INT TERM HUP

# --- telling

step() { printf '\n== %s\n' "$*"; }
tell() { printf '   %s\n' "$*"; }
fail() {
	printf '\nFAILED: %s\n' "$*" >&2
	test ! -f "$work/server.log" || cat "$work/server.log" >&2
	test ! -d "$work/log" || last_record >&2
	exit 1
}
field() { printf '%s' "$1" | jq -r "$2"; }

# expect WHAT VALUE WANTED
expect() {
	test "$2" = "$3" || fail "$1 is '$2', not '$3'"
	tell "$1: $2"
}
the_end() { printf '\nEvery step came out as told.\n'; }

# --- the server

wait_for() {
	i=0
	until grep -qs "$1" "$work/server.log"; do
		i=$((i + 1))
		test $i -lt 100 || fail "the server did not say '$1'"
		sleep 0.1
	done
}

# issuer NAME USE: a key that signs as this issuer, and its JWKS
issuer() {
	mkdir -p "$work/keys"
	jwk=$("$ztauth" key gen --out "$work/$1.pem" | jq -c --arg use "$2" '.use = $use')
	printf '{"keys":[%s]}\n' "$jwk" > "$work/keys/$1.json"
	tell "$1 signs with ES256 key $(field "$jwk" .kid)"
}

# configure DOMAIN [LINE...]: the ledger of the story, unless there is one in
# $work, and the server's settings
configure() {
	"$ztauth" key gen --out "$work/zone.pem" > "$work/zone.jwk"
	test -d "$work/ledger" || cp -R "$here/ledger" "$work/ledger"
	cat > "$work/ztauth.conf" <<EOF
zone         100000000001
trust_domain $1
ledger_dir   ledger
log_dir      log
signing_key  zone.pem
jwks_dir     keys
listen       127.0.0.1:0
EOF
	shift
	for line in "$@"; do
		printf '%s\n' "$line" >> "$work/ztauth.conf"
	done
	found=$("$ztauth" serve --config "$work/ztauth.conf" --check) ||
	    fail "the configuration is refused"
	printf '%s\n' "$found" | sed "s|$work/||; s/^/   /"
}

serve() {
	: > "$work/server.log" # what one before said is not read again
	"$ztauth" serve --config "$work/ztauth.conf" 2> "$work/server.log" &
	server=$!
	wait_for 'listening on'
	url=$(sed -n 's/.*listening on //p' "$work/server.log")
	tell "it listens on $url"
}

# Another version of the ledger gets in force; returns when it is.
reload() {
	before=$(grep -c 'in force' "$work/server.log")
	kill -HUP "$server"
	i=0
	until test "$(grep -c 'in force' "$work/server.log")" -gt "$before"; do
		i=$((i + 1))
		test $i -lt 100 || fail "the new version does not get in force"
		sleep 0.1
	done
}

stop() {
	kill -TERM "$server"
	wait "$server" || fail "the server did not end well"
	server=
	count=$("$ztauth" log tail --dir "$work/log" --from 0 | wc -l)
	tell "$count records, each written before its answer left"
}

# --- asking it

# svid NAME: a JWT-SVID of this workload, from the issuer spire
svid() {
	"$ztauth" token mint --key "$work/spire.pem" \
	    --sub "spiffe://${domain:?}/$1" --aud "$domain"
}

# exchange SUBJECT_TOKEN ACTOR_TOKEN [FIELD...]: ask for a transaction token;
# $subject_type is a whole one, or one of RFC 8693
exchange() {
	subject_token=$1 actor_token=$2
	shift 2
	type=${subject_type:-access_token}
	case $type in
	urn:*) ;;
	*) type=urn:ietf:params:oauth:token-type:$type ;;
	esac
	curl -sS --max-time 10 "$url/token" \
	    -d grant_type=urn:ietf:params:oauth:grant-type:token-exchange \
	    -d requested_token_type=urn:ietf:params:oauth:token-type:txn_token \
	    -d "subject_token_type=$type" \
	    -d actor_token_type=urn:ietf:params:oauth:token-type:jwt \
	    --data-urlencode "subject_token=$subject_token" \
	    --data-urlencode "actor_token=$actor_token" "$@"
}

# evaluate BODY
evaluate() {
	printf '%s' "$1" | curl -sS --max-time 10 "$url/access/v1/evaluation" \
	    -H 'Content-Type: application/json' -d @-
}

# --- what operators see

# record INDEX
record() {
	"$ztauth" log tail --dir "$work/log" --from "$1" | head -n 1
}
last_record() { "$ztauth" log tail --dir "$work/log" --last 1; }

show_record() {
	r=$(record "$1")
	test -n "$r" || fail "there is no record $1"
	tell "record $1: $(field "$r" '"\(.kind), allowed \(.allowed), \(.leg)/\(.code)"')"
	why=$(field "$r" '.reason // empty')
	test -z "$why" || tell "    for operators: $why"
}
show_last() { show_record "$(field "$(last_record)" .index)"; }
