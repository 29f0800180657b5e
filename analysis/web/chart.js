// The healing timeline: one outcome of one or two runs, sessions, phases, and the moment shown above.
const MONTH = 365.24219878125 / 12, STRETCH = 4;
const TICKS = [[0, "0"], [1, "1 d"], [3, "3 d"], [7, "1 wk"], [14, "2 wk"], [28, "4 wk"], [42, "6 wk"], [3 * MONTH, "3 mo"],
  [6 * MONTH, "6 mo"], [9 * MONTH, "9 mo"], [12 * MONTH, "12 mo"], [15 * MONTH, "15 mo"], [18 * MONTH, "18 mo"], [21 * MONTH, "21 mo"],
  [24 * MONTH, "24 mo"]];
const EARLY = [[0, "0"], [1, "1 d"], [3, "3 d"], [7, "1 wk"], [14, "2 wk"], [42, "6 wk"], [3 * MONTH, "3 mo"], [6 * MONTH, "6 mo"],
  [12 * MONTH, "12 mo"], [24 * MONTH, "24 mo"]];
const PHASES = [
  { name: "Clot", rule: "at least half of the clot is left", colour: "#D55E00" },
  { name: "Inflammation", rule: "redness over 0.1", colour: "#E69F00" },
  { name: "Proliferation", rule: "fibroblasts more than 10 % above normal", colour: "#009E73" },
  { name: "Remodelling", rule: "mature collagen grows by more than 0.1 % a month", colour: "#0072B2" },
];

// Where a day lies on the axis, 0 to 1, and back.
const place = (day, end, even) => (even ? day / end : Math.log1p(day / STRETCH) / Math.log1p(end / STRETCH));
const dayAt = (u, end, even) => (even ? u * end : STRETCH * Math.expm1(u * Math.log1p(end / STRETCH)));

// Intervals in which a signal is above a threshold, their ends interpolated.
function spans(time, signal, threshold) {
  const found = [];
  let start = null;
  for (let i = 0; i < time.length; i++) {
    const above = signal[i] > threshold, before = i && signal[i - 1] > threshold;
    let crossing = time[i];
    if (i && above !== before && signal[i] !== signal[i - 1])
      crossing = time[i - 1] + (time[i] - time[i - 1]) * (threshold - signal[i - 1]) / (signal[i] - signal[i - 1]);
    if (above && start === null) start = crossing;
    else if (!above && start !== null) found.push([start, crossing]), start = null;
  }
  return start === null ? found : [...found, [start, time[time.length - 1]]];
}

// The phases of a run by the rules of analysis/phases.py: intervals in the order of PHASES.
function phases(run, outcome, mean) {
  const moments = run.pictures, days = moments.map((m) => m.day), rows = run.rows, rowDays = rows.map((r) => r.day);
  const first = moments.find((m) => m.after);
  const since = (time, signal, threshold) => signal.map((s, i) => (first && time[i] >= first.day ? s : Math.min(s, threshold)));
  const of = (time, signal, threshold) => spans(time, since(time, signal, threshold), threshold);
  const clot = moments.map((m) => m.means[mean.clot]), mature = rows.map((r) => r.outcomes[outcome.mature_collagen_gain]);
  const slope = mature.map((_, i) => {
    const a = Math.max(0, i - 1), b = Math.min(rows.length - 1, i + 1);
    return b > a ? (mature[b] - mature[a]) / (rowDays[b] - rowDays[a]) : 0;
  });
  return [
    of(days, clot, 0.5 * Math.max(1e-9, ...clot)),
    of(days, moments.map((m) => m.outcomes[outcome.erythema]), 0.1),
    of(rowDays, rows.map((r) => r.outcomes[outcome.fibroblasts] - 1), 0.1),
    of(rowDays, slope, 0.001 / MONTH),
  ];
}

