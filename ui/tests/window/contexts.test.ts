/** Contexts in depth: form and JSON, templates, versions, warnings, what new chats begin with. */
import { fireEvent, screen, within } from '@testing-library/svelte';
import { describe, expect, it, vi } from 'vitest';
import { refuse, type Backend } from '../fake/backend';
import { ask, button, choose, click, confirm, last, on, open, tab, times, write } from './open';

const KEPT = { lookback: 90, session: { from: '09:30' }, type: 'momentum', constraints: { max_drawdown: 0.2, note: 'none over night' } };

/** Opens the contexts with one of this data. */
async function editing(data: Record<string, unknown>, prepare?: (backend: Backend) => void): Promise<Backend> {
  const backend = open({ signedIn: true }, (made) => {
    made.written.put({ name: 'Mine', instructions: 'First line.\nSecond line.', data, active: true, model: null }, 7);
    prepare?.(made);
  });
  await click('Contexts');
  await screen.findByRole('form', { name: 'Mine' });
  return backend;
}

const json = () => screen.findByLabelText<HTMLTextAreaElement>('JSON text');
const saved = (backend: Backend) => last(backend, 'update_context') as { draft: { data: Record<string, unknown>; instructions: string } };
const save = async () => fireEvent.click(await button('Save'));

/** By its own label: looking for a role in a form of this size is slow. */
async function press(label: string): Promise<void> {
  await fireEvent.click(await screen.findByLabelText(label));
}

async function pick(field: string, option: string): Promise<void> {
  await fireEvent.click(await screen.findByRole('button', { name: new RegExp(`^${field}`) }));
  await fireEvent.click(await screen.findByRole('option', { name: new RegExp(`^${option}`) }));
}

