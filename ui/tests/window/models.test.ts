/** Models in a chat: which one answers, what it thinks, what goes wrong with it, how full its window is. */
import { fireEvent, screen, within } from '@testing-library/svelte';
import { shortDate } from '../../src/lib/ui/dates';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Message, Problem } from '../../src/lib/api';
import { type Backend, problem, PROBLEMS } from '../fake/backend';
import { GEMINI } from '../fake/services';
import { ask, button, click, last, open, section, times, write } from './open';

function furnish({ services }: Backend): void {
  const { id } = services.put('gemini', { models: GEMINI, default_model: 'gemini-3.8-flash' });
  services.put('ollama', { default_model: 'qwen3:8b' });
  services.choice = { service: id, model: null };
}

/** Opens a chat with one question and this answer. */
async function answered(how: Partial<Message>, prepare?: (backend: Backend, answer: Message) => void): Promise<{ backend: Backend; answer: Message }> {
  let answer: Message | undefined;
  const model = how.model ?? 'Gemini · gemini-3.8-flash';
  const backend = open({ signedIn: true }, (made) => {
    furnish(made);
    const chat = made.chat('Stops');
    made.message(chat.id, 'user', 'Where does the stop go?');
    answer = made.message(chat.id, 'assistant', 'Under the entry.', { model, service: made.services.list.find((one) => model.startsWith(one.name))?.id ?? null, ended_at: new Date().toISOString(), ...how });
    prepare?.(made, answer);
  });
  await click('Stops');
  await screen.findByRole('article', { name: 'Answer' });
  if (!answer) throw new Error('no answer');
  return { backend, answer };
}

const failed = (text: string, what: Problem) => answered({ state: 'failed', text, blocks: [], problem: what });
const card = () => screen.findByRole('group', { name: 'The answer failed' });
const buttons = async (within_: HTMLElement) => within(within_).queryAllByRole('button').map(({ textContent }) => textContent.trim());

async function pick(chip: string | RegExp, option: RegExp): Promise<void> {
  await fireEvent.click(await screen.findByRole('button', { name: chip }));
  await fireEvent.click(await screen.findByRole('option', { name: option }));
}

afterEach(() => { vi.useRealTimers(); });

describe('the model of a chat', () => {
  it('is the default until another one is chosen', async () => {
    const { backend } = await answered({});
    await pick('Model: Gemini · gemini-3.8-flash', /^gemini-3.8-pro/);
    await vi.waitFor(() => { expect(last(backend, 'set_chat_model')).toMatchObject({ model: { service: 1, model: 'gemini-3.8-pro' } }); });
    await pick('Model: Gemini · gemini-3.8-pro', /^The default/);
    await vi.waitFor(() => { expect(last(backend, 'set_chat_model')).toMatchObject({ model: null }); });
    expect(await button('Model: Gemini · gemini-3.8-flash')).toBeTruthy();
  });

  it('is kept for a chat that isn’t sent yet, and goes with its first question', async () => {
    const backend = open({ signedIn: true }, furnish);
    await pick('Model: Gemini · gemini-3.8-flash', /^AlgoAgent built-in/);
    expect(times(backend, 'set_chat_model')).toBe(0);
    await ask('What is a stop?');
    await vi.waitFor(() => { expect(last(backend, 'send')).toMatchObject({ model: { service: null, model: null } }); });
    await click('New chat');
    expect(await button('Model: Gemini · gemini-3.8-flash')).toBeTruthy();
  });

  it('is that of its context where the chat has none', async () => {
    const backend = open({ signedIn: true }, (made) => {
      furnish(made);
      made.contexts = made.contexts.map((context) => ({ ...context, model: { service: 2, model: null } }));
    });
    await fireEvent.click(await button('Context: No context'));
    await fireEvent.click(await button('Trend following, large caps'));
    await fireEvent.click(await button('Model: Ollama · qwen3:8b'));
    expect(await screen.findByRole('option', { name: /^As its context says/ })).toBeTruthy();
    expect(times(backend, 'set_chat_model')).toBe(0);
  });

  it('is found and chosen with the keyboard, and leads to the settings', async () => {
    open({ signedIn: true }, ({ services }) => { services.put('ollama', { default_model: 'qwen3:8b' }); });
    const chip = await button('Model: AlgoAgent built-in (offline)');
    chip.focus();
    await fireEvent.click(chip);
    const list = await screen.findByRole('listbox', { name: 'Model of this chat' });
    await vi.waitFor(() => { expect(document.activeElement).toBe(list); });
    await fireEvent.keyDown(list, { key: 'End' });
    await fireEvent.keyDown(list, { key: 'Enter' });
    await fireEvent.click(await button('Model: Ollama · qwen3:8b'));
    await click('Model settings');
    expect(document.body.dataset.screen).toBe('settings');
  });

  it('of a context is chosen in its editor', async () => {
    const backend = open({ signedIn: true }, furnish);
    await click('Contexts');
    await pick('Model The default', /^gemini-3.8-pro/);
    await click('Save');
    await vi.waitFor(() => { expect(last(backend, 'update_context')).toMatchObject({ draft: { model: { service: 1, model: 'gemini-3.8-pro' } } }); });
  });
});

