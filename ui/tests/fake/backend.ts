/** A scripted core in memory: accounts, chats and answers that stream, fail, wait and stop. */
import type { ApiError, Chat, ChatEvent, Commands, Context, ErrorCode, Message, Meter, Problem, Profile, SignedIn, Summary, Transport } from '../../src/lib/api';
import { MOMENTUM } from './answers';
import { FakeContexts } from './contexts';
import { House } from './house';
import { FakeLocalApi } from './local-api';
import { blocks } from './render';
import { Searching } from './search';
import { Services } from './services';
import { Talks } from './talks';

export type Handlers = { [K in keyof Commands]: (request: Commands[K]['request']) => Commands[K]['response'] | Promise<Commands[K]['response']> };

export function refuse(code: ErrorCode, message: string, detail: unknown = null): ApiError {
  return { code, message, detail };
}

/** Recovery codes: the one of a new account, and the next one. */
export const CODES = { first: '7K2M-Q4XD-9TBN-H5VR-3CWJ-8FYA-P6ZE', second: 'M3QX-7BTR-K9DA-2WFV-H8CN-5YPJ-4ZSE' };

export function problem(code: Problem['code'], message: string, more: Partial<Problem> = {}): Problem {
  return { code, message, advice: ['try_again'], raw: null, retry_after: null, until: null, nearest: null, window: null, ...more };
}

export const PROBLEMS = {
  overloaded: problem('overloaded', 'Gemini is overloaded and didn’t answer after four tries. Your question is kept; try again in a moment.', { advice: ['wait', 'try_again', 'choose_model'], raw: '{\n  "error": {\n    "code": 503,\n    "message": "The model is overloaded. Please try again later.",\n    "status": "UNAVAILABLE"\n  }\n}', retry_after: 40 }),
  key: problem('key_missing', 'Gemini needs a key. Enter one in Settings → Models, or choose another model.', { advice: ['open_settings', 'choose_model'] }),
  gone: problem('model_gone', 'Gemini no longer has gemini-3.1-flash. Choose another model.', { advice: ['choose_model'], nearest: 'gemini-3.8-flash' }),
  broken: problem('stream_broken', 'The answer broke off. What had arrived is kept.', { advice: ['go_on', 'try_again'] }),
  cut: problem('context_cut', 'Ollama left out the start of this conversation without saying so: the model’s window is small.', { advice: ['choose_model', 'new_chat'] }),
};

/** How fast answers are written: ms between two steps; 0 writes them at once. */
export interface Options {
  pace?: number;
  people?: string[];
  demo?: boolean;
  chats?: number;
  signedIn?: boolean;
  administrator?: boolean;
  now?: number;
}

export class Backend implements Transport {
  readonly calls: { name: string; request: unknown }[] = [];
  readonly people = new Map<string, string>();
  me: SignedIn | null = null;
  /** Tells a command that signs in whether somebody left or sat down meanwhile. */
  visit = 0;
  chats: Chat[] = [];
  /** All messages of a chat, on whichever branch. */
  messages = new Map<number, Message[]>();
  readonly written: FakeContexts;
  profile: Profile;
  readonly services: Services;
  summaries = new Map<number, Summary[]>();
  meter: Meter = { used: 0, counted: false, limit: null, summarised: 0, left_out: 0 };
  /** Set by a test: the next call of that name is refused, or waits. */
  refusals = new Map<string, ApiError>();
  holds = new Map<string, Promise<void>>();
  readonly house: House;
  readonly localApi = new FakeLocalApi(this);
  readonly search = new Searching(this);
  readonly talks: Talks;
  #listener: (event: ChatEvent) => void = () => undefined;
  #next = 1000;
  readonly pace: number;
  #demo: boolean;
  #now: number;

