// The page: settings in, pictures out, a clock that plays.
const $ = (id) => document.getElementById(id);
const SIDES = ["A", "B"], PLAYTIME = 24; // [s] from the first day to the last at speed 1
const LAYERS = [
  { name: "young_collagen", title: "new collagen", shown: true }, { name: "clot", title: "clot", shown: true },
  { name: "inflammation", title: "inflammation", shown: true }, { name: "tgfb", title: "TGF-β", shown: false },
  { name: "macrophages", title: "macrophages", shown: true, swatch: "dot" },
  { name: "fibroblasts", title: "fibroblasts at rest", shown: false, swatch: "spindle" },
  { name: "activated", title: "active fibroblasts", shown: true, swatch: "spindle" },
  { name: "capillaries", title: "capillaries", shown: false, swatch: "ring" },
];
const READINGS = [
  { title: "Collagen gain", outcome: "collagen_gain", percent: true, sign: true },
  { title: "Surface closed", outcome: "epidermal_closure", percent: true },
  { title: "Redness, 0 to 1", outcome: "erythema", digits: 2 },
  { title: "Fibroblasts", outcome: "fibroblasts", digits: 2, times: true },
];
const RESULTS = [
  { title: "Collagen at the end", key: "final_collagen_gain", percent: true, sign: true },
  { title: "Peak of collagen", key: "peak_collagen_gain", percent: true, sign: true },
  { title: "Collagen up by 1 %", key: "collagen_onset", days: true, at: true },
  { title: "Elastin at the end", outcome: "elastin_gain", percent: true, sign: true },
  { title: "Surface closed after", key: "epidermal_closure_time", days: true },
  { title: "Downtime per session", key: "downtime", days: true },
  { title: "Downtime in all", key: "downtime_total", days: true },
  { title: "Scar index (0 = none)", outcome: "scar_index", digits: 3 },
  { title: "Sessions given", key: "sessions_performed", digits: 0 },
];
const PERCENT = /_gain$|_fraction|^epidermal_closure$|^barrier_deficit$/, SIGNED = /_gain$/;

const state = { compare: false, edit: "A", day: 0, playing: false, axis: "auto", outcome: "collagen_gain",
  shown: Object.fromEntries(LAYERS.map((l) => [l.name, l.shown])), settings: {}, labs: {}, stages: {}, about: null };
const chart = new Chart($("chart"));
const outcomeIndex = {}, meanIndex = {};

const sides = () => (state.compare ? SIDES : ["A"]);
const run = (side) => state.labs[side]?.shown;
const device = (name) => state.about.devices.find((d) => d.name === name);
const end = () => Math.max(1, ...sides().map((s) => run(s)?.shape?.days ?? 0));
const even = () => (state.axis === "auto" ? sides().some((s) => state.settings[s].sessions > 1) : state.axis === "even");
const colour = (side) => getComputedStyle(document.documentElement).getPropertyValue(side === "A" ? "--a" : "--b").trim();
const element = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

function number(value, { percent, sign, digits = percent ? 1 : 0, days, at, times }) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (days) return at ? `day ${value.toFixed(0)}` : `${value.toFixed(1)} d`;
  const text = (percent ? 100 * value : value).toFixed(digits), zero = Number(text) === 0;
  return `${times ? "× " : ""}${zero ? text.replace("-", "") : (sign && value > 0 ? "+" : "") + text.replace("-", "−")}${percent ? " %" : ""}`;
}

// ---- settings -------------------------------------------------------------------------------------------------------------------------

function order(side) {
  const settings = state.settings[side], keys = toKeys(settings, device(settings.device));
  const strict = { ...keys, treatment: { ...keys.treatment } };
  delete strict.treatment.override_contraindications;
  state.labs[side].order(toLines(keys).join("\n"), contraindicated(settings) ? toLines(strict).join("\n") : "", () => state.day);
}

const waiting = {};
function change(changes, side = state.edit) {
  Object.assign(state.settings[side], changes);
  showSettings();
  clearTimeout(waiting[side]);
  waiting[side] = setTimeout(() => order(side), 50);
}