describe('what a model thinks', () => {
  it('is folded away above the answer, as plain text', async () => {
    await answered({ thoughts: '**slow** <b>cross</b>' });
    expect(screen.queryByText(/slow/)).toBeNull();
    await click('Thought for a while');
    const thoughts = await screen.findByRole('region', { name: 'The model’s reasoning' });
    expect(thoughts.textContent.trim()).toBe('**slow** <b>cross</b>');
    await click('Thought for a while');
    expect(screen.queryByText(/slow/)).toBeNull();
  });

  it('is shown as answers are once it is over, and says how long it took', async () => {
    const { backend, answer } = await answered({ state: 'writing', text: '', blocks: [] });
    const at = { chat_id: answer.chat_id, message_id: answer.id };
    backend.emit({ event: 'thought', ...at, text: '**Slow** cross' });
    await click('Thinking…');
    const region = await screen.findByRole('region', { name: 'The model’s reasoning' });
    expect(region.textContent.trim()).toBe('**Slow** cross');
    backend.emit({ event: 'thoughts', ...at, blocks: [{ kind: 'html', html: '<p><strong>Slow</strong> cross</p>' }, { kind: 'code', language: 'python', html: 'a = 1' }], thought_ms: 12_000 });
    backend.emit({ event: 'block', ...at, index: 0, block: { kind: 'html', html: '<p>Here it is.</p>' } });
    expect(await button(/^Thought for 12\ss$/)).toBeTruthy();
    expect(region.querySelector('strong')?.textContent).toBe('Slow');
    expect(region.querySelector('pre code')?.textContent).toBe('a = 1');
    expect(region.textContent).not.toContain('**');
  });

  it('is shown the same when the chat is opened again', async () => {
    await answered({ thoughts: 'Slow', thought_blocks: [{ kind: 'html', html: '<p>Slow</p>' }], thought_ms: 65_000 });
    await click(/^Thought for 1\smin 5\ss$/);
    expect((await screen.findByRole('region', { name: 'The model’s reasoning' })).querySelector('p')?.textContent).toBe('Slow');
  });

  it('grows while it thinks, begins anew with the next try, and is no part of the answer', async () => {
    const { backend, answer } = await answered({ state: 'writing', text: '', blocks: [] });
    const at = { chat_id: answer.chat_id, message_id: answer.id };
    backend.emit({ event: 'thought', ...at, text: 'A slow ' });
    backend.emit({ event: 'thought', ...at, text: 'cross.' });
    await click('Thinking…');
    expect(await screen.findByText('A slow cross.')).toBeTruthy();
    backend.emit({ event: 'waiting', ...at, seconds: 5, reason: 'Gemini is busy' });
    await vi.waitFor(() => { expect(screen.queryByText('A slow cross.')).toBeNull(); });
    backend.emit({ event: 'thought', ...at, text: 'Once more.' });
    backend.emit({ event: 'block', ...at, index: 0, block: { kind: 'html', html: '<p>Here it is.</p>' } });
    expect(await button('Thought for a while')).toBeTruthy();
    expect(document.querySelector('.prose')?.textContent).toBe('Here it is.');
  });

  it('takes back from the answer what turns out to have been thought', async () => {
    const { backend, answer } = await answered({ state: 'writing', text: '', blocks: [] });
    const at = { chat_id: answer.chat_id, message_id: answer.id };
    backend.emit({ event: 'block', ...at, index: 0, block: { kind: 'html', html: '<p>Hm, a cross.</p>' } });
    backend.emit({ event: 'tail', ...at, index: 1, tail: { kind: 'html', html: '<p>So</p>' } });
    await vi.waitFor(() => { expect(document.querySelectorAll('.prose')).toHaveLength(2); });
    backend.emit({ event: 'anew', ...at });
    backend.emit({ event: 'thought', ...at, text: 'Hm, a cross. So' });
    await vi.waitFor(() => { expect(document.querySelector('.prose')).toBeNull(); });
    backend.emit({ event: 'block', ...at, index: 0, block: { kind: 'html', html: '<p>A slow cross.</p>' } });
    await vi.waitFor(() => { expect([...document.querySelectorAll('.prose')].map(({ textContent }) => textContent)).toEqual(['A slow cross.']); });
    await click('Thought for a while');
    expect(await screen.findByText('Hm, a cross. So')).toBeTruthy();
  });
});

