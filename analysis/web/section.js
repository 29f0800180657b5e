// The cross-section: collagen as colour, signals as veils, cells as dots, one computed cell in the middle and copies beside it.
const INKS = {
  young_collagen: [250, 206, 70], clot: [92, 12, 22], inflammation: [226, 58, 20], tgfb: [124, 64, 230],
  macrophages: "#1f4fd8", fibroblasts: "#4a5568", activated: "#0b6b3a", capillaries: "#d4142a",
};
// Veils: opacity 0 at `from`, `most` at `to`, in the unit of the layer.
const VEILS = {
  young_collagen: { from: 0.05, to: 0.4, most: 0.85 }, inflammation: { from: 0.01, to: 0.5, most: 0.6 },
  tgfb: { from: 0.005, to: 0.2, most: 0.65 }, clot: { from: 0.02, to: 0.9, most: 0.9 },
};
// Dots per mm2 of cut at the value 1; `size` in mm, larger than life.
const DOTS = {
  capillaries: { number: 45, size: 0.011, ring: true }, fibroblasts: { number: 110, size: 0.015 },
  activated: { number: 750, size: 0.017 }, macrophages: { number: 330, size: 0.0085, round: true },
};
const COLLAGEN = [[0, [247, 238, 222]], [0.3, [243, 216, 190]], [0.6, [235, 186, 164]], [0.85, [219, 146, 136]], [1, [199, 112, 116]],
  [1.15, [165, 77, 97]], [1.4, [112, 42, 74]]];
const RAMP = Array.from({ length: 256 }, (_, i) => collagenColour(1.4 * i / 255));

function collagenColour(value) {
  let i = 1;
  while (i < COLLAGEN.length - 1 && value > COLLAGEN[i][0]) i++;
  const [a, from] = COLLAGEN[i - 1], [b, to] = COLLAGEN[i], part = Math.min(1, Math.max(0, (value - a) / (b - a)));
  return from.map((c, k) => c + part * (to[k] - c));
}

const clamp = (x, low, high) => Math.min(high, Math.max(low, x));

