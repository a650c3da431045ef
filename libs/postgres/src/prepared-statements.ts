/** Beyond this many texts a statement stays unnamed, so a list of any length in a text cannot fill the server. */
const MOST_NAMES = 500;

/**
 * Names for the statements of a pool: the same text has the same name on every connection. The server parses a named
 * statement once per connection, and may keep its plan.
 *
 * A name is never given twice. So a name whose statement is out of date, or unknown to the server, is given up, and
 * every connection prepares the statement again under the next name. The server frees the old one when the connection
 * closes.
 */
export class PreparedStatements {
  private readonly names = new Map<string, string>();
  private generation = 0;

  /** Undefined if there are too many texts. */
  nameOf(text: string): string | undefined {
    const known = this.names.get(text);
    if (known || this.names.size === MOST_NAMES) return known;
    const name = `s${this.generation}_${this.names.size}`;
    this.names.set(text, name);
    return name;
  }

  /** Gives up all names, unless that has happened since this name was given: many connections fail together. */
  giveUp(name: string, text: string): void {
    if (this.names.get(text) !== name) return;
    this.generation += 1;
    this.names.clear();
  }
}
