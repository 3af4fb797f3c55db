// JSON laid out to be read, coloured, with found words marked.

const COLOURED = 60_000; // letters; longer ones stay plain, for the page's sake
const TOKEN = /("(?:\\.|[^"\\])*")(\s*:)?|\b(true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** Nodes for a <pre>. Text stays as it is. */
export function json(value) {
  if (typeof value === "string") return [value];
  const text = JSON.stringify(value, null, 2);
  if (text.length > COLOURED) return [text];
  const nodes = [];
  let at = 0;
  for (const found of text.matchAll(TOKEN)) {
    nodes.push(text.slice(at, found.index));
    const [whole, string, colon, word] = found;
    const kind = string ? (colon ? "key" : "string") : word ? "word" : "number";
    const node = document.createElement("span");
    node.className = `json-${kind}`;
    node.textContent = string ?? whole;
    nodes.push(node);
    if (colon) nodes.push(colon);
    at = found.index + whole.length;
  }
  nodes.push(text.slice(at));
  return nodes;
}

/** Marks the words wherever they stand in these nodes, where the browser can do that. */
export function highlight(nodes, words) {
  if (!globalThis.CSS?.highlights) return;
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const ranges = wanted.length ? nodes.flatMap((node) => found(node, wanted)) : [];
  if (ranges.length) CSS.highlights.set("found", new Highlight(...ranges));
  else CSS.highlights.delete("found");
}

function found(root, words) {
  const ranges = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.data.toLowerCase();
    for (const word of words) {
      for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
        const range = new Range();
        range.setStart(node, at);
        range.setEnd(node, at + word.length);
        ranges.push(range);
      }
    }
  }
  return ranges;
}
