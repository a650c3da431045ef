import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

interface Judged {
  rule: string;
  /** The rule that has to fire; null if none may. */
  by: string | null;
  /** Part of its message: an edge that two rules forbid is forbidden by this one. */
  says: string;
  fired: { by: string | null; message: string }[];
}

/** Each import rule of the linter must still fire. */
const judged = JSON.parse(
  execFileSync(process.execPath, [join(__dirname, 'lint-violations.mjs')], { encoding: 'utf8', maxBuffer: 1e7 }),
) as Judged[];

test.each(judged)('$rule', ({ by, says, fired }) => {
  if (by === null) expect(fired).toEqual([]);
  else expect(fired).toContainEqual({ by, message: expect.stringContaining(says) });
});