describe('the structured data of a context', () => {
  it('is a form that leaves alone what it has no field for', async () => {
    const backend = await editing(KEPT);
    await write('Largest drawdown', '25');
    await write('Indicators', 'ema');
    await fireEvent.keyDown(await screen.findByLabelText('Indicators'), { key: 'Enter' });
    expect(await screen.findByText(/lookback, session, constraints.note/)).toBeTruthy();
    await save();
    await vi.waitFor(() => {
      expect(saved(backend).draft.data).toEqual({ ...KEPT, indicators: ['EMA'], constraints: { max_drawdown: 0.25, note: 'none over night' } });
    });
  });

  it('isn’t changed by being looked at in both views', async () => {
    const odd = { type: 5, universe: 'SPX', indicators: [{ name: 'EMA' }], constraints: { stop_loss_pct: 0.0123456789012 }, timeframe: '2h' };
    const backend = await editing(odd);
    expect(await screen.findByText(/The JSON says "SPX" here/)).toBeTruthy();
    await tab('JSON');
    expect(JSON.parse((await json()).value)).toEqual(odd);
    await tab('Form');
    await write('Name', 'Mine too');
    await save();
    await vi.waitFor(() => { expect(saved(backend).draft.data).toEqual(odd); });
  });

  it('says the same in both views', async () => {
    const backend = await editing({ type: 'momentum' });
    await tab('JSON');
    await write('JSON text', '{"type": "breakout", "universe": ["SPY"], "constraints": {"stop_loss_pct": 0.03, "max_open": 4}, "own": 1}');
    await tab('Form');
    expect((await screen.findByLabelText<HTMLInputElement>('Stop loss')).value).toBe('3');
    expect((await screen.findByLabelText<HTMLInputElement>('Number of max_open')).value).toBe('4');
    expect(await screen.findByLabelText('Remove SPY')).toBeTruthy();
    await pick('Kind of strategy', 'Pairs and spreads');
    await press('Remove SPY');
    await press('Remove max_open');
    await tab('JSON');
    expect(JSON.parse((await json()).value)).toEqual({ type: 'pairs', constraints: { stop_loss_pct: 0.03 }, own: 1 });
    await save();
    await vi.waitFor(() => { expect(saved(backend).draft.data).toEqual({ type: 'pairs', constraints: { stop_loss_pct: 0.03 }, own: 1 }); });
  });

  it('that doesn’t parse names the place, is not saved and not lost', async () => {
    const backend = await editing({ type: 'momentum' });
    const broken = '{\n  "type": "momentum"\n  "timeframe": "1d"\n}';
    await tab('JSON');
    await write('JSON text', broken);
    expect(await screen.findByText('Line 3, column 3: a comma or a } is missing before this.', {}, { timeout: 3000 })).toBeTruthy();
    expect((await button('Save')).getAttribute('aria-disabled')).toBe('true');
    await fireEvent.keyDown(document.body, { key: 's', ctrlKey: true });
    await tab('Form');
    expect(screen.queryByLabelText('Indicators')).toBeNull();
    await click('Go on in the JSON');
    expect((await json()).value).toBe(broken);
    await tab('Form');
    await click('Show');
    await vi.waitFor(async () => { expect((await json()).selectionStart).toBe(broken.indexOf('"timeframe"')); });
    await vi.waitFor(async () => { expect(document.activeElement).toBe(await json()); });
    expect(times(backend, 'update_context')).toBe(0);
    await click('New chat');
    await confirm('Leave without saving?', 'Leave');
    await on('chat');
  });

  it('is not called wrong while it is being typed', async () => {
    await editing({});
    await tab('JSON');
    await write('JSON text', '{"type": ');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await json()).getAttribute('aria-invalid')).toBeNull();
    expect(screen.queryByText('The JSON can’t be read.')).toBeNull();
    expect((await button('Save')).getAttribute('aria-disabled')).toBe('true');
    await write('JSON text', '{"type": "carry"}');
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect((await json()).getAttribute('aria-invalid')).toBeNull();
    await write('JSON text', '{"type": ');
    expect(await screen.findByText('The JSON can’t be read.', {}, { timeout: 3000 })).toBeTruthy();
    expect((await json()).getAttribute('aria-invalid')).toBe('true');
  });

  it('takes a kind of strategy of the person’s own, suggestions and symbols', async () => {
    const backend = await editing({});
    await pick('Kind of strategy', 'Another one');
    await write('Kind in your own words', 'carry');
    await press('Add RSI');
    expect(document.activeElement).toBe(await screen.findByLabelText('Indicators'));
    await press('Add ATR');
    expect(screen.queryByLabelText('Add ATR')).toBeNull();
    await write('Universe', 'spy, qqq');
    await save();
    await vi.waitFor(() => {
      expect(saved(backend).draft.data).toEqual({ type: 'carry', indicators: ['RSI', 'ATR'], universe: ['SPY', 'QQQ'] });
    });
  });

  it('takes limits of the person’s own once they have a name and a number', async () => {
    const backend = await editing({});
    await fireEvent.click(await screen.findByText('Add a limit of your own'));
    expect(document.activeElement).toBe(await screen.findByLabelText('Name', { selector: '[data-own]' }));
    await fireEvent.input(await screen.findByLabelText('Name', { selector: '[data-own]' }), { target: { value: 'max trades' } });
    expect(await screen.findByText('Only letters, digits and _, at most 64.')).toBeTruthy();
    expect((await button('Save')).getAttribute('aria-disabled')).toBe('true');
    await fireEvent.input(await screen.findByLabelText('Name', { selector: '[data-own]' }), { target: { value: 'max_trades' } });
    await fireEvent.input(await screen.findByLabelText('Number of max_trades'), { target: { value: '5' } });
    await save();
    await vi.waitFor(() => {
      expect(saved(backend).draft.data).toEqual({ constraints: { max_trades: 5 } });
    });
  });

  it('is not saved while a word in it is no symbol, in whichever view', async () => {
    const backend = await editing({});
    await write('Universe', 'S&P');
    await tab('JSON');
    expect(await screen.findByText('Put this right first: Universe.')).toBeTruthy();
    await fireEvent.keyDown(document.body, { key: 's', ctrlKey: true });
    expect(times(backend, 'update_context')).toBe(0);
    await tab('Form');
    expect((await screen.findByLabelText<HTMLInputElement>('Universe')).value).toBe('S&P');
  });

  it('refuses a limit beyond its bounds, and says where', async () => {
    await editing({});
    await write('Stop loss', '80');
    expect(await screen.findByText('From 0.1 to 50 %.')).toBeTruthy();
    expect(await screen.findByText('Put this right first: Stop loss.')).toBeTruthy();
    expect((await button('Save')).getAttribute('aria-disabled')).toBe('true');
  });
});

describe('a new context', () => {
  it('begins with a template, which is saved as it is', async () => {
    const backend = open({ signedIn: true });
    await click('Contexts');
    await click('New context');
    await click(/^Mean reversion ?[A-Z]/);
    expect((await screen.findByLabelText<HTMLInputElement>('Name')).value).toBe('Mean reversion');
    await save();
    await vi.waitFor(() => {
      expect(last(backend, 'create_context')).toMatchObject({ name: 'Mean reversion', active: true, data: { type: 'mean_reversion', timeframe: '1h', indicators: ['BBANDS', 'RSI', 'ZSCORE', 'ADX'] } });
    });
  });

  it('is offered where there is none yet, with what contexts are for', async () => {
    open({ signedIn: true }, (made) => (made.contexts = []));
    await click('Contexts');
    expect(await screen.findByText(/A context tells the model once/)).toBeTruthy();
    expect(screen.queryByRole('region', { name: 'All contexts' })).toBeNull();
    await click(/^Breakout/);
    expect((await screen.findByLabelText<HTMLInputElement>('Name')).value).toBe('Breakout');
  });
});

