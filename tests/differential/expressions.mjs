// SPDX-License-Identifier: Apache-2.0
// expressions.mjs - random expressions of a type, as text. Some are of another
// type on purpose (`wrong`), and in wild ones anything may stand anywhere.

import { argument, long, STRINGS } from "./literals.mjs";
import { literal, quote } from "./text.mjs";
import { entity, key, kind, set } from "./world.mjs";

const METHODS = { decimal: ["lessThan", "lessThanOrEqual", "greaterThan", "greaterThanOrEqual"], ipaddr: ["isIpv4", "isIpv6", "isLoopback", "isMulticast"],
  duration: ["toDays", "toHours", "toMinutes", "toSeconds", "toMilliseconds"] };
const FUNCTIONS = ["ip", "decimal", "datetime", "duration"];
const ALL_METHODS = [...METHODS.decimal, ...METHODS.ipaddr, ...METHODS.duration, "isInRange", "offset", "durationSince", "toDate", "toTime"];
const PLAIN = /^a\d$/;
// No schema has these types; their names mean something elsewhere.
const GHOSTS = ["Ghost", "when", "principal::action", "Set", "Long", "_", "Action::A", "ip", "permit::Action"];

export const CONSTRUCTOR = { decimal: "decimal", ipaddr: "ip", datetime: "datetime", duration: "duration" };

export class Expressions {
  constructor(world, wrong, wild) {
    this.r = world.r;
    this.world = world;
    this.wrong = wrong;
    this.wild = wild;
    this.cache = new Map();
  }

  // --- literals

  string() { return literal(this.r, this.r.pick(STRINGS)); }

  id(type) {
    const ids = this.world.enums[type] ?? ["e0", "e0", "e1", "e1", "e2", "", "é\"\\"];
    return this.r.chance(this.world.enums[type] ? this.wrong * 2 : this.wrong / 3) ? "none" : this.r.pick(ids);
  }

  uid(type) { return `${this.r.chance(this.wild / 5) ? this.r.pick(GHOSTS) : type}::${literal(this.r, this.id(type))}`; }

  literal(t) {
    const r = this.r;
    switch (t.kind) {
      case "Long": return long(r);
      case "String": return this.string();
      case "Bool": return r.pick(["true", "false"]);
      case "Set": return `[${r.times(r.chance(0.03) ? 0 : 1 + r.int(3), () => this.literal(t.of)).join(", ")}]`;
      case "Entity": return this.uid(t.name);
      case "Record": return this.fields(t, (type) => this.literal(type));
      default: return `${CONSTRUCTOR[t.kind]}(${r.chance(this.wrong / 3) ? "context.a0" : literal(r, argument(r, t.kind, this.wrong))})`;
    }
  }

  fields(t, make) {
    const list = Object.entries(t.attrs).map(([k, v]) => `${PLAIN.test(k) && this.r.chance(0.8) ? k : literal(this.r, k)}: ${make(v.type)}`);
    return `{${list.join(", ")}${list.length && this.r.chance(0.1) ? "," : ""}}`;
  }

  // --- paths from the variables: { text, guards } by the key of their type

  paths(env) {
    const name = `${env.principal} ${env.resource} ${env.action.name}`;
    if (!this.cache.has(name)) this.cache.set(name, this.walk(env));
    return this.cache.get(name);
  }

  walk(env) {
    const out = new Map(), r = this.r;
    const visit = (path, type, depth) => {
      const k = key(type);
      if (!out.has(k)) out.set(k, []);
      out.get(k).push(path);
      if (depth === 0) return;
      const e = type.kind === "Entity" ? this.world.entities[type.name] : undefined;
      for (const [name, v] of Object.entries((e ? e.attrs : type).attrs ?? {})) {
        visit(this.step(path, name, v.opt), v.type, depth - 1);
      }
      if (e && e.tags && r.chance(0.3)) {
        const tag = r.pick(["\"t\"", "\"t\"", "(if true then \"t\" else \"\")", "\"é\"", ...(out.get("String") ?? []).map((p) => p.text)]);
        const guards = [...path.guards, `${path.text}.hasTag(${tag})`];
        visit({ text: `${path.text}.getTag(${tag})`, guards, root: null }, e.tags, depth - 1);
      }
    };
    visit({ text: "principal", guards: [], root: "principal", names: [] }, entity(env.principal), 3);
    visit({ text: "resource", guards: [], root: "resource", names: [] }, entity(env.resource), 3);
    visit({ text: "context", guards: [], root: "context", names: [] }, env.action.context, 3);
    return out;
  }

