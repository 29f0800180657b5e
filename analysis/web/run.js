// One run as it comes out of a worker, and the worker that makes it.
class Run {
  constructor(id) {
    Object.assign(this, { id, rows: [], pictures: [], day: 0, shape: null, summary: null, resolved: "", warnings: [], refusal: [], failed: null });
  }

  take(items) {
    for (const item of items) (item.row ? this.rows : this.pictures).push(item);
  }

  // The pictures around a moment: a, b and how far it lies between them.  Just before a session is the past, at it the fresh wound.
  pair(day) {
    const list = this.pictures;
    let low = 0, high = list.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (list[middle].day <= day) low = middle;
      else high = middle - 1;
    }
    const a = list[low], b = list[Math.min(low + 1, list.length - 1)], gap = b.day - a.day;
    return gap > 0 ? { a, b, part: clamp((day - a.day) / gap, 0, 1) } : { a, b: a, part: 0 };
  }

  value(of, day) {
    const { a, b, part } = this.pair(day);
    return of(a) + part * (of(b) - of(a));
  }

  // Of the sessions given so far, their number and the days since the latest; null before the first.
  since(day) {
    const given = this.pictures.filter((m) => m.after && m.day <= day);
    return given.length ? { number: given.length, days: day - given[given.length - 1].day } : null;
  }
}

// Keeps one worker busy with the latest settings.  show(run): its first picture has come, or what replaces the old run is worth seeing.
class Lab {
  constructor({ ready, show, progress, broken }) {
    Object.assign(this, { ready, show, progress, shown: null, coming: null, wanted: () => 0 });
    const text = ["core", "work"].map((id) => document.getElementById(id).textContent).join("\n");
    this.worker = new Worker(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
    this.worker.onmessage = ({ data }) => this.hear(data);
    this.worker.onerror = (event) => broken(event.message || "the simulation could not be started");
    this.broken = broken;
  }

  order(sets, strict, wanted) {
    this.wanted = wanted;
    this.coming = new Run((this.coming?.id ?? 0) + 1);
    this.worker.postMessage({ id: this.coming.id, sets, strict });
  }

  hear(data) {
    if (data.type === "ready") return this.ready(data.about);
    if (data.type === "broken") return this.broken(data.message);
    const run = this.coming;
    if (!run || data.id !== run.id) return;
    if (data.type === "failed") {
      run.failed = data.messages;
      this.progress(run);
      return;
    }
    if (data.type === "begin") Object.assign(run, { shape: data.shape, resolved: data.resolved, warnings: data.warnings, refusal: data.refusal });
    if (data.items) run.take(data.items), run.day = data.day;
    if (data.type === "done") Object.assign(run, { summary: data.summary, seconds: data.seconds });
    const first = !this.shown && run.pictures.length > 0;
    if (this.shown !== run && run.shape && (first || data.type === "done" || (run.pictures.length && run.day >= Math.max(1, this.wanted())))) {
      this.shown = run;
      this.show(run);
    }
    this.progress(run);
  }
}
