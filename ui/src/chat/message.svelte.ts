/**
 * One message on the screen. Finished blocks are kept as the very objects that arrived first, so
 * that their elements are never rendered again; what arrives out of order waits for its turn.
 */
import type {
  Block,
  ChatEvent,
  ChatId,
  Message,
  MessageId,
  MessageState,
  Problem,
  Role,
  StrategyMark,
  Timestamp,
  Usage,
} from '../lib/api';
import { OpenCode } from './open-code.svelte';

type Part = Extract<ChatEvent, { event: 'waiting' | 'block' | 'tail' | 'strategy' }>;

export interface ShownBlock {
  /** Stands for the place and for what is there: another block at the same place has another key. */
  key: string;
  index: number;
  block: Block;
}

export interface Waiting {
  /** The next try, ms since 1970. */
  until: number;
  reason: string;
}

export class MessageView {
  readonly id: MessageId;
  readonly chatId: ChatId;
  readonly role: Role;
  readonly createdAt: Timestamp;
  text: string;
  state = $state<MessageState>('writing');
  blocks = $state.raw<ShownBlock[]>([]);
  tail = $state.raw<{ kind: 'html'; html: string } | OpenCode | null>(null);
  strategies = $state.raw<StrategyMark[]>([]);
  waiting = $state.raw<Waiting | null>(null);
  model = $state.raw<string | null>(null);
  usage = $state.raw<Usage | null>(null);
  problem = $state.raw<Problem | null>(null);
  /** When trying again makes sense, ms since 1970. */
  retryAt = $state<number | null>(null);
  #early = new Map<number, Block>();
  #replaced = 0;
  #stale = false;
  /** Whether the last block is from a stored copy, which may have cut it in the middle. */
  #unsure = false;

  constructor(message: Message) {
    this.id = message.id;
    this.chatId = message.chat_id;
    this.role = message.role;
    this.createdAt = message.created_at;
    this.text = message.text;
    this.absorb(message);
  }

  /** Whether blocks are known to be missing, so that the message must be asked for again. */
  get gap(): boolean {
    return this.#early.size > 0;
  }

  /** Events were missed: the next stored copy is right, whatever stands here. */
  distrust(): void {
    this.#stale = this.state === 'writing';
  }

  /** Takes over a stored message. One that is older than what events told is left aside. */
  absorb(message: Message): void {
    const older = message.state === 'writing' && this.state !== 'writing';
    if (older) return;
    const ended = message.state !== 'writing';
    // While it grows, events know more than a stored copy does, unless some were missed.
    const untouched = this.blocks.length === 0 && this.tail === null;
    if (ended || untouched || this.gap || this.#stale) {
      if (this.#stale) this.tail = null;
      message.blocks.forEach((block, index) => {
        this.#place(index, block);
      });
      if (ended) this.#cut(message.blocks.length);
      this.#drain();
      this.#stale = false;
      this.#unsure = !ended && message.blocks.length > 0;
    }
    this.text = message.text;
    this.strategies = message.strategies.length || ended ? message.strategies : this.strategies;
    this.model = message.model ?? this.model;
    this.usage = message.usage;
    this.problem = message.problem;
    const seconds = message.problem?.retry_after;
    this.retryAt = seconds == null ? null : Date.now() + seconds * 1000;
    this.state = message.state;
    if (ended) {
      this.tail = null;
      this.waiting = null;
      this.#early.clear();
    }
  }

  /** Takes one event about this message. Nothing changes once it has ended. */
  take(part: Part): void {
    if (this.state !== 'writing') return;
    switch (part.event) {
      case 'waiting':
        this.waiting = { until: Date.now() + part.seconds * 1000, reason: part.reason };
        return;
      case 'block':
        if (part.index > this.blocks.length) this.#early.set(part.index, part.block);
        else {
          this.#cut(part.index + 1);
          this.#place(part.index, part.block);
        }
        this.#drain();
        this.tail = null;
        this.#unsure = false;
        break;
      case 'tail':
        this.#takeTail(part.tail);
        break;
      case 'strategy':
        this.strategies = [
          ...this.strategies.filter((mark) => mark.block !== part.mark.block),
          part.mark,
        ];
    }
    this.waiting = null;
  }

  #takeTail(tail: Extract<Part, { event: 'tail' }>['tail']): void {
    // The tail says again what a stored copy had as its last, unfinished block.
    if (this.#unsure && tail) this.#cut(this.blocks.length - 1);
    if (tail) this.#unsure = false;
    if (tail?.kind === 'code') this.tail = new OpenCode(tail.language, tail.text);
    else if (tail?.kind !== 'more') this.tail = tail;
    else if (this.tail instanceof OpenCode) this.tail.append(tail.text);
  }

  #place(index: number, block: Block): void {
    const shown = this.blocks[index];
    if (shown && same(shown.block, block)) return;
    const key = shown ? `${String(index)}.${String(++this.#replaced)}` : String(index);
    const next = [...this.blocks];
    next[index] = { key, index, block };
    this.blocks = next;
  }

  #cut(length: number): void {
    if (this.blocks.length > length) this.blocks = this.blocks.slice(0, length);
  }

  #drain(): void {
    for (const index of [...this.#early.keys()]) {
      if (index < this.blocks.length) this.#early.delete(index);
    }
    let block: Block | undefined;
    while ((block = this.#early.get(this.blocks.length))) {
      this.#early.delete(this.blocks.length);
      this.#place(this.blocks.length, block);
    }
  }
}

function same(a: Block, b: Block): boolean {
  if (a === b) return true;
  if (a.html !== b.html || a.kind !== b.kind) return false;
  return a.kind !== 'code' || b.kind !== 'code' || a.language === b.language;
}
