// SPDX-License-Identifier: Apache-2.0
// generate.mjs - random schemas, policies, entities and requests. Most are
// well-typed; some are wrong on purpose, in one place.

export function makeRandom(seed) {
  let a = seed >>> 0;
  const next = () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const int = (n) => Math.floor(next() * n);
  return { next, int, pick: (list) => list[int(list.length)], chance: (p) => next() < p };
}

const SCALARS = ["Long", "String", "Bool", "decimal", "ipaddr", "datetime", "duration"];

const show = (t) =>
  typeof t === "string" ? t
    : t.set ? `Set<${show(t.set)}>`
      : t.entity ? t.entity
        : `{${Object.entries(t.record).map(([k, v]) => `${k}${v.opt ? "?" : ""}: ${show(v.type)}`).join(", ")}}`;

const same = (a, b) => show(a) === show(b);

export class Case {
  constructor(seed) {
    this.r = makeRandom(seed);
    this.types = ["A", "B", "N::C"];
    this.entities = {};
    for (const t of this.types) {
      this.entities[t] = {
        parents: this.types.filter(() => this.r.chance(0.3)),
        attrs: this.record(4, 2),
        tags: this.r.chance(0.5) ? this.type(1) : null,
      };
    }
    this.actions = ["x", "y", "z"].map((name) => ({
      name,
      principals: this.some(this.types),
      resources: this.some([...this.types, "K"]),
      context: this.record(3, 2),
      parents: name === "x" ? [] : this.r.chance(0.5) ? ["g"] : [],
    }));
    this.wrong = 0.03;
  }

  some(list) {
    const out = list.filter(() => this.r.chance(0.5));
    return out.length ? out : [this.r.pick(list)];
  }

  type(depth) {
    const n = this.r.int(depth > 0 ? 11 : 7);
    if (n < 7) return SCALARS[n];
    if (n === 7) return { set: this.type(depth - 1) };
    if (n === 8) return this.record(2, depth - 1);
    return { entity: this.r.pick([...this.types, "K"]) };
  }

  record(max, depth) {
    const record = {};
    for (let i = 0; i < 1 + this.r.int(max); i++) {
      record["a" + this.r.int(6)] = { type: this.type(depth), opt: this.r.chance(0.4) };
    }
    return { record };
  }

  schema() {
    let text = 'entity K enum ["one", "two"];\naction g;\n';
    for (const [name, e] of Object.entries(this.entities)) {
      const short = name.split("::").pop();
      const one = `entity ${short}${e.parents.length ? ` in [${e.parents.join(", ")}]` : ""} ` +
        `${show(e.attrs)}${e.tags ? ` tags ${show(e.tags)}` : ""};\n`;
      text += name.includes("::") ? `namespace N { ${one} }\n` : one;
    }
    for (const a of this.actions) {
      text += `action ${a.name}${a.parents.length ? ` in [${a.parents.join(", ")}]` : ""} appliesTo { ` +
        `principal: [${a.principals.join(", ")}], resource: [${a.resources.join(", ")}], context: ${show(a.context)} };\n`;
    }
    return text;
  }

  // --- expressions

  string() {
    return this.r.pick(['"a"', '"b"', '""', '"a*b"', '"\\u{e9}"', '"ab"', '"one"']);
  }

  long() {
    return this.r.pick(["0", "1", "2", "7", "-1", "9223372036854775807", "-9223372036854775808"]);
  }

  id(type) {
    return type === "K" ? this.r.pick(["one", "two"]) : this.r.pick(["e0", "e1", "e2"]);
  }

  literal(t) {
    const r = this.r;
    if (t === "Long") return this.long().replace("-9223372036854775808", "(-9223372036854775807 - 1)");
    if (t === "String") return this.string();
    if (t === "Bool") return r.pick(["true", "false"]);
    if (t === "decimal") return `decimal("${r.pick(["1.0", "-2.5", "0.0001", "922337203685477.5807"])}")`;
    if (t === "ipaddr") return `ip("${r.pick(["10.0.0.1", "10.0.0.0/8", "::1", "224.0.0.1", "127.0.0.1/32"])}")`;
    if (t === "datetime") return `datetime("${r.pick(["2024-01-01", "2024-02-29T12:00:00Z", "1969-12-31T23:59:59.999Z", "2024-01-01T00:00:00+0100"])}")`;
    if (t === "duration") return `duration("${r.pick(["1d", "-1h", "90m", "1d2h3m4s5ms", "0ms"])}")`;
    if (t.set) return `[${Array.from({ length: 1 + r.int(3) }, () => this.literal(t.set)).join(", ")}]`;
    if (t.entity) return `${t.entity}::"${this.id(t.entity)}"`;
    return `{${Object.entries(t.record).map(([k, v]) => `${k}: ${this.literal(v.type)}`).join(", ")}}`;
  }

