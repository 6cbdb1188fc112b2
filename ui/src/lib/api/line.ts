/**
 * What the page and the program say to each other, sealed: between them a webview copies everything
 * through buffers of its own, which nobody wipes. The keys are agreed on anew by each page and go
 * with it. `src-tauri/src/desktop/sealing.rs` is the other end.
 */
const CURVE = { name: 'ECDH', namedCurve: 'P-256' };
const NONCE = 12;
const words = new TextEncoder();

export class Line {
  readonly #toCore: CryptoKey;
  readonly #toPage: CryptoKey;

  private constructor(toCore: CryptoKey, toPage: CryptoKey) {
    this.#toCore = toCore;
    this.#toPage = toPage;
  }

  /** Agrees on keys: `introduce` gives the page's public key for the program's. */
  static async agree(introduce: (page: Uint8Array) => Promise<ArrayBuffer>): Promise<Line> {
    const own = await crypto.subtle.generateKey(CURVE, false, ['deriveBits']);
    const page = new Uint8Array(await crypto.subtle.exportKey('raw', own.publicKey));
    const core = new Uint8Array(await introduce(page));
    const theirs = await crypto.subtle.importKey('raw', core, CURVE, false, []);
    const shared = await crypto.subtle.deriveBits({ name: 'ECDH', public: theirs }, own.privateKey, 256);
    const secret = await crypto.subtle.importKey('raw', shared, 'HKDF', false, ['deriveKey']);
    const salt = new Uint8Array([...page, ...core]);
    const key = (purpose: string, use: KeyUsage) =>
      crypto.subtle.deriveKey(
        { name: 'HKDF', hash: 'SHA-256', salt, info: words.encode(`algoagent line 1 ${purpose}`) },
        secret,
        { name: 'AES-GCM', length: 256 },
        false,
        [use],
      );
    return new Line(await key('page to core', 'encrypt'), await key('core to page', 'decrypt'));
  }

  /** What only the program can read. */
  async seal(said: unknown): Promise<Uint8Array> {
    const iv = crypto.getRandomValues(new Uint8Array(NONCE));
    const text = words.encode(JSON.stringify(said));
    const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, this.#toCore, text);
    const whole = new Uint8Array(NONCE + sealed.byteLength);
    whole.set(iv);
    whole.set(new Uint8Array(sealed), NONCE);
    return whole;
  }

  /** What the program said. */
  async open(sealed: Uint8Array<ArrayBuffer>): Promise<unknown> {
    const iv = sealed.subarray(0, NONCE);
    const text = await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, this.#toPage, sealed.subarray(NONCE));
    return JSON.parse(new TextDecoder().decode(text)) as unknown;
  }
}
