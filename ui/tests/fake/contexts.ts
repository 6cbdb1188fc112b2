/** The scripted core's contexts: kept ones, their versions, templates, and what disagrees with the profile. */
import { barsOf } from '../../src/profile/words';
import type { Context, ContextDraft, ContextVersion, Profile, Prompt, Template, Warning } from '../../src/lib/api';
import { type Handlers, refuse } from './backend';

export type ContextCommand = 'contexts' | 'create_context' | 'update_context' | 'delete_context' | 'set_context_active' | 'set_default_context' | 'context_versions' | 'restore_context_version' | 'context_templates' | 'context_warnings' | 'prompt';

/** What of the rest of the core is looked at. */
interface Core {
  profile: Profile;
  messages: Map<number, { role: string; text: string }[]>;
  chats: { id: number; context_id: number | null }[];
}

const HOUR = 3_600_000;

export const TEMPLATES: Template[] = [
  { id: 'momentum', name: 'Momentum', about: 'Buys what has been strong and leaves when the strength fades.', instructions: 'Trade with the move, never against it.', data: { type: 'momentum', timeframe: '1d', indicators: ['EMA', 'ROC', 'ADX', 'ATR'] } },
  { id: 'mean-reversion', name: 'Mean reversion', about: 'Buys what has fallen too far and sells when it is back at its mean.', instructions: 'Enter at a measured distance from a mean and leave at the mean.', data: { type: 'mean_reversion', timeframe: '1h', indicators: ['BBANDS', 'RSI', 'ZSCORE', 'ADX'] } },
  { id: 'breakout', name: 'Breakout', about: 'Enters when price leaves a range in which it has stood for long.', instructions: 'Define the range by the highest high and lowest low of a number of bars.', data: { type: 'breakout', timeframe: '1d', indicators: ['DONCHIAN', 'ATR'] } },
  { id: 'trend-following', name: 'Trend following', about: 'Holds long moves for weeks or months, with few trades.', instructions: 'Use slow signals.', data: { type: 'trend_following', timeframe: '1d', indicators: ['SMA', 'DONCHIAN', 'SUPERTREND', 'ATR'] } },
  { id: 'intraday', name: 'Intraday', about: 'Opens and closes inside one session.', instructions: 'Hold nothing over night.', data: { type: 'intraday', timeframe: '5m', indicators: ['VWAP', 'EMA', 'ATR'] } },
  { id: 'pairs', name: 'Pairs and spreads', about: 'Trades the distance between two instruments that move together.', instructions: 'Explain why the two belong together before trading them.', data: { type: 'pairs', timeframe: '1d', indicators: ['ZSCORE', 'STDDEV', 'SMA'] } },
];

export class FakeContexts {
  list: Context[];
  readonly versions = new Map<number, ContextVersion[]>();
  /** Set by a test: what `prompt` answers beside what it makes by itself. */
  prompt: Partial<Prompt> = {};
  readonly #core: Core;
  readonly #now: number;
  #next = 100;

  constructor(core: Core, now: number) {
    this.#core = core;
    this.#now = now;
    this.list = [];
    const large = this.put({ name: 'Trend following, large caps', instructions: 'Only large caps of the US. Follow the trend of the weekly chart.\n\nNever average down. Name every indicator’s warm-up.', data: { type: 'momentum', indicators: ['EMA', 'ADX', 'ATR'] }, active: true, model: null }, 1);
    const etfs = this.put({ name: 'Mean reversion, ETFs', instructions: 'RSI and Bollinger Bands on sector ETFs.', active: false, data: {}, model: null }, 2);
    this.list = [large, etfs];
  }