describe('where a context and the profile disagree', () => {
  it('is told while it is written, beside the field', async () => {
    const backend = await editing({ timeframe: '1d' });
    await write('Largest drawdown', '40');
    const why = 'Its largest drawdown of 40 % is beyond your risk rule of 15 %. The rule counts.';
    expect(await screen.findByText(why)).toBeTruthy();
    const field = await screen.findByLabelText('Largest drawdown');
    expect(document.getElementById(field.getAttribute('aria-describedby') ?? '')?.textContent).toContain(why);
    expect(times(backend, 'update_context')).toBe(0);
    await write('Largest drawdown', '10');
    await vi.waitFor(() => { expect(screen.queryByText(why)).toBeNull(); });
  });

  it('is told as soon as it is saved, and no older answer comes after', async () => {
    const backend = await editing({});
    await vi.waitFor(() => { expect(times(backend, 'context_warnings')).toBe(1); });
    let go: () => void = () => undefined;
    await tab('JSON');
    await write('JSON text', '{"timeframe": "15m"}');
    backend.holds.set('context_warnings', new Promise<void>((resolve) => { go = resolve; }));
    await vi.waitFor(() => { expect(times(backend, 'context_warnings')).toBe(2); });
    await write('JSON text', '{"timeframe": "5m"}');
    await tab('Form');
    await save();
    expect(await screen.findByText('It works on 5-minute bars; your profile says daily bars.')).toBeTruthy();
    go();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(screen.queryByText('It works on 15-minute bars; your profile says daily bars.')).toBeNull();
  });

  it('is asked for once when the person types on', async () => {
    const backend = await editing({});
    await vi.waitFor(() => { expect(times(backend, 'context_warnings')).toBe(1); });
    for (const name of ['A', 'AB', 'ABC']) await write('Name', name);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(times(backend, 'context_warnings')).toBe(2);
    expect(last(backend, 'context_warnings')).toMatchObject({ name: 'ABC' });
  });

  it('is summed up in the list, on the chip and in the profile', async () => {
    await editing({ timeframe: '5m', universe: ['SPY'] }, (made) => { made.written.list.forEach((one) => (one.default = one.id === 7)); });
    const list = within(await screen.findByRole('region', { name: 'All contexts' }));
    expect(list.getByText('Timeframe, Universe')).toBeTruthy();
    await click('New chat');
    expect((await button('Context: Mine')).title).toContain('It works on 5-minute bars; your profile says daily bars.');
    await click('Profile: Moderate · Daily · 4 symbols');
    await click('All of your profile');
    await on('profile');
    await click('Mine');
    await on('contexts');
    expect(await screen.findByRole('form', { name: 'Mine' })).toBeTruthy();
  });
});

