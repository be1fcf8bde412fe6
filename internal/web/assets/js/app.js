// Behaviour of the frame and the components. Everything works without it as
// plain links and forms; this adds what links and forms cannot do.
(() => {
  "use strict";
  const $ = (s, r = document) => r.querySelector(s);
  const $$ = (s, r = document) => Array.from(r.querySelectorAll(s));
  const typing = (e) => /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName) || e.target.isContentEditable;

  // charts: the library comes after the text, only where something is drawn
  const charts = (root) => {
    if ($(".w-chart", root)) import(document.body.dataset.charts).then((m) => m.draw(root));
  };

  // panels of the top bar are <details>: one open at a time, lazy content
  document.addEventListener("toggle", (e) => {
    const d = e.target;
    if (!(d instanceof HTMLDetailsElement) || !d.hasAttribute("data-w-pop")) return;
    if (!d.open) return;
    $$("details[data-w-pop][open]").forEach((o) => { if (o !== d) o.open = false; });
    const box = $("[data-w-load]", d);
    if (box && !box.dataset.loaded) {
      box.dataset.loaded = "1";
      htmx.ajax("GET", box.dataset.wLoad, { target: box, swap: "innerHTML" }).then(() => $("input", box)?.focus());
    } else {
      $("input", d)?.focus();
    }
  }, true);

  document.addEventListener("click", (e) => {
    const t = e.target instanceof Element ? e.target : null;
    if (!t) return;
    $$("details[data-w-pop][open]").forEach((d) => { if (!d.contains(t)) d.open = false; });
    const hits = $("#w-hits");
    if (hits && hits.childElementCount && !t.closest(".w-search")) hits.replaceChildren();
    const open = t.closest("[data-w-open]");
    if (open) {
      const dlg = document.getElementById(open.dataset.wOpen);
      if (dlg) { e.preventDefault(); dlg.showModal(); }
      return;
    }
    const close = t.closest("[data-w-close]");
    if (close) { e.preventDefault(); (close.closest("dialog") || close.closest(".w-toast"))?.[close.closest("dialog") ? "close" : "remove"](); return; }
    if (t.closest("[data-w-print]")) { e.preventDefault(); window.print(); return; }
    const pic = t.closest("[data-w-picture]");
    if (pic) {
      e.preventDefault();
      const name = pic.dataset.wPicture;
      import(document.body.dataset.charts.replace("charts.js", "picture.js"))
        .then((m) => m.save(pic.closest(".w-card") || $(".w-board") || $("main"), name))
        .then(() => { pic.dataset.wDone = "1"; }, () => { pic.dataset.wDone = "0"; window.print(); });
      return;
    }
    const copy = t.closest("[data-w-copy]");
    if (copy) { e.preventDefault(); navigator.clipboard?.writeText(copy.dataset.wCopy); return; }
    const row = t.closest("tr[data-w-href]");
    if (row && !t.closest("a,button,input,label,select") && !String(getSelection())) location.assign(row.dataset.wHref);
  });

  document.addEventListener("keydown", (e) => {
    if (e.key === "/" && !typing(e) && !e.ctrlKey && !e.metaKey) {
      const s = $("#w-q");
      if (s) { e.preventDefault(); s.focus(); s.select(); }
      return;
    }
    if (e.key === "Escape") {
      const no = e.target.dataset?.wEsc;
      if (no) { e.preventDefault(); $(no)?.click(); return; }
      $$("details[data-w-pop][open]").forEach((d) => { d.open = false; $("summary", d)?.focus(); });
      $("#w-hits")?.replaceChildren();
      return;
    }
    if (e.key === "ArrowDown" || e.key === "ArrowUp") move(e);
    if (e.key === "Enter" && e.target instanceof HTMLTableRowElement && e.target.dataset.wHref) location.assign(e.target.dataset.wHref);
  });

  // arrows walk through rows, places and hits
  const move = (e) => {
    const at = e.target;
    let items = [];
    if (at.closest(".w-picker")) items = $$(".w-tree li>a:first-child", at.closest(".w-picker"));
    else if (at.closest(".w-search")) items = $$(".w-hit");
    else if (!typing(e) || at.type === "checkbox") items = $$("tr[data-w-href]");
    if (!items.length) return;
    const i = items.findIndex((x) => x === at || x.contains(at));
    const next = items[e.key === "ArrowDown" ? Math.min(i + 1, items.length - 1) : Math.max(i - 1, 0)];
    if (next) { e.preventDefault(); next.focus(); next.scrollIntoView({ block: "nearest" }); }
  };

  // the monthly entry: arrows and Enter walk the boxes by row, a digit goes on
  // by itself, and work where none runs opens the boxes of new work
  const boxes = (row) => $$("td:last-child > input", row);
  const step = (input, by) => {
    let row = input.closest("tr");
    const at = boxes(row).indexOf(input);
    do { row = by > 0 ? row.nextElementSibling : row.previousElementSibling; } while (row && !boxes(row).length);
    const next = row && boxes(row)[Math.max(at, 0)];
    if (next) { next.focus(); next.select(); next.scrollIntoView({ block: "nearest" }); }
  };
  document.addEventListener("keydown", (e) => {
    const t = e.target;
    if (!(t instanceof HTMLInputElement) || !t.closest("[data-w-grid]") || e.ctrlKey || e.altKey || e.isComposing) return;
    if (e.key === "ArrowDown" || e.key === "Enter") { e.preventDefault(); step(t, 1); }
    else if (e.key === "ArrowUp") { e.preventDefault(); step(t, -1); }
    else if (e.key === "ArrowRight" && t.selectionStart === t.value.length) { const i = boxes(t.closest("tr")); i[i.indexOf(t) + 1]?.focus(); }
    else if (e.key === "ArrowLeft" && t.selectionEnd === 0) { const i = boxes(t.closest("tr")); i[i.indexOf(t) - 1]?.focus(); }
  });
  document.addEventListener("input", (e) => {
    const t = e.target, grid = t instanceof HTMLInputElement && t.closest("[data-w-grid]");
    if (!grid) return;
    const row = t.closest("tr"), digit = t.name[0] === "s";
    if (digit) {
      t.value = t.value.replace(/[０-５]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0)).replace(/[^0-5]/g, "");
      const job = $(".job", row), fresh = t.value === "1" && row.hasAttribute("data-n");
      if (fresh && !job) {
        const part = $("#w-job").content.cloneNode(true);
        $$("input", part).forEach((i) => { i.name += row.dataset.k; });
        boxes(row).at(-1).after(part);
      } else if (job && !fresh) job.remove();
      if (fresh) $(".job input", row).focus();
      else if (t.value === "1") { boxes(row)[1].focus(); boxes(row)[1].select(); }
      else if (t.value) step(t, 1);
    }
    const out = $("[data-w-filled]", grid.closest("form"));
    if (out) {
      const rows = $$("tbody tr", grid).filter((x) => boxes(x).some((i) => i.value.trim()));
      const sum = rows.reduce((n, x) => n + (parseFloat(boxes(x)[1].value.replace(/,/g, "")) || 0), 0);
      out.textContent = rows.length ? `${rows.length} · ¥${sum.toLocaleString("en-US")}` : "";
    }
  });

  // a form is sent once: its buttons wait for the answer
  document.addEventListener("submit", (e) => {
    const f = e.target;
    if (f.dataset.sent === "1") { e.preventDefault(); return; }
    if (f.hasAttribute("data-w-many") || f.matches("[hx-post],[hx-get]")) return;
    f.dataset.sent = "1";
    document.documentElement.classList.add("w-busy");
    setTimeout(() => $$("button:not([type=button])", f).forEach((b) => { b.setAttribute("aria-disabled", "true"); }), 0);
  });
  window.addEventListener("pageshow", () => {
    document.documentElement.classList.remove("w-busy");
    $$("form[data-sent]").forEach((f) => { delete f.dataset.sent; });
    $$("button[aria-disabled]").forEach((b) => b.removeAttribute("aria-disabled"));
  });

  document.addEventListener("change", (e) => {
    const t = e.target;
    if (t.matches("[data-w-submit]")) t.form?.requestSubmit();
    if (t.matches("[data-w-all]")) $$(`input[name="${t.dataset.wAll}"]`).forEach((c) => { c.checked = t.checked; });
    if (t.type === "checkbox" && t.closest("table,.cards")) selected();
    if (t.type === "file" && t.closest(".w-drop,.pick")) {
      const names = Array.from(t.files || []).map((f) => f.name);
      const out = $("[data-w-file]", t.closest(".w-drop,.pick"));
      if (out) out.textContent = names.join("、");
    }
  });
  const selected = () => {
    const n = $$("tbody input[type=checkbox]:checked").length;
    $$("[data-w-count]").forEach((x) => { x.textContent = String(n); });
    $$("[data-w-bulk]").forEach((x) => { x.hidden = n === 0; });
    $$("tbody tr").forEach((tr) => { const c = $("input[type=checkbox]", tr); if (c) tr.classList.toggle("sel", c.checked); });
  };

  for (const [type, on] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
    document.addEventListener(type, (e) => {
      const drop = e.target instanceof Element && e.target.closest(".w-drop");
      if (!drop) return;
      drop.classList.toggle("over", on);
      if (type === "dragover") e.preventDefault();
      if (type === "drop") {
        const f = $("input[type=file]", drop);
        if (f && e.dataTransfer?.files.length) { e.preventDefault(); f.files = e.dataTransfer.files; f.dispatchEvent(new Event("change", { bubbles: true })); }
      }
    });
  }

  // names of places are completed from the server
  let waiting;
  document.addEventListener("input", (e) => {
    const t = e.target, url = t.dataset && t.dataset.wSuggest;
    if (!url) return;
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const q = t.value.trim();
      const r = q ? await fetch(url + (url.includes("?") ? "&" : "?") + "q=" + encodeURIComponent(q), { headers: { "HX-Request": "true" } }) : null;
      if (r && r.ok) document.getElementById(t.getAttribute("list")).innerHTML = await r.text();
    }, 200);
  });

  // what was revealed covers itself again; toasts go by themselves
  const timers = (root) => {
    $$("[data-w-expire]", root).forEach((x) => {
      if (x.dataset.ticking) return;
      x.dataset.ticking = "1";
      setTimeout(() => { x.textContent = x.dataset.wMask || ""; }, Number(x.dataset.wExpire) * 1000);
    });
    $$(".w-toast:not([data-stay])", root).forEach((x) => setTimeout(() => x.remove(), 9000));
    $$("dialog[data-w-now]:not([open])", root).forEach((x) => { delete x.dataset.wNow; x.showModal(); });
  };

  // an editor that has just opened: its text is chosen, to be written over
  const editor = (root) => {
    const x = $("input[data-w-esc]", root);
    if (x && !x.dataset.open) { x.dataset.open = "1"; x.focus(); x.select(); }
  };

  const fresh = (root) => { charts(root); timers(root); editor(root); };
  document.addEventListener("htmx:after:swap", () => fresh(document));
  document.addEventListener("htmx:before:request", () => document.documentElement.classList.add("w-busy"));
  document.addEventListener("htmx:finally:request", () => document.documentElement.classList.remove("w-busy"));
  document.addEventListener("htmx:error", () => document.documentElement.classList.remove("w-busy"));
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => fresh(document));
  else fresh(document);
})();
