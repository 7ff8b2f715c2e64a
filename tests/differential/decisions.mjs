// SPDX-License-Identifier: Apache-2.0
// decisions.mjs - requests, decided by both.

import { kindOf, OURS } from "./coverage.mjs";
import { print } from "./json.mjs";

const MESSAGE = new RegExp(`: (${Object.keys(OURS).join("|")})$`, "gm");

// In JSON policies the reference passes over members that mean nothing, and
// takes methods of nothing, which no text can say, and lists for objects with an
// `op`; we refuse all of it. It reads JSON only so deep.
const STRICTER = /\.json:\d+:\d+: (there is no such member here|expected an array of arguments|a scope is an object|\w+ needs a receiver)/;
const TOO_DEEP = /recursion limit exceeded/;

const sorted = (list) => JSON.stringify([...list].sort());
const show = (decision, reasons, errors) => `${decision} ${sorted(reasons)} ${sorted(errors)}`;

// The policies of a case as the reference takes them: by their ids, or as one
// text, where nothing is a template.
export function partsOf(c) {
  const set = { staticPolicies: {}, templates: {}, templateLinks: c.links };
  c.list.forEach((p, i) => { set[p.slots.length ? "templates" : "staticPolicies"][`policy${i}`] = p.text; });
  return set;
}

export const setOf = (c) => (c.list.some((p) => p.slots.length) ? partsOf(c) : { staticPolicies: c.text });

export class Decisions {
  constructor(t) {
    this.t = t;
    this.prepared = {};
    this.count = this.allowed = this.errors = this.refused = 0;
  }

  compare(c, n) {
    const { ours } = this.t, how = { entities: print(c.entities) };
    if (c.r.chance(0.3)) {
      c.json = rename(c, c.json);
      how.theirs = print(c.json);
      how.policies = ours.file("q.json", how.theirs);
    } else {
      how.theirs = print(setOf(c));
      how.policies = ours.file("p", c.text);
      if (c.links.length) how.links = ours.file("l", print(c.links));
    }
    how.unordered = withRecords(c.json);
    if (!c.loose) {
      how.schema = c.schema;
      how.validate = c.r.chance(0.7);
    }
    this.decide(c, how, c.r.times(n, () => c.request()));
  }

  // Decide `requests` under policies, links, entities and schema, of which
  // each side may refuse any. Were they taken?
  decide(c, how, requests) {
    const { ours } = this.t;
    const args = ["authorize", "--policies", how.policies, "--entities", ours.file("e", how.entities), "--requests", "-"];
    if (how.links) args.push("--links", how.links);
    if (how.schema) args.push("--schema", ours.file("s", how.schema));
    if (how.validate) args.push("--validate-request");
    const out = ours.run(args, requests.map((q) => q.text).join("\n") + "\n");
    const answers = out.stdout.split("\n").filter((l) => l !== "").map((l) => JSON.parse(l));
    const messages = out.stderr.match(MESSAGE) ?? [];
    const error = this.prepare("preparsePolicySet", "p", how.theirs) ?? this.prepare("preparseSchema", "s", how.schema && JSON.stringify(how.schema)) ??
      (answers.length === 0 ? this.refuses(how) : undefined);
    if (answers.length > 0 && error === undefined) {
      this.unordered = how.unordered;
      const rest = `"preparsedPolicySetId":"p",${how.schema ? `"preparsedSchemaName":"s","validateRequest":${how.validate ?? false},` : ""}"entities":${how.entities}}`;
      requests.forEach((q, i) => this.one(c, q, answers[i], messages, rest));
      return true;
    }
    if ((answers.length === 0) === (error !== undefined)) return false;
    if (STRICTER.test(out.stderr) || TOO_DEEP.test(error)) {
      this.t.coverage.count("explained", STRICTER.exec(out.stderr)?.[1] ?? "too deep for the reference");
    } else {
      this.t.differ(c, `${how.name ?? "the case"} is refused by one`, `${out.stderr} entities ${how.entities}`, error ?? "takes it");
    }
    return false;
  }

  // Have the reference parse `text` once; the error, if that cannot be done.
  prepare(call, name, text) {
    if (text === undefined || this.prepared[name] === text) return undefined;
    const answer = this.t.reference.call(call, text, name);
    if (answer.type !== "success") return answer.errors[0].message;
    this.prepared[name] = text;
    return undefined;
  }

  // Why the reference does not take the entities.
  refuses(how) {
    const call = `{"entities":${how.entities},"schema":${how.schema ? JSON.stringify(how.schema) : "null"}}`;
    return this.t.reference.call("checkParseEntities", call).errors?.[0].message;
  }

  one(c, { name, text }, o, messages, rest) {
    const theirs = this.t.reference.quick("statefulIsAuthorized", `${text.slice(0, -1)},${rest}`);
    this.count++;
    if (name) this.t.coverage.count("damages", name);
    if (theirs.type !== "success" || o.error) {
      messages.splice(0, o.errors?.length ?? 0);
      this.refused++;
      this.t.coverage.count("refusals", "request");
      if (theirs.type === "success" || !o.error) {
        this.t.differ(c, `${name ?? "a request"} is refused by one: ${text}`, JSON.stringify(o), print(theirs).slice(0, 500));
      }
      return;
    }
    const { decision, diagnostics } = theirs.response;
    const kinds = Object.fromEntries(diagnostics.errors.map((e) => [e.policyId, kindOf(e.error.message)]));
    const reference = show(decision, diagnostics.reason, Object.entries(kinds).map(([id, kind]) => `${id}: ${kind}`));
    const mine = show(o.decision.toLowerCase(), o.reason, o.errors.map((id) => `${id}: ${this.kind(id, messages.shift(), kinds[id])}`));
    this.allowed += decision === "allow";
    this.errors += diagnostics.errors.length;
    for (const kind of Object.values(kinds)) this.t.coverage.count("errors", kind);
    if (mine !== reference) this.t.differ(c, `request ${text}`, mine, reference);
  }

  // The kind of an error of ours. Where there are two, the order of evaluation
  // shows: we look at the type of the left operand before the right one is
  // evaluated, and evaluate records as they are written, not by their keys.
  // Which policies hold records is not known of damaged ones.
  kind(id, message, reference) {
    const kind = OURS[message?.slice(2)];
    return kind === "type" || !this.unordered || this.unordered.has(id) ? reference : kind;
  }
}

// Ids of the policies in which a record is built.
function withRecords({ staticPolicies, templates, templateLinks }) {
  const builds = (p) => print(p).includes('"Record":{');
  const ids = Object.entries({ ...staticPolicies, ...templates }).filter(([, p]) => builds(p)).map(([id]) => id);
  return new Set([...ids, ...templateLinks.filter((l) => ids.includes(l.templateId)).map((l) => l.newId)]);
}

// Other ids for the policies of a set in JSON.
function rename(c, set) {
  const odd = ["", " ", "é", "\"", "\\", "\n", "policy-", "🙂"], names = {};
  const name = (id) => (names[id] ??= c.r.chance(0.2) ? `${c.r.pick(odd)}${Object.keys(names).length}` : id);
  const all = (policies) => Object.fromEntries(Object.entries(policies).map(([id, p]) => [name(id), p]));
  return { staticPolicies: all(set.staticPolicies), templates: all(set.templates),
    templateLinks: set.templateLinks.map((l) => ({ ...l, templateId: name(l.templateId) })) };
}
