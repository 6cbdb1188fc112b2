/** An answer of which events were missed, and the stored copies that mend it. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MessageView } from '../../src/chat/message.svelte';
import type { OpenCode } from '../../src/chat/open-code.svelte';
import type { Block, Message, Tail } from '../../src/lib/api';

const html = (text: string): Block => ({ kind: 'html', html: text });
const python = (text: string): Block => ({ kind: 'code', language: 'python', html: text });
const at = { chat_id: 1, message_id: 7 };

function copy(...blocks: Block[]): Message {
  return { id: 7, chat_id: 1, parent_id: 6, siblings: [7], role: 'assistant', state: 'writing', text: '', blocks, strategies: [], thoughts: null, thought_blocks: [], thought_ms: null, model: null, service: null, usage: null, cost: null, finish: null, left_out: 0, goes_on: false, problem: null, created_at: '2026-05-04T10:00:00Z', ended_at: null };
}

let view: MessageView;
const block = (index: number, text: string) => { view.take({ event: 'block', ...at, index, block: html(text) }); };
const tail = (index: number, what: Tail | null) => { view.take({ event: 'tail', ...at, index, tail: what }); };
const prose = (text: string): Tail => ({ kind: 'html', html: text });
const more = (text: string): Tail => ({ kind: 'more', text });
const shown = () => view.blocks.map((one) => one.block.html);

beforeEach(() => {
  vi.useFakeTimers();
  view = new MessageView(copy());
});
afterEach(() => { vi.useRealTimers(); });

describe('a stored copy of a growing answer', () => {
  it('that is older than the screen changes nothing on it', () => {
    for (const [index, text] of ['a', 'b', 'c'].entries()) block(index, text);
    const before = view.blocks;
    tail(4, prose('of a later one'));
    expect(view.gap).toBe(true);
    view.absorb(copy(html('a'), html('half')));
    expect(view.blocks).toBe(before);
    tail(3, prose('d'));
    expect(shown()).toEqual(['a', 'b', 'c']);
  });

  it('adds what is missing and leaves final blocks as they are', () => {
    block(0, 'a');
    const [first] = view.blocks;
    block(3, 'd');
    view.absorb(copy(html('other'), html('b'), html('c'), html('d, cut')));
    expect(shown()).toEqual(['a', 'b', 'c', 'd']);
    expect(view.blocks[0]).toBe(first);
    expect(view.gap).toBe(false);
  });

  it('that cuts a block which has ended since is asked for again', () => {
    block(0, 'a');
    block(3, 'd');
    view.absorb(copy(html('a'), html('b'), html('c, cut')));
    expect(shown()).toEqual(['a', 'b', 'c, cut']);
    expect(view.gap).toBe(true);
    view.absorb(copy(html('a'), html('b'), html('c'), html('d')));
    expect(shown()).toEqual(['a', 'b', 'c', 'd']);
    expect(view.gap).toBe(false);
  });

  it('gives way to the block that it has cut, and to the tail of it', () => {
    view.absorb(copy(html('a'), html('half')));
    tail(1, prose('half of it'));
    expect(shown()).toEqual(['a']);
    expect(view.tail).toEqual(prose('half of it'));
    block(1, 'whole');
    expect(shown()).toEqual(['a', 'whole']);
  });
});

describe('a tail', () => {
  it('of a later block is a gap and replaces nothing', () => {
    block(0, 'a');
    tail(1, prose('b'));
    tail(3, prose('d'));
    expect(view.gap).toBe(true);
    expect(view.tail).toEqual(prose('b'));
  });

  it('of a block that is final already is left aside', () => {
    block(0, 'a');
    tail(0, prose('a, half'));
    expect(view.tail).toBeNull();
    expect(view.gap).toBe(false);
  });

  it('that goes on with code which isn’t open is a gap', () => {
    block(0, 'a');
    tail(1, more('x = 1'));
    expect(view.gap).toBe(true);
    expect(view.tail).toBeNull();
  });
});

describe('after events were missed in the middle of code', () => {
  beforeEach(() => {
    block(0, 'a');
    tail(1, { kind: 'code', language: 'python', text: 'x = 1\n' });
    view.distrust();
  });

  it('nothing is put after the hole', () => {
    tail(1, more('z = 3\n'));
    expect((view.tail as OpenCode).text).toBe('x = 1\n');
    expect(view.gap).toBe(true);
  });

  it('the stored copy stands in until its block comes', () => {
    view.absorb(copy(html('a'), python('x = 1\ny = 2\n')));
    tail(1, more('z = 3\n'));
    expect(shown()).toEqual(['a', 'x = 1\ny = 2\n']);
    expect(view.gap).toBe(false);
    block(1, 'all of it');
    expect(shown()).toEqual(['a', 'all of it']);
  });

  it('the copy that stands in is asked for anew every few seconds, not at every piece', () => {
    view.absorb(copy(html('a'), python('x = 1\n')));
    vi.advanceTimersByTime(2000);
    tail(1, more('y = 2\n'));
    expect(view.gap).toBe(false);
    vi.advanceTimersByTime(2000);
    tail(1, more('z = 3\n'));
    expect(view.gap).toBe(true);
    view.absorb(copy(html('a'), python('x = 1\ny = 2\nz = 3\n')));
    expect(view.gap).toBe(false);
    expect(shown()).toEqual(['a', 'x = 1\ny = 2\nz = 3\n']);
  });
});
