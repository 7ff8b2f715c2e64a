// SPDX-License-Identifier: Apache-2.0
// compare.mjs - random cases, judged by ztauth and by the reference
// implementation of Cedar: decision, reasons, errors, which policies do not
// validate, the JSON of policies, and what the formatter leaves of them.
//
//     node compare.mjs WASM-MODULE ZTAUTH WORK POLICIES [SEED]

import { execFileSync, spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { writeFileSync } from "node:fs";
import { Case, print } from "./generate.mjs";

const [module, ztauth, work, wanted, first] = process.argv.slice(2);
const cedar = createRequire(import.meta.url)(module);
const PER_CASE = 40;
const REQUESTS = 20;

// Numbers beyond 2^53 must not go through JavaScript: calls take JSON as text
// only inside policies, so such data is compared where it is small enough.
const exact = (text) => !/\d{16,}/.test(text.replace(/"(?:[^"\\]|\\.)*"/g, ""));

let seed = Number(first ?? 1);
let policies = 0, texts = 0, decisions = 0, invalid = 0, failed = 0, errors = 0, allowed = 0;

const sorted = (list) => [...list].sort().join(" ");

function differ(c, what, ours, theirs) {
  failed++;
  console.log(`seed ${c.seed}: ${what}\n  ours   ${ours}\n  theirs ${theirs}`);
}

function compareValidation(c, text, schema) {
  const theirs = cedar.validate({ schema, policies: { staticPolicies: text }, validationSettings: { mode: "strict" } });
  const out = spawnSync(ztauth, ["cedar", "validate", "--json", "--schema", `${work}/s`, "--policies", `${work}/p`],
    { encoding: "utf8", maxBuffer: 1 << 28 });
  if (theirs.type !== "success" && out.status === 1) return false; // neither parses it
  if (theirs.type !== "success" || out.status === 1) {
    differ(c, "validation did not run", out.stderr, JSON.stringify(theirs).slice(0, 300));
    return false;
  }
  // The same schema in JSON must mean the same.
  const json = cedar.schemaToJson(schema);
  writeFileSync(`${work}/s.json`, JSON.stringify(json.json));
  const again = spawnSync(ztauth, ["cedar", "validate", "--json", "--schema", `${work}/s.json`, "--policies", `${work}/p`],
    { encoding: "utf8", maxBuffer: 1 << 28 });
  if (again.stdout !== out.stdout) differ(c, "the schema in JSON", again.stdout + again.stderr, out.stdout);
  const wrong = (list) => sorted(new Set(list));
  const ours = wrong(JSON.parse(out.stdout).findings.filter((f) => f.severity === "error").map((f) => f.policy));
  const reference = wrong(theirs.validationErrors.map((e) => e.policyId));
  invalid += reference === "" ? 0 : reference.split(" ").length;
  if (ours !== reference) {
    const a = new Set(ours.split(" ")), b = new Set(reference.split(" "));
    for (const p of new Set([...a, ...b])) {
      if (p !== "" && a.has(p) !== b.has(p)) {
        const said = theirs.validationErrors.filter((e) => e.policyId === p).map((e) => e.error.message);
        const found = JSON.parse(out.stdout).findings.filter((f) => f.policy === p).map((f) => f.rule);
        differ(c, `validation of ${p}: ${text.split("\n")[Number(p.slice(6))]}`, found, said);
      }
    }
  }
  return true;
}

function compareDecisions(c, text, schema, entities, requests) {
  const lines = execFileSync(ztauth, ["cedar", "authorize", "--schema", `${work}/s`, "--policies", `${work}/p`,
    "--entities", `${work}/e`, "--requests", "-", "--validate-request"],
    { input: requests.map(print).join("\n") + "\n", encoding: "utf8", maxBuffer: 1 << 28, stdio: ["pipe", "pipe", "ignore"] })
    .trim().split("\n").map((l) => JSON.parse(l));
  requests.forEach((request, i) => {
    const plain = JSON.parse(print(request));
    const theirs = cedar.isAuthorized({ ...plain, schema, validateRequest: true,
      policies: { staticPolicies: text }, entities: JSON.parse(print(entities)) });
    if (theirs.type !== "success") {
      differ(c, "the reference refuses a request", JSON.stringify(lines[i]), JSON.stringify(theirs).slice(0, 500));
      return;
    }
    const d = theirs.response;
    const reference = `${d.decision} [${sorted(d.diagnostics.reason)}] [${sorted(d.diagnostics.errors.map((e) => e.policyId))}]`;
    const o = lines[i];
    const ours = o.error ? o.error : `${o.decision.toLowerCase()} [${sorted(o.reason)}] [${sorted(o.errors)}]`;
    decisions++;
    errors += d.diagnostics.errors.length;
    allowed += d.decision === "allow";
    if (ours !== reference) differ(c, `request ${print(request)}`, ours, reference);
  });
}

// JSON without the order of members.
const plain = (json) => JSON.stringify(json, (_, v) =>
  v && typeof v === "object" && !Array.isArray(v) ? Object.fromEntries(Object.entries(v).sort()) : v);

function translate(c, file) {
  const out = spawnSync(ztauth, ["cedar", "translate", "--policies", file], { encoding: "utf8", maxBuffer: 1 << 28 });
  if (out.status !== 0) differ(c, `translate ${file}`, out.stderr, "");
  return out.stdout;
}

// Text to JSON as the reference does it; our text from that JSON, and our
// layout of the text, give the same JSON there.
function compareFormats(c, list, text) {
  const sets = { text, formatted: execFileSync(ztauth, ["cedar", "format", `${work}/p`], { encoding: "utf8" }) };
  writeFileSync(`${work}/p.json`, translate(c, `${work}/p`));
  const ours = JSON.parse(translate(c, `${work}/p`));
  sets.translated = translate(c, `${work}/p.json`);
  list.forEach((policy, i) => {
    const theirs = cedar.policyToJson(policy);
    if (!exact(policy) || theirs.type !== "success") return;
    texts++;
    const id = `policy${i}`, mine = ours.staticPolicies[id] ?? ours.templates[id];
    if (plain(mine) !== plain(theirs.json)) differ(c, `JSON of ${policy}`, plain(mine), plain(theirs.json));
    const again = cedar.policyToText(mine);
    if (again.type !== "success") differ(c, "JSON that the reference refuses", plain(mine), plain(again));
  });
  for (const how of ["formatted", "translated"]) {
    const parts = sets[how].trim().split("\n\n");
    if (parts.length !== list.length) differ(c, `${how} text has other policies`, parts.length, list.length);
    list.forEach((policy, i) => {
      const wanted = cedar.policyToJson(policy), got = cedar.policyToJson(parts[i]);
      if (plain(wanted) !== plain(got)) differ(c, `${how}: ${policy}`, parts[i], plain(wanted) + plain(got));
    });
  }
}

while (policies < Number(wanted) && failed < 10) {
  const c = new Case(seed);
  c.seed = seed++;
  const schema = c.schema();
  const list = Array.from({ length: PER_CASE }, () => c.policy()), text = list.join("\n");
  policies += PER_CASE;
  let entities = c.data();
  let requests = Array.from({ length: REQUESTS }, () => c.request()).filter((r) => exact(print(r)));
  while (!exact(print(entities))) entities = c.data();
  writeFileSync(`${work}/s`, schema);
  writeFileSync(`${work}/p`, text);
  writeFileSync(`${work}/e`, print(entities));
  const parsed = compareValidation(c, text, schema);
  if (parsed) compareFormats(c, list, text);
  if (parsed && requests.length > 0) compareDecisions(c, text, schema, entities, requests);
}
console.log(`${policies} policies (${invalid} invalid, ${texts} in all forms), ${decisions} decisions (${allowed} allowed, ${errors} errors): ` +
  `${failed === 0 ? "all agree" : `${failed} differ`}`);
process.exit(failed === 0 ? 0 : 1);
