// SPDX-License-Identifier: Apache-2.0
// coverage.mjs - counts what the cases have reached, and knows what they must
// reach: every operator, every form of scope, every extension function, every
// kind of error, every rule of the validator, every damage.

import { DAMAGES } from "./damage.mjs";

const OPERATORS = ["!", "neg", "==", "!=", "in", "<", "<=", ">", ">=", "&&", "||", "+", "-", "*", "contains", "containsAll", "containsAny", "isEmpty",
  "getTag", "hasTag", ".", "has", "like", "is", "is in", "if-then-else", "Set", "Record", "boolean", "bigint", "string", "__entity",
  "principal", "action", "resource", "context"];

const FUNCTIONS = ["decimal", "ip", "datetime", "duration", "lessThan", "lessThanOrEqual", "greaterThan", "greaterThanOrEqual", "isIpv4", "isIpv6",
  "isLoopback", "isMulticast", "isInRange", "offset", "durationSince", "toDate", "toTime", "toMilliseconds", "toSeconds", "toMinutes", "toHours", "toDays"];

const scopes = (name, ops) => ops.map((op) => `${name} ${op}`);
const SCOPES = [
  ...scopes("principal", ["All", "==", "in", "is", "is in", "== slot", "in slot", "is in slot"]),
  ...scopes("action", ["All", "==", "in", "in list"]),
  ...scopes("resource", ["All", "==", "in", "is", "is in", "== slot", "in slot", "is in slot"]),
  "permit", "forbid", "when", "unless", "annotation",
];

const ERRORS = ["entity", "attribute", "tag", "type", "arity", "overflow", "extension"];

const RULES = ["bad-literal", "empty-set", "impossible-policy", "incompatible-types", "no-applicable-action", "no-tags", "not-a-choice", "not-a-literal",
  "optional-attribute", "optional-tag", "unexpected-type", "unknown-action", "unknown-attribute", "unknown-entity-type", "wrong-arity"];

const REFUSALS = ["text", "JSON", "links", "entities", "request"];

export const OURS = {
  "the entity does not exist": "entity",
  "there is no such attribute": "attribute",
  "there is no such tag": "tag",
  "an operand has the wrong type": "type",
  "wrong number of arguments": "arity",
  "the number does not fit 64 bits": "overflow",
  "the extension function failed": "extension",
};

const REFERENCE = [
  [/^`[^]*` does not have the tag/, "tag"],
  [/^(`[^]*`|record) does not have the attribute/, "attribute"],
  [/^entity `[^]*` does not exist/, "entity"],
  [/^type error/, "type"],
  [/^wrong number of arguments/, "arity"],
  [/^integer overflow/, "overflow"],
  [/^error while evaluating/, "extension"],
];

// What kind of error a message of the reference tells.
export const kindOf = (message) => REFERENCE.find(([form]) => form.test(message))?.[1] ?? message;

export class Coverage {
  constructor() { this.groups = {}; }

  count(group, name, n = 1) {
    const counts = (this.groups[group] ??= {});
    counts[name] = (counts[name] ?? 0) + n;
  }

  // A policy in JSON.
  policy(p) {
    this.count("scopes", p.effect);
    for (const name of ["principal", "action", "resource"]) {
      const { op, entities, slot, in: inner } = p[name];
      this.count("scopes", `${name} ${op}${inner ? " in" : ""}${entities ? " list" : ""}${slot ?? inner?.slot ? " slot" : ""}`);
    }
    if (p.annotations) this.count("scopes", "annotation");
    for (const { kind, body } of p.conditions) {
      this.count("scopes", kind);
      this.expression(body);
    }
  }

  expression(e) {
    const [name, inner] = Object.entries(e)[0];
    if (name === "Value") this.value(inner);
    else if (name === "Var") this.count("operators", inner);
    else if (FUNCTIONS.includes(name)) this.count("functions", name);
    else this.count("operators", name === "is" && inner.in ? "is in" : name);
    if (name === "Value" || name === "Var") return;
    const operands = Array.isArray(inner) || name === "Record" ? Object.values(inner) : [inner.left, inner.right, inner.arg, inner.if, inner.then, inner.else, inner.in];
    for (const operand of operands) if (operand) this.expression(operand);
  }

  value(v) {
    if (Array.isArray(v)) {
      this.count("operators", "Set");
      v.forEach((item) => this.value(item));
    } else this.count("operators", v.__entity ? "__entity" : typeof v);
  }

  // What was never reached.
  missing() {
    const wanted = { operators: OPERATORS, functions: FUNCTIONS, scopes: SCOPES, errors: ERRORS, rules: RULES, refusals: REFUSALS, damages: DAMAGES };
    return Object.entries(wanted).flatMap(([group, names]) =>
      names.filter((n) => !this.groups[group]?.[n]).map((n) => `${group}: ${n}`));
  }

  report() {
    const { damages = {}, ...groups } = this.groups, times = Object.values(damages);
    return [
      ...Object.entries(groups).map(([group, counts]) =>
        `${group}: ${Object.entries(counts).sort((a, b) => b[1] - a[1]).map(([n, count]) => `${n} ${count}`).join(", ")}`),
      `damages: ${times.length} kinds, each ${Math.min(...times)} to ${Math.max(...times)} times`,
    ].join("\n");
  }
}
