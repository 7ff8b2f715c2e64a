// SPDX-License-Identifier: Apache-2.0
// schemas_json.mjs - schemas in JSON made into others: of the same meaning, with
// what text cannot say, or damaged in one place.

import { ATTRS, BUILTINS, KEYS } from "./schemas.mjs";

const base = (name) => name.slice(name.lastIndexOf(":") + 1);

const clone = (json) => JSON.parse(JSON.stringify(json));

function* types(type) {
  if (type === undefined) return;
  yield type;
  yield* types(type.element);
  for (const attr of Object.values(type.attributes ?? {})) yield* types(attr);
}

// Every type of a namespace, and all inside it.
function* spaceTypes(space) {
  for (const c of Object.values(space.commonTypes ?? {})) yield* types(c);
  for (const e of Object.values(space.entityTypes)) {
    yield* types(e.shape);
    yield* types(e.tags);
  }
  for (const a of Object.values(space.actions)) yield* types(a.appliesTo?.context);
}

// The same meaning in other forms, some of which only JSON has.
export function varyJson(r, schema) {
  const out = clone(schema), taken = new Set();
  for (const n of Object.values(out)) for (const k of Object.keys({ ...n.entityTypes, ...n.commonTypes })) taken.add(k);
  const forms = (name) => {
    const list = [{ type: "EntityOrCommon", name: `__cedar::${name}` }, { type: `__cedar::${name}` }];
    if (!taken.has(name)) list.push({ type: name === "Bool" ? r.pick(["Bool", "Boolean"]) : name }, { type: "EntityOrCommon", name });
    list.push(["Long", "String", "Bool"].includes(name) ? { type: name === "Bool" ? "Boolean" : name } : { type: "Extension", name });
    return list;
  };
  for (const type of Object.values(out).flatMap((n) => [...spaceTypes(n)])) {
    const name = (type.name ?? type.type).replace("__cedar::", "").replace("Boolean", "Bool");
    const builtin = BUILTINS.includes(name) && (!taken.has(name) || (type.name ?? type.type).startsWith("__cedar::"));
    if (builtin && r.chance(0.5)) {
      delete type.name;
      Object.assign(type, r.pick(forms(name)));
    } else if (type.type === "Entity" && !builtin && r.chance(0.3)) {
      const clash = Object.entries(out).some(([, n]) => n.commonTypes && base(type.name) in n.commonTypes);
      if (!clash) type.type = "EntityOrCommon";
    }
    if (type.type === "Record" && r.chance(0.1)) type.additionalAttributes = false;
    for (const attr of Object.values(type.attributes ?? {})) if (!("required" in attr) && r.chance(0.1)) attr.required = true;
  }
  for (const n of Object.values(out)) {
    for (const e of Object.values(n.entityTypes)) {
      if (!e.enum && !e.shape && r.chance(0.2)) e.shape = { type: "Record", attributes: {} };
      if (!e.enum && !e.memberOfTypes && r.chance(0.1)) e.memberOfTypes = [];
      if (r.chance(0.1)) e.annotations ??= {};
    }
    for (const a of Object.values(n.actions)) {
      const empty = a.appliesTo?.principalTypes.length === 0 && a.appliesTo.resourceTypes.length === 0;
      if (empty && r.chance(0.5)) {
        if (r.chance(0.5)) delete a.appliesTo;
        else a.appliesTo = null;
      } else if (a.appliesTo && !a.appliesTo.context && r.chance(0.3)) {
        a.appliesTo.context = { type: "Record", attributes: {} };
      }
      if (!a.memberOf && r.chance(0.2)) a.memberOf = r.pick([null, []]);
      if (r.chance(0.1)) a.attributes = null;
      for (const m of a.memberOf ?? []) if (m.type === undefined && r.chance(0.3)) m.type = null;
    }
    for (const x of [n, ...Object.values(n.entityTypes)]) {
      for (const k of Object.keys(x.annotations ?? {})) if (x.annotations[k] === "" && r.chance(0.3)) x.annotations[k] = null;
    }
  }
  return out;
}

// Do names mean what they would in text, and can text say the rest?
export function isSayable(schema) {
  const top = Object.keys(schema[""]?.commonTypes ?? {});
  return Object.entries(schema).every(([space, n]) => {
    const commons = [...top, ...Object.keys(n.commonTypes ?? {})];
    const hidden = (name) => (name.includes("::")
      ? base(name) in (schema[name.slice(0, name.lastIndexOf("::"))]?.commonTypes ?? {})
      : commons.includes(name));
    return [...spaceTypes(n)].every((t) => t.type !== "Entity" || !hidden(t.name)) &&
      Object.values(n.entityTypes).every((e) => !e.shape || e.shape.type === "Record") &&
      Object.values(n.actions).every(({ appliesTo: a }) => {
        const lists = [a?.principalTypes ?? [], a?.resourceTypes ?? []].filter((l) => l.length > 0).length;
        return lists === 2 || (lists === 0 && isEmpty(a?.context));
      });
  });
}

