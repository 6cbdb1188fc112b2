/** The indicators of a context while they are edited. */
import type { Chips } from '../lib/ui/ChipField.svelte';

/** Those of the module that strategies import. */
export const INDICATORS = [
  'SMA', 'EMA', 'WMA', 'RSI', 'MACD', 'BBANDS', 'ATR', 'ADX', 'STOCH', 'CCI', 'ROC',
  'MOM', 'OBV', 'VWAP', 'DONCHIAN', 'KELTNER', 'STDDEV', 'HIGHEST', 'LOWEST', 'ZSCORE', 'SUPERTREND',
];

export class IndicatorList implements Chips {
  taken = $state.raw<string[]>([]);
  typed = $state('');
  refused = $state<string | null>(null);

  constructor(indicators: string[]) {
    this.taken = indicators;
  }

  /** Any words are taken: a person may want an indicator of their own. */
  take(text = this.typed): boolean {
    const words = text.split(/[,;\n]+/).map((word) => word.trim()).filter(Boolean);
    const named = words.map((word) => INDICATORS.find((known) => known === word.toUpperCase()) ?? word);
    this.taken = [...new Set([...this.taken, ...named])];
    this.typed = '';
    return true;
  }

  remove(indicator: string): void {
    this.taken = this.taken.filter((one) => one !== indicator);
  }
}
