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

type Part = Extract<ChatEvent, { event: 'waiting' | 'summarising' | 'anew' | 'thought' | 'thoughts' | 'block' | 'tail' | 'strategy' }>;

/** How long the stored copy of an open code block stands in for the growing one, in milliseconds. */
const STAND_IN = 3000;

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
  readonly parentId: MessageId | null;
  readonly role: Role;
  /** Whether it is a question that lets the answer above it go on. */
  readonly goesOn: boolean;
  readonly createdAt: Timestamp;
  text: string;
  /** The messages at the same place, this one among them, the oldest first. */
  siblings = $state.raw<MessageId[]>([]);
  state = $state<MessageState>('writing');
  blocks = $state.raw<ShownBlock[]>([]);
  tail = $state.raw<{ kind: 'html'; html: string } | OpenCode | null>(null);
  strategies = $state.raw<StrategyMark[]>([]);
  waiting = $state.raw<Waiting | null>(null);
  /** Messages that are being summarised before this one can be answered. */
  summarising = $state<number | null>(null);
  /** The model's reasoning, which is no part of the answer. */
  thoughts = $state('');
  /** The same as shown, once it is over. */
  thoughtBlocks = $state.raw<Block[]>([]);
  /** How long it took, in milliseconds. */
  thoughtMs = $state<number | null>(null);
  model = $state.raw<string | null>(null);
  service = $state<number | null>(null);
  usage = $state.raw<Usage | null>(null);
  cost = $state<number | null>(null);
  /** The service's own word for how it ended. */
  finish = $state<string | null>(null);
  /** Messages before it that were not sent. */
  leftOut = $state(0);
  endedAt = $state<Timestamp | null>(null);
  problem = $state.raw<Problem | null>(null);
  /** When trying again makes sense, ms since 1970. */
  retryAt = $state<number | null>(null);
  #early = new Map<number, Block>();
  #replaced = 0;
  /** Events were missed: an open code block may lack a piece in its middle. */
  #stale = false;
  /** Whether the last block is from a stored copy, which may have cut it in the middle. */
  #unsure = false;
  /** Whether an event told of something that isn't here. */
  #missed = false;
  #copiedAt = 0;

  constructor(message: Message) {
    this.id = message.id;
    this.chatId = message.chat_id;
    this.parentId = message.parent_id;
    this.role = message.role;
    this.goesOn = message.goes_on;
    this.createdAt = message.created_at;
    this.text = message.text;
    this.absorb(message);
  }

  /** Whether blocks are known to be missing, so that the message must be asked for again. */
  get gap(): boolean {
    return this.#early.size > 0 || this.#missed;
  }

  /** How many blocks are final: the place of the one that is written now. */
  get #sure(): number {
    return this.blocks.length - (this.#unsure ? 1 : 0);
  }

  /** Events were missed: the next stored copy is right, whatever stands here. */
  distrust(): void {
    this.#stale = this.state === 'writing';
  }

  /** Takes over a stored message. One that is older than what events told is left aside. */
  absorb(message: Message): void {
    // Versions only ever come to be; an event may know of this one alone.
    if (message.siblings.length >= this.siblings.length) this.siblings = message.siblings;
    const older = message.state === 'writing' && this.state !== 'writing';
    if (older) return;
    const ended = message.state !== 'writing';
    // What was thought begins anew with every try, so a copy helps only where events are missing.
    if (ended || this.thoughts === '' || this.#stale) {
      this.thoughts = message.thoughts ?? '';
      this.thoughtBlocks = message.thought_blocks;
      this.thoughtMs = message.thought_ms;
    }
    // While it grows, events know more than a stored copy does, unless some were missed.
    const untouched = this.blocks.length === 0 && this.tail === null;
    if (ended) {
      message.blocks.forEach((block, index) => {
        this.#place(index, block);
      });
      this.#cut(message.blocks.length);
    } else if (untouched || this.gap || this.#stale) this.#adopt(message.blocks);
    this.text = message.text;
    this.strategies = message.strategies.length || ended ? message.strategies : this.strategies;
    this.model = message.model ?? this.model;
    this.service = message.service ?? this.service;
    this.usage = message.usage;
    this.cost = message.cost;
    this.finish = message.finish;
    this.leftOut = message.left_out;
    this.endedAt = message.ended_at;
    this.problem = message.problem;
    this.retryAt = retryAt(message);
    this.state = message.state;
    if (ended) {
      this.tail = null;
      this.waiting = null;
      this.summarising = null;
      this.#missed = false;
      this.#early.clear();
    }
  }

  /** Takes one event about this message. Nothing changes once it has ended. */
  take(part: Part): void {
    if (this.state !== 'writing') return;
    switch (part.event) {
      case 'waiting':
        this.waiting = { until: Date.now() + part.seconds * 1000, reason: part.reason };
        this.#forgetThoughts();
        this.summarising = null;
        return;
      case 'summarising':
        this.summarising = part.messages;
        break;
      case 'anew':
        this.#forgetThoughts();
        this.tail = null;
        this.#early.clear();
        this.#cut(0);
        this.#unsure = false;
        this.#missed = false;
        break;
      case 'thought':
        this.thoughts += part.text;
        this.thoughtBlocks = [];
        break;
      case 'thoughts':
        this.thoughtBlocks = part.blocks;
        this.thoughtMs = part.thought_ms;
        break;
      case 'block':
        this.#takeBlock(part.index, part.block);
        break;
      case 'tail':
        this.#takeTail(part.index, part.tail);
        break;
      case 'strategy':
        this.strategies = [
          ...this.strategies.filter((mark) => mark.block !== part.mark.block),
          part.mark,
        ];
    }
    this.waiting = null;
    if (part.event !== 'summarising') this.summarising = null;
  }

  #forgetThoughts(): void {
    this.thoughts = '';
    this.thoughtBlocks = [];
    this.thoughtMs = null;
  }

  #takeBlock(index: number, block: Block): void {
    if (index > this.#sure) {
      this.#early.set(index, block);
      return;
    }
    const next = index === this.#sure;
    this.#place(index, block);
    if (!next) return;
    this.#unsure = false;
    this.tail = null;
    this.#drain();
  }

  #takeTail(index: number, tail: Extract<Part, { event: 'tail' }>['tail']): void {
    if (index > this.#sure) this.#missed = true;
    if (index !== this.#sure) return;
    if (tail?.kind === 'more') {
      this.#extend(tail.text);
      return;
    }
    this.tail = tail?.kind === 'code' ? new OpenCode(tail.language, tail.text) : tail;
    if (!tail) return;
    // It says again what a stored copy had as its last, unfinished block.
    this.#cut(index);
    this.#unsure = false;
    this.#stale = false;
  }

  #extend(text: string): void {
    if (this.tail instanceof OpenCode && !this.#stale) this.tail.append(text);
    // Where it belongs isn't known: the stored copy stands in, and is asked for again in time.
    else if (!this.#unsure || Date.now() - this.#copiedAt > STAND_IN) this.#missed = true;
  }

  /** Takes what a stored copy has beyond the final blocks. An older copy has nothing to add. */
  #adopt(copy: Block[]): void {
    const from = this.#sure;
    this.#missed = false;
    if (copy.length > from) {
      copy.slice(from).forEach((block, at) => {
        this.#place(from + at, this.#early.get(from + at) ?? block);
      });
      this.#unsure = !this.#early.has(copy.length - 1);
      this.#copiedAt = Date.now();
      this.tail = null;
      this.#drain();
    }
    this.#stale &&= this.tail instanceof OpenCode;
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
      if (index < this.#sure) this.#early.delete(index);
    }
    let block: Block | undefined;
    while (!this.#unsure && (block = this.#early.get(this.blocks.length))) {
      this.#early.delete(this.blocks.length);
      this.#place(this.blocks.length, block);
    }
  }
}

/** When trying again makes sense: the service's own moment, or its seconds since the answer ended. */
function retryAt({ problem, ended_at: ended }: Message): number | null {
  if (!problem) return null;
  if (problem.until !== null) return Date.parse(problem.until);
  if (problem.retry_after === null) return null;
  return (ended === null ? Date.now() : Date.parse(ended)) + problem.retry_after * 1000;
}

function same(a: Block, b: Block): boolean {
  if (a === b) return true;
  if (a.html !== b.html || a.kind !== b.kind) return false;
  return a.kind !== 'code' || b.kind !== 'code' || a.language === b.language;
}
