// Draws every .w-chart from the JSON beside it. The table behind the drawing is
// in the page already. Tooltips are rich text: HTML ones would set style
// attributes, which the content policy forbids.
import { init } from "../vendor/echarts/echarts.js";

const C = { ink: "#1a2433", ink2: "#455166", ink3: "#667085", line: "#e1e6ed", line2: "#eef1f5", pri: "#1b5aa3", dash: "#7d8797",
  parts: ["#153e6f", "#2f6cae", "#72a5d8", "#b5d0ea", "#66718a", "#cdd4de"] };
const FONT = getComputedStyle(document.body).fontFamily;
const label = { fontFamily: FONT, fontSize: 12, color: C.ink3 };
const phone = () => matchMedia("(max-width:767px)").matches;
const num = (c) => (v) => v == null ? "—" : (v < 0 ? "−" : "") + Math.abs(v).toLocaleString("en-US", { minimumFractionDigits: c.Decimals || 0, maximumFractionDigits: c.Decimals || 0 });
const tip = { renderMode: "richText", backgroundColor: "#fff", borderColor: "#cfd6e0", padding: [8, 12], textStyle: { fontFamily: FONT, fontSize: 12, color: C.ink, lineHeight: 18 } };
// width of a text in 12 px: Chinese characters are square, others about half
const wide = (s) => Math.max(...s.split("\n").map((l) => [...l].reduce((w, c) => w + (c.charCodeAt(0) > 255 ? 12 : 7), 0)));
const cut = (s, n) => (s.length > n ? s.slice(0, n - 1) + "…" : s);

function marks(c, s, i, colour) {
  const small = phone();
  return (s.Marks || []).filter((m) => s.Values[m.At] != null && !(small && m.Quiet)).map((m) => {
    const last = m.At === c.Categories.length - 1;
    const side = last && !small ? "right" : m.Below ? "bottom" : "top";
    return {
      coord: [c.Categories[m.At], s.Values[m.At]], symbolSize: m.Quiet ? 0.1 : 7,
      itemStyle: { color: colour, borderColor: "#fff", borderWidth: 1.5 },
      label: { show: true, position: side, distance: 6, formatter: m.Text, fontFamily: FONT, fontSize: 12, fontWeight: m.Emphasis ? 600 : 400,
        color: m.Quiet ? C.ink3 : C.ink, align: last && small ? "right" : undefined },
    };
  });
}

function axes(c, extra) {
  return {
    animation: false, textStyle: { fontFamily: FONT },
    tooltip: { trigger: "axis", ...tip, valueFormatter: (v) => num(c)(v) + (c.Unit ? " " + c.Unit : "") },
    ...extra,
  };
}