describe('versions of a context', () => {
  const twice = (made: Backend) => {
    made.written.handlers.update_context({ context_id: 7, draft: { name: 'Mine', instructions: 'First line.\nAnother line.', data: { type: 'breakout' }, active: true, model: null } });
  };

  it('are compared with the current version and restored', async () => {
    const backend = await editing({ type: 'momentum' }, twice);
    await choose('Options of this context', 'Versions');
    const dialog = within(await screen.findByRole('dialog', { name: 'Versions of “Mine”' }));
    await vi.waitFor(() => { expect(document.activeElement?.textContent).toMatch(/^Version 1/); });
    const diff = within(await dialog.findByRole('group', { name: 'Instructions' }));
    expect(diff.getByText(/Second line/).textContent).toBe('Removed: Second line.');
    expect(diff.getByText(/Another line/).textContent).toBe('Added: Another line.');
    expect(diff.getByText('First line.')).toBeTruthy();
    expect(dialog.getByRole('row', { name: 'type momentum breakout' })).toBeTruthy();
    await click('Restore this version');
    await vi.waitFor(() => { expect(last(backend, 'restore_context_version')).toEqual({ context_id: 7, number: 1 }); });
    expect((await screen.findByLabelText<HTMLTextAreaElement>('Instructions')).value).toBe('First line.\nSecond line.');
    await vi.waitFor(() => { expect(screen.queryByRole('dialog')).toBeNull(); });
    expect(backend.written.list[0]).toMatchObject({ version: 3, data: { type: 'momentum' } });
    expect(screen.getByRole('button', { name: /^Mine Momentum · v3/ })).toBeTruthy();
    await vi.waitFor(async () => { expect(document.activeElement).toBe(await button('Options of this context')); });
  });

  it('say that restoring drops what isn’t saved', async () => {
    await editing({ type: 'momentum' }, twice);
    await write('Name', 'Changed');
    await choose('Options of this context', 'Versions');
    expect(await screen.findByText(/not saved. Restoring drops them/)).toBeTruthy();
    await fireEvent.click(await screen.findByRole('button', { name: /^Version 2, current/ }));
    expect(await screen.findByText('This is the current version.')).toBeTruthy();
    expect(screen.queryByText('Restore this version')).toBeNull();
  });

  it('come in pages, the older ones when they are asked for', async () => {
    await editing({ type: 'momentum' }, (made) => {
      for (let i = 0; i < 44; i += 1) made.written.handlers.update_context({ context_id: 7, draft: { name: 'Mine', instructions: `Line ${String(i)}.`, data: {}, active: true, model: null } });
    });
    await choose('Options of this context', 'Versions');
    const list = within(await screen.findByRole('list', { name: 'Versions' }));
    const shown = () => list.getAllByRole('button', { name: /^Version/ }).length;
    expect(shown()).toBe(20);
    await click('Older versions');
    await vi.waitFor(() => { expect(shown()).toBe(40); });
    await vi.waitFor(() => { expect(document.activeElement?.textContent).toMatch(/^Version 25\b/); });
    await click('Older versions');
    await vi.waitFor(() => { expect(shown()).toBe(45); });
    expect(screen.queryByRole('button', { name: 'Older versions' })).toBeNull();
  });

  it('that can’t be loaded say so and are asked for again', async () => {
    const backend = await editing({});
    backend.refusals.set('context_versions', refuse('internal', 'They can’t be read.'));
    await choose('Options of this context', 'Versions');
    expect(await screen.findByText('They can’t be read.')).toBeTruthy();
    await click('Try again');
    expect(await screen.findByText(/This is the current version/)).toBeTruthy();
  });
});

describe('what new chats begin with', () => {
  it('is the default context, from the first chat on', async () => {
    const backend = open({ signedIn: true }, (made) => { for (const one of made.contexts) one.default = one.id === 1; });
    expect(await button('Context: Trend following, large caps')).toBeTruthy();
    await ask('What is a stop?');
    await vi.waitFor(() => { expect(last(backend, 'send')).toMatchObject({ chat_id: null, context_id: 1 }); });
    await click('New chat');
    await fireEvent.click(await button('Context: Trend following, large caps'));
    await click('No context');
    await ask('And without?');
    await vi.waitFor(() => { expect(last(backend, 'send')).toMatchObject({ chat_id: null, context_id: null }); });
    await click('New chat');
    expect(await button('Context: Trend following, large caps')).toBeTruthy();
  });

  it('is chosen in the editor, and ends with not being offered', async () => {
    const backend = await editing({});
    const use = await screen.findByRole('switch', { name: 'Use for new chats' });
    await fireEvent.click(use);
    await vi.waitFor(() => { expect(last(backend, 'set_default_context')).toEqual({ context_id: 7 }); });
    expect(await screen.findByText('Default')).toBeTruthy();
    await click('New chat');
    expect(await button('Context: Mine')).toBeTruthy();
    await click('Contexts');
    await fireEvent.click(await screen.findByRole('switch', { name: 'List “Mine” in the chat’s context menu' }));
    await vi.waitFor(() => { expect(last(backend, 'set_context_active')).toEqual({ context_id: 7, on: false }); });
    expect(screen.queryByText('Default')).toBeNull();
    await click('New chat');
    expect(await button('Context: No context')).toBeTruthy();
  });

  it('a context that is off stays off when it is saved', async () => {
    const backend = await editing({});
    await fireEvent.click(await screen.findByRole('switch', { name: 'List “Mine” in the chat’s context menu' }));
    await vi.waitFor(() => { expect(last(backend, 'set_context_active')).toEqual({ context_id: 7, on: false }); });
    await write('Instructions', 'Other words.');
    await save();
    await vi.waitFor(() => { expect(last(backend, 'update_context')).toMatchObject({ draft: { instructions: 'Other words.', active: false } }); });
  });

  it('a switch that is refused goes back', async () => {
    const backend = await editing({});
    backend.refusals.set('set_context_active', refuse('internal', 'That failed.'));
    const offer = await screen.findByRole<HTMLInputElement>('switch', { name: 'List “Mine” in the chat’s context menu' });
    await fireEvent.click(offer);
    expect(await screen.findByText('That failed.')).toBeTruthy();
    expect(offer.checked).toBe(true);
    expect(times(backend, 'update_context')).toBe(0);
  });
});