  // Guards of plain names become one `has` with a path, now and then.
  step(path, name, optional) {
    const r = this.r, dotted = PLAIN.test(name) && !r.chance(0.1), next = { root: null };
    next.text = dotted ? `${path.text}.${name}` : `${path.text}[${literal(r, name)}]`;
    next.guards = optional ? [...path.guards, `${path.text} has ${dotted ? name : literal(r, name)}`] : path.guards;
    if (dotted && path.root) {
      next.root = path.root;
      next.names = [...path.names, name];
      if (next.guards.length && r.chance(0.4)) next.guards = [`${next.root} has ${next.names.join(".")}`];
    }
    return next;
  }

  path(t, env) {
    const list = this.paths(env).get(key(t));
    if (!list) return null;
    const p = this.r.pick(list);
    if (p.guards.length === 0 || this.r.chance(this.wrong * 2)) return p.text;
    return `(if ${p.guards.join(" && ")} then ${p.text} else ${this.literal(t)})`;
  }

  // --- expressions

  expr(t, depth, env) {
    const r = this.r;
    if (r.chance(this.wrong)) t = this.world.type(1);
    if (r.chance(this.wild)) return this.anything(depth, env);
    if (depth <= 0) return r.chance(0.6) ? this.path(t, env) ?? this.literal(t) : this.literal(t);
    const d = depth - 1;
    if (r.chance(0.08)) return `(if ${this.bool(d, env)} then ${this.expr(t, d, env)} else ${this.expr(t, d, env)})`;
    if (r.chance(0.03)) return `{a: ${this.expr(t, d, env)}, "b c": 1}.a`;
    switch (t.kind) {
      case "Bool": if (r.chance(0.85)) return this.bool(depth, env); break;
      case "Long": if (r.chance(0.4)) return this.number(d, env); break;
      case "datetime": if (r.chance(0.25)) return this.datetime(d, env); break;
      case "duration": if (r.chance(0.25)) return this.duration(d, env); break;
      case "Set": if (r.chance(0.2)) return `[${r.times(1 + r.int(3), () => this.expr(t.of, d, env)).join(", ")}${r.chance(0.2) ? "," : ""}]`; break;
      case "Record": if (r.chance(0.2)) return this.fields(t, (type) => this.expr(type, d, env)); break;
    }
    return (r.chance(0.75) ? this.path(t, env) : null) ?? this.literal(t);
  }

  number(d, env) {
    const r = this.r, sub = () => this.expr(kind("Long"), d, env);
    switch (r.int(7)) {
      case 0: return `(${sub()} + ${sub()})`;
      case 1: return `(${sub()} - ${sub()})`;
      case 2: return `(${sub()} * ${sub()})`;
      case 3: return `${r.pick(["-", "-", "--", "---", "- "])}(${sub()})`;
      case 4: case 5: return `${this.expr(kind("duration"), d, env)}.${r.pick(METHODS.duration)}(${this.extra(d, env)})`;
      default: return `(${r.times(3 + r.int(4), sub).join(r.pick([" + ", " - ", " * "]))})`;
    }
  }

  datetime(d, env) {
    const it = this.expr(kind("datetime"), d, env);
    return this.r.chance(0.5) ? `${it}.toDate(${this.extra(d, env)})` : `${it}.offset(${this.expr(kind("duration"), d, env)})`;
  }

  duration(d, env) {
    const it = this.expr(kind("datetime"), d, env);
    return this.r.chance(0.5) ? `${it}.toTime(${this.extra(d, env)})` : `${it}.durationSince(${this.expr(kind("datetime"), d, env)})`;
  }

