// The remainder of a decomposition while its numbers are typed. The server
// decides; this only adds up, in whole last digits.
const table = document.querySelector("[data-w-split]");
if (table) {
  const places = Number(table.dataset.wSplit);
  const ticks = (text) => {
    const m = /^(\d+)(?:\.(\d*))?$/.exec(text.replace(/[０-９．]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0)).replace(/[\s,，]/g, ""));
    if (!m || (m[2] || "").length > places) return null;
    return Number(m[1] + (m[2] || "").padEnd(places, "0"));
  };
  const print = (n) => {
    const s = String(Math.abs(n)).padStart(places + 1, "0");
    return (n < 0 ? "−" : "") + (places ? s.slice(0, -places) + "." + s.slice(-places) : s);
  };
  const add = () => {
    for (const out of table.querySelectorAll("[data-left]")) {
      let sum = 0;
      for (const i of table.querySelectorAll(`input[data-part="${out.dataset.left}"]`)) {
        const n = i.value.trim() === "" ? 0 : ticks(i.value);
        i.toggleAttribute("aria-invalid", n === null);
        sum += n || 0;
      }
      const left = Number(out.dataset.total) - sum;
      out.textContent = print(left);
      out.classList.toggle("w-b", left !== 0);
      const given = table.querySelector(`[data-given="${out.dataset.left}"]`);
      if (given) given.textContent = print(sum);
    }
  };
  table.addEventListener("input", add);
  add();
}