  constructor({ pace = 30, people = ['ada'], demo = true, chats = 0, signedIn = false, administrator = false, now = Date.now() }: Options = {}) {
    this.pace = pace;
    this.talks = new Talks(this);
    this.#demo = demo;
    this.#now = now;
    this.services = new Services(now);
    for (const name of people) this.people.set(name, 'correct horse battery');
    this.profile = { updated_at: this.#time(), risk_tolerance: 'moderate', timeframe: '1d', symbols: ['AAPL', 'GOOGL', 'MSFT', 'TSLA'], goals: 'Steady growth with few trades and no sleepless nights.', preferences: 'Long only. Momentum and mean reversion.', risk_parameters: { max_position_size: 0.1, max_drawdown: 0.15, stop_loss_pct: 0.02, take_profit_pct: 0.05, kelly_fraction: 0.25 } };
    this.written = new FakeContexts(this, now);
    if (chats) this.#seed(chats);
    this.house = new House(this, now);
    this.house.administrator = administrator;
    if (signedIn) this.me = this.signedIn(people[0] ?? 'algotrader');
  }

  get contexts(): Context[] {
    return this.written.list;
  }

  set contexts(list: Context[]) {
    this.written.list = list;
  }

  async call(name: string, request: unknown): Promise<unknown> {
    this.calls.push({ name, request });
    await this.holds.get(name);
    const refusal = this.refusals.get(name);
    if (refusal) {
      this.refusals.delete(name);
      throw refusal;
    }
    const handlers: Partial<Handlers> = {
      ...this.#handlers,
      ...this.house.handlers,
      ...this.services.handlers,
      ...this.written.handlers,
      ...this.search.handlers,
      ...this.localApi.handlers,
      ...this.talks.handlers,
    };
    const handler = handlers[name as keyof Commands] as ((request: unknown) => unknown) | undefined;
    if (!handler) throw refuse('internal', `The scripted core has no ${name}.`);
    const response = await handler(structuredClone(request));
    return structuredClone(response);
  }

  listen(onEvent: (event: ChatEvent) => void): Promise<void> {
    this.#listener = onEvent;
    return Promise.resolve();
  }

  leave(): void {
    this.me = null;
    this.visit += 1;
  }

  emit(event: ChatEvent): void {
    this.#listener(structuredClone(event));
  }

  signedIn(username: string): SignedIn {
    return { username, email: `${username}@example.com`, demo: username === 'algotrader', administrator: this.house.administrator, expires_at: this.#time(-720), older_than_seen: this.house.older, recovery_code_noted: this.house.codeNoted, vault_damaged: false };
  }

  message(chatId: number, role: 'user' | 'assistant', text: string, more: Partial<Message> = {}): Message {
    const list = this.messages.get(chatId) ?? [];
    const id = this.next();
    const message: Message = { id, chat_id: chatId, parent_id: this.talks.branch(chatId).at(-1)?.id ?? null, siblings: [id], role, state: 'done', text, blocks: role === 'assistant' ? blocks(text) : [], strategies: [], thoughts: null, thought_blocks: [], thought_ms: null, model: null, service: null, usage: null, cost: null, finish: null, left_out: 0, goes_on: false, problem: null, created_at: this.#time(), ended_at: null, ...more };
    this.messages.set(chatId, [...list, message]);
    this.talks.choose(message);
    return message;
  }

  chat(title: string, ageHours = 0): Chat {
    const at = this.#time(ageHours);
    const chat: Chat = { id: this.next(), session_id: crypto.randomUUID(), title, context_id: null, context_name: null, model: null, message_count: 2, writing: false, unseen: null, pinned: false, archived: false, created_at: at, updated_at: at };
    this.chats.push(chat);
    return chat;
  }

  next(): number {
    return this.#next++;
  }

  readonly #handlers: Partial<Handlers> = {
    accounts: () => [...[...this.people.keys()].map((username) => ({ username, demo: false, unclaimed: this.house.unclaimed.has(username) })), ...(this.#demo ? [{ username: 'algotrader', demo: true, unclaimed: false }] : [])],
    register: ({ username, email, password }) => {
      if (username.length < 3) throw refuse('invalid_field', 'Check the fields.', { username: ['A user name has 3 to 32 characters.'] });
      if (!email.includes('@')) throw refuse('invalid_field', 'Check the fields.', { email: ['This doesn’t look like an e-mail address (name@example.com).'] });
      this.people.set(username, password);
      this.me = this.signedIn(username);
      return { signed_in: this.me, recovery_code: CODES.first };
    },
    password_strength: ({ password }) => {
      if (password.length < 8) return { score: 0, acceptable: false, reason: 'Use at least 8 characters.' };
      if (password.length < 12) return { score: 2, acceptable: false, reason: 'This is a very common password. Add another word or two.' };
      return password.length < 15 ? { score: 3, acceptable: true, reason: 'Good. 15 characters or more would be better still.' } : { score: 4, acceptable: true, reason: null };
    },
    sign_in: ({ username, password }) => {
      if (this.people.get(username) !== password) throw refuse('invalid_credentials', 'The name or the password is wrong.');
      if (this.house.unclaimed.has(username)) throw refuse('claim_required', 'Choose a password of your own.');
      this.house.locked = null;
      return (this.me = this.signedIn(username));
    },
    sign_in_demo: () => (this.me = this.signedIn('algotrader')),
    recover: ({ username }) => {
      this.me = this.signedIn(username);
      return { signed_in: this.me, recovery_code: CODES.second };
    },
    sign_out: () => {
      this.leave();
      return {};
    },
    me: () => this.me,
    profile: () => this.profile,
    update_profile: (draft) => (this.profile = { ...draft, updated_at: this.#time() }),
    copy_code: () => ({}),
    save_code: () => ({ path: '/home/ada/strategies/momentum_cross.py', module: '/home/ada/strategies/algoagent.py' }),
    copy_message: () => ({}),
    copy_recovery_code: () => ({}),
    save_recovery_code: () => ({ path: '/home/ada/recovery-code.txt', module: null }),
    open_link: () => ({}),
  };

  link(chat: Chat, contextId: number | null): void {
    Object.assign(chat, { context_id: contextId, context_name: this.contexts.find((one) => one.id === contextId)?.name ?? null });
  }

  found<T extends { id: number }>(list: T[], id: number): T {
    const found = list.find((one) => one.id === id);
    if (!found) throw refuse('not_found', 'It is gone, or it belongs to somebody else.');
    return found;
  }

  #time(hoursAgo = 0): string {
    return new Date(this.#now - hoursAgo * 3_600_000).toISOString();
  }

  #seed(count: number): void {
    const titles = ['Momentum on AAPL with a 2 % stop', 'Why did the crossover lose in 2015?', 'Position size for TSLA', 'RSI mean reversion on MSFT, hourly bars', 'Compare three breakout filters', 'Pairs: GOOGL against META', 'Stop or trailing stop?', 'Rotate the strongest of four', 'What does ADX measure?', 'Earnings weeks: stay out', 'Opening range breakout on TSLA with a volume filter and no overnight positions', 'Kelly fraction, halved', 'ATR stops explained', 'Bollinger squeeze'];
    for (let i = 0; i < count; i += 1) {
      const chat = this.chat(titles[i % titles.length] ?? '', i < 5 ? i : 20 + i * i * 2.2);
      this.message(chat.id, 'user', 'Write a momentum strategy for AAPL on daily bars with a 2 % stop. Explain when it trades and when it stays out.');
      this.message(chat.id, 'assistant', MOMENTUM, { model: 'Gemini · gemini-3.8-flash', usage: { input: 1284, output: 912, cached: 0 }, cost: 0.0042, finish: 'STOP', ended_at: this.#time(-12 / 3600), strategies: [{ block: blocks(MOMENTUM).findIndex((block) => block.kind === 'code'), strategy_id: 1, name: 'MomentumCross', version: 2 }] });
    }
  }
}
