// SPDX-License-Identifier: Apache-2.0
// world.mjs - random types: entity types in nested namespaces, enums, common
// types, a hierarchy of actions; and the schema that declares them.
//
// A type is { kind }, and by kind { of }, { attrs: { name: { type, opt } } } or
// { name }. A type that has an `alias` is written by that name.

import { quote } from "./text.mjs";

export const SCALARS = ["Long", "String", "Bool", "decimal", "ipaddr", "datetime", "duration"];
const ATTRS = ["a0", "a1", "a2", "a3", "a4", "a5"];
const ODD_ATTRS = ["a b", "", "é", "if", "principal", "\"", "\\", "\n", "🙂", "type", "id", "fn", "arg", "has", "1", "*"];
const ENUMS = { K: ["one", "two"], "N::L": ["", "é\"", "x y", "*"] };

export const kind = (name) => ({ kind: name });
export const set = (of) => ({ kind: "Set", of });
export const entity = (name) => ({ kind: "Entity", name });

// The same key: the same type.
export function key(t) {
  switch (t.kind) {
    case "Set": return `[${key(t.of)}]`;
    case "Entity": return `<${t.name}>`;
    case "Record": return `{${Object.entries(t.attrs).map(([k, v]) => `${quote(k)}${v.opt ? "?" : ""}${key(v.type)}`).sort().join()}}`;
    default: return t.kind;
  }
}

const split = (name) => {
  const at = name.lastIndexOf("::");
  return at < 0 ? ["", name] : [name.slice(0, at), name.slice(at + 2)];
};

export class World {
  constructor(r) {
    this.r = r;
    this.types = ["A", "B", "N::C", "N::M::C"];
    this.enums = ENUMS;
    this.named = [...this.types, ...Object.keys(ENUMS)];
    this.commons = [];
    for (const name of ["T0", "N::T1", "N::M::T2"]) {
      const type = r.chance(0.5) ? this.record(2, 1) : this.type(2);
      this.commons.push({ ...type, alias: name, plain: type });
    }
    this.entities = {};
    for (const t of this.types) {
      this.entities[t] = {
        parents: this.types.filter(() => r.chance(0.35)),
        attrs: this.record(4, 2),
        tags: r.chance(0.5) ? this.type(1) : null,
      };
    }
    this.actions = [];
    ["g", "g 2", "é\"", "", "x", "y", "z"].forEach((id, i) => this.actions.push(this.action(id, i)));
  }

  // A group, or what applies to something; in any of those before it.
  action(id, i) {
    const r = this.r;
    const type = r.pick(["Action", "Action", "N::Action", "N::M::Action"]);
    const action = { type, id, name: `${type}::${quote(id)}`, parents: this.actions.filter(() => r.chance(i < 4 ? 0.5 : 0.3)) };
    action.applies = i >= 3 || r.chance(0.3);
    if (action.applies) {
      action.principals = r.some(this.types);
      action.resources = r.some(this.named);
      const commons = this.commons.filter((t) => t.kind === "Record");
      action.context = commons.length && r.chance(0.3) ? r.pick(commons) : this.record(3, 2);
    }
    return action;
  }

  // The actions that it is in, itself among them.
  above(action) {
    return [...new Set([action, ...action.parents.flatMap((p) => this.above(p))])];
  }

  type(depth) {
    const r = this.r;
    if (this.commons.length && r.chance(0.08)) return r.pick(this.commons);
    const n = r.int(depth > 0 ? 12 : 7);
    if (n < 7) return kind(SCALARS[n]);
    if (n < 9) return set(this.type(depth - 1));
    if (n < 10) return this.record(2, depth - 1);
    return entity(r.pick(this.named));
  }

  record(max, depth) {
    const r = this.r, attrs = {};
    for (let i = r.chance(0.05) ? max : 0; i < 1 + r.int(max); i++) {
      attrs[r.pick(r.chance(0.12) ? ODD_ATTRS : ATTRS)] = { type: this.type(depth), opt: r.chance(0.4) };
    }
    return { kind: "Record", attrs };
  }

  // --- the schema as text

  // A name as it may stand in `namespace`.
  short(name, namespace) {
    const [of, base] = split(name);
    return of === namespace && this.r.chance(0.7) ? base : name;
  }

  show(t, namespace) {
    if (t.alias) return this.short(t.alias, namespace);
    switch (t.kind) {
      case "Set": return `Set<${this.show(t.of, namespace)}>`;
      case "Entity": return this.short(t.name, namespace);
      case "Record": return this.showAttrs(t, namespace);
      default: return this.r.chance(0.05) ? `__cedar::${t.kind}` : t.kind;
    }
  }

  showAttrs(t, namespace) {
    const list = Object.entries(t.attrs).map(([k, v]) =>
      `${/^a\d$/.test(k) ? k : quote(k)}${v.opt ? "?" : ""}: ${this.show(v.type, namespace)}`);
    return `{${list.join(", ")}${list.length && this.r.chance(0.2) ? "," : ""}}`;
  }

  list(names, namespace) {
    const short = names.map((n) => this.short(n, namespace));
    return short.length === 1 && this.r.chance(0.5) ? short[0] : `[${short.join(", ")}]`;
  }

  declare(namespace) {
    const here = ([name]) => split(name)[0] === namespace;
    let text = "";
    for (const t of this.commons.filter((t) => here([t.alias]))) {
      text += `type ${split(t.alias)[1]} = ${this.show(t.plain, namespace)};\n`;
    }
    for (const [name, ids] of Object.entries(this.enums).filter(here)) {
      text += `entity ${split(name)[1]} enum [${ids.map((id) => quote(id)).join(", ")}];\n`;
    }
    for (const [name, e] of Object.entries(this.entities).filter(here)) {
      const parents = e.parents.length ? ` in ${this.list(e.parents, namespace)}` : "";
      text += `${this.r.chance(0.2) ? "@doc(\"an entity\")\n" : ""}entity ${split(name)[1]}${parents} ` +
        `${this.r.chance(0.5) ? "= " : ""}${this.showAttrs(e.attrs, namespace)}${e.tags ? ` tags ${this.show(e.tags, namespace)}` : ""};\n`;
    }
    for (const a of this.actions.filter((a) => here([a.type]))) text += this.declareAction(a, namespace);
    return text;
  }

  declareAction(a, namespace) {
    let text = `action ${/^[a-z]+$/.test(a.id) ? a.id : quote(a.id)}`;
    if (a.parents.length) {
      const parents = a.parents.map((p) => (p.type === a.type && this.r.chance(0.5) ? quote(p.id) : p.name));
      text += ` in [${parents.join(", ")}]`;
    }
    if (a.applies) {
      text += ` appliesTo { principal: ${this.list(a.principals, namespace)}, ` +
        `resource: ${this.list(a.resources, namespace)}, context: ${this.show(a.context, namespace)} }`;
    }
    return `${text};\n`;
  }

  schema() {
    return this.declare("") + ["N", "N::M"].map((n) => `namespace ${n} {\n${this.declare(n)}}\n`).join("");
  }
}
