// SPDX-License-Identifier: Apache-2.0
// ours.mjs - ztauth, run as a program on files. Node is slow at starting one,
// so a small shell does it: a command goes in by one pipe, and its exit code
// comes back by the other.

import { spawn, spawnSync } from "node:child_process";
import { openSync, readFileSync, readSync, writeFileSync, writeSync } from "node:fs";

const LOOP = 'while read -r line; do eval "$line" < in > out 2> err; echo $? >&3; done < commands 3> codes';

export class Ours {
  constructor(ztauth, work) {
    this.ztauth = ztauth;
    this.work = work;
    this.runs = 0;
    spawnSync("mkfifo", ["commands", "codes"], { cwd: work });
    spawn("sh", ["-c", LOOP], { cwd: work, stdio: "inherit" }).unref();
    this.commands = openSync(`${work}/commands`, "w");
    this.codes = openSync(`${work}/codes`, "r");
  }

  // A file of this text; its name.
  file(name, text) {
    writeFileSync(`${this.work}/${name}`, text);
    return name;
  }

  // Run `ztauth cedar`. Whatever happens, it ends by itself: 0 to 3.
  run(args, input = "") {
    this.runs++;
    this.file("in", input);
    writeSync(this.commands, `'${this.ztauth}' cedar ${args.join(" ")}\n`);
    const code = Buffer.alloc(16), status = Number(code.toString("utf8", 0, readSync(this.codes, code)));
    const [stdout, stderr] = ["out", "err"].map((name) => readFileSync(`${this.work}/${name}`, "utf8"));
    if (status > 3 || /Sanitizer|runtime error:/.test(stderr)) {
      throw new Error(`ztauth cedar ${args.join(" ")}: ${status}\n${stderr.slice(0, 4000)}`);
    }
    return { status, stdout, stderr };
  }
}