function buildSettings() {
  for (const preset of PRESETS) {
    const button = element("button", { type: "button", id: `preset-${preset.device}` }, preset.title, element("small", {}, preset.note));
    button.onclick = () => change(fromDevice(device(preset.device), state.settings[state.edit]));
    $("presets").append(button);
  }
  for (const s of SLIDERS) {
    const input = element("input", { type: "range", id: s.key, min: s.low, max: s.high, step: s.step });
    input.oninput = () => change({ [s.key]: Number(input.value) });
    const label = element("label", { htmlFor: s.key }, s.title), value = element("output", { id: `${s.key}-value` });
    const note = s.key === "length" ? [element("small", { id: "channel" })] : [];
    $("sliders").append(element("div", { className: "slider" }, element("div", { className: "row" }, label, value), input, ...note));
  }
  for (const [where, list] of [["skin", SKIN], ["contraindications", CONTRAINDICATIONS]]) {
    for (const { key, title } of list) {
      const box = element("input", { type: "checkbox", id: key });
      box.onchange = () => change({ conditions: [...state.settings[state.edit].conditions.filter((c) => c !== key), ...(box.checked ? [key] : [])] });
      $(where).append(element("label", {}, box, title));
    }
  }
  for (const [title, months] of DURATIONS) $("months").append(element("option", { value: months }, title));
  $("months").onchange = () => {
    const months = Number($("months").value); // of both: one axis
    for (const side of Object.keys(state.settings)) change({ months }, side);
  };
  for (const side of SIDES) {
    const button = element("button", { type: "button", id: `edit-${side}` }, `Setting ${side}`);
    button.setAttribute("role", "radio");
    button.onclick = () => {
      state.edit = side;
      showSettings();
    };
    button.onkeydown = (event) => {
      if (!event.key.startsWith("Arrow")) return;
      $(`edit-${side === "A" ? "B" : "A"}`).click();
      $(`edit-${state.edit}`).focus();
      event.preventDefault();
    };
    $("which").append(button);
  }
  $("compare").onchange = () => {
    state.compare = $("compare").checked;
    state.edit = state.compare ? "B" : "A";
    if (state.compare && !state.labs.B) {
      state.settings.B = structuredClone(state.settings.A);
      Object.assign(state.settings.B, fromDevice(device(state.settings.A.device === "pen" ? "roller_1.5" : "pen"), state.settings.B));
      openLab("B");
    }
    $("which").hidden = $("figure-B").hidden = !state.compare;
    $("sections").classList.toggle("two", state.compare);
    showSettings();
    showResults();
    redraw();
  };
}

function showSettings() {
  const settings = state.settings[state.edit], needle = device(settings.device);
  for (const { device: name } of PRESETS) $(`preset-${name}`).setAttribute("aria-pressed", String(name === settings.device));
  for (const { key, unit, digits } of SLIDERS) {
    $(key).value = settings[key];
    $(`${key}-value`).textContent = `${settings[key].toFixed(digits)} ${unit}`;
    $(key).setAttribute("aria-valuetext", $(`${key}-value`).textContent);
  }
  $("interval").disabled = settings.sessions < 2;
  const deep = settings.length * needle.reach.value, wide = settings.diameter * needle.recoil.value;
  $("channel").textContent = `leaves a channel ${deep.toFixed(2)} mm deep and ${wide.toFixed(2)} mm wide`;
  for (const { key } of [...SKIN, ...CONTRAINDICATIONS]) $(key).checked = settings.conditions.includes(key);
  $("months").value = settings.months;
  SIDES.forEach((side) => {
    $(`edit-${side}`).setAttribute("aria-checked", String(side === state.edit));
    $(`edit-${side}`).tabIndex = side === state.edit ? 0 : -1;
  });
  showNotices();
}

// What the program says to these settings.
function showNotices() {
  const latest = state.labs[state.edit]?.coming, notices = [];
  const plain = (text) => text.replace(/^needlework: \w+: (--set:\d+:\d+: )?/, "");
  const reason = (text) => plain(text).replace(/^skin.conditions: | \(treatment.*\)$/g, ""); // without the names of keys
  for (const text of latest?.refusal ?? [])
    notices.push(["refusal", `The program refuses this: ${reason(text)}. Shown all the same, and the configuration says so.`]);
  for (const text of latest?.failed ?? []) notices.push(["refusal", plain(text)]);
  for (const text of latest?.warnings ?? []) notices.push(["", plain(text)]);
  $("notices").replaceChildren(...notices.map(([kind, text]) => element("p", { className: `notice ${kind}` }, text)));
}

// ---- runs -----------------------------------------------------------------------------------------------------------------------------

function openLab(side) {
  state.labs[side] = new Lab({
    ready: (about) => {
      if (!state.about) begin(about);
      if (!state.settings[side]) state.settings[side] = fromDevice(device("roller_1.5"));
      order(side);
      showSettings();
    },
    show: (shown) => {
      state.stages[side] = new Stage(shown.shape, state.about.layers.map((l) => l.name), state.about.layers.map((l) => l.full));
      if (state.day > end()) state.day = end();
      redraw();
    },
    progress: () => {
      showResults();
      showNotices();
      redraw();
    },
    broken: (message) => {
      const text = `The simulation cannot run in this browser (${message}). It needs WebAssembly with SIMD, as in any browser since 2023.`;
      $("notices").replaceChildren(element("p", { className: "notice refusal" }, text));
    },
  });
}

