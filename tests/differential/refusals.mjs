// SPDX-License-Identifier: Apache-2.0
// refusals.mjs - damaged policies, links and entities. Both sides refuse them,
// or both take them and decide alike.

import { partsOf, setOf } from "./decisions.mjs";
import { damageEntities } from "./damage.mjs";
import { print } from "./json.mjs";
import { damageJson } from "./policies.mjs";
import { damage } from "./text.mjs";

const TEXTS = 3, JSONS = 3, ENTITIES = 4, LINKS = 1, REQUESTS = 2;

export function compareRefusals(t, c, decisions) {
  const { ours } = t, r = c.r;
  const requests = () => r.times(REQUESTS, () => c.request(0));
  const schema = c.loose ? undefined : c.schema;
  const base = { theirs: print(setOf(c)), policies: ours.file("p", c.text), entities: print(c.entities), schema };
  if (c.links.length) base.links = ours.file("l", print(c.links));
  const decide = (group, how) => {
    const taken = decisions.decide(c, { ...base, ...how }, requests());
    t.coverage.count(taken ? "taken" : "refusals", group);
  };
  r.times(TEXTS, () => {
    const text = damage(r, r.pick(c.list).text);
    decide("text", { name: `text: ${text}`, policies: ours.file("p1", text), theirs: JSON.stringify(oneOf(t, text)), links: undefined });
  });
  r.times(JSONS, () => {
    const policy = t.reference.call("policyToJson", JSON.stringify(r.pick(c.list).text)).json ?? {};
    const json = print({ staticPolicies: { p: damageJson(r, policy) } });
    decide("JSON", { name: `JSON: ${json}`, policies: ours.file("p1.json", json), theirs: json, links: undefined });
  });
  r.times(ENTITIES, (i) => {
    const { name, text } = damageEntities(r, c.seed * ENTITIES + i, c.entities);
    t.coverage.count("damages", name);
    decide("entities", { name, entities: text });
  });
  r.times(LINKS, () => {
    const links = c.makePolicies.damageLinks(c.links);
    decide("links", { name: `links: ${print(links)}`, links: ours.file("l1", print(links)), theirs: print({ ...partsOf(c), templateLinks: links }) });
  });
}

// A text of one policy, or of one template.
function oneOf(t, text) {
  const template = t.reference.call("policySetTextToParts", "", text).policy_templates?.length === 1;
  return template ? { templates: { policy0: text } } : { staticPolicies: text };
}
