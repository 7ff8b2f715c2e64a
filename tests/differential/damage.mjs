// SPDX-License-Identifier: Apache-2.0
// damage.mjs - entities and requests with one thing wrong, or only unusual. The
// reference decides whether it is refused. Each has a name, which is counted.

import { places, print } from "./json.mjs";

const VALUES = {
  "null": null,
  "a fraction": 1.5,
  "an integer too large": 9223372036854775808n,
  "the smallest integer": -9223372036854775808n,
  "a bad literal": { __extn: { fn: "ip", arg: "1.2.3" } },
  "an unknown function": { __extn: { fn: "ipv4", arg: "1.2.3.4" } },
  "a literal of another type": { __extn: { fn: "decimal", arg: "1.0" } },
  "an argument too many": { __extn: { fn: "ip", args: ["1.2.3.4", "1.2.3.4"] } },
  "an argument too few": { __extn: { fn: "ip", args: [] } },
  "an argument of another type": { __extn: { fn: "ip", arg: 1n } },
  "offset": { __extn: { fn: "offset", args: [{ __extn: { fn: "datetime", arg: "2024-01-01" } }, { __extn: { fn: "duration", arg: "1d" } }] } },
  "offset without __extn": { fn: "offset", args: ["2024-01-01", "1d"] },
  "offset over the end": { __extn: { fn: "offset", args: [{ __extn: { fn: "datetime", arg: "2024-01-01" } }, { __extn: { fn: "duration", arg: "9223372036854775807ms" } }] } },
  "a method as a value": { __extn: { fn: "isIpv4", arg: { __extn: { fn: "ip", arg: "1.1.1.1" } } } },
  "__extn and more": { __extn: { fn: "ip", arg: "1.2.3.4" }, x: 1n },
  "__extn of another form": { __extn: { fn: "ip" } },
  "arg and args": { __extn: { fn: "ip", arg: "1.2.3.4", args: [] } },
  "__extn with more inside": { __extn: { fn: "ip", arg: "1.2.3.4", x: 1n } },
  "__expr": { __expr: "ip(\"1.2.3.4\")" },
  "__entity and more": { __entity: { type: "A", id: "e0" }, x: 1n },
  "__entity with more inside": { __entity: { type: "A", id: "e0", x: 1n } },
  "__entity without id": { __entity: { type: "A" } },
  "__entity of no type": { __entity: { type: "A B", id: "e0" } },
  "an action": { __entity: { type: "Action", id: "y" } },
  "an unknown action": { __entity: { type: "Action", id: "nothing" } },
  "an entity of an unknown type": { __entity: { type: "Ghost", id: "e0" } },
  "an enum entity": { __entity: { type: "K", id: "one" } },
  "no choice of an enum": { __entity: { type: "K", id: "three" } },
  "an entity as text": "A::\"e0\"",
  "an empty set": [],
  "an empty record": {},
  "a set of many kinds": [1n, "a", true, [1n]],
  "a string": "a",
};

const UIDS = {
  "a type with a space": { type: "N :: C", id: "e0" },
  "an empty type": { type: "", id: "e0" },
  "half a type": { type: "N::", id: "e0" },
  "a reserved type": { type: "N::if", id: "e0" },
  "a type of __cedar": { type: "__cedar::A", id: "e0" },
  "an unknown type": { type: "Ghost", id: "e0" },
  "an enum": { type: "K", id: "two" },
  "no choice": { type: "K", id: "three" },
  "an unknown action": { type: "Action", id: "nothing" },
  "text": "A::\"e0\"",
  "__entity around": { __entity: { type: "A", id: "e0" } },
  "a number as id": { type: "A", id: 1n },
  "more than needed": { type: "A", id: "e0", x: 1n },
  "nothing": {},
  "null": null,
};

// Put `value` in place of one in the record `holder[name]`.
function replace(r, holder, name, value) {
  const inner = [...places(holder[name] ?? {}, () => {})].slice(1);
  if (inner.length) r.pick(inner).put(value);
  else holder[name] = { a0: value };
}

