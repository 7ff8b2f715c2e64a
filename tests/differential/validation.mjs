// SPDX-License-Identifier: Apache-2.0
// validation.mjs - which policies do not validate, and which never hold.

import { setOf } from "./decisions.mjs";
import { print } from "./json.mjs";

const ids = (list) => [...new Set(list)].sort();

export function compareValidation(t, c) {
  const { ours, reference } = t;
  const call = `{"schema":${JSON.stringify(c.schema)},"policies":${print(setOf(c))},"validationSettings":{"mode":"strict"}}`;
  const theirs = reference.call("validate", call);
  const schema = ours.file("s", c.schema), rest = ["--policies", ours.file("p", c.text)];
  if (c.links.length) rest.push("--links", ours.file("l", print(c.links)));
  const out = ours.run(["validate", "--json", "--schema", schema, ...rest]);
  if (theirs.type !== "success" && out.status === 1) t.giveUp(c);
  if (theirs.type !== "success" || out.status === 1) {
    t.giveUp(c, "validation did not run", out.stderr, print(theirs).slice(0, 500));
  }
  const { findings } = JSON.parse(out.stdout);
  for (const f of findings) t.coverage.count("rules", f.rule);
  const side = (severity) => ids(findings.filter((f) => f.severity === severity).map((f) => f.policy));
  const impossible = theirs.validationWarnings.filter((w) => /impossible/.test(w.error.message));
  const wrong = ids(theirs.validationErrors.map((e) => e.policyId));
  same(t, c, findings, theirs, "is not valid", side("error"), wrong);
  // We do not say of a policy that is not valid that it cannot hold.
  same(t, c, findings, theirs, "can never hold", side("warning"), ids(impossible.map((e) => e.policyId)).filter((id) => !wrong.includes(id)));
  compareSchemas(t, c, rest, out.stdout);
}

// The schema in JSON means the same.
function compareSchemas(t, c, rest, wanted) {
  const json = t.reference.call("schemaToJson", JSON.stringify(c.schema));
  const out = t.ours.run(["validate", "--json", "--schema", t.ours.file("s.json", print(json.json)), ...rest]);
  if (out.stdout !== wanted) t.differ(c, "the schema in JSON", out.stdout + out.stderr, wanted);
}

function same(t, c, findings, theirs, what, mine, reference) {
  for (const id of ids([...mine, ...reference])) {
    if (mine.includes(id) === reference.includes(id)) continue;
    const said = [...theirs.validationErrors, ...theirs.validationWarnings].filter((e) => e.policyId === id).map((e) => e.error.message);
    const found = findings.filter((f) => f.policy === id).map((f) => f.rule);
    t.differ(c, `${id} ${what}: ${c.list[Number(id.slice(6))]?.text ?? print(c.links)}`, `${mine.includes(id)}: ${found}`, `${reference.includes(id)}: ${said.join("; ")}`);
  }
}
