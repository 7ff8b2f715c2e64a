// SPDX-License-Identifier: Apache-2.0
// generate.mjs - a world of random types with its schema, policies, links,
// entities and requests. Most of it is well-typed and some is wrong on purpose,
// in one place; in a loose world there is no schema, and much is wrong.

import { damageRequest } from "./damage.mjs";
import { Data } from "./data.mjs";
import { Expressions } from "./expressions.mjs";
import { print } from "./json.mjs";
import { Policies } from "./policies.mjs";
import { makeRandom } from "./random.mjs";
import { World } from "./world.mjs";

export { makeRandom, print };

export class Case {
  constructor(seed, { policies = 20 } = {}) {
    const r = makeRandom(seed);
    this.seed = seed;
    this.r = r;
    this.loose = r.chance(0.35);
    this.world = new World(r);
    this.makePolicies = new Policies(this.world, new Expressions(this.world, this.loose ? 0.08 : 0.03, this.loose ? 0.06 : 0));
    this.data = new Data(this.world, this.loose);
    this.schema = this.world.schema();
    this.list = r.times(policies, () => this.makePolicies.policy());
    // The reference parses a whole text only if nothing in it is a template.
    if (r.chance(0.5)) this.list = this.list.filter((p) => p.slots.length === 0);
    this.links = this.makePolicies.links(this.list);
    this.entities = this.data.entities();
  }

  get text() { return this.list.map((p) => p.text).join("\n"); }

  // A request as { text }; one that is damaged has a name.
  request(damaged = 0.12) {
    const value = this.data.request(this.makePolicies.environment());
    return this.r.chance(damaged) ? damageRequest(this.r, value) : { text: print(value) };
  }
}
