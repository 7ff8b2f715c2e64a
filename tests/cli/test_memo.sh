#!/bin/sh
# What is remembered of a workspace changes nothing of what its verbs say: the same
# lines, JSON and exit codes with it, without it, and while others write it.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
ztauth=${BUILD:-$root/build}/ztauth
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset SSH_AUTH_SOCK
export GIT_AUTHOR_NAME=Alice GIT_AUTHOR_EMAIL=alice@shop.example
cp -R "$root/examples/shop/ledger" "$work/shop"
cd "$work/shop"
rm -r tests
"$ztauth" init > /dev/null
# say FILE: all that the verbs say that write nothing
say() {
	for verb in 'status' 'status --json' 'validate' 'validate --json' 'plan' 'plan --json' 'diff'; do
		echo "# $verb"
		# shellcheck disable=SC2086
		"$ztauth" $verb 2>&1 && code=0 || code=$?
		echo "exit $code"
	done > "$1"
}
# same WHAT: remembered, remembered again, and forgotten
same() {
	say "$work/first"
	say "$work/again"
	rm -f .ztauth/memo
	say "$work/new"
	cmp "$work/first" "$work/new" && cmp "$work/again" "$work/new" || {
		diff "$work/first" "$work/new" || diff "$work/again" "$work/new" || true
		echo "$1: not the same"
		exit 1
	}
}
same 'no commit yet'
"$ztauth" commit -m First > /dev/null 2>&1
[ -f .ztauth/memo ]
same 'as HEAD has it'
echo '@id("warned") permit (principal is User, action == Action::"buy", resource) when { 1 == 2 };' > more.cedar
same 'a warning'
echo 'permit (' > broken.cedar
same 'broken'
"$ztauth" commit -m Broken > "$work/out" 2>&1 && exit 1
grep -q 'broken.cedar:' "$work/out"
rm broken.cedar
echo '@id("warned") forbid (principal, action, resource);' > twice.cedar
same 'an id twice'
rm twice.cedar
"$ztauth" commit -m Second > "$work/out" 2>&1
grep -q '^A  more.cedar' "$work/out"
same 'after a commit'
touch more.cedar
same 'touched'
echo 'entity Other;' >> schema.cedarschema
same 'another schema'

# --- a change of the same length is seen by those who only ask what is remembered
"$ztauth" checkout HEAD --force > /dev/null
sleep 0.1
"$ztauth" status | grep -q '^M ' && exit 1
"$ztauth" diff > "$work/out" && [ ! -s "$work/out" ]
touch -r more.cedar "$work/when"
sed -i 's/1 == 2/1 == 3/' more.cedar
touch -r "$work/when" more.cedar
"$ztauth" diff | grep -q '^+.*1 == 3'
"$ztauth" revert HEAD > "$work/out" 2>&1 && exit 1
grep -q 'not as HEAD has it' "$work/out"
"$ztauth" checkout HEAD > "$work/out" 2>&1 && exit 1
grep -q 'would be overwritten' "$work/out"
"$ztauth" checkout HEAD --force > /dev/null
grep -q '1 == 2' more.cedar
echo 'entity Other;' >> schema.cedarschema

# --- several at a time, while files change
"$ztauth" validate --json > "$work/wanted" || true
for i in 1 2 3 4 5 6; do
	for j in 1 2 3 4; do "$ztauth" validate --json > "$work/out.$j" 2>&1 & done
	wait
	for j in 1 2 3 4; do cmp "$work/wanted" "$work/out.$j"; done
	touch more.cedar
	[ "$i" = 3 ] && rm .ztauth/memo
done
[ ! -e .ztauth/memo.new ]

# --- one that was killed has left its file; a link is not followed
echo half > .ztauth/memo.new
same 'half of a memo'
touch more.cedar
"$ztauth" status > /dev/null || true
[ ! -e .ztauth/memo.new ]
echo mine > "$work/mine"
ln -s "$work/mine" .ztauth/memo.new
touch more.cedar
same 'a link'
rm .ztauth/memo.new
ln "$work/mine" .ztauth/memo.new
touch more.cedar
same 'another name of a file'
[ "$(cat "$work/mine")" = mine ]
