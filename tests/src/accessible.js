// Finds what a person would find: visible elements by role and accessible name.
// arguments: role, name (null: any), how ("is" | "starts" | "holds"), scope (an element or null)
const [role, name, how, scope] = arguments;

const inputRoles = {
  button: "button", submit: "button", reset: "button", image: "button",
  checkbox: "checkbox", radio: "radio", range: "slider", number: "spinbutton",
  text: "textbox", email: "textbox", url: "textbox", tel: "textbox", search: "searchbox",
  // ARIA gives password fields no role; to a person they are text boxes.
  password: "textbox",
};
const tagRoles = {
  A: "link", ARTICLE: "article", ASIDE: "complementary", BUTTON: "button", DIALOG: "dialog",
  FIGURE: "figure", FORM: "form", H1: "heading", H2: "heading", H3: "heading", H4: "heading",
  IMG: "img", LI: "listitem", MAIN: "main", NAV: "navigation", OL: "list", OPTION: "option",
  OUTPUT: "status", PROGRESS: "progressbar", SECTION: "region", SUMMARY: "button",
  TABLE: "table", TEXTAREA: "textbox", UL: "list", FIELDSET: "group",
};
const namedByContent = new Set([
  "button", "link", "heading", "listitem", "menuitem", "menuitemradio", "menuitemcheckbox",
  "option", "radio", "checkbox", "switch", "tab", "treeitem", "cell", "row", "tooltip", "alert", "status",
]);

const tidy = (text) => (text ?? "").replace(/\s+/g, " ").trim();

function roleOf(element) {
  const given = element.getAttribute("role");
  if (given) return given.trim().split(/\s+/)[0];
  if (element.tagName === "INPUT") return inputRoles[element.type] ?? null;
  if (element.tagName === "SELECT") return element.multiple ? "listbox" : "combobox";
  if (element.tagName === "A" && !element.hasAttribute("href")) return null;
  return tagRoles[element.tagName] ?? null;
}

function hidden(element) {
  return element.closest("[aria-hidden='true'], [hidden], [inert]") !== null
    || element.getClientRects().length === 0
    || getComputedStyle(element).visibility !== "visible";
}

// Text inside an element, without the fields in it and without what is hidden from readers.
function textOf(element) {
  let text = "";
  for (const node of element.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) text += node.data;
    if (node.nodeType !== Node.ELEMENT_NODE) continue;
    if (node.matches("[aria-hidden='true'], [hidden], input, textarea, select, script, style")) continue;
    const style = getComputedStyle(node);
    if (style.display === "none" || style.visibility === "hidden") continue;
    const inner = node.getAttribute("aria-label") ?? (node.tagName === "IMG" ? node.alt : textOf(node));
    text += style.display.startsWith("inline") ? inner : ` ${inner} `;
  }
  return text;
}

function nameOf(element) {
  const ids = tidy(element.getAttribute("aria-labelledby"));
  if (ids) {
    const root = element.getRootNode();
    const text = tidy(ids.split(" ").map((id) => {
      const label = root.getElementById(id);
      return label ? label.getAttribute("aria-label") ?? textOf(label) : "";
    }).join(" "));
    if (text) return text;
  }
  const label = tidy(element.getAttribute("aria-label"));
  if (label) return label;
  if (element.labels?.length) {
    const text = tidy([...element.labels].map(textOf).join(" "));
    if (text) return text;
  }
  if (element.tagName === "FIGURE") {
    const caption = element.querySelector(":scope > figcaption");
    if (caption) return tidy(textOf(caption));
  }
  if (element.tagName === "FIELDSET") {
    const legend = element.querySelector(":scope > legend");
    if (legend) return tidy(textOf(legend));
  }
  if (element.alt) return tidy(element.alt);
  if (element.tagName === "INPUT" && ["submit", "reset", "button"].includes(element.type)) return tidy(element.value);
  if (namedByContent.has(roleOf(element))) {
    const text = tidy(textOf(element));
    if (text) return text;
  }
  return tidy(element.getAttribute("title") ?? element.getAttribute("placeholder"));
}

function matches(element) {
  if (roleOf(element) !== role) return false;
  if (name === null) return true;
  const actual = nameOf(element);
  if (how === "starts") return actual.startsWith(name);
  if (how === "holds") return actual.includes(name);
  return actual === name;
}

return [...(scope ?? document).querySelectorAll("*")].filter((element) => matches(element) && !hidden(element));
