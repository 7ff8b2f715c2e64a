// SPDX-License-Identifier: Apache-2.0
// schemas.mjs - random schemas of the human syntax, which reach every construct.
// Most mean something; some are wrong on purpose, or damaged in one place.

import { makeRandom } from "./generate.mjs";

const SPACES = ["N", "M", "N::M", "Set", "__cedarx"];
const TYPES = ["A", "B", "C", "D", "E", "Long", "Bool", "ipaddr", "decimal", "Set", "type", "namespace", "principal", "Entity", "__cedar1"];
const UNFIT = ["Bool", "Boolean", "Entity", "Extension", "Long", "Record", "Set", "String"]; // for common types
export const BUILTINS = ["Long", "String", "Bool", "decimal", "ipaddr", "datetime", "duration"];
const RESERVED = ["__cedar", "in", "if", "Action", "has", "is"];
export const ATTRS = ["a", "b", "c", "in", "a b", "", "\u00e9", "context", "__cedar", "q\"\n\\\u0000\u007f"];
const ACTIONS = ["a", "b", "c", "view all", "if", "", "Action", "\u{1f600}\t", "g", "h"];
export const KEYS = ["doc", "a", "if", "__cedar", "type"];
const VALUES = ["", "x", "two\nlines", "\"\\", "\u00e9\u0000"];

const isIdent = (s) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(s);
const isKey = (s) => isIdent(s) && !/^(true|false|if|then|else|in|is|has|like)$/.test(s);
const full = (space, name) => (space === "" ? name : `${space}::${name}`);

// A string literal; what may be written as it is, sometimes is not.
function quote(r, text) {
  const out = [...text].map((c) => {
    if (c === "\"" || c === "\\") return `\\${c}`;
    if (c === "\n" && r.chance(0.7)) return "\\n";
    if (c === "\t") return "\\t";
    if (c === "\0") return r.pick(["\\0", "\\x00", "\\u{0}"]);
    return r.chance(0.05) ? `\\u{${c.codePointAt(0).toString(16)}}` : c;
  });
  return `"${out.join("")}"`;
}

// One schema of the human syntax. `wrong` is how often a thing is.
export class SchemaText {
  constructor(seed, wrong) {
    this.r = makeRandom(seed);
    this.wrong = wrong;
    this.spaces = ["", ...SPACES.filter(() => this.r.chance(0.3))];
    this.entities = [];
    this.commons = [];
    this.actions = [];
    this.declare();
  }

  // What hides something of the empty namespace is an error (RFC 70), so a name
  // belongs to it or to the others.
  declare() {
    const r = this.r;
    const everywhere = () => r.chance(this.wrong);
    for (const name of [...TYPES, ...RESERVED]) {
      const reserved = RESERVED.includes(name);
      if (reserved && !r.chance(this.wrong / 2)) continue;
      const top = r.chance(0.4);
      for (const space of this.spaces) {
        if ((space === "") !== top && !everywhere()) continue;
        if (r.chance(0.2)) this.entities.push({ space, name });
        if (r.chance(0.15) && (!UNFIT.includes(name) || everywhere())) this.commons.push({ space, name });
      }
    }
    for (const name of ACTIONS) {
      const top = r.chance(0.4);
      for (const space of this.spaces) {
        if (((space === "") === top && r.chance(0.25)) || r.chance(this.wrong / 4)) this.actions.push({ space, name });
      }
    }
    if (this.entities.length === 0) this.entities.push({ space: "", name: "Only" });
  }

  // --- names, as they are seen from a namespace

  ref(space, item) {
    const near = item.space === space || item.space === "";
    if (this.r.chance(this.wrong / 8)) return item.name;
    if (item.space === "") return item.name;
    return near && this.r.chance(0.7) ? item.name : full(item.space, item.name);
  }

  entity(space) {
    const r = this.r;
    if (r.chance(this.wrong / 4)) return r.pick(["Nope", "N::Nope", "Action", "__cedar::Long", "N::Action"]);
    return this.ref(space, r.pick(this.entities));
  }

