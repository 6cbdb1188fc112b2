import { mount } from 'svelte';
import './app.css';
import './chat/prose.css';
import { install } from './lib/api';
import { tauri } from './lib/api/tauri';
import App from './shell/App.svelte';

install(tauri);

const target = document.getElementById('app');
if (target) mount(App, { target });