// Round steps that divide a range into about n parts.
function ticks(low, high, n) {
  const rough = (high - low) / n, power = 10 ** Math.floor(Math.log10(rough)), step = [1, 2, 2.5, 5, 10].find((s) => s * power >= rough) * power;
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) found.push(k * step);
  return { found, digits: Math.max(0, -Math.floor(Math.log10(step) + 1e-9) + (String(step / power).startsWith("2.5") ? 1 : 0)) };
}

class Chart {
  constructor(canvas) {
    this.canvas = canvas;
  }

  // lines: [{ run, value(moment), colour, dash, spans }]; day: the moment shown; percent: shares; sign: of gain and loss.
  draw({ lines, day, end, even, percent, sign }) {
    const { canvas } = this, g = canvas.getContext("2d"), ratio = window.devicePixelRatio || 1;
    const width = canvas.clientWidth, height = canvas.clientHeight;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    const css = getComputedStyle(canvas), ink = css.getPropertyValue("--ink"), faint = css.getPropertyValue("--faint");
    this.colours = { ink, faint, rule: css.getPropertyValue("--rule"), card: css.getPropertyValue("--card") };
    g.setTransform(ratio, 0, 0, ratio, 0, 0);
    g.clearRect(0, 0, width, height);
    const lane = lines.length > 1 ? 20 : 17;
    const box = { left: 92, right: width - 20, top: 22, bottom: height - 30 - 4 * lane - 6 };
    Object.assign(this, { box, end, even, lane });
    this.x = (d) => box.left + place(d, end, even) * (box.right - box.left);
    const range = this.range(lines, percent);
    this.y = (v) => box.bottom - (v - range.low) / (range.high - range.low) * (box.bottom - box.top);
    this.axes(g, range, percent, sign, width);
    for (const line of lines) this.line(g, line, day);
    lines.forEach((line, i) => this.sessions(g, line, i));
    this.lanes(g, lines);
    this.moment(g, lines, day);
  }

  range(lines, percent) {
    const values = lines.flatMap((l) => l.run.pictures.map(l.value)).filter(Number.isFinite), unit = percent ? 100 : 1;
    let low = Math.min(0, ...values) * unit, high = Math.max(percent ? 0.01 : 1e-6, ...values) * unit;
    const { found, digits } = ticks(low, high + 0.04 * (high - low), 5), step = found[1] - found[0] || 1;
    low = Math.floor(low / step - 0.05) * step;
    high = Math.ceil(high / step + 0.05) * step;
    return { low: low / unit, high: high / unit, digits, step: step / unit };
  }

  axes(g, range, percent, sign, width) {
    const { box } = this, { ink, faint, rule } = this.colours, unit = percent ? 100 : 1;
    g.font = "12px system-ui, sans-serif";
    g.lineWidth = 1;
    g.textBaseline = "middle";
    g.textAlign = "right";
    for (let v = range.low; v <= range.high + range.step / 100; v += range.step) {
      g.strokeStyle = Math.abs(v) < range.step / 100 ? faint : rule;
      g.beginPath();
      g.moveTo(box.left, Math.round(this.y(v)) + 0.5);
      g.lineTo(box.right, Math.round(this.y(v)) + 0.5);
      g.stroke();
      g.fillStyle = faint;
      const shown = (Math.abs(v) < range.step / 100 ? 0 : v * unit).toFixed(range.digits).replace("-", "−");
      g.fillText(`${sign && v > range.step / 100 ? "+" : ""}${shown}${percent ? " %" : ""}`, box.left - 8, this.y(v));
    }
    g.textAlign = "center";
    let last = -99;
    const under = box.bottom + 4 * this.lane + 6;
    for (const [d, label] of this.even ? TICKS.filter(([d]) => d === 0 || d > 40) : EARLY) {
      if (d > this.end * 1.002 || this.x(d) - last < (width < 500 ? 36 : 44)) continue;
      const x = clamp(this.x(d), box.left, box.right);
      g.strokeStyle = rule;
      g.beginPath();
      g.moveTo(Math.round(x) + 0.5, box.top);
      g.lineTo(Math.round(x) + 0.5, under + 4);
      g.stroke();
      g.fillStyle = ink;
      g.fillText(label, Math.min(x, width - 20), under + 14);
      last = x;
    }
    g.textBaseline = "alphabetic";
  }

