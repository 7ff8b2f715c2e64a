// SPDX-License-Identifier: Apache-2.0
// forms.mjs - policies as text and as JSON. Our JSON is that of the reference;
// our layout of a text, and our text from JSON, have the same JSON there.

import { parse, plain, print } from "./json.mjs";

export function compareForms(t, c) {
  const { ours, reference } = t;
  const text = ours.file("p", c.text), links = c.links.length ? ["--links", ours.file("l", print(c.links))] : [];
  const json = run(t, c, ["translate", "--policies", text, ...links]);
  const mine = parse(json), wanted = partsOf(reference, c.list);
  c.json = mine;
  wanted.forEach((p, i) => {
    t.coverage.policy(p);
    const got = mine.staticPolicies[`policy${i}`] ?? mine.templates[`policy${i}`];
    if (plain(desugar(got)) !== plain(p)) t.differ(c, `JSON of ${c.list[i].text}`, plain(got), plain(p));
  });
  compareLayout(t, c, run(t, c, ["format", text]), wanted);
  compareBack(t, c, mine, json);
}

function run(t, c, args) {
  const out = t.ours.run(args);
  if (out.status !== 0) t.giveUp(c, `${args.join(" ")}: ${c.text}`, out.stderr, "");
  return out.stdout;
}

// The JSON of each policy.
function partsOf(reference, list) {
  return list.map((p) => {
    const out = reference.call(p.slots.length ? "templateToJson" : "policyToJson", JSON.stringify(p.text));
    return out.json;
  });
}

// The parts of a text, by the reference: { policies, templates } in JSON.
function textOf(t, c, text) {
  const parts = t.reference.call("policySetTextToParts", "", text);
  if (parts.type !== "success") t.giveUp(c, "text that is refused", text, plain(parts));
  return { policies: partsOf(t.reference, parts.policies.map((p) => ({ text: p, slots: [] }))),
    templates: partsOf(t.reference, parts.policy_templates.map((p) => ({ text: p, slots: ["?"] }))) };
}

// The reference names policies by their place, and sorts them by their names.
function compareLayout(t, c, text, wanted) {
  const got = textOf(t, c, text);
  const names = c.list.map((p, i) => `policy${i}`).sort().map((id) => Number(id.slice(6)));
  const theirs = (slots) => names.filter((i) => (c.list[i].slots.length > 0) === slots).map((i) => wanted[i]);
  if (plain(got) !== plain({ policies: theirs(false), templates: theirs(true) })) t.differ(c, `layout of ${c.text}`, text, plain(wanted));
}

// JSON to text to JSON. Text numbers policies anew, and keeps their ids as
// annotations.
function compareBack(t, c, mine, json) {
  const { ours } = t, links = ours.file("l2", "[]");
  const text = run(t, c, ["translate", "--policies", ours.file("p.json", json), "--links-out", links]);
  const again = parse(run(t, c, ["translate", "--policies", ours.file("p2", text), "--links", links]));
  if (meaning(desugar(again)) !== meaning(desugar(mine))) t.differ(c, "JSON to text to JSON", text, json);
  const got = textOf(t, c, text), nameless = ({ policies, templates }) => plain([policies, templates].map((list) => list.map(withoutId).sort()));
  const theirs = nameless({ policies: Object.values(mine.staticPolicies).map(desugar), templates: Object.values(mine.templates).map(desugar) });
  if (nameless(got) !== theirs) t.differ(c, `text of ${json}`, text, theirs);
}

// `has` of a path as the reference writes it, which repeats what is on its left.
// We do not where a path is on its left again.
function desugar(e) {
  if (e === null || typeof e !== "object") return e;
  const path = e.has?.attr;
  if (!Array.isArray(path)) return Array.isArray(e) ? e.map(desugar) : Object.fromEntries(Object.entries(e).map(([k, v]) => [k, desugar(v)]));
  let left = desugar(e.has.left), out;
  for (const attr of path) {
    const has = { has: { left, attr } };
    out = out ? { "&&": { left: out, right: has } } : has;
    left = { ".": { left, attr } };
  }
  return out;
}

function withoutId(policy) {
  const { id, ...annotations } = policy.annotations ?? {};
  return plain({ ...policy, annotations });
}

function meaning(set) {
  const all = (policies) => Object.values(policies).map(withoutId).sort();
  const links = set.templateLinks.map((l) => plain({ ...l, templateId: withoutId(set.templates[l.templateId]) })).sort();
  return plain([all(set.staticPolicies), all(set.templates), links]);
}
