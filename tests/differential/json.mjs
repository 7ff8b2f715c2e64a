// SPDX-License-Identifier: Apache-2.0
// json.mjs - JSON with 64-bit integers: they are BigInt here, and so never go
// through a JavaScript number.

export function print(value) {
  if (typeof value === "bigint") return String(value);
  if (Array.isArray(value)) return `[${value.map(print).join(",")}]`;
  if (value !== null && typeof value === "object") {
    return `{${Object.entries(value).map(([k, v]) => `${JSON.stringify(k)}:${print(v)}`).join(",")}}`;
  }
  return JSON.stringify(value);
}

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;

export function parse(text) {
  const marked = text.replace(TOKEN, (t) => (t[0] === '"' ? t : `{"\\u0001":"${t}"}`));
  return JSON.parse(marked, (_, v) => {
    const number = v !== null && typeof v === "object" ? v["\u0001"] : undefined;
    if (number === undefined) return v;
    return /^-?\d+$/.test(number) ? BigInt(number) : Number(number);
  });
}

// In one form: without the order of members.
export function plain(value) {
  if (Array.isArray(value)) return `[${value.map(plain).join(",")}]`;
  if (value !== null && typeof value === "object") {
    return `{${Object.keys(value).sort().map((k) => `${JSON.stringify(k)}:${plain(value[k])}`).join(",")}}`;
  }
  return print(value);
}

// Every value in it, with a way to put another one in its place.
export function* places(value, put) {
  yield { value, put };
  if (value === null || typeof value !== "object") return;
  for (const key of Object.keys(value)) {
    yield* places(value[key], (v) => { value[key] = v; });
  }
}
