#!/bin/sh
# ztauth cedar search as a user would try it: output and exit codes.
set -eu
ztauth=${BUILD:-$(dirname "$0")/../../build}/ztauth
case $ztauth in /*) ;; *) ztauth=$PWD/$ztauth ;; esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
expect() {
	wanted_code=$1 wanted=$2
	shift 2
	out=$("$@" 2> err) && code=0 || code=$?
	if [ "$code" != "$wanted_code" ] || [ "$out" != "$wanted" ]; then
		echo "$*: exit $code, not $wanted_code; printed '$out', not '$wanted'"
		cat err
		exit 1
	fi
}
complains() { grep -q "$1" err || { echo "no '$1' in:"; cat err; exit 1; }; }

cat > p.cedar <<'X'
permit (principal, action == Action::"read", resource) when { resource.owner == principal };
permit (principal in Team::"red", action, resource == Doc::"2");
forbid (principal, action == Action::"drop", resource);
X
cat > e.json <<'X'
[{"uid": {"type": "User", "id": "al\"ice"}, "attrs": {}, "parents": [{"type": "Team", "id": "red"}]},
 {"uid": {"type": "User", "id": "bob"}, "attrs": {}, "parents": []},
 {"uid": {"type": "Doc", "id": "1"}, "attrs": {"owner": {"__entity": {"type": "User", "id": "al\"ice"}}}, "parents": []},
 {"uid": {"type": "Doc", "id": "2"}, "attrs": {"owner": {"__entity": {"type": "User", "id": "bob"}}}, "parents": []}]
X
search="$ztauth cedar search --policies p.cedar --entities e.json --request r.json"
alice='{"type":"User","id":"al\"ice"}'
request() { printf '%s\n' "$1" > r.json; }

request "{\"principal\":$alice,\"action\":\"Action::\\\"read\\\"\",\"resource\":{\"type\":\"Doc\"}}"
expect 0 'Doc::"2"
Doc::"1"' $search
expect 0 'Doc::"2"' $search --limit 1
expect 0 '{"results":[{"type":"Doc","id":"2"}],"more":true}' $search --limit 1 --json
expect 0 '{"results":[{"type":"Doc","id":"2"},{"type":"Doc","id":"1"}],"more":false}' $search --json
request '{"principal":{"type":"User"},"action":"Action::\"read\"","resource":"Doc::\"2\""}'
expect 0 'User::"al\"ice"
User::"bob"' $search
request "{\"principal\":$alice,\"resource\":\"Doc::\\\"2\\\"\"}"
expect 0 'Action::"read"' $search
expect 0 '{"results":[{"type":"Action","id":"read"}],"more":false}' $search --json

# Nothing found is no failure; what cannot be searched is, and prints nothing.
request '{"principal":"User::\"eve\"","action":"Action::\"read\"","resource":{"type":"Doc"}}'
expect 0 '' $search
expect 0 '{"results":[],"more":false}' $search --json
request '{"principal":"User::\"eve\"","action":"Action::\"read\"","resource":"Doc::\"1\""}'
expect 1 '' $search --json
complains 'a search leaves out'
request '{"principal":{"type":"User"},"resource":"Doc::\"1\""}'
expect 1 '' $search
complains 'only one of principal, action and resource'
expect 64 '' $search --limit 0
expect 64 '' $search --limit=-1
expect 64 '' $search --limit 1x
expect 64 '' "$ztauth" cedar search --policies p.cedar --entities e.json
expect 64 '' $search --validate-request
complains 'schema is needed'

# With a schema.
cat > s.cedarschema <<'X'
entity Team; entity User in [Team]; entity Doc { owner: User };
action read, drop appliesTo { principal: User, resource: Doc };
action list appliesTo { principal: User, resource: Team };
X
sed -i '/"id": "bob"}, "attrs": {}/s/"parents": \[\]/"parents": [{"type": "Team", "id": "red"}]/' e.json
request '{"principal":"User::\"bob\"","resource":"Doc::\"2\""}'
expect 0 'Action::"read"
Action::"list"' $search --schema s.cedarschema
expect 0 'Action::"read"' $search --schema s.cedarschema --validate-request
request '{"principal":"User::\"bob\"","action":"Action::\"read\"","resource":{"type":"Dcc"}}'
expect 1 '' $search --schema s.cedarschema
complains 'no entity type .Dcc.'
"$ztauth" cedar search --help | grep -q -- --limit
echo ok
