/**
 * The page's beginning, as little of it as can be: the keys that it and the program agree on are
 * worked out on another thread while the rest comes.
 */
import './app.css';
import { install, leavePage } from './lib/api';
import { meet, sayOnce, tauri } from './lib/api/tauri';

install(tauri);
sayOnce();
meet();
window.addEventListener('pagehide', leavePage);
void import('./window');
