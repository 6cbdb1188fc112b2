/** The profile in depth: limits of the person's own, what is told, what disagrees. */
import { fireEvent, screen, within } from '@testing-library/svelte';
import { expect, it, vi } from 'vitest';
import { button, choose, click, last, on, open, times, write } from './open';

const own = () => screen.findAllByLabelText<HTMLInputElement>('Name', { selector: '[data-own]' });

it('limits of the person’s own are added, checked and removed', async () => {
  const backend = open({ signedIn: true });
  await choose(/^Account:/, 'Profile');
  expect((await screen.findByLabelText<HTMLInputElement>('Number of kelly_fraction')).value).toBe('0.25');
  await click('Add a limit of your own');
  const [, added] = await own();
  if (!added) throw new Error('no row');
  expect(document.activeElement).toBe(added);
  await fireEvent.input(added, { target: { value: 'stop_loss_pct' } });
  expect(await screen.findByText('That is “Stop loss” above.')).toBeTruthy();
  await fireEvent.input(added, { target: { value: 'max_open_positions' } });
  await fireEvent.input(await screen.findByLabelText('Number of max_open_positions'), { target: { value: 'many' } });
  expect(await screen.findByText('Write a number, such as 5 or 0.25.')).toBeTruthy();
  await fireEvent.keyDown(document.body, { key: 's', ctrlKey: true });
  expect(times(backend, 'update_profile')).toBe(0);
  await fireEvent.input(await screen.findByLabelText('Number of max_open_positions'), { target: { value: '5' } });
  await click('Remove kelly_fraction');
  await click('Save');
  await vi.waitFor(() => {
    expect(last(backend, 'update_profile')).toMatchObject({ risk_parameters: { max_position_size: 0.1, max_drawdown: 0.15, stop_loss_pct: 0.02, take_profit_pct: 0.05, max_open_positions: 5 } });
  });
  expect((last(backend, 'update_profile') as { risk_parameters: object }).risk_parameters).not.toHaveProperty('kelly_fraction');
});

it('risk, timeframe and symbols are changed beside the question, and the rest stays', async () => {
  const backend = open({ signedIn: true });
  await click('Profile: Moderate · Daily · 4 symbols');
  const brief = within(await screen.findByRole('dialog', { name: 'Profile' }));
  await fireEvent.click(brief.getByRole('radio', { name: 'Aggressive' }));
  await fireEvent.click(brief.getByRole('button', { name: 'Remove TSLA' }));
  await fireEvent.input(brief.getByLabelText('Symbols'), { target: { value: 'way!' } });
  await fireEvent.click(brief.getByRole('button', { name: 'Save' }));
  expect(await brief.findByText(/can’t be a ticker symbol/)).toBeTruthy();
  expect(times(backend, 'update_profile')).toBe(0);
  await fireEvent.input(brief.getByLabelText('Symbols'), { target: { value: 'nvda' } });
  const asked = times(backend, 'contexts');
  await fireEvent.click(brief.getByRole('button', { name: 'Save' }));
  expect(await button('Profile: Aggressive · Daily · 4 symbols')).toBeTruthy();
  await vi.waitFor(() => { expect(screen.queryByRole('dialog')).toBeNull(); });
  expect(last(backend, 'update_profile')).toMatchObject({
    risk_tolerance: 'aggressive',
    timeframe: '1d',
    symbols: ['AAPL', 'GOOGL', 'MSFT', 'NVDA'],
    goals: 'Steady growth with few trades and no sleepless nights.',
  });
  // What disagrees with it may be something else now.
  await vi.waitFor(() => { expect(times(backend, 'contexts')).toBe(asked + 1); });
});

it('what models are told of it is shown, and follows what is saved', async () => {
  open({ signedIn: true });
  await choose(/^Account:/, 'Profile');
  const told = within(await screen.findByRole('region', { name: 'What models are told of it' }));
  expect(await told.findByText(/Steady growth with few trades/)).toBeTruthy();
  expect(told.queryByText(/The contract of code/)).toBeNull();
  await write('Goals', 'Sleep well');
  await click('Save');
  const again = within(await screen.findByRole('region', { name: 'What models are told of it' }));
  expect(await again.findByText(/Goals: Sleep well/)).toBeTruthy();
});

it('contexts that disagree are named as soon as it is saved, and opened from there', async () => {
  open({ signedIn: true }, (made) => { made.written.put({ name: 'Wide stops', instructions: '', data: { constraints: { stop_loss_pct: 0.02 } }, active: true, model: null }); });
  await choose(/^Account:/, 'Profile');
  await screen.findByRole('region', { name: 'What models are told of it' });
  expect(screen.queryByRole('region', { name: 'Contexts that disagree with it' })).toBeNull();
  await write('Stop loss', '1');
  await click('Save');
  const found = within(await screen.findByRole('region', { name: 'Contexts that disagree with it' }));
  expect(found.getByText(/stop of 2 % is beyond your risk rule of 1 %/)).toBeTruthy();
  await fireEvent.click(found.getByRole('button', { name: 'Wide stops' }));
  await on('contexts');
  expect(await screen.findByRole('form', { name: 'Wide stops' })).toBeTruthy();
});
