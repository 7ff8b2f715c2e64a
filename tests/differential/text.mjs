// SPDX-License-Identifier: Apache-2.0
// text.mjs - the tokens of Cedar: string literals, and other ways to write the
// same text.

const ESCAPES = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\", "\0": "\\0", '"': '\\"' };

// A string literal, without a choice; and one of the many that mean the same.
export const quote = (text) => `"${[...text].map((c) => ESCAPES[c] ?? c).join("")}"`;

export function literal(r, text) {
  const escape = (c) => {
    const code = c.codePointAt(0).toString(16);
    const ways = [`\\u{${code}}`, `\\u{${code.padStart(5, "0")}}`, `\\u{0_${code}}`];
    if (code.length <= 2 && c < "\x80") ways.push(`\\x${code.padStart(2, "0").toUpperCase()}`);
    if (c === "'") ways.push("\\'");
    return r.pick(ways);
  };
  return `"${[...text].map((c) => (r.chance(0.03) ? escape(c) : c === "\n" && r.chance(0.2) ? c : ESCAPES[c] ?? c)).join("")}"`;
}

const TOKEN = /\/\/[^\n]*|"(?:[^"\\]|\\[^])*"|\??[_a-zA-Z][_a-zA-Z0-9]*|[0-9]+|::|[=!<>]=|&&|\|\||[^\s]/gu;

export const tokens = (text) => text.match(TOKEN) ?? [];

// The same tokens with other space, and comments, between them.
export function respace(r, text) {
  const word = /[_a-zA-Z0-9]$/, start = /^[_a-zA-Z0-9]/, blank = [" ", "\n", "\t", "  ", "\r\n", "\v", "\f", "\u0085", "\u00a0", "\u1680", "\u2028", "\u3000",
    " // c\n", "//\"\n", "// c\r\n", "// c\r", "\n\n\n"];
  let out = "";
  for (const token of tokens(text)) {
    const must = word.test(out) && start.test(token);
    if (r.chance(0.12)) out += r.pick(blank);
    else if (must || r.chance(0.6)) out += " ";
    out += token;
  }
  return out;
}

// A text with one token gone, doubled, moved, or another one in its place; or
// with a character damaged.
const STRAY = ["(", ")", "{", "}", "[", "]", ",", ";", ":", "::", ".", "==", "=", "!=", "!", "<", ">=", "&&", "||", "|", "+", "-", "*",
  "/", "%", "@", "?principal", "?resource", "?x", "if", "then", "else", "in", "is", "has", "like", "true", "principal", "action", "resource",
  "context", "permit", "forbid", "when", "unless", "x", "__cedar", "A", "1", "9223372036854775808", "0x1", "1.0", "\"s\"", "\"\\q\"", "\"", "'a'",
  "/* c */", "ip", "ip(\"1.1.1.1\")", "\\", "#", "é", "\u0000", "\ufeff", "\u200b"];

export function damage(r, text) {
  if (r.chance(0.2)) return r.damage(text, "\"\\(){}[];:,.=!<>&|+-*@?x0é\n\u0000\ud83d\ude42");
  const list = tokens(text), at = r.int(list.length), other = r.int(list.length);
  switch (r.int(5)) {
    case 0: list.splice(at, 1); break;
    case 1: list.splice(at, 0, list[other]); break;
    case 2: list.splice(at, 0, r.pick(STRAY)); break;
    case 3: list[at] = r.pick(STRAY); break;
    default: [list[at], list[other]] = [list[other], list[at]];
  }
  return list.join(" ");
}
