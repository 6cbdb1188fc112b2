/** The scripted core's chats: branches, pages of them, lists, drafts, and answers that are written. */
import type { Chat, Draft, List, Message, MessageId, OpenChat, Sent } from '../../src/lib/api';
import type { DraftPlace } from '../../src/lib/drafts.svelte';
import { MOMENTUM, SHORT, THOUGHTS } from './answers';
import { type Backend, type Handlers, PROBLEMS, refuse } from './backend';
import { highlight, pieces, prose } from './render';

export type TalksCommand = 'chats' | 'open_chat' | 'show_message' | 'send' | 'edit' | 'fork' | 'origin' | 'drafts' | 'save_draft' | 'stop' | 'try_again' | 'go_on' | 'set_chat_model' | 'chat_meter' | 'link_context' | 'rename_chat' | 'pin_chat' | 'archive_chat' | 'seen' | 'delete_chat' | 'restore_chat' | 'export_chat';

const PAGE = 20;

export class Talks {
  drafts: Draft[] = [];
  /** Chats that were deleted and can be brought back. */
  readonly deleted = new Map<number, Chat>();
  /** Which message is shown below another; below none, by its chat. */
  readonly #chosen = new Map<string, MessageId>();
  readonly #core: Backend;
  #stopped = new Set<MessageId>();

  constructor(core: Backend) {
    this.#core = core;
  }

