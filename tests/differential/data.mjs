// SPDX-License-Identifier: Apache-2.0
// data.mjs - random values, entities and requests, as JSON. `loose` data keeps
// to no schema.

import { CONSTRUCTOR } from "./expressions.mjs";
import { argument, long, STRINGS } from "./literals.mjs";

const IDS = ["e0", "e1", "", "é\"\\"];

export class Data {
  constructor(world, loose) {
    this.r = world.r;
    this.world = world;
    this.loose = loose;
  }

  id(type) { return this.r.pick(this.world.enums[type] ?? [...IDS, "e0", "e1", "e2"]); }

  // With a schema a value may be written shorter.
  value(t) {
    const r = this.r;
    if (this.loose && r.chance(0.1)) t = this.world.type(1);
    switch (t.kind) {
      case "Long": return BigInt(long(r));
      case "String": return r.pick(STRINGS);
      case "Bool": return r.chance(0.5);
      case "Set": return r.times(r.int(4), () => this.value(t.of));
      case "Record": return this.values(t);
      case "Entity": {
        const uid = { type: t.name, id: this.id(t.name) };
        return !this.loose && r.chance(0.3) ? uid : { __entity: uid };
      }
      default: return this.extension(t.kind);
    }
  }

  extension(type) {
    const r = this.r;
    if (type === "datetime" && r.chance(0.1)) {
      return { __extn: { fn: "offset", args: [this.extension("datetime"), this.extension("duration")] } };
    }
    const arg = argument(r, type, 0), fn = CONSTRUCTOR[type];
    const call = r.chance(0.2) ? { fn, args: [arg] } : { fn, arg };
    return this.loose ? { __extn: call } : r.pick([{ __extn: call }, call, arg]);
  }

  values(t) {
    const out = {};
    for (const [k, v] of Object.entries(t.attrs)) {
      if (this.r.chance(v.opt ? 0.6 : this.loose ? 0.9 : 1)) out[k] = this.value(v.type);
    }
    if (this.loose && this.r.chance(0.1)) out[this.r.pick(["a0", "a1", "extra", "é"])] = this.value(this.world.type(1));
    return out;
  }

  // Some entities; others are named and absent. Parents stand later in
  // `places`, so that there is no cycle.
  entities() {
    const r = this.r, w = this.world, out = [];
    const order = w.types.flatMap((type) => IDS.map((id) => ({ type, id })));
    order.forEach((uid, i) => {
      if (!r.chance(0.3)) return;
      const e = w.entities[uid.type];
      const above = order.slice(i + 1).filter((p) => this.loose || e.parents.includes(p.type));
      const entity = { uid, attrs: this.values(e.attrs), parents: above.filter(() => r.chance(0.25)) };
      if (e.tags && r.chance(0.6)) {
        entity.tags = Object.fromEntries(["t", "", "é", "a"].filter(() => r.chance(0.5)).map((k) => [k, this.value(e.tags)]));
      }
      out.push(entity);
    });
    if (r.chance(0.2)) this.restate(out);
    for (const [type, ids] of Object.entries(w.enums)) {
      if (r.chance(0.2)) out.push({ uid: { type, id: r.pick(ids) }, attrs: {}, parents: [] });
    }
    if (r.chance(0.2)) out.push(this.action(r.pick(w.actions)));
    return r.chance(0.5) ? out : out.reverse();
  }

  // Give parents of parents as parents.
  restate(entities) {
    const find = (uid) => entities.find((e) => e.uid.type === uid.type && e.uid.id === uid.id);
    for (const e of entities) {
      for (const p of [...e.parents]) e.parents.push(...(find(p)?.parents ?? []).filter(() => this.r.chance(0.7)));
    }
  }

  action(action) {
    return { uid: { type: action.type, id: action.id }, attrs: {}, parents: this.world.above(action).slice(1).map(({ type, id }) => ({ type, id })) };
  }

  request(env) {
    const { type, id } = env.action;
    return {
      principal: { type: env.principal, id: this.id(env.principal) },
      action: { type, id },
      resource: { type: env.resource, id: this.id(env.resource) },
      context: this.values(env.action.context),
    };
  }
}
