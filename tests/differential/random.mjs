// SPDX-License-Identifier: Apache-2.0
// random.mjs - random numbers from a seed (mulberry32), and what is made of
// them.

export function makeRandom(seed) {
  let a = seed >>> 0;
  const next = () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const int = (n) => Math.floor(next() * n);
  const chance = (p) => next() < p;
  const pick = (list) => list[int(list.length)];
  return {
    next, int, pick, chance,
    times: (n, make) => Array.from({ length: n }, (_, i) => make(i)),
    // At least one of them.
    some: (list) => {
      const out = list.filter(() => chance(0.5));
      return out.length ? out : [pick(list)];
    },
    // One of [weight, value] pairs.
    weighted: (table) => {
      let at = next() * table.reduce((sum, [weight]) => sum + weight, 0);
      return (table.find(([weight]) => (at -= weight) < 0) ?? table[0])[1];
    },
    // The string with a character of `letters` in, out, or in place of another.
    damage: (text, letters) => {
      const chars = [...text], at = int(chars.length + 1), letter = pick([...letters]);
      chars.splice(at, int(3) === 0 ? 0 : 1, ...(chance(0.3) ? [] : [letter]));
      return chars.join("");
    },
  };
}
