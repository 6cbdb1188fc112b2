/** Which model answers and what is set up, shared by its settings and the composer's chip. */
import { createContext } from 'svelte';
import { asFault, call, type ApiError, type GeminiTest, type ModelChoice, type ModelSettings } from '../lib/api';

export class Models {
  current = $state.raw<ModelSettings | null>(null);
  /** What the last test found; another key or address makes it void. */
  test = $state.raw<GeminiTest | null>(null);
  testing = $state(false);
  /** Why they couldn't be loaded. */
  fault = $state.raw<ApiError | null>(null);

  async load(): Promise<void> {
    try {
      this.current = await call('model_settings', {});
      this.fault = null;
    } catch (error) {
      this.fault = asFault(error);
    }
  }

  async choose(choice: ModelChoice, geminiModel: string | null): Promise<void> {
    this.current = await call('choose_model', { choice, gemini_model: geminiModel });
  }

  async setGemini(baseUrl: string | null, key: string | null): Promise<void> {
    this.current = await call('set_gemini', { base_url: baseUrl, key });
    this.test = null;
  }

  async forgetKey(): Promise<void> {
    this.current = await call('forget_gemini_key', {});
    this.test = null;
  }

  async runTest(): Promise<void> {
    this.testing = true;
    this.test = null;
    try {
      this.test = await call('test_gemini', {});
    } finally {
      this.testing = false;
    }
  }
}

export const [useModels, provideModels] = createContext<Models>();
