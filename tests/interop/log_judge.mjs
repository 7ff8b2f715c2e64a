// SPDX-License-Identifier: Apache-2.0
// The npm package @sigstore/verify, asked by test_log_judges.py. Its argument is
// a directory where the package is installed. A line of standard input is
// {do, key, text}, its answer a line of JSON, as of judges/main.go. The package
// judges bundles of Sigstore: what it does about their log is what is called here.
import { createPublicKey } from "node:crypto";
import { createRequire } from "node:module";
import path from "node:path";
import readline from "node:readline";

const require = createRequire(process.argv[2] + "/");
const tlog = path.join(path.dirname(require.resolve("@sigstore/verify")), "tlog");
const { verifyCheckpoint } = require(path.join(tlog, "checkpoint.js"));
const { verifyMerkleInclusion } = require(path.join(tlog, "merkle.js"));
const ED25519 = Buffer.from("302a300506032b6570032100", "hex");

// name + key id + base64 of type and key: a log as the package knows it.
function authority(vkey) {
	const [name, id, ...rest] = vkey.split("+");
	const key = Buffer.from(rest.join("+"), "base64").subarray(1);
	return {
		logID: Buffer.from(id, "hex"),
		baseURL: name,
		publicKey: createPublicKey({ key: Buffer.concat([ED25519, key]), format: "der", type: "spki" }),
	};
}

// It has no reader of tlog-proofs: this one takes what is written as the format says.
function read(text) {
	const end = text.indexOf("\n\n");
	const [first, extra, index, ...hashes] = text.slice(0, end).split("\n");
	const bytes = (digits) => {
		const out = Buffer.from(digits, "base64");
		if (out.toString("base64") !== digits) throw new Error("not base64");
		return out;
	};
	if (end < 0 || first !== "c2sp.org/tlog-proof@v1" || !/^extra /.test(extra) || !/^index (0|[1-9]\d*)$/.test(index))
		throw new Error("not a tlog-proof");
	// Its length, the record, and no openings of it.
	const record = bytes(extra.slice(6));
	if (record.length < 2 || record.length !== 2 + record.readUInt16BE(0)) throw new Error("no record");
	return {
		canonicalizedBody: record.subarray(2),
		inclusionProof: {
			logIndex: index.slice(6),
			hashes: hashes.map(bytes),
			checkpoint: { envelope: text.slice(end + 2) },
		},
	};
}

const questions = {
	checkpoint(log, text) {
		verifyCheckpoint({ inclusionProof: { checkpoint: { envelope: text } } }, [log]);
	},
	receipt(log, text) {
		const entry = read(text);
		verifyMerkleInclusion(entry, verifyCheckpoint(entry, [log]));
	},
};

for await (const line of readline.createInterface({ input: process.stdin })) {
	const question = JSON.parse(line);
	let says = "";
	try {
		questions[question.do](authority(question.key), Buffer.from(question.text, "base64").toString());
	} catch (e) {
		says = String(e);
	}
	console.log(JSON.stringify({ sigstore: says }));
}