  entityList(space, mayBeEmpty) {
    const r = this.r;
    const list = Array.from({ length: r.int(3) + (mayBeEmpty ? 0 : 1) }, () => this.entity(space));
    return list.length === 1 && r.chance(0.5) ? list[0] : `[${list.join(", ")}]`;
  }

  // --- types; common types look only at those before them

  type(space, depth, commons = this.commons) {
    const r = this.r, n = r.int(depth > 0 ? 12 : 8);
    if (r.chance(this.wrong / 4)) return r.pick(["Nope", "Boolean", "__cedar::Nope", "__cedar::Boolean", "N::X", "Set", "Action", "M::Action", "A::__cedar"]);
    if (n < 3) return r.pick(BUILTINS);
    if (n === 3) return `__cedar::${r.pick(BUILTINS)}`;
    if (n < 6 || (n < 8 && commons.length === 0)) return this.ref(space, r.pick(this.entities));
    if (n < 8) return this.ref(space, r.pick(commons));
    if (n < 10) return `Set<${this.type(space, depth - 1, commons)}>`;
    return this.record(space, depth - 1, commons);
  }

  record(space, depth, commons = this.commons) {
    const r = this.r, attrs = Array.from({ length: r.int(4) }, () => {
      const name = r.pick(ATTRS);
      const spelled = (isKey(name) && r.chance(0.8)) || r.chance(this.wrong / 8) ? name : quote(r, name);
      return `${this.annotations(0.15)}${spelled}${r.chance(0.3) ? "?" : ""}: ${this.type(space, depth, commons)}`;
    });
    return `{ ${attrs.join(", ")}${attrs.length > 0 && r.chance(0.2) ? "," : ""} }`;
  }

  annotations(p) {
    const r = this.r;
    if (!r.chance(p)) return "";
    const keys = r.chance(this.wrong) ? ["a", "a"] : KEYS.filter(() => r.chance(0.4));
    return keys.map((k) => `@${k}${r.chance(0.7) ? `(${quote(r, r.pick(VALUES))})` : ""} `).join("");
  }

  // --- declarations

  putCommon(space, name, before) {
    return `${this.annotations(0.2)}type ${name} = ${this.type(space, 2, before)};`;
  }

  putEntities(space, names) {
    const r = this.r;
    const head = `${this.annotations(0.2)}entity ${names.join(", ")}`;
    if (r.chance(0.15)) {
      const ids = Array.from({ length: 1 + r.int(3) }, () => quote(r, r.pick(VALUES)));
      return `${head} enum [${r.chance(this.wrong / 4) ? "" : ids.join(", ")}]${r.chance(this.wrong / 4) ? " tags Long" : ""};`;
    }
    const shape = r.chance(this.wrong / 8) ? `= ${this.type(space, 1)}` : `${r.chance(0.5) ? "= " : ""}${this.record(space, 2)}`;
    return `${head}${r.chance(0.4) ? ` in ${this.entityList(space, true)}` : ""}` +
      `${r.chance(0.7) ? ` ${shape}` : ""}${r.chance(0.2) ? ` tags ${this.type(space, 2)}` : ""};`;
  }

  context(space) {
    const r = this.r, record = this.commons.filter((c) => c.record);
    if (record.length > 0 && r.chance(0.4)) return this.ref(space, r.pick(record));
    return r.chance(this.wrong / 4) ? this.type(space, 1) : this.record(space, 2);
  }

  appliesTo(space) {
    const r = this.r;
    const parts = [`principal: ${this.entityList(space, r.chance(this.wrong / 4))}`, `resource: ${this.entityList(space, false)}`];
    if (r.chance(0.6)) parts.push(`context: ${this.context(space)}`);
    if (r.chance(this.wrong / 4)) parts.splice(r.int(parts.length), 1, ...(r.chance(0.5) ? [] : [r.pick(parts)]));
    if (r.chance(0.3)) parts.reverse();
    return ` appliesTo { ${parts.join(", ")}${r.chance(0.2) ? "," : ""} }`;
  }

