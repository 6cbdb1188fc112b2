// Judges what is on the screen by rules that need no eyes. Returns sentences, worst first.
const faults = new Set();
const words = (text) => `“${text.replace(/\s+/g, " ").trim().slice(0, 40)}”`;

const page = document.documentElement;
if (page.scrollWidth > innerWidth) faults.add(`the page is ${page.scrollWidth - innerWidth} px too wide`);

const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
function rgba(colour) {
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = colour;
  canvas.fillRect(0, 0, 1, 1);
  const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
  return [red, green, blue, alpha / 255];
}
const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
function luminance(colour) {
  const [red, green, blue] = colour.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

// The colour behind an element; null where a picture makes it unknowable.
function behind(element) {
  const layers = [];
  for (let one = element; one; one = one.parentElement) {
    const style = getComputedStyle(one);
    if (style.backgroundImage !== "none" || style.opacity !== "1") return null;
    const colour = rgba(style.backgroundColor);
    if (colour[3] > 0) layers.push(colour);
    if (colour[3] === 1) break;
  }
  return layers.reduceRight((below, top) => over(top, below), [255, 255, 255, 1]);
}

const unseen = (style) => style.visibility !== "visible" || style.clipPath !== "none" || style.clip !== "auto" || style.opacity === "0";
const off = "[disabled], [aria-disabled='true'], [aria-hidden='true'], [inert]";

const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (texts.nextNode()) {
  const text = texts.currentNode;
  const element = text.parentElement;
  if (!text.data.trim() || !element.getClientRects().length) continue;
  if (element.matches("script, style, option")) continue;
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  if (unseen(style) || (box.width <= 1 && box.height <= 1)) continue;
  const size = parseFloat(style.fontSize);
  if (size < 12) faults.add(`${words(text.data)} is written in ${size} px`);
  if (element.closest(off)) continue;
  const ground = behind(element);
  if (!ground) continue;
  const ink = over(rgba(style.color), ground);
  const [light, dark] = [luminance(ink), luminance(ground)].sort((a, b) => b - a);
  const ratio = (light + 0.05) / (dark + 0.05);
  const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
  if (ratio < (large ? 3 : 4.5)) faults.add(`${words(text.data)} has a contrast of only ${ratio.toFixed(2)}`);
}

for (const one of document.querySelectorAll("button, a[href], input, textarea, select, [role='button']")) {
  const box = one.getBoundingClientRect();
  if (!one.getClientRects().length || one.closest("[aria-hidden='true']")) continue;
  const named = one.getAttribute("aria-label") || one.getAttribute("aria-labelledby") || one.labels?.length
    || one.textContent.trim() || one.title || one.placeholder;
  if (!named) faults.add(`a ${one.tagName.toLowerCase()} has no name`);
  const scrolls = one.closest("pre, table, .scroller, [data-scrolls], nav, main");
  if (box.right > innerWidth + 1 && !scrolls) faults.add(`${words(one.textContent || one.ariaLabel || one.tagName)} is cut off at the right`);
}

const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) faults.add(`two elements share the id ${id}`);

return [...faults];
