// SPDX-License-Identifier: Apache-2.0
// schemas_probe.mjs - policies that are valid or not as the names of a schema
// mean one thing or another.

const MAX = 24;
const LITERALS = ["1", "\"s\"", "true", "decimal(\"1.0\")", "ip(\"::1\")", "datetime(\"2024-01-01\")", "duration(\"1h\")"];

const full = (space, name) => (space === "" ? name : `${space}::${name}`);
const string = (text) => `"${[...text].map((c) => (/[\w ]/.test(c) ? c : `\\u{${c.codePointAt(0).toString(16)}}`)).join("")}"`;

// The schema with an action that everything may do, and the policies.
export function probes(r, text, resolved) {
  const spaces = Object.entries(resolved);
  const entities = spaces.flatMap(([s, n]) => Object.entries(n.entityTypes).map(([k, e]) => [full(s, k), e]));
  const actions = spaces.flatMap(([s, n]) => Object.entries(n.actions).map(([k, a]) => [`${full(s, "Action")}::${string(k)}`, a]));
  const ids = (e) => (e.enum ? string(e.enum[0]) : "\"x\"");
  const literals = [...LITERALS, ...entities.map(([k, e]) => `${k}::${ids(e)}`)];
  const literal = () => {
    const one = r.pick(literals);
    return r.chance(0.2) ? `[${one}]` : one;
  };
  const out = [];
  const ask = (scope, guard, what) => out.push(`permit(${scope}) when { ${guard}[${what}, ${literal()}].isEmpty() };`);
  for (const [name, e] of entities) {
    const scope = `principal is ${name}, action == Action::"the probe", resource`;
    for (const [k, a] of Object.entries(e.shape?.attributes ?? {})) {
      ask(scope, a.required === false ? `principal has ${string(k)} && ` : "", `principal[${string(k)}]`);
    }
    if (e.tags) ask(scope, "principal.hasTag(\"t\") && ", "principal.getTag(\"t\")");
    const above = r.pick(entities);
    out.push(`permit(${scope}) when { principal in ${above[0]}::${ids(above[1])} && 1 };`);
  }
  for (const [uid, a] of actions) {
    const scope = `principal, action == ${uid}, resource`;
    out.push(`permit(principal is ${r.pick(entities)?.[0] ?? "X"}, action in ${uid}, resource is ${r.pick(entities)?.[0] ?? "X"});`);
    for (const [k, x] of Object.entries(a.appliesTo?.context?.attributes ?? {})) {
      ask(scope, x.required === false ? `context has ${string(k)} && ` : "", `context[${string(k)}]`);
    }
    const other = r.pick(actions);
    out.push(`permit(${scope}) when { action in ${other[0]} && 1 };`);
  }
  while (out.length > MAX) out.splice(r.int(out.length), 1);
  if (entities.length === 0) return { schema: text, policies: [] };
  const all = `[${entities.map(([k]) => k).join(", ")}]`;
  return { schema: `${text}\naction "the probe" appliesTo { principal: ${all}, resource: ${entities[0][0]} };`, policies: out };
}