  /** The messages of a chat's current branch. */
  branch(chatId: number): Message[] {
    const all = new Map((this.#core.messages.get(chatId) ?? []).map((message) => [message.id, message]));
    const branch: Message[] = [];
    for (let id = this.#chosen.get(`chat ${String(chatId)}`); id !== undefined; id = this.#chosen.get(String(id))) {
      const message = all.get(id);
      if (!message) break;
      branch.push(message);
    }
    return branch;
  }

  choose({ id, chat_id, parent_id }: Message): void {
    this.#chosen.set(parent_id === null ? `chat ${String(chat_id)}` : String(parent_id), id);
  }

  readonly handlers: Pick<Handlers, TalksCommand> = {
    chats: ({ list, after, limit }) => {
      const sorted = this.#listed(list);
      const start = after ? sorted.findIndex((chat) => chat.id === after.id) + 1 : 0;
      const page = sorted.slice(start, start + limit);
      const last = page.at(-1);
      return { chats: page, next: last && start + limit < sorted.length ? { pinned: last.pinned, updated_ms: Date.parse(last.updated_at), id: last.id } : null };
    },
    open_chat: ({ chat_id, before, after }) => {
      const chat = this.#chat(chat_id);
      const all = this.branch(chat_id);
      if (after !== null) {
        const start = all.findIndex(({ id }) => id === after) + 1;
        return this.#page(chat, start, start + PAGE);
      }
      const end = before === null ? all.length : all.findIndex(({ id }) => id === before);
      return this.#page(chat, Math.max(0, end - PAGE), end);
    },
    show_message: ({ message_id }) => {
      const [chat, message] = this.#of(message_id);
      const all = this.#core.messages.get(chat.id) ?? [];
      for (let up: Message | undefined = message; up; up = all.find(({ id }) => id === up?.parent_id)) this.choose(up);
      const branch = this.branch(chat.id);
      const end = Math.min(branch.length, branch.indexOf(message) + 1 + PAGE / 2);
      return this.#page(chat, Math.max(0, end - PAGE), end);
    },
    send: ({ chat_id, context_id, model, text }) => {
      const chat = chat_id === null ? this.#core.chat(text.split('\n')[0]?.slice(0, 60) ?? '') : this.#chat(chat_id);
      this.#idle(chat);
      if (chat_id === null && context_id !== null) this.#core.link(chat, context_id);
      if (chat_id === null) chat.model = model;
      this.#forget({ at: 'chat', chat_id });
      return this.#ask(chat, this.#core.message(chat.id, 'user', text), text);
    },
    edit: ({ message_id, text }) => {
      const [chat, old] = this.#of(message_id);
      this.#idle(chat);
      this.#forget({ at: 'question', chat_id: chat.id, message_id });
      return this.#ask(chat, this.#core.message(chat.id, 'user', text, { parent_id: old.parent_id }), text);
    },
    try_again: ({ message_id }) => {
      const [chat, old] = this.#of(message_id);
      this.#idle(chat);
      return this.#ask(chat, this.#of(old.parent_id ?? 0)[1], 'again');
    },
    go_on: ({ message_id }) => {
      const [chat, old] = this.#of(message_id);
      this.#idle(chat);
      return this.#ask(chat, this.#core.message(chat.id, 'user', 'Go on.', { goes_on: true, parent_id: old.id }), 'go on');
    },
    fork: ({ message_id }) => {
      const [chat, message] = this.#of(message_id);
      const branch = this.branch(chat.id);
      const copy = this.#core.chat(`${chat.title} (fork)`);
      for (const { role, text, blocks } of branch.slice(0, branch.indexOf(message) + 1)) {
        this.#core.message(copy.id, role === 'user' ? 'user' : 'assistant', text, { blocks });
      }
      return copy;
    },
    origin: ({ message_id }) => {
      const [chat, { finish }] = this.#of(message_id);
      const context = this.#core.contexts.find(({ id }) => id === (chat.context_id ?? 1));
      const { risk_tolerance, timeframe, symbols, goals, preferences, risk_parameters } = this.#core.profile;
      return {
        context: context ? { number: 3, created_at: context.created_at, name: context.name, instructions: context.instructions, data: context.data } : null,
        profile: { risk_tolerance, timeframe, symbols, goals, preferences, risk_parameters },
        parameters: { temperature: 0.4, maxOutputTokens: 8192 },
        finish,
      };
    },
    drafts: () => this.drafts,
    save_draft: (draft) => {
      this.#forget(draft);
      if (draft.text !== '') this.drafts.push(draft);
      return {};
    },
    stop: ({ message_id }) => {
      this.#stopped.add(message_id);
      return {};
    },
    set_chat_model: ({ chat_id, model }) => Object.assign(this.#chat(chat_id), { model }),
    chat_meter: () => this.#core.meter,
    link_context: ({ chat_id, context_id }) => {
      const chat = this.#chat(chat_id);
      this.#core.link(chat, context_id);
      return chat;
    },
    rename_chat: ({ chat_id, title }) => this.#changed(chat_id, { title }),
    pin_chat: ({ chat_id, on }) => this.#changed(chat_id, { pinned: on }),
    archive_chat: ({ chat_id, on }) => this.#changed(chat_id, { archived: on }),
    seen: ({ chat_id }) => {
      if (this.#chat(chat_id).unseen !== null) this.#changed(chat_id, { unseen: null });
      return {};
    },
    delete_chat: ({ chat_id }) => {
      this.deleted.set(chat_id, this.#chat(chat_id));
      this.#core.chats = this.#core.chats.filter((chat) => chat.id !== chat_id);
      this.#core.emit({ event: 'gone', chat_id });
      return {};
    },
    restore_chat: ({ chat_id }) => {
      const chat = this.deleted.get(chat_id);
      if (!chat) throw refuse('not_found', 'This chat can’t be brought back any more.');
      this.deleted.delete(chat_id);
      this.#core.chats.push(chat);
      this.#core.emit({ event: 'chat', chat });
      return chat;
    },
    export_chat: ({ format }) => ({ path: `/home/ada/chat.${format === 'json' ? 'json' : 'md'}`, module: null }),
  };

  #listed(list: List): Chat[] {
    const chats = this.#core.chats.filter(({ archived }) => archived === (list === 'archived'));
    return chats.sort((a, b) => Number(b.pinned) - Number(a.pinned) || Date.parse(b.updated_at) - Date.parse(a.updated_at) || b.id - a.id);
  }

  #page(chat: Chat, start: number, end: number): OpenChat {
    const all = this.branch(chat.id);
    const messages = all.slice(start, end);
    for (const message of messages) this.#count(message);
    return { chat, messages, has_older: start > 0, has_newer: end < all.length, summaries: this.#core.summaries.get(chat.id) ?? [] };
  }

  #ask(chat: Chat, question: Message, text: string): Sent {
    const answer = this.#begin(chat, text, question.id);
    this.#count(question);
    return { chat, question, answer };
  }

  /** Fills in which messages stand at the same place. */
  #count(message: Message): void {
    const all = this.#core.messages.get(message.chat_id) ?? [];
    message.siblings = all.filter(({ parent_id }) => parent_id === message.parent_id).map(({ id }) => id);
  }

  #idle(chat: Chat): void {
    if (chat.writing) throw refuse('busy', 'An answer is being written in this chat. Stop it or wait.');
  }

  #forget(place: DraftPlace): void {
    const key = (one: DraftPlace) => JSON.stringify([one.at, 'chat_id' in one ? one.chat_id : null, 'message_id' in one ? one.message_id : null, 'context_id' in one ? one.context_id : null]);
    this.drafts = this.drafts.filter((draft) => key(draft) !== key(place));
  }