describe('a problem', () => {
  it('of a model that is gone is mended with the nearest one, of the same service', async () => {
    const { backend, answer } = await failed('', PROBLEMS.gone);
    expect(await buttons(await card())).toEqual(['Use gemini-3.8-flash', 'Choose another model', 'Try again']);
    screen.getByRole('button', { name: 'Use gemini-3.8-flash' }).focus();
    await click('Use gemini-3.8-flash');
    expect(document.activeElement).toBe(screen.getByLabelText('Message'));
    await vi.waitFor(() => { expect(last(backend, 'try_again')).toEqual({ message_id: answer.id }); });
    expect(last(backend, 'set_chat_model')).toEqual({ chat_id: answer.chat_id, model: { service: 1, model: 'gemini-3.8-flash' } });
  });

  it('that asks to wait counts down', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    await failed('', PROBLEMS.overloaded);
    expect((await card()).textContent.replaceAll(/\s+/g, ' ')).toMatch(/The service asks to wait (39|40) s\./);
    await vi.advanceTimersByTimeAsync(10_000);
    expect((await card()).textContent.replaceAll(/\s+/g, ' ')).toMatch(/wait (29|30) s\./);
    await vi.advanceTimersByTimeAsync(31_000);
    expect((await card()).textContent).not.toContain('asks to wait');
    await click('Details');
    expect(within(await card()).getByText(/The model is overloaded/, { selector: 'pre' })).toBeTruthy();
  });

  it('that lasts until tomorrow says when it ends', async () => {
    const tomorrow = new Date(new Date().setHours(33, 0, 0, 0));
    await failed('', problem('quota_exhausted', 'The quota is used up.', { advice: ['wait', 'choose_model'], until: tomorrow.toISOString() }));
    expect((await card()).textContent.replaceAll(/\s+/g, ' ')).toContain('The service asks to wait until tomorrow, 09:00.');
  });

  it('opens the choice of models', async () => {
    await failed('', PROBLEMS.overloaded);
    await click('Choose another model');
    expect(await screen.findByRole('listbox', { name: 'Model of this chat' })).toBeTruthy();
  });

  it('of a question puts it back into the composer, above what is typed there', async () => {
    await failed('', problem('blocked', 'It was refused.', { advice: ['rephrase'] }));
    await write('Message', 'and this');
    await click('Rephrase the question');
    await vi.waitFor(() => { expect(screen.getByLabelText<HTMLTextAreaElement>('Message').value).toBe('Where does the stop go?\n\nand this'); });
  });

  it('of a chat that is too long begins a new one with the question', async () => {
    await failed('', problem('context_too_long', 'It is too long.', { advice: ['new_chat', 'choose_model'] }));
    await click('Begin a new chat');
    await vi.waitFor(() => { expect(screen.getByLabelText<HTMLTextAreaElement>('Message').value).toBe('Where does the stop go?'); });
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('New chat');
  });

  it('of the network or the disk says what to see to', async () => {
    await failed('', problem('offline', 'It can’t be reached.', { advice: ['check_network', 'open_settings', 'try_again'] }));
    expect((await card()).textContent).toContain('Check the network of this computer.');
    expect(await buttons(await card())).toEqual(['Open model settings', 'Try again']);
  });

  it('of an answer that is whole is a calm note', async () => {
    const { backend } = await answered({ problem: PROBLEMS.cut });
    const note = await screen.findByRole('group', { name: 'About this answer' });
    expect(note.textContent).toContain('Ollama left out the start of this conversation');
    expect(screen.queryByRole('group', { name: 'The answer failed' })).toBeNull();
    expect(await buttons(note)).toEqual(['Choose another model', 'Begin a new chat']);
    expect(times(backend, 'try_again')).toBe(0);
  });
});