const isEmpty = (type) => !type || (type.type === "Record" && Object.keys(type.attributes).length === 0);
const mapped = (object, change) => Object.fromEntries(Object.entries(object ?? {}).map(([k, v]) => [k, change(v)]));
const filled = (object) => Object.fromEntries(Object.entries(object).filter(([, v]) => v && Object.keys(v).length > 0));

// One spelling of a schema for all that mean the same.
export function normal(schema) {
  return filled(mapped(schema, (n) => normalSpace(n, schema[""] ?? {})));
}

function normalSpace(n, top) {
  const names = (kind) => [n, top].flatMap((x) => Object.keys(x[kind] ?? {}));
  const commons = names("commonTypes"), all = [...commons, ...names("entityTypes")];
  const type = (t) => {
    if (t === undefined) return undefined;
    if (t.type === "Set") return { set: type(t.element) };
    if (t.type === "Record") return { record: mapped(t.attributes, attr) };
    if (t.type === "Extension" || t.type === "Long" || t.type === "String") return `__cedar::${t.name ?? t.type}`;
    if (t.type === "Boolean") return "__cedar::Bool";
    const name = t.name ?? t.type;
    const declared = t.type === "Entity" || (t.name ? all : commons).includes(name);
    return BUILTINS.includes(name) && !declared ? `__cedar::${name}` : name;
  };
  const notes = (x) => mapped(x.annotations, (v) => v ?? "");
  const attr = (t) => [type(t), t.required !== false, notes(t)];
  return filled({
    annotations: notes(n),
    commonTypes: mapped(n.commonTypes, (c) => [type(c), notes(c)]),
    entityTypes: mapped(n.entityTypes, (e) => [e.enum, e.memberOfTypes ?? [], isEmpty(e.shape) ? null : type(e.shape), type(e.tags), notes(e)]),
    actions: mapped(n.actions, (a) => [a.appliesTo?.principalTypes ?? [], a.appliesTo?.resourceTypes ?? [],
      isEmpty(a.appliesTo?.context) ? null : type(a.appliesTo.context), notes(a),
      (a.memberOf ?? []).map((m) => [m.id, m.type === "Action" ? null : m.type])]),
  });
}

// What text cannot say.
export function onlyJson(r, schema) {
  const out = clone(schema);
  for (const n of Object.values(out)) {
    const commons = Object.keys(n.commonTypes ?? {}).filter((k) => n.commonTypes[k].type === "Record");
    for (const e of Object.values(n.entityTypes)) if (!e.enum && commons.length > 0 && r.chance(0.1)) e.shape = { type: r.pick(commons) };
    for (const a of Object.values(n.actions)) {
      if (a.appliesTo && r.chance(0.1)) a.appliesTo[r.pick(["principalTypes", "resourceTypes"])] = [];
    }
  }
  return out;
}

// Every place of a value, with its key and what holds it.
function* places(value) {
  if (value === null || typeof value !== "object") return;
  for (const key of Object.keys(value)) {
    yield [value, key];
    yield* places(value[key]);
  }
}

// One thing in it is another. No object becomes an array: the reference reads
// some arrays as objects without keys.
export function damageJson(r, schema) {
  const out = clone(schema), all = [...places(out)];
  if (all.length === 0) return out;
  const [holder, key] = r.pick(all), [other, otherKey] = r.pick(all);
  const put = (value) => { holder[key] = value; };
  const names = ["Nope", "", "A", "N::A", "__cedar", "__cedar::Long", "Long", "a b", "Record", "Set", "Entity", "Boolean", "if"];
  switch (r.int(6)) {
    case 0:
      if (Array.isArray(holder)) holder.splice(key, 1);
      else delete holder[key];
      break;
    case 1: put(r.pick([null, true, 1, "x", {}])); break;
    case 2: if (!Array.isArray(other[otherKey]) || Array.isArray(holder[key])) put(clone(other[otherKey])); break;
    case 3: if (typeof holder[key] === "string") put(r.pick(names)); break;
    case 4:
      if (!Array.isArray(holder)) {
        const name = r.pick(["name", "type", "element", "attributes", "required", "annotations", "enum", "tags", "shape", "context", "extra", "additionalAttributes"]);
        if (!(name in holder)) holder[name] = r.pick([null, false, "A", {}, { type: "Long" }]);
      }
      break;
    default:
      if (!Array.isArray(holder)) {
        const value = holder[key];
        delete holder[key];
        holder[r.pick([...names, ...ATTRS, ...KEYS])] = value;
      }
  }
  return out;
}
