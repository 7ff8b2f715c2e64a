// SPDX-License-Identifier: Apache-2.0
// policies.mjs - random policies, templates and links; and policies in JSON
// that are damaged.

import { places } from "./json.mjs";
import { respace } from "./text.mjs";

export class Policies {
  constructor(world, expressions) {
    this.r = world.r;
    this.world = world;
    this.x = expressions;
    this.common = this.r.times(4, () => this.any());
  }

  // Any environment; and one that policies and requests have in common, mostly.
  any() {
    const action = this.r.pick(this.world.actions.filter((a) => a.applies));
    return { action, principal: this.r.pick(action.principals), resource: this.r.pick(action.resources) };
  }

  environment() { return this.r.chance(0.8) ? this.r.pick(this.common) : this.any(); }

  scope(name, type, slot) {
    const one = () => (slot ? `?${name}` : this.x.uid(this.r.pick([type, type, ...this.world.types])));
    return this.r.pick([...(slot ? [] : [name, name, `${name} is ${type}`]), `${name} == ${one()}`, `${name} in ${one()}`, `${name} is ${type} in ${one()}`]);
  }

  actions(env) {
    const r = this.r, one = () => this.x.oneAction([env.action, ...this.world.above(env.action), r.pick(this.world.actions)].map((a) => a.name));
    return r.pick(["action", `action == ${one()}`, `action in ${one()}`, `action in [${r.times(r.int(4), one).join(", ")}]`, `action == ${env.action.name}`]);
  }

  annotations() {
    const r = this.r, names = ["id", "advice", "if", "permit", "_x1"].filter(() => r.chance(0.05));
    return names.map((n) => `@${n}${r.chance(0.2) ? "" : `(${this.x.string()})`} `).join("");
  }

  // { text, slots }: it is a template if it has slots.
  policy() {
    const r = this.r, env = this.environment();
    const slots = r.chance(0.12) ? r.some(["principal", "resource"]) : [];
    const typed = `principal is ${env.principal}, action == ${env.action.name}, resource is ${env.resource}`;
    const parts = [this.scope("principal", env.principal, slots.includes("principal")), this.actions(env),
      this.scope("resource", env.resource, slots.includes("resource"))];
    let text = `${this.annotations()}${r.chance(0.7) ? "permit" : "forbid"} (${slots.length || r.chance(0.4) ? parts.join(", ") : typed}${r.chance(0.05) ? "," : ""})`;
    for (let i = r.pick([0, 1, 1, 1, 1, 2]); i > 0; i--) {
      text += ` ${r.pick(["when", "when", "unless"])} { ${this.x.bool(r.pick([1, 2, 3, 4]), env)} }`;
    }
    text += ";";
    return { text: r.chance(0.3) ? respace(r, text) : text, slots: slots.map((s) => `?${s}`) };
  }

  // Links of the templates among `policies`; ids as text names them.
  links(policies) {
    const r = this.r, out = [];
    policies.forEach(({ slots }, i) => {
      for (let n = slots.length ? r.int(3) : 0; n > 0; n--) {
        const values = Object.fromEntries(slots.map((s) => {
          const type = r.pick(this.world.named);
          return [s, { type, id: this.x.id(type) }];
        }));
        out.push({ templateId: `policy${i}`, newId: r.pick(["link ", "é ", "\" ", "\n"]) + out.length, values });
      }
    });
    return out;
  }

  // Links of which one is wrong; the links as they are if there are none.
  damageLinks(links) {
    const r = this.r, list = structuredClone(links);
    if (list.length === 0) return [{ templateId: "policy0", newId: "x", values: {} }];
    const link = r.pick(list), slot = r.pick(Object.keys(link.values));
    r.pick([
      () => { delete link.values[slot]; },
      () => { link.values["?principal"] = link.values["?resource"] = { type: "A", id: "" }; },
      () => { link.values["?other"] = { type: "A", id: "" }; },
      () => { link.values[slot] = { type: "A B", id: "" }; },
      () => { link.values[slot] = "A::\"a\""; },
      () => { link.templateId = "none"; },
      () => { link.newId = "policy0"; },
      () => { link.newId = link.templateId; },
      () => { list.push(link); },
      () => { delete link.newId; },
    ])();
    return list;
  }
}

// The JSON of a policy with one thing in it changed; some still mean something.
export function damageJson(r, policy) {
  const out = structuredClone(policy), all = [...places(out, () => {})];
  const { value, put } = r.pick(all), other = structuredClone(r.pick(all).value);
  if (value === null || typeof value !== "object" || Array.isArray(value) || r.chance(0.3)) {
    put(r.pick([other, other, null, true, 1n, "x", "principal", [], {}, [other], { Value: other }, { Var: "action" }]));
    return out;
  }
  const name = r.pick([...Object.keys(value), "x"]);
  switch (r.int(3)) {
    case 0: delete value[name]; break;
    case 1: value[r.pick(["x", "==", "Value", "Slot", "ip", "isInRange", "and", "in", "entity", "op"])] = other; break;
    default: {
      const held = value[name] ?? 1n;
      delete value[name];
      value[r.pick(["!", "neg", "!=", ">", "contains", "isEmpty", "has", "like", "is", ".", "Set", "Record", "Var", "decimal", "offset", "when", "entities", "x", "__entity"])] = held;
    }
  }
  return out;
}
