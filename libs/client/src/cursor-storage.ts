/** Stores the position in each channel, where a later page or process continues. */

/** `sessionStorage`, `localStorage`, or anything like them. */
export interface StringStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export interface Position {
  cursor: string;
  /** The last received sequence number, if any. */
  seq?: number | undefined;
}

const keyOf = (channel: string) => `halftone.cursor.${channel}`;

/** A storage that is full or forbidden only prevents the resume after a refresh. */
export class CursorStorage {
  readonly #storage: StringStorage | undefined;

  constructor(storage?: StringStorage) {
    this.#storage = storage;
  }

  read(channel: string): Position | undefined {
    try {
      const text = this.#storage?.getItem(keyOf(channel));
      return text ? positionOf(JSON.parse(text)) : undefined;
    } catch {
      // See the class comment.
      return undefined;
    }
  }

  write(channel: string, position: Position): void {
    try {
      this.#storage?.setItem(keyOf(channel), JSON.stringify(position));
    } catch {
      // See the class comment.
    }
  }

  forget(channel: string): void {
    try {
      this.#storage?.removeItem(keyOf(channel));
    } catch {
      // See the class comment.
    }
  }
}

/** A value of another version or another program counts as absent. */
function positionOf(value: unknown): Position | undefined {
  const { cursor, seq } = (value ?? {}) as Partial<Record<keyof Position, unknown>>;
  if (typeof cursor !== 'string' || cursor === '') return undefined;
  return Number.isSafeInteger(seq) ? { cursor, seq: seq as number } : { cursor };
}

/** A storage for the life of the process: for tests and long-lived clients. */
export function memoryStorage(): StringStorage {
  const items = new Map<string, string>();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}
