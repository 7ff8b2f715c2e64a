#!/bin/sh
# ztauth cedar authorize as a user would try it: output and exit codes.
set -eu
ztauth=${BUILD:-$(dirname "$0")/../../build}/ztauth
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
case $ztauth in /*) ;; *) ztauth=$OLDPWD/$ztauth ;; esac

cat > p.cedar <<'X'
permit (principal == User::"alice", action, resource) when { context.n > 1 };
forbid (principal, action == Action::"drop", resource);
X
echo '[]' > e.json
request() {
	printf '{"principal":"User::\\"%s\\"","action":{"type":"Action","id":"%s"},"resource":"Doc::\\"1\\"","context":%s}' "$@" > r.json
}
authorize="$ztauth cedar authorize --policies p.cedar --entities e.json"

request alice read '{"n":2}'
expect 0 '{"decision":"Allow","reason":["policy0"],"errors":[]}' $authorize --request r.json
expect 0 '{"decision":"Allow","reason":["policy0"],"errors":[]}' $authorize --request=r.json
cp r.json r0.json
request alice read '{"n":1}'
expect 2 '{"decision":"Deny","reason":[],"errors":[]}' $authorize --request r.json
request alice drop '{"n":2}'
expect 2 '{"decision":"Deny","reason":["policy1"],"errors":[]}' $authorize --request r.json
request alice read '{}'
expect 2 '{"decision":"Deny","reason":[],"errors":["policy0"]}' $authorize --request r.json
complains 'p.cedar:1:70: policy `policy0`: '

# What cannot be evaluated is not a deny: exit 1, nothing on standard output.
echo '{"principal":' > r.json
expect 1 '' $authorize --request r.json
expect 1 '' $authorize --request missing.json
expect 1 '' $authorize
complains 'request'
expect 1 '' $authorize --request r.json --polices x
complains 'unknown option'
request alice read '{"n":2}'
echo 'permit (principal action, resource);' > bad.cedar
expect 1 '' "$ztauth" cedar authorize --policies bad.cedar --entities e.json --request r.json
complains 'bad.cedar:1:19: '

# A schema types the request, and may refuse it.
cat > s.cedarschema <<'X'
entity User, Doc;
action read appliesTo { principal: User, resource: Doc, context: { n: Long } };
X
expect 0 '{"decision":"Allow","reason":["policy0"],"errors":[]}' \
    $authorize --request r.json --schema s.cedarschema --validate-request
request alice write '{"n":2}'
expect 1 '' $authorize --request r.json --schema s.cedarschema --validate-request

# Validation: everything that is wrong at once, each with place, rule and hint.
validate="$ztauth cedar validate --schema s.cedarschema --policies v.cedar"
echo 'permit (principal, action, resource) when { context.n > 1 };' > v.cedar
expect 0 'v.cedar: valid' $validate
cat > v.cedar <<'X'
permit (principal, action, resource) when { context.m > 1 };
permit (principal is Usr, action, resource);
forbid (principal, action == Action::"write", resource) unless { [] == [1] };
X
expect 3 'v.cedar:1:53: error: the schema declares no such attribute here [unknown-attribute]
    hint: check its spelling, or guard with `is` for the type that has it
v.cedar:2:1: error: no action applies to these types of principal and resource [no-applicable-action]
    hint: compare the scope with `appliesTo` of the action
v.cedar:2:9: error: the schema declares no such entity type [unknown-entity-type]
    hint: declare it with `entity`, or give its namespace
v.cedar:3:1: error: no action applies to these types of principal and resource [no-applicable-action]
    hint: compare the scope with `appliesTo` of the action
v.cedar:3:30: error: the schema declares no such action [unknown-action]
    hint: declare it with `action`, or give its namespace' $validate
echo 'permit (principal, action, resource) when { context.n < 1 && false };' > v.cedar
expect 0 '{"findings":[{"severity":"warning","rule":"impossible-policy","message":"the policy can never hold","hint":"compare its scope and conditions with the schema","policy":"policy0","file":"v.cedar","line":1,"column":1}],"valid":true}' $validate --json
echo 'permit (' > v.cedar
expect 1 '' $validate

# Levels: how far from the request a policy reads.
cat > level.cedarschema <<'X'
entity User { boss?: User, n: Long };
action read appliesTo { principal: User, resource: User };
X
echo 'permit (principal, action, resource) when { principal has boss && principal.boss.n > 1 };' > v.cedar
level="$ztauth cedar validate --schema level.cedarschema --policies v.cedar"
expect 0 'v.cedar: valid' $level
expect 0 'v.cedar: valid' $level --level 2
expect 3 'v.cedar:1:82: error: this reads an entity beyond the level [level]
    hint: put what it needs into a nearer entity or the context' $level --level 1
expect 64 '' $level --level=-1

# Entities and a request: all that is wrong, too.
cat > bad.json <<'X'
[{"uid": {"type": "User", "id": "a"}, "attrs": {"n": "1"}, "parents": []},
 {"uid": {"type": "Usr", "id": "b"}, "attrs": {}, "parents": []},
 {"uid": {"type": "User", "id": "c"}, "attrs": {"n": 1}, "parents": []},
 {"uid": {"type": "User", "id": "c"}, "attrs": {"n": 2}, "parents": []}]
X
expect 3 'bad.json:1:54: error: the schema declares another type for this [entity]
    hint: compare with the declaration of its type
bad.json:2:10: error: the schema has no entity type `Usr` [entity]
    hint: compare with the declaration of its type
bad.json:4:2: error: User::"c" stands twice with different content [entity]
    hint: compare with the declaration of its type' \
    "$ztauth" cedar validate --schema level.cedarschema --entities bad.json
sed -i '/Usr/d; s/"1"/1/; s/"n": 2/"n": 1/' bad.json
printf '{"principal":"User::\\"a\\"","action":"Action::\\"read\\"","resource":"User::\\"c\\"","context":{}}' > q.json
expect 0 'bad.json: valid' "$ztauth" cedar validate --schema level.cedarschema --entities bad.json --request q.json
sed -i 's/"context":{}/"context":{"x":1}/' q.json
expect 3 "$("$ztauth" cedar validate --schema level.cedarschema --request q.json)" \
    "$ztauth" cedar validate --schema level.cedarschema --request q.json
"$ztauth" cedar validate --schema level.cedarschema --request q.json > out || true
grep -q '^q.json:1:.*: error: .* \[request\]' out
expect 64 '' "$ztauth" cedar validate --schema level.cedarschema
# What cannot go on still ends as JSON.
echo 'permit (principal, action, resource) when { principal.m };' > w.cedar
"$ztauth" cedar validate --schema level.cedarschema --policies w.cedar --entities f --json > out 2> err && exit 1
grep -q '"rule":"unknown-attribute".*\],"valid":false}$' out

# A schema in Cedar's JSON format means the same.
cat > s.json <<'X'
{"": {"entityTypes": {"User": {}, "Doc": {}}, "actions": {"read": {"appliesTo": {
  "principalTypes": ["User"], "resourceTypes": ["Doc"],
  "context": {"type": "Record", "attributes": {"n": {"type": "Long"}}}}}}}}
X
echo 'permit (principal, action, resource) when { context.n > 1 };' > v.cedar
expect 0 'v.cedar: valid' "$ztauth" cedar validate --schema s.json --policies v.cedar
expect 0 '{"decision":"Allow","reason":["policy0"],"errors":[]}' \
    $authorize --request r0.json --schema s.json --validate-request
sed -i 's/"Long"/"Lnog"/' s.json
expect 1 '' "$ztauth" cedar validate --schema s.json --policies v.cedar
complains 's.json:3:53: there is no type `Lnog`'
sed -i 's/"Lnog"/"Long", "requierd": true/' s.json
expect 1 '' "$ztauth" cedar validate --schema s.json --policies v.cedar
complains 'there is no such member here'

# Policies in Cedar's JSON format, with a template and its link.
cat > p.json <<'X'
{"staticPolicies": {"p": {"effect": "permit", "principal": {"op": "All"},
   "action": {"op": "in", "entities": [{"type": "Action", "id": "read"}]},
   "resource": {"op": "is", "entity_type": "Doc"},
   "conditions": [{"kind": "when", "body": {">": {
     "left": {".": {"left": {"Var": "context"}, "attr": "n"}},
     "right": {"Value": 1}}}}]}},
 "templates": {"t": {"effect": "forbid", "principal": {"op": "==", "slot": "?principal"},
   "action": {"op": "All"}, "resource": {"op": "All"}, "conditions": []}},
 "templateLinks": [{"templateId": "t", "newId": "no-bob",
   "values": {"?principal": {"type": "User", "id": "bob"}}}]}
X
json="$ztauth cedar authorize --policies p.json --entities e.json"
expect 0 '{"decision":"Allow","reason":["p"],"errors":[]}' $json --request r0.json
request bob read '{"n":2}'
expect 2 '{"decision":"Deny","reason":["no-bob"],"errors":[]}' $json --request r.json
request alice read '{}'
expect 2 '{"decision":"Deny","reason":[],"errors":["p"]}' $json --request r.json
complains 'p.json:5:'
sed -i 's/"Var": "context"/"Slot": "?principal"/' p.json
expect 1 '' $json --request r.json
complains 'p.json:5:38: a slot can stand only in the scope'

# From JSON to text and back; the ids stay, links go to a file of their own.
sed -i 's/"Slot": "?principal"/"Var": "context"/' p.json
expect 1 '' "$ztauth" cedar translate --policies p.json
complains 'p.json: has links of templates'
expect 0 '@id("p")
permit (principal, action in [Action::"read"], resource is Doc)
when { context.n > 1 };

@id("t")
forbid (principal == ?principal, action, resource);' \
    "$ztauth" cedar translate --policies p.json --links-out l.json
"$ztauth" cedar translate --policies p.json --links-out l.json > t.cedar
expect 0 '[{"templateId":"policy1","newId":"no-bob","values":{"?principal":{"type":"User","id":"bob"}}}]' cat l.json
request bob read '{"n":2}'
expect 2 '{"decision":"Deny","reason":["no-bob"],"errors":[]}' "$ztauth" cedar authorize \
    --policies t.cedar --links l.json --entities e.json --request r.json
"$ztauth" cedar translate --policies t.cedar --links l.json > t.json
expect 2 '{"decision":"Deny","reason":["no-bob"],"errors":[]}' "$ztauth" cedar authorize \
    --policies t.json --entities e.json --request r.json
expect 64 '' "$ztauth" cedar translate --policies t.json --links l.json
expect 1 '' "$ztauth" cedar translate --policies bad.cedar
complains 'bad.cedar:1:19: '

# Schemas, too, in both forms; what only JSON can say has its place.
cat > n.cedarschema <<'X'
@doc("who") namespace N { entity User, Group in Group = { "first name"?: String, // one
  at: ipaddr } tags Set<Long>; entity Size enum ["S"]; }
action view in all appliesTo { principal: N::User, resource: [N::User, N::Size] }; action all;
X
"$ztauth" cedar translate --schema n.cedarschema > n.json
grep -q '^{"":{"entityTypes":{},"actions":{"view":{"memberOf":\[{"id":"all"}\],"appliesTo"' n.json
expect 0 'action view in [all] appliesTo {
  principal: [N::User],
  resource: [N::User, N::Size]
};

action all;

@doc("who")
namespace N {
  entity User in [Group] {
    "first name"?: String,
    at: ipaddr
  } tags Set<Long>;

  entity Group in [Group] {
    "first name"?: String,
    at: ipaddr
  } tags Set<Long>;

  entity Size enum ["S"];
}' "$ztauth" cedar translate --schema n.json
"$ztauth" cedar translate --schema n.json > n2.cedarschema
expect 0 "$(cat n.json)" "$ztauth" cedar translate --schema n2.cedarschema
sed -i 's/"resourceTypes":\["N::User","N::Size"\]/"resourceTypes":[]/' n.json
expect 1 '' "$ztauth" cedar translate --schema n.json
complains 'n.json:1:34: text cannot say that action `view` applies to no resource'
echo 'entity A in B;' > n.cedarschema
expect 1 '' "$ztauth" cedar translate --schema n.cedarschema
complains 'n.cedarschema:1:13: there is no entity type `B`'
expect 64 '' "$ztauth" cedar translate
expect 64 '' "$ztauth" cedar translate --schema n.json --policies p.json
expect 64 '' "$ztauth" cedar translate --schema n.json --links l.json

# The formatter: comments and blank lines between them stay, twice is once.
cat > f.cedar <<'X'
// about all

// about the first
@id("a") @b permit(principal==User::"a",action,resource) // trailing
when{principal.n-1> -2&&!(!principal.b)||[1, // one
2].contains(context.n)};
forbid(principal in Group::"a rather long name",action in [Action::"one",Action::"two"],resource)unless{if a::f then 1 else 2};
// end
X
sed -i 's/if a::f then 1 else 2/if principal.aaaaaaaaaaaaaaaaaaaaaaaaa then resource.bbbbbbbbbbbbbbbbbbbbbb else {a:1}["a"]==1/' f.cedar
cat > wanted <<'X'
// about all

// about the first
@id("a")
@b
permit (principal == User::"a", action, resource) // trailing
when
{
  principal.n - 1 > -2 && !(!principal.b) ||
  [
    1, // one
    2
  ].contains(context.n)
};

forbid (
  principal in Group::"a rather long name",
  action in [Action::"one", Action::"two"],
  resource
)
unless
{
  if
    principal.aaaaaaaaaaaaaaaaaaaaaaaaa
  then
    resource.bbbbbbbbbbbbbbbbbbbbbb
  else
    { a: 1 }["a"] == 1
};

// end
X
expect 0 "$(cat wanted)" "$ztauth" cedar format f.cedar
expect 3 '' "$ztauth" cedar format --check f.cedar
chmod 640 f.cedar
expect 0 '' "$ztauth" cedar format --write f.cedar
cmp f.cedar wanted
test "$(stat -c %a f.cedar)" = 640
expect 0 '' "$ztauth" cedar format --check f.cedar
expect 1 '' "$ztauth" cedar format --write bad.cedar
complains 'bad.cedar:1:19: '

# Why: the comparison that settled it, with the values it was given.
cat > x.cedar <<'X'
permit (principal in Group::"staff", action, resource is Doc)
when { resource.level <= principal.level && (context.mfa || context.ip.isInRange(ip("10.0.0.0/8"))) }
unless { resource.tags.contains("secret") };
forbid (principal, action, resource) when { context.time > resource.expires };
forbid (principal, action, resource) when { context.missing == 1 };
permit (principal == User::"bob", action, resource);
X
cat > x.json <<'X'
[{"uid": {"type": "User", "id": "alice"}, "attrs": {"level": 2},
  "parents": [{"type": "Group", "id": "staff"}]},
 {"uid": {"type": "Doc", "id": "d"}, "attrs": {"level": 3, "tags": ["a", "secret"],
  "expires": {"__extn": {"fn": "datetime", "arg": "2024-02-29T12:34:56.789Z"}}}, "parents": []}]
X
echo '{"principal": "User::\"alice\"", "action": "Action::\"read\"", "resource": "Doc::\"d\"",
  "context": {"mfa": false, "ip": {"__extn": {"fn": "ip", "arg": "192.168.0.7/24"}},
    "time": {"__extn": {"fn": "datetime", "arg": "2024-01-01"}}}}' > x.req
explain="$ztauth cedar explain --policies x.cedar --entities x.json --request x.req"
expect 2 'Deny: no permit holds

x.cedar:1:1: permit `policy0` does not hold: its `when` fails
    resource.level <= principal.level  =  false
        resource.level  =  3
        principal.level  =  2

x.cedar:4:1: forbid `policy1` does not hold: its `when` fails
    context.time > resource.expires  =  false
        context.time  =  datetime("2024-01-01T00:00:00.000Z")
        resource.expires  =  datetime("2024-02-29T12:34:56.789Z")

x.cedar:5:1: forbid `policy2` counts for nothing: its `when` has no value
    context.missing == 1: there is no such attribute
        context.missing: there is no such attribute

x.cedar:6:1: permit `policy3` does not apply: the scope of principal does not hold
    principal == User::"bob"  =  false
        principal  =  User::"alice"' $explain --all
sed -i 's/"level": 3/"level": 1/' x.json
$explain --json > out || true
grep -q '"expr":"context.ip","value":"ip(\\"192.168.0.7/24\\")"' out
sed -i 's/"mfa": false/"mfa": true/' x.req
$explain > out || true
grep -q 'policy0. does not hold: its .unless. fails' out
grep -q 'resource.tags  =  \["a", "secret"\]' out
sed -i 's/, "secret"//' x.json
expect 0 'Allow: a permit holds, and no forbid does' sh -c "$explain | head -1; exit 0"
$explain > out
grep -q 'permit .policy0. holds' out
expect 1 '' $explain --policies x.cedar
complains 'stands twice'

# Many requests in one process.
{
	request alice read '{"n":2}'; cat r.json; echo
	echo 'nonsense'
	request bob read '{"n":2}'; cat r.json; echo
} > lines
expect 1 '{"decision":"Allow","reason":["policy0"],"errors":[]}
{"error":"unexpected character","at":""}
{"decision":"Deny","reason":[],"errors":[]}' $authorize --requests lines

# The first minutes.
"$ztauth" --help > out
grep -q 'cedar' out
"$ztauth" cedar authorize --help | grep -q -- --validate-request
"$ztauth" --version | grep -q '^ztauth [0-9]'
expect 64 '' "$ztauth" frobnicate
complains 'unknown command: frobnicate'
echo ok
