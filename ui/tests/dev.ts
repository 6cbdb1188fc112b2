/** The window over a scripted core, for work on its looks. The address says how it starts. */
import { mount } from 'svelte';
import '../src/app.css';
import '../src/chat/prose.css';
import { install, type Theme, type Why } from '../src/lib/api';
import App from '../src/shell/App.svelte';
import { Backend } from './fake/backend';
import { furnish } from './fake/furnished';

const wish = new URLSearchParams(location.search);
const backend = new Backend({
  pace: Number(wish.get('pace') ?? 30),
  people: (wish.get('people') ?? 'ada').split(',').filter(Boolean),
  chats: Number(wish.get('chats') ?? 0),
  administrator: wish.has('admin'),
});
const { house } = backend;
house.slow = Number(wish.get('slow') ?? 0);
house.resumable = wish.has('resumable');
house.older = wish.has('older');
house.keychain = !wish.has('nokeychain');
if (wish.has('again')) house.locking = { ...house.locking, stay_signed_in: true, kept_in: 'keychain', ask_again: true };
if (wish.has('in')) backend.me = backend.signedIn([...backend.people.keys()][0] ?? 'algotrader');
for (const name of (wish.get('unclaimed') ?? '').split(',').filter(Boolean)) house.unclaimed.add(name);
const why = wish.get('locked');
if (why) house.locked = { username: wish.get('who') ?? 'ada', demo: wish.get('who') === 'algotrader', why: why as Why, idle_minutes: 15, other_sessions: Number(wish.get('others') ?? 0), finishing: wish.has('finishing') };
const file = wish.get('file');
if (file) house.chosen = { username: 'ada', email: 'ada@example.com', made_at: new Date(Date.now() - 9 * 86_400_000).toISOString(), bytes: 18_210_816, replaces: file === 'replaces', username_taken: file === 'taken', email_taken: file === 'taken' };
const damaged = wish.get('damaged');
if (damaged) backend.refusals.set('sign_in', { code: 'vault_damaged', message: 'This vault is damaged and can’t be opened.', detail: { username: 'ada', newest_backup: damaged === 'none' ? null : house.data.backups[0] } });
if (wish.has('servers')) backend.services.servers = [{ name: 'Ollama', kind: 'ollama', base_url: 'http://127.0.0.1:11434', models: ['qwen3:8b', 'llama3.3:70b', 'deepseek-r1:14b'] }];
if (wish.has('services')) furnish(backend);
backend.search.appearance = { theme: (wish.get('theme') ?? 'system') as Theme, contrast: wish.has('high') ? 'high' : 'system', size: Number(wish.get('size') ?? 100) };
backend.search.missing = Number(wish.get('missing') ?? 0);
if (wish.has('broken')) setTimeout(() => { backend.emit({ event: 'vault_damaged' }); }, 500);
Object.assign(window, { backend });
install(backend);

const target = document.getElementById('app');
if (target) mount(App, { target });