  #changed(id: number, how: Partial<Chat>): Chat {
    const chat = Object.assign(this.#chat(id), how);
    this.#core.emit({ event: 'chat', chat });
    return chat;
  }

  #chat(id: number): Chat {
    return this.#core.found(this.#core.chats, id);
  }

  #of(id: MessageId): [Chat, Message] {
    for (const [chatId, list] of this.#core.messages) {
      const message = list.find((one) => one.id === id);
      if (message) return [this.#chat(chatId), message];
    }
    throw refuse('not_found', 'This message is gone.');
  }

  #begin(chat: Chat, question: string, parentId: number): Message {
    const answer = this.#core.message(chat.id, 'assistant', '', { parent_id: parentId, state: 'writing', model: this.#core.services.name(chat.model ?? this.#core.services.choice), service: (chat.model ?? this.#core.services.choice).service });
    Object.assign(chat, { writing: true, updated_at: new Date().toISOString() });
    this.#count(answer);
    void this.#write(chat, answer, question);
    return answer;
  }

  async #write(chat: Chat, answer: Message, question: string): Promise<void> {
    const at = { chat_id: chat.id, message_id: answer.id };
    const pause = (ms = this.#core.pace) => new Promise((resolve) => setTimeout(resolve, ms));
    const stopped = () => this.#stopped.has(answer.id);
    this.#core.emit({ event: 'started', chat_id: chat.id, message: answer });
    await pause();
    if (question.includes('busy')) {
      this.#core.emit({ event: 'waiting', ...at, seconds: 12, reason: 'Gemini is busy' });
      for (let step = 0; step < 100 && !stopped(); step += 1) await pause(120);
    }
    if (question.includes('summary')) {
      this.#core.emit({ event: 'summarising', ...at, messages: 212 });
      await pause(this.#core.pace * 60);
    }
    if (question.includes('think')) {
      for (const word of THOUGHTS.match(/\S+\s*/g) ?? []) {
        if (stopped()) break;
        answer.thoughts = (answer.thoughts ?? '') + word;
        this.#core.emit({ event: 'thought', ...at, text: word });
        if (this.#core.pace) await pause();
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
      for (const word of this.#core.pace ? words : []) {
        if (stopped()) break;
        const first = written === '';
        written += word;
        this.#core.emit({ event: 'tail', ...at, index, tail: !part.code ? { kind: 'html', html: prose(written) } : first ? { kind: 'code', language: part.language, text: word } : { kind: 'more', text: word } });
        await pause();
      }
      answer.text += part.code ? `\`\`\`python\n${part.text}\`\`\`\n\n` : `${part.text}\n\n`;
      const block = part.code ? ({ kind: 'code', language: part.language, html: highlight(part.text) } as const) : ({ kind: 'html', html: prose(part.text) } as const);
      answer.blocks.push(block);
      this.#core.emit({ event: 'block', ...at, index, block });
      this.#core.emit({ event: 'tail', ...at, index: index + 1, tail: null });
      if (part.code) {
        answer.strategies = [{ block: index, strategy_id: 1, name: 'MomentumCross', version: 1 }];
        this.#core.emit({ event: 'strategy', ...at, mark: answer.strategies[0] ?? { block: 0, strategy_id: 0, name: '', version: 0 } });
      }
    }
    this.#end(chat, answer, { state: stopped() ? 'stopped' : 'done', usage: { input: 1284, output: 912, cached: 1024 }, cost: this.#core.services.choice.service === null ? null : 0.0042, problem: question.includes('cut') ? PROBLEMS.cut : null });
  }

  #end(chat: Chat, answer: Message, how: Partial<Message>): void {
    Object.assign(answer, { ended_at: new Date().toISOString(), finish: how.state === 'done' ? 'STOP' : null }, how);
    Object.assign(chat, { writing: false, unseen: how.state === 'failed' ? 'failed' : how.state === 'done' ? 'done' : null });
    this.#core.emit({ event: 'ended', chat_id: chat.id, message: answer });
    this.#core.emit({ event: 'chat', chat });
  }
}
