// SPDX-License-Identifier: Apache-2.0
// The npm package jose, asked by test_jose_node.py. Its argument is a directory
// where the package is installed. A line of standard input is {do, ...}, its
// answer a line of JSON.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import readline from "node:readline";

const require = createRequire(process.argv[2] + "/");
const jose = await import(pathToFileURL(require.resolve("jose")));
const keys = {};

const actions = {
	// A pair of ours from now on; its public half.
	async generate({ name, alg }) {
		keys[name] = await jose.generateKeyPair(alg, { extractable: true });
		return { ...(await jose.exportJWK(keys[name].publicKey)), kid: name };
	},
	async sign({ name, header, claims }) {
		return new jose.SignJWT(claims).setProtectedHeader(header).sign(keys[name].privateKey);
	},
	async verify({ jwk, token, options }) {
		const key = await jose.importJWK(jwk, options.algorithms[0]);
		return (await jose.jwtVerify(token, key, options)).payload;
	},
	async thumbprint({ jwk }) {
		return jose.calculateJwkThumbprint(jwk);
	},
};

for await (const line of readline.createInterface({ input: process.stdin })) {
	const question = JSON.parse(line);
	let answer;
	try {
		answer = { good: await actions[question.do](question) };
	} catch (e) {
		answer = { code: e.code ?? String(e) };
	}
	console.log(JSON.stringify(answer));
}
