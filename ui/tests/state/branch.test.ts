/** The run of messages on the screen: pages at both ends, and what is let go. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Answers } from '../../src/chat/answers';
import { Branch, FIRST, MOST } from '../../src/chat/branch.svelte';
import type { Chat, Message, OpenChat } from '../../src/lib/api';
import { Backend } from '../fake/backend';

const chat: Chat = new Backend().chat('x');

function message(id: number, more: Partial<Message> = {}): Message {
  return { id, chat_id: 1, parent_id: id > 1 ? id - 1 : null, siblings: [id], role: id % 2 ? 'user' : 'assistant', state: 'done', text: String(id), blocks: [], strategies: [], thoughts: null, thought_blocks: [], thought_ms: null, model: null, service: null, usage: null, cost: null, finish: null, left_out: 0, goes_on: false, problem: null, created_at: '2026-05-04T10:00:00Z', ended_at: null, ...more };
}

/** The messages from one number to another of a chat of a thousand. */
function page(from: number, to: number): OpenChat {
  const messages = Array.from({ length: to - from + 1 }, (_, index) => message(from + index));
  return { chat, messages, has_older: from > 1, has_newer: to < 1000, summaries: [] };
}

let branch: Branch;
const ends = () => [branch.messages[0]?.id, branch.messages.at(-1)?.id];

beforeEach(() => {
  branch = new Branch(new Answers());
});

describe('a long chat', () => {
  it('shows its end first, and what is above it when that was drawn', async () => {
    branch.show(page(961, 1000));
    expect(ends()).toEqual([1001 - FIRST, 1000]);
    // Nobody asks for what is on its way.
    expect(branch.hasOlder).toBe(false);
    await vi.waitFor(() => { expect(ends()).toEqual([961, 1000]); });
    expect(branch.hasOlder).toBe(true);
  });

  it('shows all of a page at once where something in it is looked for', () => {
    branch.show({ ...page(961, 1000), has_newer: false }, true);
    expect(ends()).toEqual([961, 1000]);
    expect(branch.hasOlder).toBe(true);
  });

  it('keeps what was asked while only its end was there', async () => {
    branch.show(page(961, 1000));
    branch.ask({ chat, question: message(1001), answer: message(1002) });
    await vi.waitFor(() => { expect(ends()).toEqual([961, 1002]); });
  });

  it('puts nothing of it above another that was opened meanwhile', async () => {
    branch.show(page(961, 1000));
    branch.clear();
    branch.show({ ...page(1, 1), has_newer: false });
    await new Promise((drawn) => setTimeout(drawn, 300));
    expect(ends()).toEqual([1, 1]);
    expect(branch.hasOlder).toBe(false);
  });

  it('lets go of its end while the reader goes up, and says that it is there', async () => {
    branch.show(page(951, 1000));
    await vi.waitFor(() => { expect(ends()).toEqual([951, 1000]); });
    for (let from = 901; from > 600; from -= 50) branch.addOlder(page(from, from + 49));
    expect(branch.messages).toHaveLength(MOST);
    expect(ends()).toEqual([601, 900]);
    expect([branch.hasOlder, branch.hasNewer]).toEqual([true, true]);
  });

  it('lets go of its beginning while the reader comes down again', () => {
    branch.show(page(1, 50));
    for (let from = 51; from < 1000; from += 50) branch.addNewer(page(from, from + 49));
    expect(ends()).toEqual([701, 1000]);
    expect([branch.hasOlder, branch.hasNewer]).toEqual([true, false]);
  });

  it('takes no page that would leave a hole', () => {
    branch.show(page(501, 550));
    branch.addOlder(page(401, 450));
    branch.addNewer(page(601, 650));
    expect(ends()).toEqual([501, 550]);
  });

  it('keeps what leads up to the newest page, and nothing that doesn’t', () => {
    branch.show(page(901, 970));
    branch.show(page(951, 1000));
    expect(ends()).toEqual([901, 1000]);
    branch.show(page(101, 150));
    expect(ends()).toEqual([101, 150]);
  });

  it('keeps the views of what is on the screen already', () => {
    branch.show(page(951, 1000));
    const before = branch.messages.at(-1);
    branch.show(page(951, 1000));
    expect(branch.messages.at(-1)).toBe(before);
  });
});

describe('a question', () => {
  const question = (id: number, parent_id: number | null) => ({ chat, question: message(id, { parent_id, role: 'user' }), answer: message(id + 1, { role: 'assistant', state: 'writing' }) });

  it('in other words takes the place of what followed', () => {
    branch.show(page(1, 8));
    expect(branch.ask(question(1001, 4))).toBe(true);
    expect(branch.messages.map(({ id }) => id)).toEqual([1, 2, 3, 4, 1001, 1002]);
    expect(branch.hasNewer).toBe(false);
  });

  it('that begins a chat anew stands alone', () => {
    branch.show(page(1, 8));
    expect(branch.ask(question(1001, null))).toBe(true);
    expect(branch.messages.map(({ id }) => id)).toEqual([1001, 1002]);
    expect(branch.hasOlder).toBe(false);
  });

  it('after a message that isn’t on the screen isn’t put anywhere', () => {
    branch.show(page(501, 550));
    expect(branch.ask(question(1001, 1000))).toBe(false);
    expect(ends()).toEqual([501, 550]);
  });
});

it('an event that knows of one version only doesn’t take the others away', () => {
  branch.show({ ...page(1, 2), messages: [message(1), message(2, { siblings: [2, 7] })] });
  branch.messages[1]?.absorb(message(2));
  expect(branch.messages[1]?.siblings).toEqual([2, 7]);
});