  parent(space, before) {
    const r = this.r;
    if (r.chance(this.wrong / 4)) return r.pick(["nope", "Action::\"nope\"", "A::\"a\"", "N::Action", "__cedar::Action::\"a\""]);
    const a = r.pick(before), bare = isKey(a.name) && r.chance(0.6) ? a.name : quote(r, a.name);
    if ((a.space === space || a.space === "") && r.chance(0.5)) return bare;
    return `${a.space === space && r.chance(0.4) ? "Action" : full(a.space, "Action")}::${quote(r, a.name)}`;
  }

  putActions(space, names, before) {
    const r = this.r;
    const spelled = names.map((n) => (isKey(n) && r.chance(0.7) ? n : quote(r, n)));
    let text = `${this.annotations(0.2)}action ${spelled.join(", ")}`;
    if (before.length > 0 && r.chance(0.5)) {
      const list = Array.from({ length: 1 + r.int(3) }, () => this.parent(space, r.chance(this.wrong / 2) ? this.actions : before));
      text += ` in ${list.length === 1 && r.chance(0.5) ? list[0] : `[${list.join(", ")}]`}`;
    } else if (r.chance(this.wrong / 8)) {
      text += " in []";
    }
    if (r.chance(0.7)) text += this.appliesTo(space);
    return `${text}${r.chance(0.05) ? " attributes {}" : ""};`;
  }

  // Some declarations of the same kind share a body.
  *groups(list) {
    for (let i = 0; i < list.length;) {
      const n = this.r.chance(0.15) ? 2 : 1;
      yield [list.slice(i, i + n), list.slice(0, i)];
      i += n;
    }
  }

  text() {
    const r = this.r, out = new Map(this.spaces.map((s) => [s, []]));
    const names = (list) => list.map((x) => x.name);
    this.commons.forEach((c, i) => {
      const text = this.putCommon(c.space, c.name, r.chance(this.wrong) ? this.commons : this.commons.slice(0, i));
      c.record = /= *\{/.test(text);
      out.get(c.space).push(text);
    });
    for (const space of this.spaces) {
      const mine = this.entities.filter((e) => e.space === space);
      for (const [group] of this.groups(mine)) out.get(space).push(this.putEntities(space, names(group)));
      // Groups may stand in any namespace that came before.
      const earlier = this.actions.filter((a) => this.spaces.indexOf(a.space) < this.spaces.indexOf(space));
      for (const [group, before] of this.groups(this.actions.filter((a) => a.space === space))) {
        out.get(space).push(this.putActions(space, names(group), [...earlier, ...before]));
      }
    }
    const blocks = [];
    for (const [space, list] of out) {
      list.sort(() => r.next() - 0.5);
      const body = list.join(r.pick(["\n", " ", " // comment \"\n"]));
      if (space === "") blocks.push(body);
      else blocks.push(`${this.annotations(0.2)}namespace ${space} {${body}${r.chance(0.1) ? "// end\n" : ""}}`);
      if (space !== "" && r.chance(this.wrong / 8)) blocks.push(`namespace ${space} { }`);
    }
    return (r.chance(0.5) ? blocks : blocks.reverse()).join("\n");
  }
}

const TOKEN = /\/\/.*|"(?:\\.|[^"\\])*"|::|[A-Za-z_]\w*|\s+|./gs;

// The text with one token dropped, doubled, moved or replaced.
export function damageText(r, text) {
  const tokens = text.match(TOKEN) ?? [], at = () => r.int(tokens.length);
  const i = at(), j = at();
  switch (r.int(5)) {
    case 0: tokens.splice(i, 1); break;
    case 1: tokens.splice(i, 0, tokens[i]); break;
    case 2: [tokens[i], tokens[j]] = [tokens[j], tokens[i]]; break;
    case 3: tokens[i] = tokens[j]; break;
    default: tokens[i] = r.pick([";", ",", "{", "}", "?", "::", "@", "in", "Set", "\"x\"", "Long", "__cedar", "[", "]", "\\", "A", "<"]);
  }
  return tokens.join("");
}
