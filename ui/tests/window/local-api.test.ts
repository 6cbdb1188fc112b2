/** The local API in the settings: the switch, the port, the web pages that may call. */
import { fireEvent, screen } from '@testing-library/svelte';
import { describe, expect, it, vi } from 'vitest';
import { refuse } from '../fake/backend';
import { click, last, open, section, times, write } from './open';

const administrator = { signedIn: true, administrator: true };
const page = 'Web pages that may call';

async function add(origin: string): Promise<void> {
  await write(page, origin);
  await fireEvent.keyDown(screen.getByLabelText(page), { key: 'Enter' });
}

describe('an administrator', () => {
  it('switches it on and off at once, and copies the address', async () => {
    const backend = open(administrator);
    await section('Local API');
    const on = await screen.findByRole<HTMLInputElement>('switch', { name: 'Answer programs' });
    expect(on.checked).toBe(false);
    expect(screen.queryByText(/It listens at/)).toBeNull();
    await fireEvent.click(on);
    expect(await screen.findByText('http://127.0.0.1:8000')).toBeTruthy();
    expect(last(backend, 'set_local_api')).toEqual({ on: true, port: 8000, origins: [] });
    await click('Copy address');
    await vi.waitFor(() => { expect(backend.localApi.copied).toBe('http://127.0.0.1:8000'); });
    await fireEvent.click(on);
    await vi.waitFor(() => { expect(screen.queryByText(/It listens at/)).toBeNull(); });
    expect(backend.localApi.chosen.on).toBe(false);
  });

  it('is told that the port is taken, and chooses another', async () => {
    const backend = open(administrator, ({ localApi }) => { localApi.taken = 8000; localApi.chosen.on = true; });
    await section('Local API');
    expect((await screen.findByRole('alert')).textContent).toContain('Port 8000 is taken');
    await write('Port', '8001');
    await fireEvent.blur(screen.getByLabelText('Port'));
    expect(await screen.findByText('http://127.0.0.1:8001')).toBeTruthy();
    expect(screen.queryByRole('alert')).toBeNull();
    expect(backend.localApi.chosen).toEqual({ on: true, port: 8001, origins: [] });
  });

  it('writes a port and switches it on before that is kept', async () => {
    const backend = open(administrator);
    await section('Local API');
    await write('Port', '8001');
    const blurred = fireEvent.blur(screen.getByLabelText('Port'));
    await Promise.all([blurred, fireEvent.click(screen.getByRole('switch', { name: 'Answer programs' }))]);
    expect(await screen.findByText('http://127.0.0.1:8001')).toBeTruthy();
    expect(backend.localApi.chosen).toEqual({ on: true, port: 8001, origins: [] });
  });

  it('is told what is no port, and nothing is sent', async () => {
    const backend = open(administrator);
    await section('Local API');
    for (const port of ['0', '65536', 'x', '', '-1', '80.5']) {
      await write('Port', port);
      await fireEvent.blur(screen.getByLabelText('Port'));
      expect(await screen.findByText('A port is a number from 1 to 65535.')).toBeTruthy();
    }
    expect(times(backend, 'set_local_api')).toBe(0);
  });

  it('lists web pages that may call, and takes them off', async () => {
    const backend = open(administrator);
    await section('Local API');
    await write(page, 'http://localhost:3000/');
    await fireEvent.keyDown(screen.getByLabelText(page), { key: 'Enter' });
    await vi.waitFor(() => { expect(backend.localApi.chosen.origins).toEqual(['http://localhost:3000']); });
    await write(page, 'localhost:3000');
    await fireEvent.keyDown(screen.getByLabelText(page), { key: 'Enter' });
    expect(await screen.findByText(/is no origin. Write it like/)).toBeTruthy();
    expect(times(backend, 'set_local_api')).toBe(1);
    await write(page, '');
    await click(/Remove http:\/\/localhost:3000/);
    await vi.waitFor(() => { expect(backend.localApi.chosen.origins).toEqual([]); });
  });

  it('sees why a change was refused', async () => {
    const backend = open(administrator);
    await section('Local API');
    backend.refusals.set('set_local_api', refuse('not_writable', 'The data directory can’t be written.'));
    const on = await screen.findByRole<HTMLInputElement>('switch', { name: 'Answer programs' });
    await fireEvent.click(on);
    expect(await screen.findByText('The data directory can’t be written.')).toBeTruthy();
    expect(on.checked).toBe(false);
  });

  it('gets what was changed behind a change that was refused', async () => {
    const backend = open(administrator);
    await section('Local API');
    let release = (): void => undefined;
    backend.holds.set('set_local_api', new Promise((resolve) => (release = resolve)));
    backend.refusals.set('set_local_api', refuse('not_writable', 'The data directory can’t be written.'));
    await write('Port', '8001');
    await fireEvent.blur(screen.getByLabelText('Port'));
    await fireEvent.click(screen.getByRole('switch', { name: 'Answer programs' }));
    await add('http://localhost:3000');
    release();
    await vi.waitFor(() => { expect(backend.localApi.chosen).toEqual({ on: true, port: 8000, origins: ['http://localhost:3000'] }); });
    expect(screen.getByText('The data directory can’t be written.')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Remove http://localhost:3000' })).toBeTruthy();
  });

  it('gets what was changed together with what is refused', async () => {
    const backend = open(administrator);
    await section('Local API');
    let release = (): void => undefined;
    backend.holds.set('set_local_api', new Promise((resolve) => (release = resolve)));
    await write('Port', '8001');
    await fireEvent.blur(screen.getByLabelText('Port'));
    await add('http://*.example.com');
    await fireEvent.click(screen.getByRole('switch', { name: 'Answer programs' }));
    release();
    await vi.waitFor(() => { expect(backend.localApi.chosen).toEqual({ on: true, port: 8001, origins: [] }); });
    // It stands with the reason, until something else is changed.
    expect(screen.getByText('“http://*.example.com” is no origin.')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Remove http://*.example.com' })).toBeTruthy();
    await fireEvent.click(screen.getByRole('switch', { name: 'Answer programs' }));
    await vi.waitFor(() => { expect(screen.queryByRole('button', { name: 'Remove http://*.example.com' })).toBeNull(); });
  });

  it('sees no web page as listed that isn’t', async () => {
    const backend = open(administrator);
    await section('Local API');
    backend.refusals.set('set_local_api', refuse('not_writable', 'The data directory can’t be written.'));
    await add('http://localhost:3000');
    expect(await screen.findByText('The data directory can’t be written.')).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Remove http://localhost:3000' })).toBeNull();
  });

  it('keeps a port that is being typed while another change is made', async () => {
    const backend = open(administrator);
    await section('Local API');
    await write('Port', '80');
    await fireEvent.click(screen.getByRole('switch', { name: 'Answer programs' }));
    await vi.waitFor(() => { expect(backend.localApi.chosen.on).toBe(true); });
    expect(await screen.findByText('http://127.0.0.1:8000')).toBeTruthy();
    expect(screen.getByLabelText<HTMLInputElement>('Port').value).toBe('80');
  });
});

describe('everybody else', () => {
  it('reads it and is told who can change it', async () => {
    open({ signedIn: true }, ({ localApi }) => { localApi.chosen = { on: true, port: 8000, origins: ['http://localhost:3000'] }; });
    await section('Local API');
    expect(await screen.findByText(/Only an administrator/)).toBeTruthy();
    expect(screen.getByText('http://localhost:3000')).toBeTruthy();
    expect(screen.queryByRole('switch')).toBeNull();
    expect(screen.queryByLabelText('Port')).toBeNull();
  });
});