function line(c, width) {
  const small = phone(), n = c.Categories.length, f = num(c);
  const every = Math.max(1, Math.ceil(n / Math.max(2, Math.floor((width - 150) / 66))));
  const room = Math.max(...c.Series.flatMap((s) => (s.Marks || []).filter((m) => m.At === n - 1).map((m) => wide(m.Text))), 0);
  return axes(c, {
    grid: { left: 4, right: small ? 20 : 24 + room, top: 30, bottom: 6, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: { type: "category", data: c.Categories, boundaryGap: false, axisLine: { lineStyle: { color: "#b9c2cf" } }, axisTick: { show: false },
      axisLabel: { ...label, interval: (i) => (n - 1 - i) % every === 0, formatter: (x) => (small && /^\d{4}-/.test(x) ? x.slice(2) : x) } },
    yAxis: { type: "value", min: c.From ?? undefined, interval: c.Every ?? undefined, max: c.Every ? (v) => Math.ceil(v.max / c.Every) * c.Every : undefined, axisLabel: { ...label, formatter: f }, splitLine: { lineStyle: { color: C.line2 } }, splitNumber: 4 },
    series: c.Series.map((s, i) => {
      const colour = s.Dashed ? C.dash : i === 0 ? C.pri : C.parts[i % 6];
      return { name: s.Name, type: "line", data: s.Values, showSymbol: false, connectNulls: false, itemStyle: { color: colour },
        lineStyle: { width: s.Dashed ? 2 : 2.5, color: colour, type: s.Dashed ? [5, 3] : "solid" }, emphasis: { disabled: true },
        markPoint: { symbol: "circle", data: marks(c, s, i, colour) } };
    }),
  });
}

function bars(c, stacked) {
  const f = num(c);
  return axes(c, {
    grid: { left: 4, right: 56, top: stacked ? 30 : 8, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    legend: stacked ? { top: 0, left: 0, itemWidth: 10, itemHeight: 10, textStyle: { ...label, color: C.ink2 } } : undefined,
    tooltip: { trigger: "axis", axisPointer: { type: "none" }, ...tip, valueFormatter: (v) => f(v) + (c.Unit ? " " + c.Unit : "") },
    xAxis: { type: "value", axisLabel: { show: false }, splitLine: { show: false } },
    yAxis: { type: "category", inverse: true, data: c.Categories, axisLine: { show: false }, axisTick: { show: false }, axisLabel: { ...label, fontSize: 13, color: C.ink, formatter: (x) => cut(x, 9) } },
    series: c.Series.map((s, i) => ({ name: s.Name, type: "bar", stack: stacked ? "all" : undefined, data: s.Values, barMaxWidth: stacked ? 18 : 12,
      itemStyle: { color: stacked ? C.parts[i % 6] : C.parts[1], borderColor: "#fff", borderWidth: stacked ? 0.5 : 0 }, emphasis: { disabled: true },
      label: stacked ? undefined : { show: true, position: "right", formatter: (p) => f(p.value), fontFamily: FONT, fontSize: 12, color: C.ink } })),
  });
}

function sankey(c) {
  const small = phone(), f = num(c);
  const inner = new Set(c.Flows.map((l) => l.From));
  const room = 16 + Math.max(...c.Nodes.filter((n) => !inner.has(n.Name)).map((n) => wide(n.Label || n.Name)), 60);
  const size = {};
  c.Flows.forEach((l) => { size[l.To] = (size[l.To] || 0) + l.Value; });
  const all = c.Flows.filter((l) => !c.Flows.some((o) => o.To === l.From)).reduce((s, l) => s + l.Value, 0);
  // a part too thin for two lines has its label in one
  const thin = (n) => size[n.Name] && size[n.Name] / all < 0.07;
  const text = (n) => {
    const t = n.Label || n.Name;
    return thin(n) ? t.replace("\n", " ") : small && inner.has(n.Name) ? t.replace(" ", "\n") : t;
  };
  const kinds = ["#455166", ...C.parts];
  // an end in the middle column: on a phone its label would lie on those of the last one
  const roots = new Set(c.Flows.map((l) => l.From).filter((f) => !size[f])), twice = c.Flows.some((l) => !roots.has(l.From));
  const short = (n) => twice && !inner.has(n.Name) && c.Flows.some((l) => l.To === n.Name && roots.has(l.From));
  return {
    animation: false, textStyle: { fontFamily: FONT },
    tooltip: { ...tip, formatter: (p) => p.dataType === "edge" ? `${p.data.source} → ${p.data.target}  ${f(p.value)} ${c.Unit}` : `${p.name}  ${f(p.value)} ${c.Unit}` },
    series: [{ type: "sankey", left: small ? 8 : 16, right: room, top: 12, bottom: 14, nodeWidth: 10, nodeGap: small ? 10 : 12, draggable: false, layoutIterations: 48, nodeAlign: "left",
      data: c.Nodes.map((n) => ({ name: n.Name, itemStyle: { color: kinds[n.Colour] || kinds[0] }, label: { formatter: text(n), fontWeight: n.Bold ? 600 : 400, ...(small && short(n) ? { position: "left" } : {}) } })),
      links: c.Flows.map((l) => ({ source: l.From, target: l.To, value: l.Value })),
      label: { fontFamily: FONT, fontSize: 12, color: C.ink }, labelLayout: { moveOverlap: "shiftY" }, emphasis: { focus: "adjacency" }, lineStyle: { color: "source", opacity: 0.18, curveness: 0.5 } }],
  };
}

const kinds = { line, bar: (c) => bars(c, false), stack: (c) => bars(c, true), sankey };

// the switch between a drawing and the table behind it
function flip(box, back) {
  box.querySelectorAll("[data-w-view]").forEach((b) => b.addEventListener("click", () => {
    const table = b.dataset.wView === "table";
    box.classList.toggle("tab", table);
    box.querySelectorAll("[data-w-view]").forEach((x) => x.setAttribute("aria-pressed", String(x === b)));
    if (!table) back?.();
  }));
}

function one(box) {
  if (box.dataset.drawn) return;
  box.dataset.drawn = "1";
  const data = box.querySelector('script[type="application/json"]'), at = box.querySelector(".draw");
  const chart = data && at ? plot(at, JSON.parse(data.textContent)) : null;
  box.querySelectorAll("[data-w-view]").forEach((b) => b.addEventListener("click", () => {
    const table = b.dataset.wView === "table";
    box.classList.toggle("tab", table);
    box.querySelectorAll("[data-w-view]").forEach((x) => x.setAttribute("aria-pressed", String(x === b)));
    if (!table && chart) chart.resize();
  }));
}

// Labels at the lines' ends that would lie upon each other step aside.
function spread(chart, c) {
  const last = c.Categories.length - 1, step = 16;
  const ends = c.Series.flatMap((s, i) => (s.Marks || []).map((m, j) => ({ i, j, at: m.At, v: s.Values[m.At] }))).filter((e) => e.at === last && e.v != null)
    .map((e) => ({ ...e, y: chart.convertToPixel({ seriesIndex: e.i }, [c.Categories[last], e.v])[1] })).sort((a, b) => a.y - b.y);
  if (ends.length < 2) return;
  const series = chart.getOption().series;
  let moved = false;
  for (let k = 1; k < ends.length; k++) {
    const gap = ends[k].y - ends[k - 1].y, label = (e) => series[e.i].markPoint.data[e.j].label;
    if (gap >= (phone() ? 3 * step : step)) continue;
    moved = true;
    const shift = (e, dy) => { const l = label(e); l.offset = [0, (l.offset ? l.offset[1] : 0) + dy]; };
    if (phone()) { label(ends[k - 1]).position = "top"; label(ends[k]).position = "bottom"; } else { shift(ends[k - 1], -(step - gap) / 2); shift(ends[k], (step - gap) / 2); }
  }
  if (moved) chart.setOption({ series: series.map((x) => ({ markPoint: { data: x.markPoint ? x.markPoint.data : [] } })) });
}

function show(chart, c) {
  chart.setOption(kinds[c.Kind](c, chart.getWidth()));
  if (c.Kind === "line") spread(chart, c);
  // paper is narrower than the screen: the drawing shrinks as a whole
  const svg = chart.getDom().querySelector("svg");
  if (svg) svg.setAttribute("viewBox", `0 0 ${chart.getWidth()} ${chart.getHeight()}`);
}

function plot(at, c) {
  if (!kinds[c.Kind]) return null;
  const chart = init(at, null, { renderer: "svg" });
  show(chart, c);
  chart.on("click", (p) => {
    const href = c.Kind === "sankey" ? c.Nodes.find((n) => n.Name === p.name)?.Href : c.Links?.[p.dataIndex];
    if (href) location.assign(href);
  });
  let w = at.clientWidth;
  new ResizeObserver(() => {
    if (at.clientWidth && at.clientWidth !== w) { w = at.clientWidth; chart.resize(); show(chart, c); }
  }).observe(at);
  return chart;
}

// A drawing that fails leaves its table, and one line for who looks into it.
export function draw(root) {
  root.querySelectorAll(".w-chart").forEach((box) => {
    try { one(box); } catch (e) { box.classList.add("tab"); console.error("chart", e); }
  });
}
