import { describe, expect, it } from 'vitest';
import { Answers } from '../../src/chat/answers';
import { OpenCode } from '../../src/chat/open-code.svelte';
import type { Block, ChatEvent, Message } from '../../src/lib/api';

const html = (text: string): Block => ({ kind: 'html', html: `<p>${text}</p>` });

function answer(more: Partial<Message> = {}): Message {
  return { id: 7, chat_id: 1, parent_id: 6, siblings: [7], role: 'assistant', state: 'writing', text: '', blocks: [], strategies: [], thoughts: null, thought_blocks: [], thought_ms: null, model: null, service: null, usage: null, cost: null, finish: null, left_out: 0, goes_on: false, problem: null, created_at: '2026-05-04T10:00:00Z', ended_at: null, ...more };
}

const at = { chat_id: 1, message_id: 7 };
const block = (index: number, text: string): ChatEvent => ({ event: 'block', ...at, index, block: html(text) });
const half = (index: number, text: string): ChatEvent => ({ event: 'tail', ...at, index, tail: { kind: 'html', html: `<p>${text}</p>` } });
const code = (index: number, text: string): ChatEvent => ({ event: 'tail', ...at, index, tail: { kind: 'code', language: 'python', text } });
const more = (index: number, text: string): ChatEvent => ({ event: 'tail', ...at, index, tail: { kind: 'more', text } });

function shown(answers: Answers): string[] {
  return answers.view(answer()).blocks.map(({ block }) => block.html);
}

describe('an answer that is being written', () => {
  it('keeps what events said when the response that introduces it comes later', () => {
    const answers = new Answers();
    answers.take({ event: 'started', chat_id: 1, message: answer() });
    answers.take(block(0, 'a'));
    expect(shown(answers)).toEqual(['<p>a</p>']);
  });

  it('shows blocks in order even when they come out of order', () => {
    const answers = new Answers();
    answers.take({ event: 'started', chat_id: 1, message: answer() });
    const view = answers.take(block(1, 'b'));
    expect(view?.gap).toBe(true);
    answers.take(block(0, 'a'));
    expect(shown(answers)).toEqual(['<p>a</p>', '<p>b</p>']);
    expect(view?.gap).toBe(false);
  });

  it('keeps the same block objects when it ends, so that nothing is drawn again', () => {
    const answers = new Answers();
    answers.take({ event: 'started', chat_id: 1, message: answer() });
    answers.take(block(0, 'a'));
    const before = answers.view(answer()).blocks[0];
    answers.take({ event: 'ended', chat_id: 1, message: answer({ state: 'done', blocks: [html('a'), html('b')] }) });
    const view = answers.view(answer());
    expect(view.blocks[0]).toBe(before);
    expect(view.blocks).toHaveLength(2);
    expect(view.tail).toBeNull();
  });

  it('stays ended when a response that was on its way still says that it is written', () => {
    const answers = new Answers();
    answers.take({ event: 'ended', chat_id: 1, message: answer({ state: 'done', blocks: [html('a')] }) });
    const view = answers.view(answer({ state: 'writing' }));
    expect(view.state).toBe('done');
    expect(view.blocks).toHaveLength(1);
  });

  it('takes nothing more once it was stopped', () => {
    const answers = new Answers();
    answers.take({ event: 'ended', chat_id: 1, message: answer({ state: 'stopped', blocks: [html('a')] }) });
    answers.take(block(1, 'late'));
    expect(shown(answers)).toEqual(['<p>a</p>']);
  });

  it('appends to the open code block and never replaces it', () => {
    const answers = new Answers();
    answers.take({ event: 'started', chat_id: 1, message: answer() });
    answers.take(code(0, 'a = 1\n'));
    const tail = answers.view(answer()).tail;
    answers.take(more(0, 'b = 2\n'));
    expect(answers.view(answer()).tail).toBe(tail);
    expect(tail).toBeInstanceOf(OpenCode);
    expect((tail as OpenCode).text).toBe('a = 1\nb = 2\n');
  });

  it('believes the stored copy after events were missed', () => {
    const answers = new Answers();
    answers.take({ event: 'started', chat_id: 1, message: answer() });
    answers.take(block(0, 'a'));
    answers.take(half(1, 'half'));
    answers.take({ event: 'resync' });
    const view = answers.view(answer({ blocks: [html('a'), html('b')] }));
    expect(view.blocks.map(({ block }) => block.html)).toEqual(['<p>a</p>', '<p>b</p>']);
    expect(view.tail).toBeNull();
  });

  it('opened half-way shows the unfinished part once', () => {
    const answers = new Answers();
    const view = answers.view(answer({ blocks: [html('a'), html('half')] }));
    answers.take(half(1, 'half of it'));
    expect(view.blocks).toHaveLength(1);
    answers.take(block(1, 'half of it, whole'));
    expect(shown(answers)).toEqual(['<p>a</p>', '<p>half of it, whole</p>']);
  });

  it('counts a wait down until something is written', () => {
    const answers = new Answers();
    answers.take({ event: 'started', chat_id: 1, message: answer() });
    answers.take({ event: 'waiting', ...at, seconds: 12, reason: 'Gemini is busy' });
    expect(answers.view(answer()).waiting?.reason).toBe('Gemini is busy');
    answers.take(block(0, 'a'));
    expect(answers.view(answer()).waiting).toBeNull();
  });
});