// A generator of numbers that is the same every time: pictures of the same skin have their cells in the same places.
function random(seed) {
  return () => {
    seed = (seed + 0x6D2B79F5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

// Where n samples spread evenly over an axis lie between its cell centres.
function axisMap(faces, n) {
  const centre = faces.slice(1).map((f, i) => (f + faces[i]) / 2), low = new Uint16Array(n), part = new Float32Array(n);
  const start = faces[0], length = faces[faces.length - 1] - start;
  for (let i = 0, j = 0; i < n; i++) {
    const x = start + (i + 0.5) / n * length;
    while (j < centre.length - 2 && centre[j + 1] < x) j++;
    low[i] = j;
    part[i] = centre.length > 1 ? clamp((x - centre[j]) / (centre[j + 1] - centre[j]), 0, 1) : 0;
  }
  return { low, part };
}

// Everything about the drawing of one run that does not change with time.
class Stage {
  constructor(shape, layerNames, fulls) {
    this.shape = shape;
    this.index = Object.fromEntries(layerNames.map((name, i) => [name, i]));
    this.full = Object.fromEntries(layerNames.map((name, i) => [name, fulls[i]]));
    this.radius = shape.r[shape.r.length - 1];
    this.depth = shape.z[shape.z.length - 1];
    this.columns = shape.r.length - 1;
    this.rows = shape.z.length - 1;
    this.nx = clamp(Math.round(this.radius / 0.005), 24, 220); // samples of the half width
    this.nz = Math.round(this.depth / 0.0075);
    this.r = axisMap(shape.r, this.nx);
    this.z = axisMap(shape.z, this.nz);
    this.image = new ImageData(2 * this.nx, this.nz);
    this.paper = document.createElement("canvas");
    this.paper.width = 2 * this.nx;
    this.paper.height = this.nz;
    this.weave();
    this.scatter();
  }

  // Bundles of fibres: decoration, the same for every run.  Streaks of noise along wavy lines, periodic so that copies join.
  weave() {
    const { nx, nz } = this, draw = random(3), across = 4 * Math.max(2, Math.round(2 * this.radius / 0.12));
    const grid = Float32Array.from({ length: across * 400 }, () => 2 * draw() - 1);
    const noise = (u, v, period) => { // smooth between the numbers of the grid, periodic in u
      const i = Math.floor(u), k = Math.floor(v), p = u - i, q = v - k, s = p * p * (3 - 2 * p), t = q * q * (3 - 2 * q);
      const at = (a, b) => grid[a % period + across * (b % 400)];
      return (at(i, k) * (1 - s) + at(i + 1, k) * s) * (1 - t) + (at(i, k + 1) * (1 - s) + at(i + 1, k + 1) * s) * t;
    };
    this.fibre = new Float32Array(2 * nx * nz);
    for (let k = 0; k < nz; k++) {
      const z = (k + 0.5) / nz * this.depth;
      for (let i = 0; i < 2 * nx; i++) {
        const u = (i + 0.5) / (2 * nx) * across, sway = noise(u / 2, 5 * z + 7, across / 2) + 0.5 * noise(u, 11 * z + 90, across);
        this.fibre[k * 2 * nx + i] = 0.75 * noise(u / 2, 46 * z + 3.2 * sway + 150, across / 2) + 0.45 * noise(u, 80 * z + 5 * sway + 250, across);
      }
    }
  }

  scatter() {
    this.dots = {};
    Object.entries(DOTS).forEach(([name, { number }], kind) => {
      const draw = random(7 + 1000 * kind), list = [];
      const n = Math.round(number * this.full[name] * 2 * this.radius * this.depth);
      for (let i = 0; i < n; i++)
        list.push({ x: (2 * draw() - 1) * this.radius, z: draw() * this.depth, need: draw() * this.full[name], turn: (draw() - 0.5) * 1.5 });
      this.dots[name] = list;
    });
  }

  // A layer between two pictures at x (either sign), z.
  at(pair, name, x, z) {
    const { columns, rows } = this, base = this.index[name] * columns * rows;
    const i = Math.min(this.nx - 1, Math.floor(Math.abs(x) / this.radius * this.nx));
    const k = Math.min(this.nz - 1, Math.floor(z / this.depth * this.nz));
    const cell = base + this.r.low[i] + (this.r.part[i] > 0.5) + columns * (this.z.low[k] + (this.z.part[k] > 0.5));
    const at = Math.min(cell, pair.a.layers.length - 1);
    return (pair.a.layers[at] + pair.part * (pair.b.layers[at] - pair.a.layers[at])) / 255 * this.full[name];
  }

  // The colours of the computed cell, mirrored at its axis.
  colour(pair, shown) {
    const { nx, nz, columns, rows, r, z } = this, data = this.image.data, cells = columns * rows;
    const veils = ["young_collagen", "tgfb", "inflammation", "clot"].filter((name) => shown[name])
      .map((name) => ({ base: this.index[name] * cells, ink: INKS[name], full: this.full[name] / 255, ...VEILS[name] }));
    const from = pair.a.layers, to = pair.b.layers, part = pair.part, up = columns > 1 ? 1 : 0, down = rows > 1 ? columns : 0;
    const value = (base, at, px, pz) => {
      const mix = (i) => from[i] + part * (to[i] - from[i]), c = base + at;
      const top = mix(c) * (1 - px) + mix(c + up) * px, low = mix(c + down) * (1 - px) + mix(c + down + up) * px;
      return top * (1 - pz) + low * pz;
    };
    for (let k = 0; k < nz; k++) {
      for (let i = 0; i < nx; i++) {
        const at = r.low[i] + columns * z.low[k], px = r.part[i], pz = z.part[k];
        const byte = value(this.index.collagen * cells, at, px, pz), body = RAMP[Math.min(255, Math.round(byte))];
        const grain = 0.16 * Math.min(1, byte / 180);
        let veil = 0, red = 0, green = 0, blue = 0; // painted over each other from the first veil to the last
        for (const v of veils) {
          const alpha = clamp((value(v.base, at, px, pz) * v.full - v.from) / (v.to - v.from), 0, 1) * v.most;
          red += alpha * (v.ink[0] - red), green += alpha * (v.ink[1] - green), blue += alpha * (v.ink[2] - blue);
          veil += alpha * (1 - veil);
        }
        for (const column of [nx - 1 - i, nx + i]) {
          const p = k * 2 * nx + column, light = 1 + grain * this.fibre[p];
          data[4 * p] = body[0] * light * (1 - veil) + red;
          data[4 * p + 1] = body[1] * light * (1 - veil) + green;
          data[4 * p + 2] = body[2] * light * (1 - veil) + blue;
          data[4 * p + 3] = 255;
        }
      }
    }
    this.paper.getContext("2d").putImageData(this.image, 0, 0);
  }

  surface(pair, species, x) {
    const i = this.r.low[Math.min(this.nx - 1, Math.floor(Math.abs(x) / this.radius * this.nx))];
    const at = species * this.columns + i;
    return pair.a.surface[at] + pair.part * (pair.b.surface[at] - pair.a.surface[at]);
  }

  // One tile at `scale` pixels per mm: dermis with its cells, epidermis above; its top edge is `air` mm above the skin.
  tile(pair, shown, scale, air) {
    const tile = this.sheet ||= document.createElement("canvas"), above = air + this.shape.epidermis;
    const width = Math.round(2 * this.radius * scale), height = Math.round((above + this.depth) * scale);
    if (tile.width !== width || tile.height !== height) tile.width = width, tile.height = height;
    const g = tile.getContext("2d");
    g.setTransform(1, 0, 0, 1, 0, 0);
    g.clearRect(0, 0, width, height);
    this.colour(pair, shown);
    g.imageSmoothingQuality = "high";
    g.drawImage(this.paper, 0, above * scale, width, this.depth * scale);
    g.setTransform(width / (2 * this.radius), 0, 0, scale, width / 2, above * scale); // mm from the mouth of the channel
    for (const name of Object.keys(DOTS)) if (shown[name]) this.cells(g, pair, name);
    g.setTransform(1, 0, 0, 1, 0, 0);
    this.epidermis(g, pair, scale, width, above);
    return tile;
  }

  cells(g, pair, name) {
    const { size, round, ring } = DOTS[name];
    g.fillStyle = g.strokeStyle = INKS[name];
    g.lineWidth = size / 2.4;
    for (const { x, z, need, turn } of this.dots[name]) {
      const more = this.at(pair, name, x, z) - need;
      if (more <= 0) continue;
      g.globalAlpha = Math.min(0.9, 0.25 + more / this.full[name] * 12);
      g.beginPath();
      if (round || ring) g.arc(x, z, size, 0, 7);
      else g.ellipse(x, z, size, size / 4.5, turn, 0, 7);
      if (ring) g.stroke();
      else g.fill();
    }
    g.globalAlpha = 1;
  }

  // Living cells, as high as they are thick, and the horny layer on top; where neither is, a crust of what the clot left.
  epidermis(g, pair, scale, width, above) {
    const floor = above * scale, thick = this.shape.epidermis * scale, horn = Math.max(1.5, 0.014 * scale);
    for (let i = 0; i < width; i++) {
      const x = ((i + 0.5) / width * 2 - 1) * this.radius;
      const cover = this.surface(pair, 0, x), barrier = this.surface(pair, 1, x), high = thick * this.surface(pair, 2, x);
      const living = clamp(cover, 0, 1), height = high * (0.25 + 0.75 * living);
      g.fillStyle = `rgba(176, 137, 178, ${living})`;
      g.fillRect(i, floor - height, 1, height);
      g.fillStyle = `rgba(122, 84, 128, ${0.55 * living})`;
      g.fillRect(i, floor - Math.max(1.5, 0.1 * thick), 1, Math.max(1.5, 0.1 * thick));
      g.fillStyle = `rgba(226, 196, 150, ${clamp(barrier, 0, 1)})`;
      g.fillRect(i, floor - height - horn, 1, horn);
    }
  }
}

// Draws a run at a moment onto a canvas, `depth` mm of it; shown: layers.
function drawSection(canvas, stage, pair, depth, shown, label) {
  const ratio = Math.min(2, window.devicePixelRatio || 1), wide = canvas.clientWidth, air = 0.1, above = air + stage.shape.epidermis;
  const scale = ratio * Math.min(255, 430 / (above + depth)), height = Math.round((above + depth) * scale); // at most 430 px high
  if (canvas.width !== Math.round(wide * ratio) || canvas.height !== height) {
    canvas.width = Math.round(wide * ratio);
    canvas.height = height;
  }
  const g = canvas.getContext("2d"), middle = canvas.width / 2, floor = above * scale;
  g.setTransform(1, 0, 0, 1, 0, 0);
  g.fillStyle = "#eaf1f6";
  g.fillRect(0, 0, canvas.width, canvas.height);
  below(g, canvas, (above + stage.depth) * scale, ratio);
  const tile = stage.tile(pair, shown, scale, air), left = Math.round(middle - tile.width / 2);
  for (let x = left - Math.ceil(left / tile.width) * tile.width; x < canvas.width; x += tile.width) g.drawImage(tile, x, 0);
  g.fillStyle = "rgba(250, 247, 243, 0.5)"; // copies stand back
  g.fillRect(0, 0, left, tile.height);
  g.fillRect(left + tile.width, 0, canvas.width, tile.height);
  outline(g, stage, middle, floor, scale);
  scaleBar(g, canvas, ratio, scale);
  if (label) {
    g.font = `600 ${15 * ratio}px system-ui, sans-serif`;
    g.fillStyle = "#1d2733";
    g.fillText(label, 10 * ratio, 20 * ratio);
  }
}

// Under what is computed, where the other run reaches deeper.
function below(g, canvas, top, ratio) {
  g.fillStyle = "#efe9e2";
  g.fillRect(0, top, canvas.width, canvas.height);
  g.font = `${11 * ratio}px system-ui, sans-serif`;
  g.fillStyle = "#5a6675";
  if (canvas.height - top > 24 * ratio) g.fillText("deeper skin: not computed", 10 * ratio, top + 17 * ratio);
}

// Where the needle went: a tapered cylinder from the skin surface down.
function outline(g, stage, middle, floor, scale) {
  const { channel_depth: deep, channel_radius: radius, taper, epidermis } = stage.shape, top = floor - epidermis * scale;
  const shoulder = top + (1 - taper) * deep * scale, tip = top + deep * scale, half = radius * scale;
  g.beginPath();
  g.moveTo(middle - half, top);
  g.lineTo(middle - half, shoulder);
  g.lineTo(middle, tip);
  g.lineTo(middle + half, shoulder);
  g.lineTo(middle + half, top);
  const unit = scale / 320;
  g.setLineDash([5 * unit, 4 * unit]);
  g.lineWidth = Math.max(1, 1.3 * unit);
  g.strokeStyle = "rgba(29, 39, 51, 0.75)";
  g.stroke();
  g.setLineDash([]);
}

function scaleBar(g, canvas, ratio, scale) {
  const length = 0.25 * scale, x = canvas.width - length - 12 * ratio, y = canvas.height - 14 * ratio;
  g.fillStyle = "rgba(255, 255, 255, 0.8)";
  g.fillRect(x - 8 * ratio, y - 17 * ratio, length + 16 * ratio, 25 * ratio);
  g.fillStyle = "#1d2733";
  g.fillRect(x, y, length, 3 * ratio);
  g.font = `${11 * ratio}px system-ui, sans-serif`;
  g.textAlign = "center";
  g.fillText("0.25 mm", x + length / 2, y - 4 * ratio);
  g.textAlign = "start";
}
