/** The window over a scripted core, for work on its looks. The address says how it starts. */
import { mount } from 'svelte';
import '../src/app.css';
import '../src/chat/prose.css';
import { install, type Theme } from '../src/lib/api';
import App from '../src/shell/App.svelte';
import { Backend } from './fake/backend';

const wish = new URLSearchParams(location.search);
const backend = new Backend({
  pace: Number(wish.get('pace') ?? 30),
  people: (wish.get('people') ?? 'ada').split(',').filter(Boolean),
  chats: Number(wish.get('chats') ?? 0),
  signedIn: wish.has('in'),
});
const theme = wish.get('theme');
if (theme) {
  const call = backend.call.bind(backend);
  backend.call = (name, request) =>
    name === 'appearance' ? Promise.resolve({ theme: theme as Theme }) : call(name, request);
}
Object.assign(window, { backend });
install(backend);

const target = document.getElementById('app');
if (target) mount(App, { target });