describe('going on', () => {
  it('is offered for what was stopped, and shown as a thin line', async () => {
    const { backend, answer } = await answered({ state: 'stopped' });
    await click('Continue');
    await vi.waitFor(() => { expect(last(backend, 'go_on')).toEqual({ message_id: answer.id }); });
    expect(await screen.findByText('Continued')).toBeTruthy();
    expect(screen.getAllByRole('article', { name: 'You' })).toHaveLength(1);
    await vi.waitFor(() => { expect(screen.getAllByRole('article', { name: 'Answer' })).toHaveLength(2); });
  });

  it('is offered for an answer that broke off, and not where there is nothing of it', async () => {
    await failed('Under', PROBLEMS.broken);
    expect(await buttons(await card())).toEqual(['Continue', 'Try again']);
  });

  it.each([
    ['stopped', 'Stopped before anything was written.'],
    ['interrupted', 'The program ended before anything was written.'],
  ] as const)('where nothing was written of what was %s, nothing is said to be kept and nothing can be copied', async (state, words) => {
    await answered({ state, text: '', blocks: [], thoughts: null });
    expect(await screen.findByText(words)).toBeTruthy();
    const answer = within(screen.getByRole('article', { name: 'Answer' }));
    expect(answer.getAllByRole('button').map((one) => one.getAttribute('aria-label') ?? one.textContent.trim())).toEqual(['Try again', 'About this answer']);
  });

  it('is not offered where there is nothing of the answer', async () => {
    await failed('', PROBLEMS.broken);
    expect(await buttons(await card())).toEqual(['Try again']);
  });

  it('waiting for another try can be stopped where it is said', async () => {
    const { backend, answer } = await answered({ state: 'writing', text: '', blocks: [] });
    backend.emit({ event: 'waiting', chat_id: answer.chat_id, message_id: answer.id, seconds: 12, reason: 'Gemini is busy.' });
    expect(await screen.findByText('Gemini is busy; trying again in')).toBeTruthy();
    await click('Stop waiting');
    expect(last(backend, 'stop')).toEqual({ message_id: answer.id });
    expect(document.activeElement).toBe(screen.getByLabelText('Message'));
  });
});

