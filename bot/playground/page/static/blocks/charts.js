// data_visualization: pie, bar, line and area, each with its figures as a table to read.

import { h, svg, uid } from "../lib/dom.js";
import { unsupported } from "./unsupported.js";

const WIDE = 560;
const HIGH = 240;
const EDGE = { top: 12, right: 12, bottom: 34, left: 52 };
const across = WIDE - EDGE.left - EDGE.right;
const down = HIGH - EDGE.top - EDGE.bottom;
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const exact = new Intl.NumberFormat("en", { maximumFractionDigits: 4 });

export function chart(block) {
  const plot = block.chart ?? {};
  if (plot.type === "pie") return whole(block, pie(plot), [{ name: "", data: plot.segments }]);
  const drawer = { bar, line, area: line }[plot.type];
  return drawer ? whole(block, drawer(plot), plot.series, plot.axis_config) : unsupported(plot);
}

function whole(block, drawing, series, axes = {}) {
  const title = uid("chart");
  drawing.setAttribute("aria-labelledby", title);
  drawing.setAttribute("role", "img");
  const parts = series.length === 1 && !series[0].name
    ? series[0].data.map((point) => point.label)
    : series.map((one) => one.name);
  const legend = h("ul", { class: "legend" }, parts.map((name, at) => h("li", null, h("span", { class: `spot colour-${at % 6}` }), name)));
  return h(
    "figure",
    { class: "block b-chart" },
    h("figcaption", { class: "chart-title", id: title }, block.title),
    drawing,
    parts.length > 1 || !axes ? legend : null,
    axes?.x_label || axes?.y_label ? h("p", { class: "chart-axes" }, [axes.y_label, axes.x_label].filter(Boolean).join(" by ")) : null,
    figures(series),
  );
}

function figures(series) {
  const labels = series[0].data.map((point) => point.label);
  const head = ["", ...series.map((one) => one.name || "Value")];
  return h(
    "details",
    { class: "chart-figures" },
    h("summary", null, "Show the figures"),
    h(
      "div",
      { class: "grid-place", tabindex: "0", role: "region", "aria-label": "Figures of the chart" },
      h(
        "table",
        { class: "grid" },
        h("thead", null, h("tr", null, head.map((name) => (name ? h("th", { scope: "col" }, name) : h("td"))))),
        h("tbody", null, labels.map((label, at) =>
          h("tr", null, h("th", { scope: "row" }, label), series.map((one) => h("td", { class: "to-right" }, exact.format(one.data[at]?.value ?? 0)))),
        )),
      ),
    ),
  );
}

function pie({ segments }) {
  const total = segments.reduce((sum, one) => sum + Math.max(0, one.value), 0) || 1;
  const point = (turn) => [120 + 100 * Math.sin(turn * 2 * Math.PI), 120 - 100 * Math.cos(turn * 2 * Math.PI)];
  let from = 0;
  const slices = segments.map((one, at) => {
    const share = Math.max(0, one.value) / total;
    const to = from + share;
    const [x1, y1] = point(from);
    const [x2, y2] = point(to);
    from = to;
    const spoken = svg("title", {}, `${one.label}: ${exact.format(one.value)} (${Math.round(share * 100)} %)`);
    if (share >= 0.9999) return svg("circle", { cx: 120, cy: 120, r: 100, class: `fill-${at % 6}` }, spoken);
    const path = `M120 120 L${x1} ${y1} A100 100 0 ${share > 0.5 ? 1 : 0} 1 ${x2} ${y2} Z`;
    return svg("path", { d: path, class: `slice fill-${at % 6}` }, spoken);
  });
  return svg("svg", { class: "chart is-pie", viewBox: "0 0 240 240" }, slices);
}

/** The values' axis: from a round figure at or below the least (and 0) to one above the highest. */
function scale(series) {
  const values = series.flatMap((one) => one.data.map((point) => point.value));
  const high = Math.max(0, ...values);
  const low = Math.min(0, ...values);
  const rough = (high - low || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((one) => one * power).find((one) => one >= rough);
  const from = Math.floor(low / step) * step;
  const to = Math.ceil(high / step) * step || step;
  const ticks = [];
  for (let at = 0; from + at * step <= to + step / 2; at += 1) ticks.push(from + at * step);
  return { ticks, y: (value) => EDGE.top + down * (1 - (value - from) / (to - from)) };
}

function axes(series, { ticks, y }, x) {
  const labels = series[0].data.map((point) => point.label);
  const every = Math.ceil(labels.length / 8);
  return [
    ticks.map((value) => [
      svg("line", { x1: EDGE.left, x2: WIDE - EDGE.right, y1: y(value), y2: y(value), class: value === 0 ? "axis" : "rule" }),
      svg("text", { x: EDGE.left - 8, y: y(value) + 4, class: "tick to-end" }, short.format(value)),
    ]),
    labels.map((label, at) => at % every === 0 && svg("text", { x: x(at), y: HIGH - 12, class: "tick to-middle" }, label.length > 12 ? `${label.slice(0, 11)}…` : label)),
  ];
}

const spoken = (one, point) => svg("title", {}, `${one.name ? `${one.name}, ` : ""}${point.label}: ${exact.format(point.value)}`);

function bar({ series }) {
  const set = scale(series);
  const count = series[0].data.length;
  const place = across / count;
  const width = Math.min(48, (place * 0.72) / series.length);
  const x = (at) => EDGE.left + place * (at + 0.5);
  const bars = series.map((one, row) =>
    one.data.map((point, at) => {
      const [top, bottom] = [set.y(Math.max(0, point.value)), set.y(Math.min(0, point.value))];
      const left = x(at) + width * (row - series.length / 2);
      return svg("rect", { x: left, y: top, width: Math.max(1, width - 2), height: Math.max(1, bottom - top), rx: 2, class: `fill-${row % 6}` }, spoken(one, point));
    }),
  );
  return svg("svg", { class: "chart", viewBox: `0 0 ${WIDE} ${HIGH}` }, axes(series, set, x), bars);
}

function line({ type, series }) {
  const set = scale(series);
  const count = series[0].data.length;
  const x = (at) => EDGE.left + (count > 1 ? (across * at) / (count - 1) : across / 2);
  const lines = series.map((one, row) => {
    const points = one.data.map((point, at) => `${x(at)},${set.y(point.value)}`);
    const ground = `${x(one.data.length - 1)},${set.y(0)} ${x(0)},${set.y(0)}`;
    return [
      type === "area" && svg("polygon", { points: `${points.join(" ")} ${ground}`, class: `under fill-${row % 6}` }),
      svg("polyline", { points: points.join(" "), class: `line stroke-${row % 6}` }),
      one.data.length <= 60 && one.data.map((point, at) => svg("circle", { cx: x(at), cy: set.y(point.value), r: 3.5, class: `fill-${row % 6}` }, spoken(one, point))),
    ];
  });
  return svg("svg", { class: "chart", viewBox: `0 0 ${WIDE} ${HIGH}` }, axes(series, set, x), lines);
}