  // An argument too many, at times.
  extra(d, env) { return this.r.chance(this.wrong / 4) ? this.expr(this.world.type(0), d - 1, env) : ""; }

  // In parentheses, so that it may stand anywhere.
  bool(depth, env) { return `(${this.condition(depth, env)})`; }

  condition(depth, env) {
    const r = this.r, d = depth - 1;
    if (d < 0) return this.literal(kind("Bool"));
    if (r.chance(0.004)) return this.long(env);
    const sub = () => this.expr(kind("Bool"), d, env);
    return this.r.weighted([
      [2, () => `(${sub()} && ${sub()})`],
      [2, () => `(${sub()} || ${sub()})`],
      [1, () => `${r.pick(["!", "!", "!!", "!!!!"])}(${sub()})`],
      [2, () => this.equal(d, env)],
      [2, () => this.less(d, env)],
      [1, () => this.isIn(d, env)],
      [1, () => this.action(env)],
      [1, () => this.is(d, env)],
      [1, () => `${this.expr(kind("String"), d, env)} like ${this.pattern()}`],
      [1.5, () => this.has(d, env)],
      [1.5, () => this.contains(d, env)],
      [1, () => this.tag(d, env)],
      [0.7, () => `${this.expr(kind("decimal"), d, env)}.${r.pick(METHODS.decimal)}(${this.expr(kind("decimal"), d, env)})`],
      [1, () => this.ipaddr(d, env)],
    ])();
  }

  equal(d, env) {
    const t = this.world.type(1);
    return `${this.expr(t, d, env)} ${this.r.pick(["==", "!="])} ${this.expr(t, d, env)}`;
  }

  less(d, env) {
    const t = kind(this.r.pick(["Long", "Long", "datetime", "duration"]));
    return `${this.expr(t, d, env)} ${this.r.pick(["<", "<=", ">", ">="])} ${this.expr(t, d, env)}`;
  }

  someone(d, env) {
    const r = this.r;
    return r.chance(0.7) ? r.pick(["principal", "resource"]) : this.expr(entity(r.pick(this.world.named)), d, env);
  }

  isIn(d, env) {
    const r = this.r, to = entity(r.pick(this.world.types));
    if (r.chance(0.2)) return `${this.someone(d, env)} in ${this.expr(set(to), d, env)}`;
    if (r.chance(0.4)) return `${this.someone(d, env)} in [${r.times(r.int(4), () => this.expr(to, d, env)).join(", ")}]`;
    return `${this.someone(d, env)} in ${this.expr(to, d, env)}`;
  }

  action(env) {
    const r = this.r, one = () => this.oneAction(["action", env.action.name, r.pick(this.world.actions).name]);
    return r.pick([`action in ${one()}`, `action == ${one()}`, `action in [${one()}, ${one()}]`, `${one()} in ${one()}`, `${one()} != ${one()}`,
      `action is ${env.action.type}`, `[${one()}, ${one()}].contains(action)`]);
  }

  // One of them, or none that there is.
  oneAction(names) { return this.r.chance(this.wrong / 2) ? "Action::\"nothing\"" : this.r.pick(names); }

  is(d, env) {
    const r = this.r, to = this.uid(r.pick(this.world.types));
    return `${this.someone(d, env)} is ${r.pick(this.world.named)}${r.chance(0.4) ? ` in ${r.chance(0.3) ? `[${to}]` : to}` : ""}`;
  }

  pattern() {
    const r = this.r;
    const part = () => r.pick(["*", "*", "\\*", "a", "b", "é", "**", "\\u{2a}", "\\n", "\\\\", "\\\"", "🙂", "\\x61", "", "e0"]);
    return `"${r.times(r.int(5), part).join("")}"`;
  }

  has(d, env) {
    const r = this.r, it = r.chance(0.8) ? r.pick(["principal", "resource", "context"]) : this.expr(this.world.type(1), d, env);
    return `${it} has ${r.pick(["a0", "a1", "a2.a0", "a3", "a4.a1.a0", "\"a5\"", "\"if\"", "\"\"", "a0.a1.a2.a3", "\"\\u{e9}\"", "type", "context"])}`;
  }

