// SPDX-License-Identifier: Apache-2.0
// compare_schemas.mjs - random schemas, judged by ztauth and by the reference
// implementation of Cedar: which ones there are, what they are in the other
// form, and what their names mean to policies.
//
//     node compare_schemas.mjs WASM-MODULE ZTAUTH WORK SCHEMAS [SEED]

import { spawn, spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { makeRandom } from "./generate.mjs";
import { damageText, SchemaText } from "./schemas.mjs";
import { damageJson, isSayable, normal, onlyJson, varyJson } from "./schemas_json.mjs";
import { probes } from "./schemas_probe.mjs";

const [module, ztauth, work, wanted, first] = process.argv.slice(2);
const cedar = createRequire(import.meta.url)(module);
const ROUND = 200; // schemas at once
const PROBED = 8; // one in so many is asked by policies
const DIFFERENCES_MAX = 10;

let failed = 0, valid = 0, jsonValid = 0, texts = 0, probed = 0;

function differ(c, what, ours, theirs) {
  failed++;
  console.log(`seed ${c.seed}: ${what}\n  ours   ${ours}\n  theirs ${theirs}\n  schema ${c.text ?? JSON.stringify(c.json)}`);
}

// JSON without the order of members.
const plain = (json) => JSON.stringify(json, (_, v) =>
  v && typeof v === "object" && !Array.isArray(v) ? Object.fromEntries(Object.entries(v).sort()) : v);
const why = (answer) => (answer.errors ?? []).map((e) => e.message).join("; ");
const succeeds = (answer) => answer.type === "success";

// Translate every file, two at a time; what is printed goes to .out and .err.
async function translateAll(files) {
  const loop = 'for f; do "$0" cedar translate --schema "$f" > "$f.out" 2> "$f.err" || echo $? > "$f.code"; done';
  const half = files.length >> 1;
  await Promise.all([files.slice(0, half), files.slice(half)].map((list) => new Promise((done) => {
    spawn("sh", ["-c", loop, ztauth, ...list], { stdio: "inherit" }).on("exit", done);
  })));
  return files.map((f) => {
    const code = existsSync(`${f}.code`) ? Number(readFileSync(`${f}.code`, "utf8")) : 0;
    const err = readFileSync(`${f}.err`, "utf8");
    if (code > 1 || /Sanitizer|runtime error:/.test(err)) throw new Error(`${f}: exit ${code}\n${err}`);
    return { ok: code === 0, out: readFileSync(`${f}.out`, "utf8"), err };
  });
}

let files = 0;
async function translateTexts(list) {
  return translateAll(list.map((text) => {
    const file = `${work}/schema${files++}`;
    writeFileSync(file, text);
    return file;
  }));
}

// --- text

function makeText(seed) {
  const r = makeRandom(seed);
  const text = new SchemaText(seed, r.pick([0, 0, 0, 0.05, 0.2])).text();
  return { seed, r, text: r.chance(0.2) ? damageText(r, text) : text };
}

function compareText(c, ours) {
  const theirs = cedar.schemaToJson(c.text);
  if (ours.ok !== succeeds(theirs)) {
    differ(c, "valid?", ours.ok ? "yes" : ours.err, succeeds(theirs) ? "yes" : why(theirs));
  }
  if (!ours.ok || !succeeds(theirs)) return;
  valid++;
  c.base = theirs.json;
  if (plain(JSON.parse(ours.out)) !== plain(c.base)) differ(c, "JSON", ours.out, JSON.stringify(c.base));
}

// --- JSON

function makeJson(c) {
  const { r } = c;
  let json = r.chance(0.3) ? cedar.schemaToJsonWithResolvedTypes(c.text).json : c.base;
  if (r.chance(0.8)) json = varyJson(r, json);
  if (r.chance(0.1)) json = onlyJson(r, json);
  if (r.chance(0.3)) json = damageJson(r, json);
  return { seed: c.seed, json };
}

function compareJson(c, ours) {
  const theirs = cedar.checkParseSchema(c.json);
  const accepted = ours.ok || ours.err.includes("text cannot say");
  if (accepted !== succeeds(theirs)) {
    differ(c, "valid?", accepted ? "yes" : ours.err, succeeds(theirs) ? "yes" : why(theirs));
    return;
  }
  if (!accepted) return;
  jsonValid++;
  if (ours.ok !== isSayable(c.json)) differ(c, "as text?", ours.ok ? "yes" : ours.err, isSayable(c.json) ? "yes" : "no");
  if (!ours.ok) return;
  texts++;
  const again = cedar.schemaToJson(ours.out);
  const mine = succeeds(again) ? plain(normal(again.json)) : why(again);
  if (mine !== plain(normal(c.json))) differ(c, `meaning of ${ours.out}`, mine, plain(normal(c.json)));
}

// --- what names mean to policies

function compareProbes(c) {
  const { schema, policies } = probes(c.r, c.text, cedar.schemaToJsonWithResolvedTypes(c.text).json);
  if (policies.length === 0) return;
  const theirs = cedar.validate({ schema, policies: { staticPolicies: policies.join("\n") }, validationSettings: { mode: "strict" } });
  writeFileSync(`${work}/probe.schema`, schema);
  writeFileSync(`${work}/probe.policies`, policies.join("\n"));
  const out = spawnSync(ztauth, ["cedar", "validate", "--json", "--schema", `${work}/probe.schema`, "--policies", `${work}/probe.policies`],
    { encoding: "utf8", maxBuffer: 1 << 28 });
  if (!succeeds(theirs) || out.status === 1) {
    differ({ ...c, text: schema }, "probes did not run", out.stderr, why(theirs));
    return;
  }
  probed += policies.length;
  const ours = new Set(JSON.parse(out.stdout).findings.filter((f) => f.severity === "error").map((f) => f.policy));
  const reference = new Set(theirs.validationErrors.map((e) => e.policyId));
  policies.forEach((policy, i) => {
    const id = `policy${i}`;
    if (ours.has(id) !== reference.has(id)) {
      differ({ ...c, text: schema }, policy, ours.has(id) ? "invalid" : "valid", reference.has(id) ? "invalid" : "valid");
    }
  });
}

const begin = Number(first ?? 1);
let seed = begin;
while (seed - begin < Number(wanted) && failed < DIFFERENCES_MAX) {
  const cases = Array.from({ length: ROUND }, () => makeText(seed++));
  const ours = await translateTexts(cases.map((c) => c.text));
  cases.forEach((c, i) => compareText(c, ours[i]));
  const good = cases.filter((c) => c.base);
  const jsons = good.map(makeJson);
  const back = await translateTexts(jsons.map((c) => JSON.stringify(c.json)));
  jsons.forEach((c, i) => compareJson(c, back[i]));
  good.filter((c) => c.seed % PROBED === 0).forEach(compareProbes);
}
console.log(`${seed - begin} schemas as text (${valid} valid), ${jsonValid} valid ones in JSON (${texts} as text again), ` +
  `${probed} policies about their names: ${failed === 0 ? "all agree" : `${failed} differ`}`);
process.exit(failed === 0 ? 0 : 1);