  // Strong up to the moment, faint beyond: the answer is known before it is told.
  line(g, { run, value, colour, dash }, day) {
    const path = (from, to) => {
      g.beginPath();
      run.pictures.forEach((m, i) => {
        if (m.day < from - 1e-9 && run.pictures[i + 1]?.day < from) return;
        if (m.day > to && run.pictures[i - 1]?.day > to) return;
        g.lineTo(this.x(m.day), this.y(value(m)));
      });
      g.stroke();
    };
    const { box } = this, cut = this.x(day);
    g.strokeStyle = colour;
    g.lineJoin = "round";
    for (const [left, right, alpha, weight] of [[cut, box.right + 4, 0.3, 1.6], [box.left - 4, cut, 1, 2.6]]) {
      g.save();
      g.beginPath();
      g.rect(left, 0, Math.max(0, right - left), this.canvas.clientHeight);
      g.clip();
      g.globalAlpha = alpha;
      g.lineWidth = weight;
      g.setLineDash(dash);
      path(0, this.end);
      g.restore();
    }
  }

  sessions(g, { run, colour }, which) {
    const { box } = this;
    for (const { day } of run.pictures.filter((m) => m.after)) {
      const x = this.x(day), y = box.top - 14 + 7 * which;
      g.fillStyle = colour;
      g.beginPath();
      g.moveTo(x - 4.5, y);
      g.lineTo(x + 4.5, y);
      g.lineTo(x, y + 8);
      g.fill();
    }
  }

  lanes(g, lines) {
    const { box, lane } = this, thick = lines.length > 1 ? 7 : 10;
    g.font = "12px system-ui, sans-serif";
    PHASES.forEach((phase, i) => {
      const top = box.bottom + 8 + i * lane;
      g.textAlign = "right";
      g.fillStyle = this.colours.faint;
      g.fillText(phase.name, box.left - 8, top + lane / 2 + 3);
      lines.forEach((line, k) => {
        for (const [from, to] of line.spans[i] ?? []) {
          const x = this.x(from), wide = Math.max(1.5, this.x(to) - x), y = top + (lines.length > 1 ? 2 + 8.5 * k : (lane - thick) / 2);
          g.fillStyle = phase.colour;
          g.globalAlpha = k ? 0.45 : 0.9;
          g.beginPath();
          g.roundRect(x, y, wide, thick, 3);
          g.fill();
          g.globalAlpha = 1;
        }
      });
    });
    g.textAlign = "start";
  }

  moment(g, lines, day) {
    const { box } = this, x = Math.round(this.x(day)) + 0.5;
    g.strokeStyle = this.colours.ink;
    g.lineWidth = 1;
    g.setLineDash([]);
    g.beginPath();
    g.moveTo(x, box.top - 4);
    g.lineTo(x, box.bottom + 4 * this.lane + 8);
    g.stroke();
    for (const { run, value, colour } of lines) {
      const v = run.value(value, day);
      if (!Number.isFinite(v)) continue;
      g.beginPath();
      g.arc(x, this.y(v), 5, 0, 7);
      g.fillStyle = colour;
      g.fill();
      g.lineWidth = 2;
      g.strokeStyle = this.colours.card;
      g.stroke();
    }
  }

  // The day under a pointer.
  pointed(event) {
    const x = event.clientX - this.canvas.getBoundingClientRect().left;
    return dayAt(clamp((x - this.box.left) / (this.box.right - this.box.left), 0, 1), this.end, this.even);
  }
}
