/** What is typed, and how it comes into the vault and out of it again. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Drafts } from '../../src/lib/drafts.svelte';
import { install, type Draft } from '../../src/lib/api';
import { Backend, refuse } from '../fake/backend';

let backend: Backend;
let drafts: Drafts;
const kept = () => backend.talks.drafts;
function draft(text: string, chat_id: number | null = 1, message_id: number | null = null): Draft {
  if (chat_id === null || message_id === null) return { at: 'chat', chat_id, text };
  return { at: 'question', chat_id, message_id, text };
}
const saves = () => backend.calls.filter(({ name }) => name === 'save_draft').map(({ request }) => (request as Draft).text);

function held(name: string): () => void {
  let release = (): void => undefined;
  backend.holds.set(name, new Promise((resolve) => {
    release = () => {
      backend.holds.delete(name);
      resolve();
    };
  }));
  return () => { release(); };
}

beforeEach(() => {
  vi.useFakeTimers();
  backend = new Backend({ pace: 0 });
  install(backend);
  drafts = new Drafts();
});
afterEach(() => { vi.useRealTimers(); });

describe('what is typed', () => {
  it('is in the vault 400 ms later, even while somebody types on', async () => {
    for (const text of ['a', 'ab', 'abc', 'abcd', 'abcde']) {
      drafts.write(1, text);
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(saves()[0]).toBe('abcd');
    await vi.advanceTimersByTimeAsync(400);
    expect(kept()).toEqual([draft('abcde')]);
  });

  it('is saved at once by whoever leaves, and not again later', async () => {
    drafts.write(1, 'chat');
    drafts.write(null, 'new');
    drafts.write(1, 'edit', 7);
    await drafts.flush();
    expect(kept()).toEqual([draft('chat'), draft('new', null), draft('edit', 1, 7)]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(saves()).toHaveLength(3);
  });

  it('goes nowhere once whoever typed it is gone', async () => {
    drafts.write(1, 'mine');
    drafts.end();
    drafts.write(1, 'mine, too');
    await vi.advanceTimersByTimeAsync(1000);
    await drafts.flush();
    expect(saves()).toEqual([]);
  });

  it('comes back at the next start, before what was typed meanwhile', async () => {
    kept().push(draft('before'), draft('edit', 1, 7));
    const release = held('drafts');
    const loading = drafts.load();
    drafts.write(1, ' and now');
    await vi.advanceTimersByTimeAsync(1000);
    expect(saves()).toEqual([]);
    release();
    await loading;
    expect(drafts.of(1)).toBe('before and now');
    expect(drafts.of(1, 7)).toBe('edit');
    await vi.advanceTimersByTimeAsync(400);
    expect(kept()).toContainEqual(draft('before and now'));
  });

  it('is never written over what couldn’t be read', async () => {
    kept().push(draft('before'));
    backend.refusals.set('drafts', refuse('internal', 'No.'));
    await drafts.load();
    drafts.write(1, ' now');
    await vi.advanceTimersByTimeAsync(400);
    expect(kept()).toEqual([draft('before now')]);
  });

  it('comes in with imported chats, beside what is typed here', async () => {
    await drafts.load();
    drafts.write(1, 'mine');
    kept().push(draft('older', 1), draft('theirs', 2), draft('edit', 2, 7));
    await drafts.more();
    expect([drafts.of(1), drafts.of(2), drafts.of(2, 7)]).toEqual(['mine', 'theirs', 'edit']);
    await vi.advanceTimersByTimeAsync(400);
    expect(saves()).toEqual(['mine']);
    backend.refusals.set('drafts', refuse('internal', 'No.'));
    await drafts.more();
    expect(drafts.of(2)).toBe('theirs');
  });

  it('is put in front once, however many saves find it unread', async () => {
    kept().push(draft('one', 1), draft('two', 2));
    backend.refusals.set('drafts', refuse('internal', 'No.'));
    await drafts.load();
    drafts.write(1, ' and one');
    drafts.write(2, ' and two');
    await vi.advanceTimersByTimeAsync(400);
    expect([drafts.of(1), drafts.of(2)]).toEqual(['one and one', 'two and two']);
    await vi.advanceTimersByTimeAsync(400);
    expect(kept()).toEqual([draft('one and one', 1), draft('two and two', 2)]);
    await drafts.load();
    expect([drafts.of(1), drafts.of(2)]).toEqual(['one and one', 'two and two']);
  });

  it('that couldn’t be read comes with the next change of the list, and not again with a save', async () => {
    kept().push(draft('before', 1), draft('other', 2));
    backend.refusals.set('drafts', refuse('internal', 'No.'));
    await drafts.load();
    drafts.write(1, ' now');
    await drafts.more();
    expect([drafts.of(1), drafts.of(2)]).toEqual(['before now', 'other']);
    drafts.write(2, 'other words');
    await vi.advanceTimersByTimeAsync(400);
    expect([drafts.of(1), drafts.of(2)]).toEqual(['before now', 'other words']);
    expect(backend.calls.filter(({ name }) => name === 'drafts')).toHaveLength(2);
  });

  it('and deleted is forgotten', async () => {
    drafts.write(1, 'a');
    await drafts.flush();
    drafts.write(1, '');
    await drafts.flush();
    expect(kept()).toEqual([]);
  });

  it('is what it was before, when it became that again while it was saved', async () => {
    drafts.write(1, 'first');
    await drafts.flush();
    const release = held('save_draft');
    drafts.write(1, 'second');
    await vi.advanceTimersByTimeAsync(400);
    drafts.write(1, 'first');
    release();
    await vi.advanceTimersByTimeAsync(1000);
    expect(kept()).toEqual([draft('first')]);
  });

  it('is saved one after the other, so that the last one stays', async () => {
    const release = held('save_draft');
    drafts.write(1, 'first');
    await vi.advanceTimersByTimeAsync(400);
    drafts.write(1, 'second');
    await vi.advanceTimersByTimeAsync(400);
    expect(saves()).toEqual(['first']);
    release();
    await vi.advanceTimersByTimeAsync(0);
    expect(kept()).toEqual([draft('second')]);
  });
});

describe('what is sent', () => {
  it('is not brought back by a save that was about to come', async () => {
    drafts.write(1, 'sent');
    await drafts.hold(1);
    await vi.advanceTimersByTimeAsync(1000);
    drafts.sent(1, 'sent');
    await vi.advanceTimersByTimeAsync(1000);
    expect(saves()).toEqual([]);
  });

  it('waits for a save that is on its way', async () => {
    const release = held('save_draft');
    drafts.write(1, 'sent');
    await vi.advanceTimersByTimeAsync(400);
    let clear = false;
    const holding = drafts.hold(1).then(() => (clear = true));
    await vi.advanceTimersByTimeAsync(100);
    expect(clear).toBe(false);
    release();
    await holding;
    expect(clear).toBe(true);
  });

  it('leaves what was typed meanwhile, which is saved then', async () => {
    drafts.write(1, 'sent');
    await drafts.hold(1);
    drafts.write(1, 'sent and more');
    await drafts.flush();
    expect(saves()).toEqual([]);
    drafts.sent(1, 'sent');
    await vi.advanceTimersByTimeAsync(400);
    expect(kept()).toEqual([draft(' and more')]);
  });

  it('and was refused is saved after all', async () => {
    drafts.write(1, 'kept');
    await drafts.hold(1);
    drafts.release(1);
    await vi.advanceTimersByTimeAsync(400);
    expect(kept()).toEqual([draft('kept')]);
  });
});

describe('a save that fails', () => {
  const fail = () => backend.refusals.set('save_draft', refuse('disk_full', 'The disk is full.'));

  it('is tried again with the next change, and told of after the second time', async () => {
    fail();
    drafts.write(1, 'a');
    await vi.advanceTimersByTimeAsync(400);
    expect(drafts.fault).toBeNull();
    expect(drafts.of(1)).toBe('a');
    fail();
    drafts.write(1, 'ab');
    await vi.advanceTimersByTimeAsync(400);
    expect(drafts.fault).toBe('The disk is full.');
    drafts.write(1, 'abc');
    await vi.advanceTimersByTimeAsync(400);
    expect(drafts.fault).toBeNull();
    expect(kept()).toEqual([draft('abc')]);
  });

  it('holds nobody up for long who leaves', async () => {
    held('save_draft');
    drafts.write(1, 'a');
    let left = false;
    void drafts.flush().then(() => (left = true));
    await vi.advanceTimersByTimeAsync(1000);
    expect(left).toBe(true);
  });
});
