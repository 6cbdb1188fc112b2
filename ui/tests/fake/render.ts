/** Markdown and Python into blocks of the shape that the core sends; enough for scripted answers. */
import type { Block } from '../../src/lib/api';

const KEYWORDS = /^(?:from|import|class|def|return|if|elif|else|and|or|not|in|is|for|while|None|True|False)$/;
const TOKEN = /(#[^\n]*)|("""[\s\S]*?"""|"[^"\n]*"|'[^'\n]*')|(\b\d+(?:\.\d+)?\b)|([A-Za-z_]\w*)(?=(\()?)|([-+*/<>=!]+)|([\s\S])/g;

export function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

const span = (classes: string, text: string) =>
  `<span class="${classes.split(' ').map((name) => `hl-${name}`).join(' ')}">${escape(text)}</span>`;

export function highlight(code: string): string {
  let before = '';
  const html = code.replace(TOKEN, (all, comment?: string, text?: string, number?: string, word?: string, paren?: string, sign?: string) => {
    const previous = before;
    if (all.trim()) before = all;
    if (comment !== undefined) return span('comment line python', comment);
    if (text?.startsWith('"""')) return span('comment block documentation python', text);
    if (text !== undefined) return span('string quoted double python', text);
    if (number !== undefined) return span('constant numeric float python', number);
    if (word !== undefined) {
      if (previous === 'class') return span('entity name class python', word);
      if (previous === 'def') return span('entity name function python', word);
      if (word === 'class' || word === 'def') return span('storage type python', word);
      if (KEYWORDS.test(word)) return span('keyword control python', word);
      if (word === 'self') return span('variable language python', word);
      return paren === undefined ? escape(word) : span('variable function python', word);
    }
    if (sign !== undefined) return span('keyword operator python', sign);
    return escape(all);
  });
  return `<span class="hl-source hl-python">${html}</span>`;
}

const inline = (text: string) =>
  escape(text)
    .replace(/\*\*(.+?)\*\*/g, '<strong>$1</strong>')
    .replace(/`(.+?)`/g, '<code>$1</code>')
    .replace(/\[(.+?)\]\((.+?)\)/g, '<a href="$2">$1</a>');

export function prose(source: string): string {
  const lines = source.trimEnd().split('\n');
  const first = lines[0] ?? '';
  const heading = /^(#+) (.*)$/.exec(first);
  if (heading) return `<h${String(heading[1]?.length)}>${inline(heading[2] ?? '')}</h${String(heading[1]?.length)}>`;
  if (first.startsWith('|')) return table(lines);
  if (/^\d+\. /.test(first)) return list('ol', lines);
  if (first.startsWith('- ')) return list('ul', lines);
  if (first.startsWith('> ')) return `<blockquote><p>${inline(lines.map((line) => line.slice(2)).join(' '))}</p></blockquote>`;
  return `<p>${inline(lines.join('\n'))}</p>`;
}

function list(tag: string, lines: string[]): string {
  return `<${tag}>${lines.map((line) => `<li>${inline(line.replace(/^(?:- |\d+\. )/, ''))}</li>`).join('')}</${tag}>`;
}

function table(lines: string[]): string {
  const cells = (line: string) => line.split('|').slice(1, -1).map((cell) => cell.trim());
  const right = cells(lines[1] ?? '').map((cell) => cell.endsWith(':'));
  const row = (tag: string, line: string) =>
    `<tr>${cells(line).map((cell, i) => `<${tag}${right[i] ? ' class="right"' : ''}>${inline(cell)}</${tag}>`).join('')}</tr>`;
  return `<div class="table"><table><thead>${row('th', lines[0] ?? '')}</thead><tbody>${lines.slice(2).map((line) => row('td', line)).join('')}</tbody></table></div>`;
}

/** The top-level pieces of a text, and whether each is code. */
export function pieces(markdown: string): { code: boolean; language: string; text: string }[] {
  const found: { code: boolean; language: string; text: string }[] = [];
  for (const part of markdown.split(/(```[a-z]*\n[\s\S]*?\n```)/)) {
    const fence = /^```([a-z]*)\n([\s\S]*)\n```$/.exec(part);
    if (fence) found.push({ code: true, language: fence[1] ?? '', text: `${fence[2] ?? ''}\n` });
    else
      for (const text of part.split(/\n{2,}/))
        if (text.trim()) found.push({ code: false, language: '', text: text.trim() });
  }
  return found;
}

export function blocks(markdown: string): Block[] {
  return pieces(markdown).map((piece) =>
    piece.code
      ? { kind: 'code', language: piece.language, html: highlight(piece.text) }
      : { kind: 'html', html: prose(piece.text) },
  );
}
