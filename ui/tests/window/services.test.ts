/** The services with models: adding, testing, changing and removing them. */
import { fireEvent, screen, within } from '@testing-library/svelte';
import { describe, expect, it, vi } from 'vitest';
import type { AddServiceRequest, UpdateServiceRequest } from '../../src/lib/api';
import { problem, refuse } from '../fake/backend';
import { MANY } from '../fake/services';
import { button, choose, click, confirm, last, open, section, times, write } from './open';

const dialog = (name: string | RegExp) => screen.findByRole('dialog', { name });
const added = (backend: ReturnType<typeof open>) => (last(backend, 'add_service') as AddServiceRequest).fields;
const updated = (backend: ReturnType<typeof open>) => (last(backend, 'update_service') as UpdateServiceRequest).fields;

async function add(kind: string): Promise<void> {
  await choose('Add a service', kind);
  await dialog(/^Add /);
}

describe('a service', () => {
  it('is added with a key that is never shown again, tested at once, and offered as the default', async () => {
    const backend = open({ signedIn: true });
    await section('Models');
    await add('Google Gemini');
    await write('API key', 'secret-key');
    await click('Add and test');
    await within(await dialog('Gemini works')).findByText(/2 models found\./);
    expect(last(backend, 'add_service')).toEqual({ kind: 'gemini', fields: { name: null, base_url: null, key: 'secret-key', forget_key: false, headers: null, proxy: 'system', proxy_url: null, patience: null } });
    await click('Use Gemini by default');
    await vi.waitFor(() => { expect(last(backend, 'choose_model')).toEqual({ service: 1, model: null }); });
    expect((await screen.findByRole<HTMLInputElement>('radio', { name: 'Gemini' })).checked).toBe(true);
    expect(await screen.findByText('Stored in your vault')).toBeTruthy();
    await click('Edit Gemini');
    await dialog('Edit Gemini');
    expect((await screen.findByLabelText<HTMLInputElement>('API key')).value).toBe('');
    expect(document.documentElement.outerHTML).not.toContain('secret-key');
  });

  it('that doesn’t work is kept, says why with the raw words, and can be mended in place', async () => {
    const backend = open({ signedIn: true });
    backend.services.problems.set('Gemini', problem('key_refused', 'Gemini refused the key. Check it in Settings → Models, or enter another one.', { raw: 'API_KEY_INVALID' }));
    await section('Models');
    await add('Google Gemini');
    await write('API key', 'wrong-key');
    await click('Add and test');
    const form = within(await dialog('Add Google Gemini'));
    expect((await form.findByRole('alert')).textContent).toContain('Gemini refused the key. Check it, or enter another one.');
    await fireEvent.click(form.getByRole('button', { name: 'Details' }));
    expect(form.getByText('API_KEY_INVALID')).toBeTruthy();
    expect((await screen.findByLabelText<HTMLInputElement>('API key')).value).toBe('');
    backend.services.problems.clear();
    await write('API key', 'right-key');
    await click('Save and test');
    await dialog('Gemini works');
    expect(updated(backend).key).toBe('right-key');
    expect(times(backend, 'add_service')).toBe(1);
    await click('Not now');
    await vi.waitFor(() => { expect(screen.queryByRole('dialog')).toBeNull(); });
    expect(times(backend, 'choose_model')).toBe(0);
  });

  it('of another kind takes an address, and makes its name of it', async () => {
    const backend = open({ signedIn: true });
    await section('Models');
    await add('Another service');
    expect((await button('Add and test')).hasAttribute('disabled')).toBe(true);
    await click('OpenRouter');
    expect(await button('Get a key')).toBeTruthy();
    await write('API key', 'secret-key');
    await click('Add and test');
    await dialog('OpenRouter works');
    expect(added(backend)).toMatchObject({ name: 'OpenRouter', base_url: 'https://openrouter.ai/api/v1' });
  });

  it('opens the page of its keys only after it was shown', async () => {
    const backend = open({ signedIn: true });
    await section('Models');
    await add('Anthropic');
    await click('Get a key');
    await within(await dialog('Open this address?')).findByText('https://console.anthropic.com/settings/keys');
    await click('Open in browser');
    expect(last(backend, 'open_link')).toEqual({ url: 'https://console.anthropic.com/settings/keys' });
  });

  it('takes headers, a proxy and waiting times', async () => {
    const backend = open({ signedIn: true });
    await section('Models');
    await add('OpenAI');
    expect((await button('Add and test')).hasAttribute('disabled')).toBe(true);
    await write('API key', 'secret-key');
    await click('Advanced');
    await click('Add a header');
    await write('Name of header 1', 'x-title');
    await write('Value of header 1', 'secret-value');
    await fireEvent.click(await screen.findByRole('radio', { name: 'My own' }));
    await write('Proxy address', 'http://secret-name:word@proxy.example:3128');
    await write('Time limit: first word', '0');
    expect(await screen.findByText('Whole seconds, 1 to 3600.')).toBeTruthy();
    expect((await button('Add and test')).hasAttribute('disabled')).toBe(true);
    await write('Time limit: first word', '90');
    await click('Add and test');
    await dialog('OpenAI works');
    expect(added(backend)).toMatchObject({ headers: [{ name: 'x-title', value: 'secret-value' }], proxy: 'manual', proxy_url: 'http://secret-name:word@proxy.example:3128', patience: { first_byte: 90, idle: 60 } });
    expect(document.documentElement.outerHTML).not.toMatch(/secret-value|secret-name/);
  });

  it('keeps a stored header that isn’t entered anew', async () => {
    const backend = open({ signedIn: true }, ({ services }) => services.put('openai', { headers: ['x-title', 'x-old'] }));
    await section('Models');
    await click('Edit OpenAI');
    expect((await screen.findByLabelText<HTMLInputElement>('Value of header 1')).placeholder).toContain('Stored');
    await click('Remove header 2');
    await click('Add a header');
    await write('Name of header 2', 'x-new');
    await write('Value of header 2', 'v');
    await click('Save and test');
    await vi.waitFor(() => {
      expect(updated(backend).headers).toEqual([{ name: 'x-title', value: null }, { name: 'x-new', value: 'v' }]);
    });
  });

  it('that goes to another address takes nothing secret there', async () => {
    const backend = open({ signedIn: true }, ({ services }) => services.put('openai', { headers: ['x-title'] }));
    await section('Models');
    await click('Edit OpenAI');
    await write('Base address', 'https://elsewhere.example/v1');
    expect(await screen.findByText(/The stored key stays with the address that it was entered for/)).toBeTruthy();
    await click('Add a header');
    await write('Name of header 2', 'x-new');
    await write('Value of header 2', 'v');
    await click('Save and test');
    await vi.waitFor(() => { expect(updated(backend)).toMatchObject({ base_url: 'https://elsewhere.example/v1', key: null, headers: [{ name: 'x-new', value: 'v' }] }); });
  });

  it('whose headers aren’t touched sends none, and forgets its key when that is wished', async () => {
    const backend = open({ signedIn: true }, ({ services }) => services.put('openai', { headers: ['x-title'] }));
    await section('Models');
    await click('Edit OpenAI');
    await click('Forget the key');
    expect(await screen.findByText('The stored key is forgotten when you save.')).toBeTruthy();
    await click('Save and test');
    await vi.waitFor(() => { expect(updated(backend)).toMatchObject({ headers: null, key: null, forget_key: true }); });
    expect(await screen.findByText('Key missing')).toBeTruthy();
  });

  it('shows what is refused at its field, also where that is folded away', async () => {
    const backend = open({ signedIn: true });
    await section('Models');
    await add('Google Gemini');
    await write('API key', 'secret-key');
    backend.refusals.set('add_service', refuse('invalid_field', 'Check it.', { base_url: ['Plain http:// is for this computer only.'] }));
    await click('Add and test');
    const address = await screen.findByLabelText('Base address');
    expect(address.getAttribute('aria-invalid')).toBe('true');
    expect(await screen.findByText('Plain http:// is for this computer only.')).toBeTruthy();
  });

  it('is removed only after a question that names it', async () => {
    const backend = open({ signedIn: true }, ({ services }) => services.put('gemini'));
    await section('Models');
    await click('Remove Gemini');
    await confirm('Remove Gemini?', 'Remove');
    await vi.waitFor(() => { expect(last(backend, 'remove_service')).toEqual({ service_id: 1 }); });
    expect(await screen.findByText(/No service is set up/)).toBeTruthy();
  });

  it('of the computer’s key says where that is, and can’t be changed', async () => {
    open({ signedIn: true }, ({ services }) => services.put('gemini', { id: 0, fixed: true, key: { from: 'computer', place: '/home/ada/.env' } }));
    await section('Models');
    expect(await screen.findByText('This computer’s GEMINI_API_KEY, from /home/ada/.env')).toBeTruthy();
    expect(await button('Test Gemini')).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Edit Gemini' })).toBeNull();
    expect(screen.queryByRole('button', { name: 'Remove Gemini' })).toBeNull();
  });

  it('of the computer’s key that an administrator turned off is told', async () => {
    open({ signedIn: true }, ({ services }) => (services.withheld = { from: 'computer', place: 'the environment' }));
    await section('Models');
    expect(await screen.findByText(/An administrator turned it off for this account/)).toBeTruthy();
  });

  it('whose test takes long can be left, and its card tells the result', async () => {
    const backend = open({ signedIn: true });
    let release = (): void => undefined;
    backend.holds.set('test_service', new Promise((resolve) => (release = resolve)));
    await section('Models');
    await add('Google Gemini');
    await write('API key', 'secret-key');
    await click('Add and test');
    expect(await screen.findByText('It is saved. Asking it for its models…')).toBeTruthy();
    expect((await button('Save and test')).getAttribute('aria-disabled')).toBe('true');
    await click('Close');
    await vi.waitFor(() => { expect(screen.queryByRole('dialog')).toBeNull(); });
    release();
    expect(await screen.findByText('It works: 2 models found.')).toBeTruthy();
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('is tested from its card', async () => {
    const backend = open({ signedIn: true }, ({ services }) => services.put('gemini'));
    await section('Models');
    await click('Test Gemini');
    expect(await screen.findByText('It works: 2 models found.')).toBeTruthy();
    backend.services.problems.set('Gemini', problem('offline', 'It can’t be reached.', { raw: 'dns error' }));
    await click('Test Gemini');
    const alert = await screen.findByRole('alert');
    expect(within(alert).getByText('It can’t be reached.')).toBeTruthy();
    await fireEvent.click(within(alert).getByRole('button', { name: 'Details' }));
    expect(within(alert).getByText('dns error')).toBeTruthy();
  });
});

describe('the model that answers', () => {
  it('is one of a service’s, found by typing, with the keyboard alone', async () => {
    const backend = open({ signedIn: true }, ({ services }) => {
      const service = services.put('openai', { name: 'OpenRouter', base_url: 'https://openrouter.ai/api/v1', models: MANY, default_model: MANY[0]?.id ?? null });
      services.choice = { service: service.id, model: null };
    });
    await section('Models');
    const field = await button('Model of OpenRouter Its default: anthropic/claude-1-mini');
    field.focus();
    await fireEvent.click(field);
    const search = await screen.findByRole('combobox', { name: 'Search: Model of OpenRouter' });
    await fireEvent.input(search, { target: { value: 'deepseek 12' } });
    await vi.waitFor(() => { expect(document.querySelectorAll('[role="option"]')).toHaveLength(1); });
    await fireEvent.keyDown(search, { key: 'ArrowDown' });
    await fireEvent.keyDown(search, { key: 'ArrowUp' });
    const active = document.getElementById(search.getAttribute('aria-activedescendant') ?? '');
    expect(active?.textContent).toContain('deepseek/deepseek-12');
    await fireEvent.keyDown(search, { key: 'Enter' });
    await vi.waitFor(() => { expect(last(backend, 'choose_model')).toEqual({ service: 1, model: active?.querySelector('.name')?.textContent }); });
  });

  it('is told with its window, whether it thinks, and its price', async () => {
    open({ signedIn: true }, ({ services }) => {
      const service = services.put('gemini', { models: services.models({ kind: 'gemini' } as never), default_model: 'gemini-3.8-flash' });
      services.choice = { service: service.id, model: null };
    });
    await section('Models');
    await fireEvent.click(await button('Model of Gemini Newest flash: gemini-3.8-flash'));
    const option = await screen.findByRole('option', { name: /^gemini-3.8-pro/ });
    expect(option.textContent.replaceAll('\u00a0', ' ')).toContain('1M tokens · thinks · US$ 1.25 in, 10.00 out');
  });

  it('that is refused is taken back, in words', async () => {
    open({ signedIn: true }, ({ services }) => services.put('anthropic', { key: null }));
    await section('Models');
    await fireEvent.click(await screen.findByRole('radio', { name: 'Anthropic' }));
    expect(await screen.findByText(/Anthropic needs a key/)).toBeTruthy();
    const own = await screen.findByRole<HTMLInputElement>('radio', { name: /built-in/ });
    await vi.waitFor(() => { expect(own.checked).toBe(true); });
  });
});

const OLLAMA = { name: 'Ollama', kind: 'ollama' as const, base_url: 'http://127.0.0.1:11434', models: ['qwen3:8b', 'llama3.3:70b', 'deepseek-r1:14b'] };

describe('a server of this computer', () => {
  it('is offered in the settings and used with one click', async () => {
    const backend = open({ signedIn: true }, ({ services }) => (services.servers = [OLLAMA]));
    await section('Models');
    expect(await screen.findByText('Ollama runs on this computer with 3 models')).toBeTruthy();
    await click('Use Ollama');
    await vi.waitFor(() => { expect(last(backend, 'choose_model')).toEqual({ service: 1, model: null }); });
    expect(last(backend, 'add_service')).toMatchObject({ kind: 'ollama', fields: { name: 'Ollama', base_url: OLLAMA.base_url } });
    expect(times(backend, 'test_service')).toBe(1);
    expect(screen.queryByText(/runs on this computer with/)).toBeNull();
  });

  it('is offered in an empty chat while the built-in model answers, until that is declined', async () => {
    const backend = open({ signedIn: true }, ({ services }) => (services.servers = [OLLAMA]));
    expect(await screen.findByText('Ollama is running on this computer.')).toBeTruthy();
    await click('Don’t offer it again');
    expect(screen.queryByText('Ollama is running on this computer.')).toBeNull();
    await section('Models');
    await click('New chat');
    await screen.findByText('What do you want to trade?');
    expect(screen.queryByText('Ollama is running on this computer.')).toBeNull();
    expect(times(backend, 'add_service')).toBe(0);
  });

  it('is used from there, and then answers', async () => {
    const backend = open({ signedIn: true }, ({ services }) => (services.servers = [OLLAMA]));
    await click('Use Ollama');
    expect(await button('Model: Ollama · qwen3:8b')).toBeTruthy();
    expect(backend.services.choice).toEqual({ service: 1, model: null });
  });
});

describe('prices', () => {
  const furnish = ({ services }: ReturnType<typeof open>) => {
    services.put('gemini', { models: services.models({ kind: 'gemini' } as never), default_model: 'gemini-3.8-flash' });
  };

  it('are entered for a model, and reset to what is known', async () => {
    const backend = open({ signedIn: true }, furnish);
    await section('Models');
    await click('Edit the price of gemini-3.8-flash');
    await dialog('Price of gemini-3.8-flash');
    await write('Question', '1,5');
    await write('Cached part of the question', '');
    await write('Answer', 'x');
    expect(await screen.findByText('Write a number of US dollars.')).toBeTruthy();
    await write('Answer', '$6');
    await click('Save');
    await vi.waitFor(() => { expect(last(backend, 'set_price')).toEqual({ kind: 'gemini', model: 'gemini-3.8-flash', price: { input: 1.5, output: 6, cached: null } }); });
    expect(await screen.findByText('Yours')).toBeTruthy();
    await click('Reset the price of gemini-3.8-flash');
    await vi.waitFor(() => { expect(last(backend, 'forget_price')).toEqual({ kind: 'gemini', model: 'gemini-3.8-flash' }); });
    await vi.waitFor(() => { expect(screen.queryByText('Yours')).toBeNull(); });
  });

  it('say of which day they are', async () => {
    open({ signedIn: true }, ({ services }) => services.put('gemini'));
    await section('Models');
    expect(await screen.findByText(/US dollars per million tokens, as they were known on 20 Nov 2026/)).toBeTruthy();
  });
});

describe('what was used', () => {
  it('is added up, and says what has no price', async () => {
    const backend = open({ signedIn: true }, ({ services }) => {
      services.used.day = [{ name: '2026-11-02', answers: 3, input: 12_480, output: 900, cost: 0.0042, without_price: 0 }, { name: '2026-11-01', answers: 2, input: 1000, output: 100, cost: 0, without_price: 2 }];
      services.used.chat = [{ name: 'Stops', answers: 5, input: 13_480, output: 1000, cost: 0.0042, without_price: 2 }];
    });
    await section('Models');
    const table = await screen.findByRole('table', { name: 'Used by day' });
    const cells = [...(within(table).getAllByRole('row').at(-1)?.children ?? [])].map(({ textContent }) => textContent.replaceAll('\u00a0', ' '));
    expect(cells).toEqual(['Together', '5', '13,480', '1,000', 'US$ 0.0042']);
    expect(await screen.findByText('The price of 2 answers isn’t known: their cost is not in it.')).toBeTruthy();
    await fireEvent.click(await screen.findByRole('radio', { name: 'Chat' }));
    expect(await screen.findByRole('rowheader', { name: 'Stops' })).toBeTruthy();
    expect(last(backend, 'used')).toMatchObject({ by: 'chat', offset_minutes: -new Date().getTimezoneOffset() });
  });

  it('that is nothing says so', async () => {
    open({ signedIn: true }, ({ services }) => services.put('gemini'));
    await section('Models');
    expect(await screen.findByText(/No service was asked in the last 30 days/)).toBeTruthy();
  });

  it('and what it costs are no matter before there is a service, which is offered instead', async () => {
    const backend = open({ signedIn: true });
    await section('Models');
    const kinds = within(await screen.findByRole('group', { name: 'Services to add' }));
    await vi.waitFor(() => { expect(times(backend, 'used')).toBe(1); });
    for (const name of ['Prices', /^Used in/]) expect(screen.queryByRole('heading', { name })).toBeNull();
    await fireEvent.click(kinds.getByRole('button', { name: 'OpenAI' }));
    expect(await screen.findByRole('dialog', { name: 'Add OpenAI' })).toBeTruthy();
  });
});
