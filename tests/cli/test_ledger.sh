#!/bin/sh
# A ledger's version is what git calls its tree; what is wrong with one is said
# with file, line and column.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
ztauth=${BUILD:-$root/build}/ztauth
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$ztauth" key gen --out zone.pem > zone.jwk
mkdir keys
for name in corp spire; do
	printf '{"keys":[%s]}' "$("$ztauth" key gen --out $name.pem)" > keys/$name.json
done
sed -i 's/"use":"sig"/"use":"jwt-svid"/' keys/spire.json
printf '%s\n' 'zone 100000000001' 'trust_domain shop.example' 'ledger_dir ledger' \
    'log_dir log' 'signing_key zone.pem' 'jwks_dir keys' > ztauth.conf
fresh() { rm -rf ledger && cp -R "$root/examples/shop/ledger" ledger; }
check() { "$ztauth" serve --config ztauth.conf --check; }
# refused TEXT: the ledger does not load, and the message holds TEXT
refused() {
	if check > out 2> err; then
		echo "loaded, but should say: $1"
		exit 1
	fi
	grep -qF "$1" err || { echo "no '$1' in:"; cat err; exit 1; }
}

fresh
mkdir -p ledger/tests/empty/deeper
if command -v git > /dev/null; then
	version=$(check | awk '$1 == "commit" {print $2}')
	git init -q --object-format=sha256 repo
	cp -R ledger/. repo
	git -C repo add -A
	wanted=$(git -C repo write-tree)
	[ "$version" = "$wanted" ] || { echo "$version is not git's $wanted"; exit 1; }
	echo "git agrees: $version"
fi

echo 'permit (principal, action, resource) when { 1 + };' > ledger/bad.cedar
refused 'bad.cedar:1:49:'
fresh
printf '\n  entity User = { a: Nope };\n' > ledger/schema.cedarschema
refused 'schema.cedarschema:2:22:'
fresh
echo '[{"uid":{"type":"Product","id":"x"},"attrs":{"price":"cheap"},"parents":[]}]' > ledger/entities/x.json
refused 'entities/x.json:1:'
printf '[\n {"uid":{"type":"Role","id":"a"},"attrs":{},"parents":[{"type":"Role","id":"a"}]}]' > ledger/entities/x.json
sed -i 's/^entity Role;/entity Role in [Role];/' ledger/schema.cedarschema
refused 'entities/x.json:2:2:'
fresh
echo '{"metadata":{"name":"x"},"partitons":{}}' > ledger/manifest.json
refused 'manifest.json:1:26:'
fresh
mkdir ledger/stray && touch ledger/stray/file.txt
refused 'stray/file.txt'
fresh
touch ledger/.hidden
refused '.hidden'
fresh
touch ledger/a~1.cedar
refused 'a~1.cedar: a name has letters'
fresh
echo '//' > ledger/Shop.cedar
refused '`Shop.cedar` and `shop.cedar` are one name'
fresh
ln -s /etc/passwd ledger/link.cedar
refused 'link.cedar'
fresh
sed -i 's/"level": "bound"/"level": "bonud"/' ledger/trust/groups.json
refused 'trust/groups.json:4:'
fresh
echo 'permit (principal, action == ZTAuth::Action::"act_for", resource' > ledger/trust/elevation.cedar
refused 'trust/elevation.cedar:'
fresh
sed -i 's/"ES256"/"HS256"/' ledger/identity/sources.json
refused 'identity/sources.json:7:'
fresh
rm keys/corp.json
refused 'keys/corp.json'
echo ok
