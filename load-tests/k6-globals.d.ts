/** What k6 1.8 has without an import, beyond what `@types/k6` 1.7 knows. */
declare const console: { log(text: string): void; warn(text: string): void; error(text: string): void };
declare const crypto: { randomUUID(): string };
