/** A scripted core in memory: accounts, chats and answers that stream, fail, wait and stop. */
import type { ApiError, Chat, ChatEvent, Commands, Context, ErrorCode, Message, Meter, Problem, Profile, SignedIn, Summary, Transport } from '../../src/lib/api';
import { MOMENTUM, SHORT, THOUGHTS } from './answers';
import { House, type HouseCommand } from './house';
import { blocks, highlight, pieces, prose } from './render';
import { Services, type ServicesCommand } from './services';

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
  messages = new Map<number, Message[]>();
  contexts: Context[] = [];
  profile: Profile;
  readonly services: Services;
  summaries = new Map<number, Summary[]>();
  meter: Meter = { used: 0, counted: false, limit: null, summarised: 0, left_out: 0 };
  /** Set by a test: the next call of that name is refused, or waits. */
  refusals = new Map<string, ApiError>();
  holds = new Map<string, Promise<void>>();
  readonly house: House;
  #listener: (event: ChatEvent) => void = () => undefined;
  #next = 1000;
  #stopped = new Set<number>();
  #pace: number;
  #demo: boolean;
  #now: number;

  constructor({ pace = 30, people = ['ada'], demo = true, chats = 0, signedIn = false, administrator = false, now = Date.now() }: Options = {}) {
    this.#pace = pace;
    this.#demo = demo;
    this.#now = now;
    this.services = new Services(now);
    for (const name of people) this.people.set(name, 'correct horse battery');
    this.profile = { updated_at: this.#time(), risk_tolerance: 'moderate', timeframe: '1d', symbols: ['AAPL', 'GOOGL', 'MSFT', 'TSLA'], goals: 'Steady growth with few trades and no sleepless nights.', preferences: 'Long only. Momentum and mean reversion.', risk_parameters: { max_position_size: 0.1, max_drawdown: 0.15, stop_loss_pct: 0.02, take_profit_pct: 0.05, kelly_fraction: 0.25 } };
    this.contexts = [
      { id: 1, name: 'Trend following, large caps', instructions: 'Only large caps of the US. Follow the trend of the weekly chart.\n\nNever average down. Name every indicator’s warm-up.', active: true, data: { type: 'momentum', indicators: ['EMA', 'ADX', 'ATR'] }, created_at: this.#time(), updated_at: this.#time(), last_used_at: null, model: null },
      { id: 2, name: 'Mean reversion, ETFs', instructions: 'RSI and Bollinger Bands on sector ETFs.', active: false, data: {}, created_at: this.#time(), updated_at: this.#time(), last_used_at: null, model: null },
    ];
    if (chats) this.#seed(chats);
    this.house = new House(this, now);
    this.house.administrator = administrator;
    if (signedIn) this.me = this.signedIn(people[0] ?? 'algotrader');
  }

  async call(name: string, request: unknown): Promise<unknown> {
    this.calls.push({ name, request });
    await this.holds.get(name);
    const refusal = this.refusals.get(name);
    if (refusal) {
      this.refusals.delete(name);
      throw refusal;
    }
    const handlers = { ...this.#handlers, ...this.house.handlers, ...this.services.handlers };
    const handler = handlers[name as keyof Commands] as (request: unknown) => unknown;
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
    const message: Message = { id: this.#next++, chat_id: chatId, parent_id: list.at(-1)?.id ?? null, role, state: 'done', text, blocks: role === 'assistant' ? blocks(text) : [], strategies: [], thoughts: null, model: null, service: null, usage: null, cost: null, left_out: 0, goes_on: false, problem: null, created_at: this.#time(), ended_at: null, ...more };
    this.messages.set(chatId, [...list, message]);
    return message;
  }

  chat(title: string, ageHours = 0): Chat {
    const at = this.#time(ageHours);
    const chat: Chat = { id: this.#next++, session_id: crypto.randomUUID(), title, context_id: null, context_name: null, model: null, message_count: 2, writing: false, created_at: at, updated_at: at };
    this.chats.push(chat);
    return chat;
  }

  readonly #handlers: Omit<Handlers, HouseCommand | ServicesCommand> = {
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
    contexts: () => this.contexts,
    create_context: (draft) => {
      const context = { id: this.#next++, created_at: this.#time(), updated_at: this.#time(), last_used_at: null, ...draft };
      this.contexts = [context, ...this.contexts];
      return context;
    },
    update_context: ({ context_id, draft }) => {
      const context = { ...this.#found(this.contexts, context_id), ...draft };
      this.contexts = [context, ...this.contexts.filter((one) => one.id !== context_id)];
      return context;
    },
    delete_context: ({ context_id }) => {
      this.contexts = this.contexts.filter((one) => one.id !== context_id);
      return {};
    },
    chats: ({ after, limit }) => {
      const sorted = [...this.chats].sort((a, b) => Date.parse(b.updated_at) - Date.parse(a.updated_at) || b.id - a.id);
      const start = after ? sorted.findIndex((chat) => chat.id === after.id) + 1 : 0;
      const page = sorted.slice(start, start + limit);
      const last = page.at(-1);
      return { chats: page, next: last && start + limit < sorted.length ? { updated_ms: Date.parse(last.updated_at), id: last.id } : null };
    },
    open_chat: ({ chat_id, before }) => {
      const all = this.messages.get(chat_id) ?? [];
      const older = before === null ? all : all.filter((message) => message.id < before);
      return { chat: this.#found(this.chats, chat_id), messages: older.slice(-40), has_older: older.length > 40, summaries: this.summaries.get(chat_id) ?? [] };
    },
    send: ({ chat_id, context_id, model, text }) => {
      const chat = chat_id === null ? this.chat(text.split('\n')[0]?.slice(0, 60) ?? '') : this.#found(this.chats, chat_id);
      if (chat.writing) throw refuse('busy', 'An answer is being written in this chat. Stop it or wait.');
      if (chat_id === null && context_id !== null) this.#link(chat, context_id);
      if (chat_id === null) chat.model = model;
      const question = this.message(chat.id, 'user', text);
      const answer = this.#begin(chat, text);
      return { chat, question, answer };
    },
    stop: ({ message_id }) => {
      this.#stopped.add(message_id);
      return {};
    },
    try_again: ({ message_id }) => {
      const [chat, message] = this.#messageOf(message_id);
      const list = this.messages.get(chat.id) ?? [];
      const question = this.#found(list, message.parent_id ?? 0);
      this.messages.set(chat.id, list.slice(0, list.indexOf(question) + 1));
      return { chat, question, answer: this.#begin(chat, 'again') };
    },
    go_on: ({ message_id }) => {
      const [chat] = this.#messageOf(message_id);
      const question = this.message(chat.id, 'user', 'Go on.', { goes_on: true });
      return { chat, question, answer: this.#begin(chat, 'go on') };
    },
    set_chat_model: ({ chat_id, model }) => Object.assign(this.#found(this.chats, chat_id), { model }),
    chat_meter: () => this.meter,
    link_context: ({ chat_id, context_id }) => {
      const chat = this.#found(this.chats, chat_id);
      this.#link(chat, context_id);
      return chat;
    },
    rename_chat: ({ chat_id, title }) => Object.assign(this.#found(this.chats, chat_id), { title }),
    delete_chat: ({ chat_id }) => {
      this.chats = this.chats.filter((chat) => chat.id !== chat_id);
      return {};
    },
    copy_code: () => ({}),
    save_code: () => ({ path: '/home/ada/strategies/momentum_cross.py', module: '/home/ada/strategies/algoagent.py' }),
    copy_message: () => ({}),
    copy_recovery_code: () => ({}),
    save_recovery_code: () => ({ path: '/home/ada/recovery-code.txt', module: null }),
    open_link: () => ({}),
    appearance: () => ({ theme: 'system' }),
    set_appearance: (appearance) => appearance,
  };

  #begin(chat: Chat, question: string): Message {
    const answer = this.message(chat.id, 'assistant', '', { state: 'writing', model: this.services.name(chat.model ?? this.services.choice), service: (chat.model ?? this.services.choice).service });
    Object.assign(chat, { writing: true, updated_at: new Date().toISOString() });
    void this.#write(chat, answer, question);
    return answer;
  }

  async #write(chat: Chat, answer: Message, question: string): Promise<void> {
    const at = { chat_id: chat.id, message_id: answer.id };
    const pause = (ms = this.#pace) => new Promise((resolve) => setTimeout(resolve, ms));
    const stopped = () => this.#stopped.has(answer.id);
    this.emit({ event: 'started', chat_id: chat.id, message: answer });
    await pause();
    if (question.includes('busy')) {
      this.emit({ event: 'waiting', ...at, seconds: 12, reason: 'Gemini is busy' });
      for (let step = 0; step < 100 && !stopped(); step += 1) await pause(120);
    }
    if (question.includes('summary')) {
      this.emit({ event: 'summarising', ...at, messages: 212 });
      await pause(this.#pace * 60);
    }
    if (question.includes('think')) {
      for (const word of THOUGHTS.match(/\S+\s*/g) ?? []) {
        if (stopped()) break;
        answer.thoughts = (answer.thoughts ?? '') + word;
        this.emit({ event: 'thought', ...at, text: word });
        if (this.#pace) await pause();
      }
    }
    const failure = /\b(overloaded|key|gone)\b/.exec(question.replace('fail', 'overloaded'))?.[1] as keyof typeof PROBLEMS | undefined;
    if (failure) {
      this.#end(chat, answer, { state: 'failed', problem: PROBLEMS[failure] });
      return;
    }
    const text = question.length < 40 ? SHORT : MOMENTUM;
    const parts = pieces(text);
    for (const [index, part] of parts.entries()) {
      if (stopped()) break;
      const words = part.text.match(part.code ? /[^\n]*\n/g : /\S+\s*/g) ?? [];
      let written = '';
      for (const word of this.#pace ? words : []) {
        if (stopped()) break;
        const first = written === '';
        written += word;
        this.emit({ event: 'tail', ...at, index, tail: !part.code ? { kind: 'html', html: prose(written) } : first ? { kind: 'code', language: part.language, text: word } : { kind: 'more', text: word } });
        await pause();
      }
      answer.text += part.code ? `\`\`\`python\n${part.text}\`\`\`\n\n` : `${part.text}\n\n`;
      const block = part.code ? ({ kind: 'code', language: part.language, html: highlight(part.text) } as const) : ({ kind: 'html', html: prose(part.text) } as const);
      answer.blocks.push(block);
      this.emit({ event: 'block', ...at, index, block });
      this.emit({ event: 'tail', ...at, index: index + 1, tail: null });
      if (part.code) {
        answer.strategies = [{ block: index, strategy_id: 1, name: 'MomentumCross', version: 1 }];
        this.emit({ event: 'strategy', ...at, mark: answer.strategies[0] ?? { block: 0, strategy_id: 0, name: '', version: 0 } });
      }
    }
    this.#end(chat, answer, { state: stopped() ? 'stopped' : 'done', usage: { input: 1284, output: 912, cached: 1024 }, cost: this.services.choice.service === null ? null : 0.0042, problem: question.includes('cut') ? PROBLEMS.cut : null });
  }

  #end(chat: Chat, answer: Message, how: Partial<Message>): void {
    Object.assign(answer, { ended_at: new Date().toISOString() }, how);
    Object.assign(chat, { writing: false });
    this.emit({ event: 'ended', chat_id: chat.id, message: answer });
    this.emit({ event: 'chat', chat });
  }

  #link(chat: Chat, contextId: number | null): void {
    Object.assign(chat, { context_id: contextId, context_name: this.contexts.find((one) => one.id === contextId)?.name ?? null });
  }

  #messageOf(id: number): [Chat, Message] {
    for (const [chatId, list] of this.messages) {
      const message = list.find((one) => one.id === id);
      if (message) return [this.#found(this.chats, chatId), message];
    }
    throw refuse('not_found', 'This message is gone.');
  }

  #found<T extends { id: number }>(list: T[], id: number): T {
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
      this.message(chat.id, 'assistant', MOMENTUM, { model: 'Gemini · gemini-3.8-flash', usage: { input: 1284, output: 912, cached: 0 }, cost: 0.0042, ended_at: this.#time(-12 / 3600), strategies: [{ block: blocks(MOMENTUM).findIndex((block) => block.kind === 'code'), strategy_id: 1, name: 'MomentumCross', version: 2 }] });
    }
  }
}