  contains(d, env) {
    const r = this.r, t = this.world.type(0), it = this.expr(set(t), d, env);
    if (r.chance(0.2)) return `${it}.isEmpty()`;
    return r.chance(0.4) ? `${it}.contains(${this.expr(t, d, env)})` : `${it}.${r.pick(["containsAll", "containsAny"])}(${this.expr(set(t), d, env)})`;
  }

  tag(d, env) {
    const r = this.r, it = this.someone(d, env), name = r.chance(0.5) ? r.pick(["\"t\"", "\"a\"", "\"\""]) : this.expr(kind("String"), d, env);
    if (r.chance(0.4)) return `${it}.hasTag(${name})`;
    const tag = `${it}.getTag(${name}) == ${this.expr(this.world.entities[env.principal].tags ?? this.world.type(1), d, env)}`;
    return r.chance(0.15 + this.wild) ? tag : `${it}.hasTag(${name}) && ${tag}`;
  }

  ipaddr(d, env) {
    const it = this.expr(kind("ipaddr"), d, env);
    return this.r.chance(0.5) ? `${it}.isInRange(${this.expr(kind("ipaddr"), d, env)}${this.r.chance(this.wrong / 4) ? ", " + it : ""})`
      : `${it}.${this.r.pick(METHODS.ipaddr)}(${this.extra(d, env)})`;
  }

  // Long chains, deep nests.
  long(env) {
    const r = this.r, n = 20 + r.int(60), one = () => this.condition(1, env);
    switch (r.int(5)) {
      case 0: return r.times(n, () => `(${one()})`).join(r.pick([" && ", " || "]));
      case 1: return `${r.times(n, () => long(r)).join(" + ")} == 0`;
      case 2: return `${"(".repeat(20)}${one()}${")".repeat(20)}`;
      case 3: return `${"if (true) then (".repeat(10)}${one()}${") else false".repeat(10)}`;
      default: return `${"[".repeat(12)}1${"]".repeat(12)} == ${"{a: ".repeat(12)}1${"}".repeat(12)}`;
    }
  }

  // --- wild ones

  anything(depth, env) {
    const r = this.r, d = depth - 1;
    if (d < 0) return r.pick([this.literal(this.world.type(1)), "principal", "context", "action", "Ghost::\"g\"", "[]", "{}"]);
    const sub = () => this.expr(this.world.type(1), d, env);
    const args = () => r.times(r.pick([0, 1, 1, 1, 2, 2, 3]), sub).join(", ");
    return r.weighted([
      [3, () => `${r.pick(FUNCTIONS)}(${r.chance(0.6) ? this.string() : args()})`],
      [3, () => `(${sub()}).${r.pick(ALL_METHODS)}(${args()})`],
      [2, () => `(${sub()}).${r.pick(["contains", "containsAll", "containsAny", "getTag", "hasTag"])}(${sub()})`],
      [2, () => `(${sub()} ${r.pick(["==", "!=", "<", "<=", ">", ">=", "in", "+", "-", "*", "&&", "||"])} ${sub()})`],
      [2, () => `(${sub()}).${r.pick(["a0", "a1", "nothing", "context"])}`],
      [1, () => `(${sub()})[${this.string()}]`],
      [1, () => `${this.someone(d, env)}.getTag(${this.string()})`],
      [1, () => `(${sub()} has ${r.pick(["a0", "a1.a2", quote("é")])})`],
      [1, () => `(${sub()} like ${this.pattern()})`],
      [1, () => `(${sub()} is ${r.pick([...this.world.named, "Ghost", "Action"])})`],
      [1, () => `(${this.someone(d, env)} in [${r.times(r.int(3), sub).join(", ")}])`],
      [1, () => `(${r.pick(["-", "--", "!", "!!"])}(${sub()}))`],
      [1, () => `(if ${sub()} then ${sub()} else ${sub()})`],
      [1, () => `[${r.times(r.int(4), sub).join(", ")}]`],
      [1, () => `{a0: ${sub()}, ${this.string()}: ${sub()}}`],
      [1, () => `(${sub()}).isEmpty()`],
    ])();
  }
}
