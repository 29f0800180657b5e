// In the worker: one simulation at a time.  What is told comes in batches; a newer order ends the one under way.
"use strict";
let order = 0, batch = [], buffers = [];

function flush(module, id, more = {}) {
  postMessage({ id, type: "part", items: batch, day: call(module, "page_day", "number"), ...more }, buffers);
  batch = [];
  buffers = [];
}

const call = (module, name, returns, ...text) => module.ccall(name, returns, text.map(() => "string"), text);
const json = (module, name) => JSON.parse(call(module, name, "string"));
const messages = (module) => call(module, "page_messages", "string").trim().split("\n").filter(Boolean);

function listen(module, about, shape) {
  const doubles = (at, n) => module.HEAPF64.slice(at / 8, at / 8 + n);
  const nOutcomes = about.outcomes.length, nMeans = about.means.length;
  module.row = (day, outcomes, means) => batch.push({ row: true, day, outcomes: doubles(outcomes, nOutcomes), means: doubles(means, nMeans) });
  module.picture = (day, after, outcomes, means, picture, surface) => {
    const columns = shape().columns, cells = shape().cells;
    const layers = module.HEAPU8.slice(picture, picture + about.layers.length * cells);
    const floats = module.HEAPF32.slice(surface / 4, surface / 4 + about.surface.length * columns);
    batch.push({ day, after: !!after, outcomes: doubles(outcomes, nOutcomes), means: doubles(means, nMeans), layers, surface: floats });
    buffers.push(layers.buffer, floats.buffer);
  };
}

core({}).then((module) => {
  const about = json(module, "page_about");
  let known = null;
  const shape = () => {
    if (!known) {
      known = json(module, "page_shape");
      known.columns = known.r.length - 1;
    }
    return known;
  };
  listen(module, about, shape);

  async function run({ id, sets, strict }) {
    batch = [], buffers = [];
    let refusal = [];
    if (strict && call(module, "page_check", "number", strict) !== 0) refusal = messages(module);
    known = null;
    const start = performance.now();
    if (call(module, "page_begin", "number", sets) !== 0) {
      postMessage({ id, type: "failed", messages: messages(module) });
      return;
    }
    const warnings = messages(module);
    postMessage({ id, type: "begin", shape: shape(), resolved: call(module, "page_resolved", "string"), warnings, refusal });
    let done = 0;
    while (!done && order === id) {
      const slice = performance.now();
      while (!done && performance.now() - slice < 40) done = call(module, "page_step", "number");
      if (done < 0) {
        postMessage({ id, type: "failed", messages: messages(module) });
        return;
      }
      if (done) flush(module, id, { type: "done", summary: json(module, "page_summary"), seconds: (performance.now() - start) / 1000 });
      else flush(module, id);
      await new Promise((resume) => setTimeout(resume)); // lets a newer order in
    }
  }

  onmessage = ({ data }) => {
    order = data.id;
    run(data);
  };
  postMessage({ type: "ready", about });
}).catch((error) => postMessage({ type: "broken", message: String(error) }));
