/** The symbols of a profile while they are edited: those taken, and the word being typed. */
import { addSymbols, MOST_SYMBOLS, parseSymbols } from './symbols';

export class SymbolList {
  taken = $state.raw<string[]>([]);
  typed = $state('');
  /** Why what is typed isn't taken. */
  refused = $state<string | null>(null);

  constructor(symbols: string[]) {
    this.taken = symbols;
  }

  /** Takes every symbol of a text. What can't be taken stays in the field, and why is said. */
  take(text = this.typed): boolean {
    const parsed = parseSymbols(text);
    const all = addSymbols(this.taken, parsed.symbols);
    const beyond = all.slice(MOST_SYMBOLS);
    this.taken = all.slice(0, MOST_SYMBOLS);
    this.typed = [...parsed.refused, ...beyond].join(' ');
    const reasons = [
      parsed.refused.length ? `${parsed.refused.map((word) => `“${word}”`).join(', ')} can’t be a ticker symbol.` : '',
      beyond.length ? `At most ${String(MOST_SYMBOLS)} symbols; ${listed(beyond)} not added.` : '',
    ];
    this.refused = reasons.filter(Boolean).join(' ') || null;
    return this.refused === null;
  }

  remove(symbol: string): void {
    this.taken = this.taken.filter((one) => one !== symbol);
  }
}

function listed(symbols: string[]): string {
  const shown = symbols.slice(0, 5).join(', ');
  const rest = symbols.length - 5;
  return `${shown}${rest > 0 ? ` and ${String(rest)} more` : ''} ${symbols.length === 1 ? 'was' : 'were'}`;
}
