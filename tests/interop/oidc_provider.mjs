// SPDX-License-Identifier: Apache-2.0
// The npm package oidc-provider on loopback. Its first argument is a directory
// where the package is installed, its second a JSON text: {keys, clients}. It
// prints its issuer, and ends with its standard input. POST /test/keys sets the
// keys that it signs with and publishes, POST /test/outage {on} refuses all else.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import http from "node:http";

const require = createRequire(process.argv[2] + "/");
const { default: Provider } = await import(pathToFileURL(require.resolve("oidc-provider")));
const given = JSON.parse(process.argv[3]);
for (const name of ["log", "info", "warn"]) console[name] = () => {};

const resources = {
	"https://shop.example/jwt": "jwt",
	"https://shop.example/opaque": "opaque",
};

function settings(keys) {
	return {
		jwks: { keys },
		clients: given.clients,
		cookies: { keys: ["test"] },
		ttl: { AccessToken: 120, ClientCredentials: 120, IdToken: 120, RefreshToken: 120 },
		scopes: ["openid", "offline_access", "shop.buy"],
		claims: { openid: ["sub", "groups"], acr: null, auth_time: null },
		conformIdTokenClaims: false,
		acrValues: ["urn:test:mfa"],
		extraTokenClaims: () => ({ groups: ["customer"] }),
		issueRefreshToken: () => true,
		findAccount: (ctx, id) => ({
			accountId: id,
			claims: () => ({ sub: id, groups: ["customer"] }),
		}),
		features: {
			devInteractions: { enabled: true },
			clientCredentials: { enabled: true },
			revocation: { enabled: true },
			introspection: { enabled: true, allowedPolicy: () => true },
			resourceIndicators: {
				enabled: true,
				useGrantedResource: () => true,
				getResourceServerInfo: (ctx, resource) => ({
					scope: "shop.buy shop.view",
					audience: "shop.example",
					accessTokenFormat: resources[resource],
					jwt: { sign: { alg: "ES256" } },
				}),
			},
		},
	};
}

let current, issuer, outage = false;
const server = http.createServer((request, response) => {
	if (!request.url.startsWith("/test/")) {
		if (outage) {
			request.socket.destroy();
			return;
		}
		current(request, response);
		return;
	}
	let text = "";
	request.on("data", (piece) => (text += piece));
	request.on("end", () => {
		const body = JSON.parse(text);
		if (request.url === "/test/keys") {
			current = new Provider(issuer, settings(body)).callback();
		} else {
			outage = body.on;
		}
		response.end("{}");
	});
});
server.listen(0, "127.0.0.1", () => {
	issuer = `http://127.0.0.1:${server.address().port}`;
	current = new Provider(issuer, settings(given.keys)).callback();
	process.stdout.write(issuer + "\n");
});
process.stdin.on("end", () => process.exit(0));
process.stdin.resume();