describe('the model’s window', () => {
  const gauge = () => screen.findByRole('meter', { name: 'The model’s window' });

  it('is measured, and asked for again when an answer ends', async () => {
    const { backend, answer } = await answered({}, (made) => (made.meter = { ...made.meter, used: 12_480, limit: 1_040_384 }));
    expect((await gauge()).getAttribute('aria-valuetext')).toBe('about 12,480 of 1,040,384 tokens');
    expect((await gauge()).textContent.trim()).toBe('12K / 1M');
    backend.meter = { ...backend.meter, used: 700_000, counted: true };
    backend.emit({ event: 'ended', chat_id: answer.chat_id, message: answer });
    await vi.waitFor(async () => { expect((await gauge()).getAttribute('aria-valuetext')).toBe('700,000 of 1,040,384 tokens'); });
    expect((await gauge()).className).toContain('caution');
    await click('New chat');
    expect(screen.queryByRole('meter')).toBeNull();
  });

  it('that has no limit isn’t shown', async () => {
    const { backend } = await answered({});
    await vi.waitFor(() => { expect(times(backend, 'chat_meter')).toBeGreaterThan(0); });
    expect(screen.queryByRole('meter')).toBeNull();
  });

  it('that is small is said where messages were left out', async () => {
    await answered({ left_out: 1214 });
    expect(await screen.findByText('The first 1,214 messages were not sent: the model’s window is small.')).toBeTruthy();
  });

  it('is kept free by a summary, which is said while it is made and can be read afterwards', async () => {
    const { backend, answer } = await answered({ state: 'writing', text: '', blocks: [] });
    const at = { chat_id: answer.chat_id };
    backend.emit({ event: 'summarising', ...at, message_id: answer.id, messages: 212 });
    expect(await screen.findByText('Summarising 212 earlier messages…')).toBeTruthy();
    const message_id = backend.messages.get(answer.chat_id)?.[0]?.id ?? 0;
    backend.emit({ event: 'summarised', ...at, summary: { message_id, messages: 212, model: 'Gemini · gemini-3.8-flash', text: 'They trade AAPL.', created_at: '' } });
    await vi.waitFor(() => { expect(screen.queryByText(/^Summarising/)).toBeNull(); });
    expect(screen.queryByText('They trade AAPL.')).toBeNull();
    await click('Earlier messages (212) are summarised for the model; nothing was deleted');
    expect(await screen.findByText('They trade AAPL.')).toBeTruthy();
  });

  it('a stored summary stands after its message', async () => {
    await answered({}, (made, answer) => made.summaries.set(answer.chat_id, [{ message_id: answer.id, messages: 1, model: 'm', text: 't', created_at: '' }]));
    const line = await screen.findByRole('group', { name: 'Summary' });
    expect(screen.getByRole('article', { name: 'Answer' }).compareDocumentPosition(line)).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
  });
});

describe('about an answer', () => {
  const facts = async () => {
    const dialog = await screen.findByRole('dialog', { name: 'About this answer' });
    return [...dialog.querySelectorAll('dt')].map((name) => `${name.textContent}: ${name.nextElementSibling?.textContent ?? ''}`.replaceAll('\u00a0', ' '));
  };
  const moments = { created_at: '2026-11-20T10:00:00Z', ended_at: '2026-11-20T10:01:05Z' };

  it('model, tokens, time and cost are told', async () => {
    await answered({ ...moments, usage: { input: 12_480, output: 912, cached: 1024 }, cost: 0.0042 });
    await click('About this answer');
    expect((await facts()).slice(0, 6)).toEqual([`Written: ${shortDate(moments.created_at)}`, 'Model: Gemini · gemini-3.8-flash', 'Tokens in: 12,480, 1,024 of them cached', 'Tokens out: 912', 'Took: 1 min 5 s', 'Cost: US$ 0.0042']);
  });

  it('what it was made with is asked for only when somebody looks', async () => {
    const { backend } = await answered({ ...moments, finish: 'STOP' });
    await button('About this answer');
    expect(times(backend, 'origin')).toBe(0);
    await click('About this answer');
    await vi.waitFor(async () => {
      expect((await facts()).slice(-5)).toEqual([
        'Ended: The model had said all (STOP)',
        'Context: Trend following, large caps, version 3',
        'Profile: Moderate · Daily · AAPL, GOOGL, MSFT, TSLA',
        'Risk limits: Largest position 10 %, largest drawdown 15 %, stop loss 2 %, take profit 5 %',
        'Parameters: temperature: 0.4, maxOutputTokens: 8192',
      ]);
    });
    await click('About this answer');
    await click('About this answer');
    expect(times(backend, 'origin')).toBe(1);
  });

  it('a price that nobody knows leads to the prices', async () => {
    await answered({ ...moments, usage: { input: 1, output: 2, cached: 0 } });
    await click('About this answer');
    expect(await facts()).toContain('Cost: No price known');
    await click('Enter its price');
    expect(document.body.dataset.screen).toBe('settings');
  });

  it('of this computer’s models says nothing of cost', async () => {
    await answered({ ...moments, model: 'Ollama · qwen3:8b', usage: { input: 1, output: 2, cached: 0 } });
    await click('About this answer');
    expect((await facts()).join()).not.toContain('Cost');
  });
});

it('a chosen service that lost its key is said in the settings', async () => {
  open({ signedIn: true }, ({ services }) => {
    services.choice = { service: services.put('anthropic', { key: null }).id, model: null };
  });
  await section('Models');
  expect(await screen.findByText('Anthropic needs a key before it can answer.')).toBeTruthy();
});
