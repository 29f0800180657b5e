/* Draws the charts of a report (uPlot, above) from the JSON block "data"; without it the page still has all tables and pictures. */
(function () {
    "use strict";
    var page = document.documentElement, data = JSON.parse(document.getElementById("data").textContent), charts = [], stretched = true;
    var MONTH = 365.2422 / 12, STRETCH = 4;
    var TICKS = [[0, "0"], [1, "1 d"], [3, "3 d"], [7, "1 wk"], [14, "2 wk"], [42, "6 wk"], [3 * MONTH, "3 mo"], [6 * MONTH, "6 mo"],
        [12 * MONTH, "12 mo"], [24 * MONTH, "2 yr"], [60 * MONTH, "5 yr"], [120 * MONTH, "10 yr"],
        [28, "4 wk"], [9 * MONTH, "9 mo"], [18 * MONTH, "18 mo"], [36 * MONTH, "3 yr"]]; /* the last four where there is room */

    window.onerror = function (message) { page.dataset.error = String(message); };

    function forward(t) { return stretched ? Math.sign(t) * Math.log1p(Math.abs(t) / STRETCH) : t; }
    function back(u) { return stretched ? Math.sign(u) * STRETCH * Math.expm1(Math.abs(u)) : u; }

    /* Familiar times, as many as fit; a view zoomed far in gets round numbers of days. */
    function ticks(chart, axis, low, high) {
        var room = 52 / Math.max(chart.bbox.width / devicePixelRatio, 1), span = forward(high) - forward(low), found = [];
        TICKS.forEach(function (tick) {
            if (tick[0] >= low && tick[0] <= high * 1.001 && found.every(function (t) { return Math.abs(forward(t) - forward(tick[0])) > room * span; })) found.push(tick[0]);
        });
        found.sort(function (a, b) { return a - b; });
        if (found.length < 3) {
            var step = Math.pow(10, Math.floor(Math.log10((high - low) / 3)));
            step *= (high - low) / step > 10 ? 5 : (high - low) / step > 5 ? 2 : 1;
            for (found = [], low = Math.ceil(low / step) * step; low <= high; low += step) found.push(+low.toPrecision(8));
        }
        return found;
    }
    function name(day) {
        if (day == null) return "";
        for (var i = 0; i < TICKS.length; i++) if (TICKS[i][0] === day) return TICKS[i][1];
        return +day.toPrecision(5) + " d";
    }
    function digits(value) { return value == null ? "–" : String(+value.toPrecision(4)).replace("-", "−"); }

    function sessions(days) {
        return function (chart) {
            var context = chart.ctx, box = chart.bbox;
            context.save();
            context.strokeStyle = "#888";
            context.lineWidth = devicePixelRatio;
            days.forEach(function (day) {
                if (day < chart.scales.x.min || day > chart.scales.x.max) return;
                var x = Math.round(chart.valToPos(day, "x", true)) + 0.5;
                context.beginPath();
                context.moveTo(x, box.top);
                context.lineTo(x, box.top + box.height);
                context.stroke();
            });
            context.restore();
        };
    }

    function draw(element, table, series, unit, days, sync) {
        var old = charts.filter(function (c) { return c.element === element; })[0];
        if (old) { old.chart.destroy(); charts.splice(charts.indexOf(old), 1); }
        var chart = new uPlot({
            width: element.clientWidth || 900, height: +element.dataset.height || 230,
            scales: { x: { time: false, distr: 100, fwd: forward, bwd: back } },
            axes: [{ splits: ticks, filter: function (u, list) { return list; }, values: function (u, list) { return list.map(name); }, grid: { stroke: "#eee" }, size: 32 },
                { label: unit, size: 62, labelSize: 20, grid: { stroke: "#eee" }, values: function (u, list) { return list.map(function (v) { return v == null ? "" : digits(v); }); } }],
            series: [{ label: "day", value: function (u, v) { return v == null ? "–" : String(+v.toPrecision(5)); } }].concat(series.map(function (s) {
                return { label: s.label, stroke: s.color, dash: s.dash, width: s.width || 1.8, points: { show: false }, spanGaps: true, pxAlign: 0,
                    value: function (u, v) { return digits(v); } };
            })),
            cursor: { sync: { key: sync } },
            hooks: { drawAxes: [sessions(days)] }
        }, table, element);
        charts.push({ element: element, chart: chart, again: function () { draw(element, table, series, unit, days, sync); } });
    }

    function column(run, series) {
        return run.columns[series.name].map(function (v) { return v == null ? null : (series.offset || 0) + (series.factor || 1) * v; });
    }

    /* Several runs on one axis: the union of their times, null where a run has no row there. */
    function joined(outcome, shown) {
        return uPlot.join(data.runs.map(function (run) {
            return [run.time, run.columns[outcome.name] || run.time.map(function () { return null; })];
        }));
    }

    function fill(element) {
        var run = data.runs[element.dataset.run], outcome;
        if (element.dataset.group) {
            var group = data.groups[element.dataset.group], series = group.series.filter(function (s) { return run.columns[s.name]; });
            draw(element, [run.time].concat(series.map(function (s) { return column(run, s); })), series, group.unit, run.sessions, "run" + element.dataset.run);
            return;
        }
        outcome = data.outcomes[document.getElementById(element.dataset.select).value];
        if (run) draw(element, [run.time, run.columns[outcome.name] || run.time.map(function () { return null; })],
            [{ label: outcome.name, color: "#0072B2" }], outcome.unit, run.sessions, "run" + element.dataset.run);
        else draw(element, joined(outcome), data.runs.map(function (r) { return { label: r.label, color: r.color, dash: r.dash }; }), outcome.unit, [], "all");
    }

    function visible(element) { return !element.closest("section[hidden]"); }
    function fillAll() {
        Array.prototype.forEach.call(document.querySelectorAll(".chart"), function (element) {
            if (visible(element) && !charts.some(function (c) { return c.element === element; })) fill(element);
        });
        page.dataset.charts = charts.length;
    }

    function show(id) {
        Array.prototype.forEach.call(document.querySelectorAll("main > section"), function (section) { section.hidden = section.id !== id; });
        Array.prototype.forEach.call(document.querySelectorAll("nav button"), function (button) {
            button.setAttribute("aria-selected", String(button.dataset.section === id));
        });
        fillAll();
    }
    var buttons = document.querySelectorAll("nav button");
    Array.prototype.forEach.call(buttons, function (button, i) {
        button.addEventListener("click", function () { show(button.dataset.section); });
        button.addEventListener("keydown", function (event) {
            var to = event.key === "ArrowRight" ? i + 1 : event.key === "ArrowLeft" ? i - 1 : -1;
            if (to >= 0 && to < buttons.length) { buttons[to].focus(); show(buttons[to].dataset.section); }
        });
    });
    Array.prototype.forEach.call(document.querySelectorAll("select"), function (select) {
        select.addEventListener("change", function () {
            Array.prototype.forEach.call(document.querySelectorAll('.chart[data-select="' + select.id + '"]'), fill);
        });
    });
    Array.prototype.forEach.call(document.querySelectorAll("input.stretch"), function (box) {
        box.addEventListener("change", function () {
            stretched = box.checked;
            Array.prototype.forEach.call(document.querySelectorAll("input.stretch"), function (other) { other.checked = stretched; });
            charts.slice().forEach(function (c) { c.again(); });
        });
    });
    window.addEventListener("resize", function () {
        charts.forEach(function (c) { if (c.element.clientWidth) c.chart.setSize({ width: c.element.clientWidth, height: c.chart.height }); });
    });
    if (buttons.length) show(buttons[0].dataset.section); else fillAll();
    page.dataset.ready = "yes";
})();