  // Paths of this type from the variables, each with the guards it needs.
  paths(t, env) {
    const out = [];
    const walk = (text, type, guards, depth) => {
      if (same(type, t)) out.push({ text, guards });
      if (depth === 0) return;
      const e = type.entity && this.entities[type.entity];
      const record = e ? e.attrs.record : type.record;
      for (const [k, v] of Object.entries(record ?? {})) {
        const quoted = this.r.chance(0.1);
        walk(quoted ? `${text}["${k}"]` : `${text}.${k}`, v.type,
          v.opt ? [...guards, `${text} has ${k}`] : guards, depth - 1);
      }
      if (e && e.tags && this.r.chance(0.3)) {
        walk(`${text}.getTag("t")`, e.tags, [...guards, `${text}.hasTag("t")`], depth - 1);
      }
    };
    walk("principal", { entity: env.principal }, [], 3);
    walk("resource", { entity: env.resource }, [], 3);
    walk("context", env.action.context, [], 3);
    return out;
  }

  expr(t, depth, env) {
    const r = this.r;
    if (r.chance(this.wrong)) t = this.type(1);
    if (t === "Bool" && depth > 0 && r.chance(0.85)) return this.bool(depth, env);
    if (depth > 0 && r.chance(0.1)) {
      return `(if ${this.bool(depth - 1, env)} then ${this.expr(t, depth - 1, env)} else ${this.expr(t, depth - 1, env)})`;
    }
    if (t === "Long" && depth > 0 && r.chance(0.4)) return this.number(depth, env);
    if (depth > 0 && r.chance(0.25)) {
      if (t === "datetime") return r.chance(0.5) ? `${this.expr(t, depth - 1, env)}.toDate()`
        : `${this.expr(t, depth - 1, env)}.offset(${this.expr("duration", depth - 1, env)})`;
      if (t === "duration") return r.chance(0.5) ? `${this.expr("datetime", depth - 1, env)}.toTime()`
        : `${this.expr("datetime", depth - 1, env)}.durationSince(${this.expr("datetime", depth - 1, env)})`;
    }
    const paths = this.paths(t, env);
    if (paths.length && r.chance(0.75)) {
      const p = r.pick(paths);
      if (p.guards.length === 0) return p.text;
      if (!r.chance(0.1)) {
        return `(if ${p.guards.join(" && ")} then ${p.text} else ${this.literal(t)})`;
      }
      return p.text;
    }
    return this.literal(t);
  }

  number(depth, env) {
    const sub = () => this.expr("Long", depth - 1, env);
    switch (this.r.int(6)) {
      case 0: return `(${sub()} + ${sub()})`;
      case 1: return `(${sub()} - ${sub()})`;
      case 2: return `(${sub()} * ${sub()})`;
      case 3: return `-(${sub()})`;
      case 4: return `${this.expr("duration", depth - 1, env)}.${this.r.pick(["toDays", "toHours", "toMinutes", "toSeconds", "toMilliseconds"])}()`;
      default: return sub();
    }
  }

  // In parentheses, so that it may stand anywhere.
  bool(depth, env) {
    return `(${this.condition(depth, env)})`;
  }

  condition(depth, env) {
    const r = this.r;
    const d = depth - 1;
    if (d < 0) return this.literal("Bool");
    const sub = () => this.expr("Bool", d, env);
    switch (r.int(20)) {
      case 0: case 1: return `(${sub()} && ${sub()})`;
      case 2: case 3: return `(${sub()} || ${sub()})`;
      case 4: return `!(${sub()})`;
      case 5: case 6: {
        const t = this.type(1);
        return `${this.expr(t, d, env)} ${r.pick(["==", "!="])} ${this.expr(t, d, env)}`;
      }
      case 7: case 8: {
        const t = r.pick(["Long", "Long", "datetime", "duration"]);
        return `${this.expr(t, d, env)} ${r.pick(["<", "<=", ">", ">="])} ${this.expr(t, d, env)}`;
      }
      case 9: {
        const to = r.pick(this.types);
        const list = r.chance(0.5);
        return `${r.pick(["principal", "resource"])} in ${list ? `[${this.literal({ entity: to })}, ${this.literal({ entity: to })}]` : this.literal({ entity: to })}`;
      }
      case 10: return r.pick(['action in Action::"g"', 'action == Action::"x"', 'action in [Action::"x", Action::"y"]', 'Action::"y" in Action::"g"']);
      case 11: return `${r.pick(["principal", "resource"])} is ${r.pick(this.types)}${r.chance(0.3) ? ` in ${this.literal({ entity: r.pick(this.types) })}` : ""}`;
      case 12: return `${this.expr("String", d, env)} like ${r.pick(['"*"', '"a*"', '"*\\**"', '"a"', '""'])}`;
      case 13: {
        const p = r.pick(["principal", "resource", "context"]);
        return `${p} has ${r.pick(["a0", "a1", "a2.a0", "a3", "a4.a1.a0", '"a5"'])}`;
      }
      case 14: {
        const t = this.type(0);
        return `${this.expr({ set: t }, d, env)}.contains(${this.expr(t, d, env)})`;
      }
      case 15: {
        const t = this.type(0);
        return `${this.expr({ set: t }, d, env)}.${r.pick(["containsAll", "containsAny"])}(${this.expr({ set: t }, d, env)})`;
      }
      case 16: return `${this.expr({ set: this.type(0) }, d, env)}.isEmpty()`;
      case 17: return `${r.pick(["principal", "resource"])}.hasTag(${this.expr("String", d, env)})`;
      case 18: return `${this.expr("decimal", d, env)}.${r.pick(["lessThan", "greaterThanOrEqual"])}(${this.expr("decimal", d, env)})`;
      default: return r.chance(0.5)
        ? `${this.expr("ipaddr", d, env)}.isInRange(${this.expr("ipaddr", d, env)})`
        : `${this.expr("ipaddr", d, env)}.${r.pick(["isIpv4", "isIpv6", "isLoopback", "isMulticast"])}()`;
    }
  }