function begin(about) {
  state.about = about;
  about.outcomes.forEach((o, i) => (outcomeIndex[o.name] = i));
  about.means.forEach((name, i) => (meanIndex[name] = i));
  state.settings.A = fromDevice(device("roller_1.5"));
  for (const { name } of about.outcomes) $("outcome").append(element("option", { value: name }, name.replaceAll("_", " ")));
  $("outcome").value = state.outcome;
  showMeaning();
  const changed = about.modified === 1 ? ", changed since" : "";
  $("version").textContent = `Needlework ${about.version}, commit ${about.commit.slice(0, 12)}${changed}, compiled with ${about.compiler}. MIT licence.`;
  buildSettings();
}

// ---- what is shown ----------------------------------------------------------------------------------------------------------------------

let due = false;
function redraw() {
  if (due) return;
  due = true;
  requestAnimationFrame(() => {
    due = false;
    draw();
  });
}

function draw() {
  const ready = sides().filter((s) => run(s)?.pictures.length);
  if (!ready.length) return;
  const day = Math.min(state.day, ...ready.map((s) => run(s).pictures[run(s).pictures.length - 1].day));
  const depth = Math.max(...ready.map((s) => state.stages[s].depth));
  for (const side of ready) drawSection($(`section-${side}`), state.stages[side], run(side).pair(day), depth, state.shown, state.compare ? side : "");
  const index = outcomeIndex[state.outcome], value = (m) => m.outcomes[index];
  const lines = ready.map((side) => ({ run: run(side), value, colour: colour(side), dash: side === "A" ? [] : [7, 4], spans: spansOf(run(side)) }));
  chart.draw({ lines, day, end: end(), even: even(), percent: PERCENT.test(state.outcome), sign: SIGNED.test(state.outcome) });
  $("time").value = Math.round(1000 * place(day, end(), even()));
  $("time").setAttribute("aria-valuetext", `day ${day.toFixed(1)}`);
  showMoment(ready, day);
}

const spansOf = (which) => (which.summary ? which.spans ??= phases(which, outcomeIndex, meanIndex) : []);

function age(days) {
  if (days < 1) return `${Math.floor(days * 24)} h`;
  if (days < 14) return `${days.toFixed(1)} days`;
  return days < 90 ? `${(days / 7).toFixed(1)} weeks` : `${(days / MONTH).toFixed(1)} months`;
}

function showMoment(ready, day) {
  const since = ready.map((side) => {
    const s = run(side).since(day);
    return s ? `${age(s.days)} after session ${s.number}` : "untreated";
  });
  const same = since.every((text) => text === since[0]), told = same ? since[0] : since.map((text, i) => `${ready[i]}: ${text}`).join(" · ");
  $("clock").replaceChildren(`Day ${day > 0.05 && day < 10 ? day.toFixed(1) : day.toFixed(0)}`, element("small", {}, told));
  $("readings").replaceChildren(...READINGS.flatMap((reading) => {
    const value = (m) => m.outcomes[outcomeIndex[reading.outcome]], marks = ready.length > 1 ? ["two", "b"] : [""];
    const texts = ready.map((side, i) => element("span", { className: marks[i] }, number(run(side).value(value, day), reading)));
    return [element("dt", {}, reading.title), element("dd", {}, ...texts)];
  }));
  for (const side of ready) {
    const s = state.settings[side];
    $(`caption-${side}`).textContent = `${PRESETS.find((p) => p.device === s.device).title}, ${s.length} mm, ${s.density}/cm²`;
  }
}

function resultOf(which, row) {
  if (!which?.summary) return undefined;
  return row.key ? which.summary[row.key] : which.rows[which.rows.length - 1].outcomes[outcomeIndex[row.outcome]];
}

function showResults() {
  const both = state.compare, mark = (side) => (both ? side.toLowerCase() : ""), title = (side) => (both ? `Setting ${side}` : "");
  $("results").replaceChildren(...RESULTS.map((row) => {
    const values = sides().map((s) => element("span", { className: mark(s), title: title(s) }, number(resultOf(run(s), row), row)));
    return element("div", {}, element("dt", {}, row.title), element("dd", {}, ...values));
  }));
  $("downloads").replaceChildren(...sides().flatMap((side) => [saver(side, "CSV", "data"), saver(side, "YAML", "configuration")]));
  $("status").textContent = sides().map(told).join(" ");
}

