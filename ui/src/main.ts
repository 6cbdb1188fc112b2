import { mount } from 'svelte';
import './app.css';
import './chat/prose.css';
import { install, leavePage } from './lib/api';
import { sayOnce, tauri } from './lib/api/tauri';
import App from './shell/App.svelte';

install(tauri);
sayOnce();
window.addEventListener('pagehide', leavePage);

const target = document.getElementById('app');
if (target) mount(App, { target });