  environment() {
    const action = this.r.pick(this.actions);
    return { action, principal: this.r.pick(action.principals), resource: this.r.pick(action.resources) };
  }

  policy() {
    const r = this.r;
    const env = this.environment();
    const scope = (name, type) => r.pick([
      name, name, `${name} is ${type}`, `${name} == ${this.literal({ entity: type })}`,
      `${name} in ${this.literal({ entity: r.pick(this.types) })}`,
      `${name} is ${type} in ${this.literal({ entity: r.pick(this.types) })}`]);
    const action = r.pick(["action", `action == Action::"${env.action.name}"`, 'action in Action::"g"',
      `action in [Action::"${env.action.name}", Action::"z"]`, `action == Action::"${env.action.name}"`]);
    const typed = `principal is ${env.principal}, action == Action::"${env.action.name}", resource is ${env.resource}`;
    const head = r.chance(0.6) ? typed
      : `${scope("principal", env.principal)}, ${action}, ${scope("resource", env.resource)}`;
    let text = `${r.chance(0.7) ? "permit" : "forbid"} (${head})`;
    for (let i = 0; i < 1 + r.int(2); i++) {
      text += ` ${r.pick(["when", "when", "unless"])} { ${this.bool(4, env)} }`;
    }
    return text + ";";
  }

  // --- data; long integers are spliced in as text by whoever prints this

  value(t) {
    const r = this.r;
    if (t === "Long") return { __long: this.long() };
    if (t === "String") return JSON.parse(this.string().replace("\\u{e9}", "\\u00e9"));
    if (t === "Bool") return r.chance(0.5);
    if (typeof t === "string") {
      const m = /^(\w+)\("(.*)"\)$/.exec(this.literal(t));
      return { __extn: { fn: m[1], arg: m[2] } };
    }
    if (t.set) return Array.from({ length: r.int(3) }, () => this.value(t.set));
    if (t.entity) return { __entity: { type: t.entity, id: this.id(t.entity) } };
    return this.values(t);
  }

  values(t) {
    const out = {};
    for (const [k, v] of Object.entries(t.record)) {
      if (!v.opt || this.r.chance(0.6)) out[k] = this.value(v.type);
    }
    return out;
  }

  data() {
    const out = [];
    for (const [type, e] of Object.entries(this.entities)) {
      for (const id of ["e0", "e1"]) {
        // Parents of a later place only, so that there is no cycle.
        const parents = e.parents
          .filter((p) => this.types.indexOf(p) > this.types.indexOf(type) || (p === type && id === "e0"))
          .filter(() => this.r.chance(0.6))
          .map((p) => ({ type: p, id: p === type ? "e1" : this.r.pick(["e0", "e1"]) }));
        const entity = { uid: { type, id }, attrs: this.values(e.attrs), parents };
        if (e.tags && this.r.chance(0.6)) entity.tags = { t: this.value(e.tags) };
        out.push(entity);
      }
    }
    return out;
  }

  request() {
    const env = this.environment();
    return {
      principal: { type: env.principal, id: this.id(env.principal) },
      action: { type: "Action", id: env.action.name },
      resource: { type: env.resource, id: this.id(env.resource) },
      context: this.values(env.action.context),
    };
  }
}

// JSON with the long integers as they are.
export const print = (value) =>
  JSON.stringify(value).replace(/\{"__long":"(-?\d+)"\}/g, "$1");
