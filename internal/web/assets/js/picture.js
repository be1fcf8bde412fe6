// Saves a card or the whole page's body as a picture: the part is copied, put
// into an SVG with the page's own styles, drawn and downloaded. Nothing leaves
// the machine and no library is needed.
const NS = "http://www.w3.org/2000/svg";
const sheets = async () => (await Promise.all([...document.querySelectorAll('link[rel="stylesheet"]')].map((l) => fetch(l.href).then((r) => r.text())))).join("\n");

// icons live in a file of their own, which a picture cannot reach
async function icons(root) {
  const uses = [...root.querySelectorAll("use")];
  if (!uses.length) return;
  const file = (uses[0].getAttribute("href") || "").split("#")[0];
  const doc = new DOMParser().parseFromString(await (await fetch(file)).text(), "image/svg+xml");
  for (const use of uses) {
    const symbol = doc.getElementById((use.getAttribute("href") || "").split("#")[1]);
    if (!symbol) { use.remove(); continue; }
    const svg = use.closest("svg"), box = symbol.getAttribute("viewBox");
    if (box) svg.setAttribute("viewBox", box);
    use.replaceWith(...[...symbol.childNodes].map((n) => document.importNode(n, true)));
  }
}

function copy(part, heads) {
  const box = document.createElement("div");
  box.className = "w-picture";
  for (const h of heads) box.append(h.cloneNode(true));
  box.append(part.cloneNode(true));
  box.querySelectorAll("script,.acts,dialog,.w-toasts,.w-sr,.w-namesbox").forEach((e) => e.remove());
  box.querySelectorAll("[id]").forEach((e) => e.removeAttribute("id"));
  return box;
}

export async function save(part, name) {
  const whole = part.tagName === "MAIN" || part.classList.contains("w-board");
  const box = copy(part, whole ? [...document.querySelectorAll(".w-ph")] : []);
  await icons(box);
  const width = Math.ceil(part.getBoundingClientRect().width) + 40;
  box.hidden = false;
  document.body.append(box);
  box.classList.add("measure");
  const height = Math.ceil(box.getBoundingClientRect().height) + 8;
  box.classList.remove("measure");
  box.remove();
  const text = new XMLSerializer();
  // the styles go in as text: a style element of this page would be refused by its policy
  const css = (await sheets()).replace(/[<&]/g, (c) => (c === "<" ? "&lt;" : "&amp;"));
  const html = text.serializeToString(box);
  const source = `<svg xmlns="${NS}" width="${width}" height="${height}"><foreignObject width="100%" height="100%"><div xmlns="http://www.w3.org/1999/xhtml" lang="${document.documentElement.lang}" class="w-js w-body0"><style>${css}</style>${html}</div></foreignObject></svg>`;
  const img = new Image();
  img.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(source);
  await img.decode();
  const scale = Math.min(2, 8000 / height), canvas = document.createElement("canvas");
  canvas.width = width * scale;
  canvas.height = height * scale;
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.scale(scale, scale);
  pen.drawImage(img, 0, 0);
  const blob = await new Promise((ok) => canvas.toBlob(ok, "image/png"));
  if (!blob) throw new Error("no picture");
  const a = document.createElement("a");
  a.href = URL.createObjectURL(blob);
  a.download = name.replace(/[\\/:*?"<>|]/g, "") + ".png";
  a.click();
  setTimeout(() => URL.revokeObjectURL(a.href), 10_000);
}
