// SPDX-License-Identifier: Apache-2.0
// compare.mjs - random cases, judged by ztauth and by the reference
// implementation of Cedar. A case is one request; REQUESTS of them are put to
// one world of a schema, policies, links and entities. Compared are
//   decision, reasons, failed policies and why they failed;
//   which policies do not validate, and which can never hold;
//   the JSON of policies, and what formatting and translating leaves of them;
//   what is refused: of requests, entities, links, policies in text and JSON.
//
//     node compare.mjs WASM-MODULE ZTAUTH WORK CASES [SEED]

import { Coverage } from "./coverage.mjs";
import { Decisions } from "./decisions.mjs";
import { compareForms } from "./forms.mjs";
import { Case } from "./generate.mjs";
import { Ours } from "./ours.mjs";
import { Breakdown, Reference } from "./reference.mjs";
import { compareRefusals } from "./refusals.mjs";
import { compareValidation } from "./validation.mjs";

const [module, ztauth, work, wanted = "20000", first = "1"] = process.argv.slice(2);
const REQUESTS = 200;
const COVERED_IN = 20000; // cases that reach everything
const DIFFERENCES_MAX = Number(process.env.DIFFERENCES ?? 20);

const HOPELESS = Symbol("hopeless");

const t = {
  ours: new Ours(ztauth, work),
  reference: new Reference(module),
  coverage: new Coverage(),
  differences: 0,
  // In the world of `c`, `what` differs.
  differ(c, what, ours, theirs) {
    t.differences++;
    console.log(`seed ${c.seed}: ${what}\n  ours   ${ours}\n  theirs ${theirs}`);
  },
  // The rest of this world cannot be compared; why, if it differs.
  giveUp(c, ...difference) {
    if (difference.length) t.differ(c, ...difference);
    throw HOPELESS;
  },
};
const decisions = new Decisions(t);

let seed = Number(first);
while (decisions.count < Number(wanted) && t.differences < DIFFERENCES_MAX) {
  const c = new Case(seed++);
  try {
    compareValidation(t, c);
    compareForms(t, c);
    decisions.compare(c, REQUESTS);
    compareRefusals(t, c, decisions);
  } catch (error) {
    if (error instanceof Breakdown) console.log(`seed ${c.seed}: left out, the reference broke down: ${error.message}`);
    else if (error !== HOPELESS) throw error;
  }
}

console.log(t.coverage.report());
const missing = decisions.count >= COVERED_IN ? t.coverage.missing() : [];
if (missing.length) console.log(`never reached: ${missing.join(", ")}`);
console.log(`${seed - Number(first)} worlds from seed ${first}, ${decisions.count} requests (${decisions.allowed} allowed, ${decisions.errors} errors, ` +
  `${decisions.refused} refused), ${t.ours.runs} runs of ztauth: ${t.differences === 0 ? "all agree" : `${t.differences} differ`}` +
  `${t.reference.trapped ? `; the reference broke down ${t.reference.trapped} times` : ""}`);
process.exit(t.differences === 0 && missing.length === 0 ? 0 : 1);
