// SPDX-License-Identifier: Apache-2.0
// reference.mjs - the reference implementation, @cedar-policy/cedar-wasm. Its
// calls take their argument through JSON.stringify(); here they are given the
// text itself, so that a 64-bit integer arrives as it is.

import { createRequire } from "node:module";
import { parse } from "./json.mjs";

// It broke down, and has been loaded anew: what it was told before is gone.
export class Breakdown extends Error {}

export class Reference {
  constructor(module) {
    this.require = createRequire(import.meta.url);
    this.module = module;
    this.trapped = 0;
    this.load();
  }

  load() {
    delete this.require.cache[this.require.resolve(this.module)];
    this.cedar = this.require(this.module);
  }

  // The answer of `name`, as text. A call that it cannot read is refused.
  ask(name, text, ...before) {
    const json = globalThis.JSON;
    globalThis.JSON = { stringify: () => text, parse: (answer) => answer };
    try {
      return this.cedar[name](...before, {});
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) {
        this.trapped++;
        this.load();
        throw new Breakdown(String(error));
      }
      return json.stringify({ type: "failure", errors: [{ message: String(error) }] });
    } finally {
      globalThis.JSON = json;
    }
  }

  call(name, text, ...before) {
    return parse(this.ask(name, text, ...before));
  }

  // Numbers of an answer are not looked at: the fast way.
  quick(name, text) {
    return JSON.parse(this.ask(name, text));
  }
}
