// What the user can set, and how the program is told: KEY=VALUE lines for the core, YAML for the file.
const PRESETS = [
  { device: "roller_1.5", title: "Clinical roller", note: "1.5 mm, by a physician" },
  { device: "roller_home", title: "Home roller", note: "0.25 mm, for creams" },
  { device: "pen", title: "Pen", note: "1.5 mm, motor-driven" },
  { device: "stamp", title: "Stamp", note: "0.6 mm, pressed straight in" },
];
const SLIDERS = [
  { key: "length", title: "Depth: needle length", unit: "mm", low: 0.1, high: 3, step: 0.05, digits: 2 },
  { key: "density", title: "Density", unit: "channels/cm²", low: 25, high: 1000, step: 25, digits: 0 },
  { key: "diameter", title: "Needle diameter", unit: "mm", low: 0.07, high: 0.5, step: 0.01, digits: 2 },
  { key: "sessions", title: "Sessions", unit: "", low: 0, high: 6, step: 1, digits: 0 },
  { key: "interval", title: "Interval", unit: "weeks", low: 1, high: 12, step: 1, digits: 0 },
  { key: "age", title: "Age", unit: "years", low: 18, high: 90, step: 1, digits: 0 },
];
const SKIN = [
  { key: "smoker", title: "Smoker" }, { key: "diabetes", title: "Diabetes" }, { key: "photoaged", title: "Photoaged" },
  { key: "wrinkle", title: "Wrinkle" }, { key: "stretch_mark", title: "Stretch mark" }, { key: "atrophic_scar", title: "Atrophic scar" },
];
const CONTRAINDICATIONS = [
  { key: "keloid_history", title: "History of keloids" }, { key: "poor_healing", title: "Poor healing" }, { key: "isotretinoin", title: "Isotretinoin" },
  { key: "radiation", title: "Radiation" }, { key: "open_wound", title: "Open wound" }, { key: "skin_infection", title: "Skin infection" },
  { key: "pregnancy", title: "Pregnancy" }, { key: "breast_feeding", title: "Breast-feeding" },
];
const DURATIONS = [["3 months", 3], ["6 months", 6], ["12 months", 12], ["24 months", 24]];

// A device's own needle, everything else as it was.
function fromDevice(device, settings = { sessions: 1, interval: 6, age: 45, months: 12, conditions: [] }) {
  const needle = { length: device.length.value, diameter: device.diameter.value, density: Math.round(100 * device.density.value) };
  return { ...settings, ...needle, device: device.name };
}

const contraindicated = (settings) => CONTRAINDICATIONS.some(({ key }) => settings.conditions.includes(key));

// The program's keys, nested as in a file.  The dermis reaches at least 0.3 mm below the channel, as the program advises.
function toKeys(settings, device) {
  const channel = settings.length * device.reach.value, deepest = Math.max(1.5, Math.ceil(10 * (channel + 0.3) - 1e-9) / 10);
  const keys = {
    model: "dermis",
    skin: { age: `${settings.age} years` },
    treatment: {
      device: settings.device,
      needle: { length: `${settings.length} mm`, diameter: `${settings.diameter} mm` },
      density: `${settings.density} /cm2`,
      sessions: String(settings.sessions),
      interval: `${settings.interval} weeks`,
    },
    domain: { geometry: "axisymmetric", depth: `${deepest} mm` },
    run: { duration: `${settings.months} months` },
  };
  if (settings.conditions.length) keys.skin.conditions = `[${settings.conditions.join(", ")}]`;
  if (contraindicated(settings)) keys.treatment.override_contraindications = "true";
  return keys;
}

function toLines(keys, path = "") {
  return Object.entries(keys).flatMap(([name, value]) =>
    typeof value === "object" ? toLines(value, `${path}${name}.`) : [`${path}${name}=${value}`]);
}

function toYaml(keys, indent = "") {
  return Object.entries(keys).map(([name, value]) =>
    typeof value === "object" ? `${indent}${name}:\n${toYaml(value, `${indent}    `)}` : `${indent}${name}: ${value}\n`).join("");
}

// One row a day, every outcome, all digits.
function toCsv(run, outcomes) {
  const head = ["time", ...outcomes.map((o) => o.name)].join(",");
  return [head, ...run.rows.map((r) => [r.day, ...r.outcomes].map((v) => (Number.isNaN(v) ? "" : v)).join(","))].join("\n") + "\n";
}
