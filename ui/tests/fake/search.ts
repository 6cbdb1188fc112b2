/** The scripted core's search, the files that chats leave and come in as, and the window's looks. */
import type { Appearance, Found, FoundMessage, Imported, MessageId, Piece, Query, Version } from '../../src/lib/api';
import type { Backend, Handlers } from './backend';

export type SearchingCommand = 'search' | 'export_chats' | 'import_chats' | 'appearance' | 'set_appearance' | 'close_window';

const PAGE = 30;

export class Searching {
  appearance: Appearance = { theme: 'system', contrast: 'system', size: 100 };
  /** Messages whose words are still being gathered. */
  missing = 0;
  /** Messages that stand on another branch than the one that is shown. */
  readonly versions = new Map<MessageId, Version>();
  imported: Imported | null = { chats: 12, messages: 340, known: 3, refused: [], cancelled: false };
  readonly #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  readonly handlers: Pick<Handlers, SearchingCommand> = {
    search: (query) => this.#search(query),
    export_chats: () => ({ path: '/home/ada/Documents/algoagent-chats.zip', module: null }),
    import_chats: () => this.imported,
    appearance: () => this.appearance,
    set_appearance: (appearance) => (this.appearance = appearance),
    close_window: () => ({}),
  };

  #search({ text, chat_id, role, from, until, has_code, skip }: Query): Found {
    const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
    const holds = (where: string) => words.length > 0 && words.every((word) => where.toLowerCase().includes(word));
    const narrow = chat_id !== null || role !== null || from !== null || until !== null || has_code;
    const all = this.#backend.chats.flatMap((chat) => (this.#backend.messages.get(chat.id) ?? []).map((message) => ({ chat, message })));
    const messages = all
      .filter(({ chat, message }) => holds(message.text) && (chat_id === null || chat.id === chat_id) && (role === null || message.role === role) && (from === null || message.created_at >= from) && (until === null || message.created_at < until) && (!has_code || message.text.includes('```')))
      .map(({ chat, message }): FoundMessage => ({ message_id: message.id, chat_id: chat.id, title: chat.title, archived: false, role: message.role, created_at: message.created_at, has_code: message.text.includes('```'), version: this.versions.get(message.id) ?? null, snippet: cut(message.text, words) }));
    const chats = this.#backend.chats.filter(({ title }) => !narrow && holds(title)).slice(0, 5);
    const contexts = this.#backend.contexts.filter(({ name, instructions }) => !narrow && holds(`${name} ${instructions}`)).slice(0, 5);
    return {
      messages: messages.slice(skip, skip + PAGE),
      chats: skip ? [] : chats.map(({ id, title, updated_at }) => ({ chat_id: id, archived: false, updated_at, title: marked(title, words) })),
      contexts: skip ? [] : contexts.map(({ id, name, instructions }) => ({ context_id: id, name: marked(name, words), snippet: cut(instructions, words) })),
      more: messages.length > skip + PAGE,
      missing: this.missing,
    };
  }
}

function marked(text: string, words: string[]): Piece[] {
  const parts = text.split(new RegExp(`(${words.join('|')})`, 'gi'));
  return parts.map((part, index) => ({ text: part, hit: index % 2 === 1 })).filter((piece) => piece.text !== '');
}

/** About two lines around the first of the words. */
function cut(text: string, words: string[]): Piece[] {
  const at = Math.max(0, ...words.slice(0, 1).map((word) => text.toLowerCase().indexOf(word)));
  const start = Math.max(0, at - 60);
  return marked(`${start ? '… ' : ''}${text.slice(start, start + 200).replace(/\s+/g, ' ')} …`, words);
}
