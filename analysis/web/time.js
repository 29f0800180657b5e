// Processor time of a run of the page's core, in node.  usage: node analysis/web/time.js [KEY=VALUE...]   (after analysis/web/build.sh)
"use strict";
const core = require("../../build/web/core.js");

core({}).then((module) => {
  Object.assign(module, { row() {}, picture() {} });
  const sets = ["model=dermis", "domain.geometry=axisymmetric", ...process.argv.slice(2)].join("\n"), seconds = [];
  for (let i = 0; i < 9; i++) {
    const before = process.cpuUsage();
    if (module.ccall("page_begin", "number", ["string"], [sets]) !== 0) {
      console.error(module.ccall("page_messages", "string", [], []));
      process.exit(2);
    }
    while (!module.ccall("page_step", "number", [], []));
    seconds.push(process.cpuUsage(before).user / 1e6);
  }
  console.log(`${seconds.sort((a, b) => a - b)[4].toFixed(2)} s, the median of 9 runs`);
});
