/** A service while it is entered. What is secret in it is sent and never comes back. */
import type { Service, ServiceFields } from '../lib/api';
import { isLocal, nameOf, USUAL, type Kind } from './kinds';

const LONGEST_WAIT = 3600;

export interface HeaderRow {
  key: number;
  name: string;
  value: string;
  /** Whether a value of this name is stored: an empty field keeps it. */
  stored: boolean;
}

export class ServiceForm {
  readonly kind: Kind;
  name = $state('');
  address = $state('');
  apiKey = $state('');
  forgetKey = $state(false);
  headers = $state<HeaderRow[]>([]);
  proxy = $state<ServiceFields['proxy']>('system');
  proxyUrl = $state('');
  firstByte = $state('');
  idle = $state('');
  /** What is stored already. */
  service = $state.raw<Service | null>(null);
  #headersChanged = false;
  #next = 0;

  constructor(kind: Kind, service: Service | null) {
    this.kind = kind;
    this.stored(service);
  }

  /** Takes over what is stored now; secrets leave the form. */
  stored(service: Service | null): void {
    this.service = service;
    this.apiKey = '';
    this.proxyUrl = '';
    this.forgetKey = false;
    this.#headersChanged = false;
    if (!service) return;
    this.name = service.name;
    this.address = service.base_url_is_default ? '' : service.base_url;
    this.headers = service.headers.map((name) => ({ key: this.#next++, name, value: '', stored: true }));
    this.proxy = service.proxy;
    this.firstByte = service.patience_is_own ? String(service.patience.first_byte) : '';
    this.idle = service.patience_is_own ? String(service.patience.idle) : '';
  }

  /** Whether the advanced part holds something. */
  get advanced(): boolean {
    const own = this.headers.length > 0 || this.proxy !== 'system' || this.firstByte !== '' || this.idle !== '';
    return own || (this.address !== '' && !this.kind.needsAddress);
  }

  /** The name that it gets when none is entered. */
  get madeName(): string | null {
    return this.kind.needsAddress ? nameOf(this.address) : null;
  }

  get usual(): ServiceFields['patience'] & object {
    const local = this.address.trim() === '' ? this.kind.id === 'ollama' : isLocal(this.address);
    return local ? USUAL.local : USUAL.remote;
  }

  /** Whether it goes to another address than before, to which nothing secret follows. */
  get moved(): boolean {
    const { service } = this;
    if (!service) return false;
    return this.address.trim() === '' ? !service.base_url_is_default : this.address.trim().replace(/\/+$/, '') !== service.base_url;
  }

  get ready(): boolean {
    const address = !this.kind.needsAddress || this.address.trim() !== '';
    // At its own address a new service answers nobody without a key.
    const key = this.service !== null || !this.kind.needsKey || this.address.trim() !== '' || this.apiKey.trim() !== '';
    return address && key && this.waitError(this.firstByte) === null && this.waitError(this.idle) === null;
  }

  addHeader(): void {
    this.headers.push({ key: this.#next++, name: '', value: '', stored: false });
    this.#headersChanged = true;
  }

  removeHeader(key: number): void {
    this.headers = this.headers.filter((row) => row.key !== key);
    this.#headersChanged = true;
  }

  headerChanged(): void {
    this.#headersChanged = true;
  }

  waitError(text: string): string | null {
    if (text.trim() === '') return null;
    const seconds = Number(text);
    const good = Number.isInteger(seconds) && seconds >= 1 && seconds <= LONGEST_WAIT;
    return good ? null : `Whole seconds, 1 to ${String(LONGEST_WAIT)}.`;
  }

  get fields(): ServiceFields {
    const sent = (row: HeaderRow) => row.value !== '' || (row.stored ? !this.moved : row.name.trim() !== '');
    const rows = this.headers.filter(sent);
    const first = this.firstByte.trim();
    const idle = this.idle.trim();
    return {
      name: this.name.trim() || this.madeName,
      base_url: this.address.trim() || null,
      key: this.apiKey.trim() || null,
      forget_key: this.forgetKey && this.apiKey.trim() === '',
      headers: this.#headersChanged
        ? rows.map((row) => ({ name: row.name.trim(), value: row.value === '' ? null : row.value }))
        : null,
      proxy: this.proxy,
      proxy_url: this.proxy === 'manual' ? this.proxyUrl.trim() || null : null,
      patience:
        first === '' && idle === ''
          ? null
          : { first_byte: Number(first || this.usual.first_byte), idle: Number(idle || this.usual.idle) },
    };
  }
}
