/** Keeps the place in each channel where a later page, or a later process, goes on. */

/** `sessionStorage`, `localStorage`, or anything like them. */
export interface StringStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export interface Place {
  cursor: string;
  /** The number heard last, if any was. */
  seq?: number | undefined;
}

const keyOf = (channel: string) => `halftone.cursor.${channel}`;

/** A storage that is full or forbidden costs the resume after a refresh, never an event now. */
export class CursorStorage {
  readonly #storage: StringStorage | undefined;

  constructor(storage?: StringStorage) {
    this.#storage = storage;
  }

  read(channel: string): Place | undefined {
    try {
      const text = this.#storage?.getItem(keyOf(channel));
      return text ? placeOf(JSON.parse(text)) : undefined;
    } catch {
      return undefined;
    }
  }

  write(channel: string, place: Place): void {
    try {
      this.#storage?.setItem(keyOf(channel), JSON.stringify(place));
    } catch {
      // Said above.
    }
  }

  forget(channel: string): void {
    try {
      this.#storage?.removeItem(keyOf(channel));
    } catch {
      // Said above.
    }
  }
}

/** What another version, or somebody else, left there counts as nothing. */
function placeOf(value: unknown): Place | undefined {
  const { cursor, seq } = (value ?? {}) as Partial<Record<keyof Place, unknown>>;
  if (typeof cursor !== 'string' || cursor === '') return undefined;
  return Number.isSafeInteger(seq) ? { cursor, seq: seq as number } : { cursor };
}

/** A storage that lasts as long as the process: for tests and for clients that stay. */
export function memoryStorage(): StringStorage {
  const items = new Map<string, string>();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}
