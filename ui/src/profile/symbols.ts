/** Ticker symbols as they are typed or pasted: `aapl, msft;btc-usd` → AAPL, MSFT, BTC-USD. */
const SYMBOL = /^(?=.*[A-Z0-9])[A-Z0-9.\-^=/]{1,15}$/;

export const MOST_SYMBOLS = 100;

export interface Parsed {
  symbols: string[];
  /** What is no symbol, as it was written. */
  refused: string[];
}

export function parseSymbols(text: string): Parsed {
  const parsed: Parsed = { symbols: [], refused: [] };
  for (const word of text.split(/[\s,;]+/).filter(Boolean)) {
    const symbol = word.replace(/^\$/, '').toUpperCase();
    if (!SYMBOL.test(symbol)) parsed.refused.push(word);
    else if (!parsed.symbols.includes(symbol)) parsed.symbols.push(symbol);
  }
  return parsed;
}

/** Adds symbols to a list; each stands once, in the person's order, however many there are. */
export function addSymbols(list: string[], more: string[]): string[] {
  return [...new Set([...list, ...more])];
}