// Each changes the list.
const ENTITIES = {
  "a value": { values: VALUES, put: (r, list, value) => replace(r, r.pick(list), r.chance(0.8) ? "attrs" : "tags", value) },
  "no uid": (r, list) => { delete r.pick(list).uid; },
  "no attrs": (r, list) => { delete r.pick(list).attrs; },
  "no parents": (r, list) => { delete r.pick(list).parents; },
  "more keys": (r, list) => { r.pick(list).extra = 1n; },
  "an attribute more": (r, list) => { r.pick(list).attrs.more = 1n; },
  "an attribute less": (r, list) => {
    const e = r.pick(list);
    delete e.attrs[r.pick(Object.keys(e.attrs))];
  },
  "tags": (r, list) => { r.pick(list).tags = { t: r.pick(["a", 1n, true]) }; },
  "no tags": (r, list) => { r.pick(list).tags = r.pick([{}, null, []]); },
  "a uid": { values: UIDS, put: (r, list, uid) => { r.pick(list).uid = uid; } },
  "a parent": { values: UIDS, put: (r, list, uid) => { r.pick(list).parents.push(uid); } },
  "itself as parent": (r, list) => {
    const e = r.pick(list);
    e.parents.push(e.uid);
  },
  "a cycle": (r, list) => {
    const [a, b] = [r.pick(list), r.pick(list)];
    a.parents.push(b.uid);
    b.parents.push(a.uid);
  },
  "a longer cycle": (r, list) => list.forEach((e, i) => e.parents.push(list[(i + 1) % list.length].uid)),
  "the same again": (r, list) => { list.push(structuredClone(r.pick(list))); },
  "another again": (r, list) => {
    const e = structuredClone(r.pick(list));
    e.parents = e.parents.slice(1);
    e.attrs.a0 = 1n;
    list.push(e);
  },
  "an action with attributes": (r, list) => { list.push({ uid: { type: "Action", id: "y" }, attrs: { a: 1n }, parents: [] }); },
  "an action with parents": (r, list) => { list.push({ uid: { type: "Action", id: "y" }, attrs: {}, parents: [{ type: "Action", id: "z" }] }); },
  "an action below an entity": (r, list) => { list.push({ uid: { type: "Action", id: "y" }, attrs: {}, parents: [{ type: "A", id: "e0" }] }); },
  "an entity below an action": (r, list) => { r.pick(list).parents.push({ type: "Action", id: "y" }); },
  "an unknown action": (r, list) => { list.push({ uid: { type: "N::Action", id: "nothing" }, attrs: {}, parents: [] }); },
  "no object": (r, list) => { list.push(r.pick([null, 1n, "A", []])); },
};

const REQUESTS = {
  "a value": { values: VALUES, put: (r, q, value) => replace(r, q, "context", value) },
  "an attribute more": (r, q) => { q.context.more = 1n; },
  "an attribute less": (r, q) => { delete q.context[r.pick(Object.keys(q.context))]; },
  "no context": (r, q) => { q.context = r.pick([null, [], 1n, "a"]); },
  // Text is a form of ours.
  "a uid": { values: UIDS, put: (r, q, uid) => { if (typeof uid !== "string") q[r.pick(["principal", "action", "resource"])] = uid; } },
  "another principal": (r, q) => { q.principal = q.resource; },
  "another resource": (r, q) => { q.resource = q.principal; },
  "an action as principal": (r, q) => { q.principal = q.action; },
  "a principal as action": (r, q) => { q.action = q.principal; },
  "an action of another namespace": (r, q) => { q.action.type = r.pick(["Action", "N::Action", "N::M::Action", "M::Action"]); },
};

// Every damage as { name, change }; those with a table of values, once a value.
function flatten(what, table) {
  return Object.entries(table).flatMap(([name, change]) => {
    const values = change.values;
    return values ? Object.entries(values).map(([v, value]) => ({ name: `${what}: ${name}: ${v}`, change: (r, target) => change.put(r, target, value) }))
      : [{ name: `${what}: ${name}`, change }];
  });
}

const ALL = { entities: flatten("entities", ENTITIES), request: flatten("request", REQUESTS) };

// JSON with a character in it damaged, but for its first and its last.
function damageText(r, json) {
  const text = print(json);
  return text[0] + r.damage(text.slice(1, -1), "\"\\{}[]:,0-.eEu\u0001 tnfé") + text.at(-1);
}

const CHARACTER = { entities: "entities: a character", request: "request: a character" };

export const DAMAGES = [...Object.values(ALL).flat().map(({ name }) => name), ...Object.values(CHARACTER)];

// { name, text } of the entities, damaged; `n` counts through the ways.
export function damageEntities(r, n, list) {
  const at = n % (ALL.entities.length + 1), value = structuredClone(list.length ? list : [{ uid: { type: "A", id: "e0" }, attrs: {}, parents: [] }]);
  if (at === ALL.entities.length) return { name: CHARACTER.entities, text: damageText(r, value) };
  ALL.entities[at].change(r, value);
  return { name: ALL.entities[at].name, text: print(value) };
}

// The same of a request.
export function damageRequest(r, request) {
  if (r.chance(0.1)) return { name: CHARACTER.request, text: damageText(r, request) };
  const { name, change } = r.pick(ALL.request), value = structuredClone(request);
  change(r, value);
  return { name, text: print(value) };
}
