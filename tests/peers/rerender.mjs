// How other clients show a growing answer: all of it is rendered again at each piece, with
// markdown-it and highlight.js. Reads the pieces, a JSON array of strings, from the file that is
// named; prints the milliseconds that all of that took.
import { readFileSync } from 'node:fs';
import hljs from 'highlight.js';
import markdownIt from 'markdown-it';

const pieces = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const markdown = markdownIt({
  linkify: true,
  highlight: (code, language) =>
    hljs.getLanguage(language) ? hljs.highlight(code, { language }).value : '',
});
let text = '';
let written = 0;
const began = process.hrtime.bigint();
for (const piece of pieces) {
  text += piece;
  written += markdown.render(text).length;
}
const took = Number(process.hrtime.bigint() - began) / 1e6;
if (written === 0) throw new Error('nothing was rendered');
console.log(took.toFixed(1));
