/** The prices of all models that are listed or were entered, each wire's model once. */
import type { ModelSettings, Price, PricedModel, ServiceKind } from '../lib/api';

export interface PriceRow {
  id: string;
  kind: ServiceKind;
  model: string;
  /** The service that lists it first. */
  service: string;
  price: Price | null;
  /** Whether the person entered it. */
  entered: boolean;
  /** Whether it answers by itself or is chosen. */
  used: boolean;
}

export function priceRows(settings: ModelSettings, entered: PricedModel[]): PriceRow[] {
  const rows = new Map<string, PriceRow>();
  const put = (kind: ServiceKind, model: string, service: string, price: Price | null, used: boolean) => {
    const id = `${kind}/${model}`;
    const own = entered.find((one) => one.kind === kind && one.model === model);
    const row = rows.get(id) ?? { id, kind, model, service, price: own?.price ?? price, entered: own !== undefined, used: false };
    row.used ||= used;
    rows.set(id, row);
  };
  for (const service of settings.services) {
    const chosen = settings.choice.service === service.id ? settings.choice.model : null;
    for (const { id, price } of service.models) {
      const asked = id === chosen || id === service.default_model;
      put(service.kind, id, service.name, price, asked && !service.local);
    }
  }
  for (const { kind, model, price } of entered) put(kind, model, 'Entered', price, true);
  return [...rows.values()];
}

/** What is typed as a price: dollars; null when it is no number; undefined when it is empty. */
export function typedPrice(text: string): number | null | undefined {
  const bare = text.replace(/^\s*(US)?\$/i, '').trim().replace(',', '.');
  if (bare === '') return undefined;
  return /^(\d+\.?\d*|\.\d+)$/.test(bare) && Number(bare) <= 100_000 ? Number(bare) : null;
}