function saver(side, kind, what) {
  const of = state.compare ? ` ${side}` : "", disabled = !run(side)?.summary;
  const button = element("button", { type: "button", id: `${kind.toLowerCase()}-${side}`, disabled }, kind + of);
  button.setAttribute("aria-label", `Download ${what}${of && ` of${of}`} as ${kind}`);
  button.onclick = () => save(side, kind);
  return button;
}

// How the latest simulation of a side went.
function told(side) {
  const latest = state.labs[side]?.coming, name = state.compare ? `${side}: ` : "";
  if (!latest) return "";
  if (latest.failed) return `${name}failed.`;
  if (!latest.summary) return `${name}computing, day ${latest.day.toFixed(0)} …`;
  return `${name}${latest.shape.days.toFixed(0)} days of ${latest.shape.cells} cells in ${latest.seconds.toFixed(1)} s.`;
}

function yaml(side) {
  const keys = toKeys(state.settings[side], device(state.settings[side].device));
  return `# Made by the page of Needlework; run it with: needlework run needlework-${side}.yaml\n${toYaml(keys)}`;
}

const csv = (side) => toCsv(run(side), state.about.outcomes);

function save(side, kind) {
  const text = kind === "CSV" ? csv(side) : yaml(side), link = element("a", { download: `needlework-${side}.${kind.toLowerCase()}` });
  link.href = URL.createObjectURL(new Blob([text], { type: kind === "CSV" ? "text/csv" : "text/yaml" }));
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// ---- time -----------------------------------------------------------------------------------------------------------------------------

function seek(day) {
  state.day = clamp(day, 0, end());
  redraw();
}

function play(on) {
  if (on && state.day >= end() - 1e-6) state.day = 0;
  state.playing = on;
  $("play").textContent = on ? "❚❚" : "▶";
  $("play").setAttribute("aria-label", on ? "Pause" : "Play");
  if (on) requestAnimationFrame(tick);
}

let last = 0;
function tick(now) {
  if (!state.playing) return;
  const passed = Math.min(0.1, Math.max(0, (now - last) / 1000));
  const u = place(state.day, end(), even()) + passed * Number($("speed").value) / PLAYTIME;
  last = now;
  const known = Math.min(end(), ...sides().map((s) => run(s)?.pictures.at(-1)?.day ?? 0));
  state.day = Math.min(dayAt(Math.min(1, u), end(), even()), Math.max(known, state.day));
  if (u >= 1) {
    state.day = end();
    play(false);
  }
  draw();
  requestAnimationFrame(tick);
}

function buildStage() {
  const ramp = $("ramp").getContext("2d");
  for (let i = 0; i < 280; i++) {
    ramp.fillStyle = `rgb(${collagenColour(1.4 * i / 279).map(Math.round).join()})`;
    ramp.fillRect(i, 0, 1, 12);
  }
  for (const { name, title, swatch } of LAYERS) {
    const box = element("input", { type: "checkbox", id: `layer-${name}`, checked: state.shown[name] });
    const ink = typeof INKS[name] === "string" ? INKS[name] : `rgb(${INKS[name].join()})`;
    const patch = element("span", { className: `swatch ${swatch ?? ""}` });
    patch.style.background = patch.style.borderColor = ink;
    box.onchange = () => {
      state.shown[name] = box.checked;
      redraw();
    };
    $("layers").append(element("label", {}, box, patch, title));
  }
  $("play").onclick = () => play(!state.playing);
  $("time").oninput = () => {
    play(false);
    seek(dayAt($("time").value / 1000, end(), even()));
  };
  $("axis").onchange = () => {
    state.axis = $("axis").value;
    redraw();
  };
  $("outcome").onchange = () => {
    state.outcome = $("outcome").value;
    showMeaning();
    redraw();
  };
  $("rules").textContent = `${PHASES.map((p) => `${p.name}: ${p.rule}`).join("; ")}. ▼ sessions. Drag along the chart to move in time.`;
  const drag = (event) => event.buttons && (play(false), seek(chart.pointed(event)));
  $("chart").onpointerdown = $("chart").onpointermove = drag;
  document.addEventListener("keydown", (event) => {
    if (event.key !== " " || /^(BUTTON|INPUT|SELECT|SUMMARY|A)$/.test(event.target.tagName)) return;
    event.preventDefault();
    play(!state.playing);
  });
  new ResizeObserver(redraw).observe(document.body);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
}

function showMeaning() {
  const found = state.about?.outcomes.find((o) => o.name === state.outcome);
  $("meaning").textContent = found ? found.meaning[0].toUpperCase() + found.meaning.slice(1) : "";
}

buildStage();
openLab("A");
const first = setInterval(() => {
  if (!run("A")) return;
  clearInterval(first);
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) play(true);
}, 50);
