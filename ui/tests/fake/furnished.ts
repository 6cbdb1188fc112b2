/** A scripted core of somebody who has worked with several services for a while. */
import type { Backend } from './backend';
import { problem, PROBLEMS } from './backend';
import { MOMENTUM, SHORT, THOUGHTS } from './answers';
import { GEMINI, MANY, listed } from './services';

export function furnish(backend: Backend): void {
  const { services } = backend;
  const at = new Date(Date.now() - 7 * 60_000).toISOString();
  services.put('gemini', { id: 0, name: 'Gemini (this computer)', fixed: true, key: { from: 'computer', place: '/home/ada/.local/share/algoagent/.env' }, models: GEMINI, models_at: at, default_model: 'gemini-3.8-flash' });
  const gemini = services.put('gemini', { models: GEMINI, models_at: at, default_model: 'gemini-3.8-flash' });
  services.put('openai', { name: 'OpenRouter', base_url: 'https://openrouter.ai/api/v1', models: MANY, models_at: at, default_model: MANY[0]?.id ?? null, headers: ['http-referer', 'x-title'], proxy: 'manual', patience_is_own: true, patience: { first_byte: 90, idle: 60 } });
  services.put('anthropic', { key: null });
  services.put('ollama', { models: [listed('qwen3:8b', { window: 32_768 })], models_at: at, default_model: 'qwen3:8b' });
  services.problems.set('Anthropic', problem('key_missing', 'Anthropic needs a key. Enter one in Settings → Models, or choose another model.'));
  services.choice = { service: gemini.id, model: 'gemini-3.8-pro' };
  services.entered = [{ kind: 'openai', model: MANY[2]?.id ?? '', price: { input: 0.2, output: 0.85, cached: 0.02 } }];
  services.used = {
    day: [0, 1, 2, 5, 9, 12].map((ago) => ({ name: new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10), answers: 4 + ago * 3, input: 48_211 + ago * 9_113, output: 9_120 + ago * 1_377, cost: 0.0421 + ago * 0.31, without_price: ago === 5 ? 2 : 0 })),
    model: [{ name: 'Gemini · gemini-3.8-pro', answers: 81, input: 1_912_480, output: 210_411, cost: 4.49, without_price: 0 }, { name: 'Ollama · qwen3:8b', answers: 12, input: 96_000, output: 12_000, cost: 0, without_price: 12 }],
    chat: [{ name: 'Momentum on AAPL with a 2 % stop', answers: 12, input: 212_480, output: 30_411, cost: 0.5931, without_price: 0 }],
  };
  backend.meter = { used: 12_480, counted: true, limit: 1_040_384, summarised: 0, left_out: 0 };
  const about = { model: 'Gemini · gemini-3.8-pro', thoughts: THOUGHTS };
  const long = backend.chat('A long conversation');
  backend.message(long.id, 'user', 'What did we say about stops?');
  const summed = backend.message(long.id, 'assistant', SHORT, about);
  backend.summaries.set(long.id, [{ message_id: summed.id, messages: 212, model: 'Gemini · gemini-3.8-pro', text: 'The person trades AAPL and MSFT on daily bars with a stop of 2 %. They chose EMA 20/50 with ADX over 20; the newest version is MomentumCross v3.', created_at: at }]);
  backend.message(long.id, 'user', 'And about exits?');
  backend.message(long.id, 'assistant', SHORT, { ...about, left_out: 214, problem: PROBLEMS.cut });
  backend.message(long.id, 'user', 'Write it all out again.');
  backend.message(long.id, 'assistant', SHORT, { ...about, state: 'stopped', thoughts: null });
  backend.message(long.id, 'user', 'Go on.', { goes_on: true });
  backend.message(long.id, 'assistant', SHORT, { ...about, thoughts: null, state: 'interrupted' });
  const faults: [string, Parameters<Backend['message']>[3]][] = [
    ['Which model is this?', { problem: PROBLEMS.gone }],
    ['Is the quota used up?', { problem: problem('quota_exhausted', 'Today’s free quota of Gemini is used up.', { advice: ['wait', 'choose_model'], until: new Date(Date.now() + 20 * 3_600_000).toISOString(), raw: '{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}' }) }],
    ['Is it busy?', { problem: PROBLEMS.overloaded }],
    ['Is anybody there?', { problem: problem('offline', 'generativelanguage.googleapis.com can’t be reached.', { advice: ['check_network', 'open_settings', 'try_again'] }) }],
    ['Is this allowed?', { problem: problem('blocked', 'Gemini refused this question for its content.', { advice: ['rephrase'] }) }],
    ['Does it break off?', { problem: PROBLEMS.broken, thoughts: THOUGHTS }],
  ];
  for (const [title, how] of faults) {
    const chat = backend.chat(title);
    backend.message(chat.id, 'user', title);
    backend.message(chat.id, 'assistant', title.includes('break') ? MOMENTUM.slice(0, 240) : '', { ...about, thoughts: null, ended_at: new Date().toISOString(), state: 'failed', ...how });
  }
}