  /** Keeps a context as if the person had written it. */
  put(draft: ContextDraft, id = this.#next++): Context {
    const context: Context = { id, ...draft, created_at: this.#at(), updated_at: this.#at(), last_used_at: null, version: 1, default: false, warnings: [] };
    this.#keep(context);
    this.list = [context, ...this.list.filter((one) => one.id !== id)];
    return context;
  }

  /** The rules of the core, in short. */
  warnings({ data }: ContextDraft): Warning[] {
    const { profile } = this.#core;
    const made: Warning[] = [];
    const { timeframe, universe } = data;
    if (typeof timeframe === 'string' && timeframe && timeframe !== profile.timeframe) made.push({ field: 'timeframe', why: `It works on ${barsOf(timeframe)}; your profile says ${barsOf(profile.timeframe)}.` });
    const constraints = (data['constraints'] ?? {}) as Record<string, unknown>;
    for (const [name, what] of [['max_position_size', 'largest position'], ['stop_loss_pct', 'stop'], ['max_drawdown', 'largest drawdown']] as const) {
      const [told, rule] = [constraints[name], profile.risk_parameters[name]];
      if (typeof told === 'number' && rule !== undefined && told > rule) made.push({ field: `constraints.${name}`, why: `Its ${what} of ${String(Math.round(told * 10_000) / 100)} % is beyond your risk rule of ${String(Math.round(rule * 10_000) / 100)} %. The rule counts.` });
    }
    if (Array.isArray(universe) && universe.length && profile.symbols.length && !profile.symbols.some((own) => universe.includes(own))) made.push({ field: 'universe', why: `None of your symbols is in it (${profile.symbols.join(', ')}).` });
    return made;
  }

  /** Contexts as the core gives them: what disagrees is looked for anew each time. */
  get told(): Context[] {
    return this.list.map((context) => this.#told(context));
  }

  readonly handlers: Pick<Handlers, ContextCommand> = {
    contexts: () => this.told,
    create_context: (draft) => this.#told(this.put(draft)),
    update_context: ({ context_id, draft }) => this.#write(context_id, draft),
    delete_context: ({ context_id }) => {
      this.list = this.list.filter((one) => one.id !== context_id);
      return {};
    },
    set_context_active: ({ context_id, on }) => this.#told(Object.assign(this.#found(context_id), { active: on })),
    set_default_context: ({ context_id }) => {
      for (const context of this.list) context.default = context.id === context_id;
      return this.told;
    },
    context_versions: ({ context_id, before }) => {
      const older = (this.versions.get(context_id) ?? []).filter(({ number }) => before === null || number < before);
      return { versions: older.slice(0, 20), has_older: older.length > 20 };
    },
    restore_context_version: ({ context_id, number }) => {
      const old = this.versions.get(context_id)?.find((version) => version.number === number);
      if (!old) throw refuse('not_found', 'This version is gone.');
      const { name, instructions, data } = old;
      return this.#write(context_id, { ...this.#found(context_id), name, instructions, data });
    },
    context_templates: () => TEMPLATES,
    context_warnings: (draft) => this.warnings(draft),
    prompt: ({ chat_id, context_id, text }) => {
      const linked = chat_id === null ? context_id : this.#core.chats.find((chat) => chat.id === chat_id)?.context_id;
      const turns = (chat_id === null ? [] : (this.#core.messages.get(chat_id) ?? [])).map(({ role, text: words }) => ({ role: role === 'user' ? ('user' as const) : ('assistant' as const), text: words }));
      if (text.trim()) turns.push({ role: 'user', text });
      const system = this.#system(this.list.find((one) => one.id === linked) ?? null);
      return { model: 'Gemini 3.8 Flash', system, turns, left_out: 0, to_summarise: 0, tokens: 4210, limit: 1_000_000, ...this.prompt };
    },
  };

  #system(context: Context | null): string {
    const { profile } = this.#core;
    const rules = Object.entries(profile.risk_parameters).map(([name, value]) => `- ${name} = ${String(value)}`);
    const lines = [
      'You are the strategy developer inside AlgoAgent, a desktop program for traders. Answer in Markdown, in the language of the question. Be exact and brief; promise nothing about profits.',
      '\n## The contract of code\nWhen you write or change a strategy, give the whole file in one fenced block marked python, never a fragment, never more than one strategy in a block.',
      `\n## The person's trading profile\n- Risk tolerance: ${profile.risk_tolerance}\n- Usual timeframe: ${profile.timeframe}\n- Preferred symbols: ${profile.symbols.join(', ')}\n- Goals: ${profile.goals}\n- Preferences: ${profile.preferences}`,
      `\n## The person's risk rules (fractions of one; never exceeded)\n${rules.join('\n')}`,
    ];
    if (context) lines.push(`\n## The context of this chat: ${context.name}\n${context.instructions}\n\nIts structured data:\n${JSON.stringify(context.data, null, 2)}`);
    return `${lines.join('\n')}\n`;
  }

  #write(id: number, draft: ContextDraft): Context {
    const before = this.#found(id);
    const { name, instructions, data, active, model } = draft;
    const reworded = JSON.stringify([before.name, before.instructions, before.data]) !== JSON.stringify([name, instructions, data]);
    const context: Context = { ...before, name, instructions, data, active, model, version: before.version + (reworded ? 1 : 0), updated_at: this.#at() };
    if (reworded) this.#keep(context);
    this.list = [context, ...this.list.filter((one) => one.id !== id)];
    return this.#told(context);
  }

  #keep({ id, version, name, instructions, data }: Context): void {
    const all = this.versions.get(id) ?? [];
    this.versions.set(id, [{ number: version, created_at: this.#at(Math.max(0, 5 - version) * 26), name, instructions, data }, ...all]);
  }

  #told(context: Context): Context {
    return { ...context, warnings: this.warnings(context) };
  }

  #found(id: number): Context {
    const found = this.list.find((one) => one.id === id);
    if (!found) throw refuse('not_found', 'This context is gone.');
    return found;
  }

  #at(hoursAgo = 0): string {
    return new Date(this.#now - hoursAgo * HOUR).toISOString();
  }
}
