import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

interface Judged {
  rule: string;
  by: string | null;
  fired: string[];
}

/** The rules of who may import whom are only worth something while each of them still fires. */
const judged = JSON.parse(
  execFileSync(process.execPath, [join(__dirname, 'lint-violations.mjs')], { encoding: 'utf8', maxBuffer: 1e7 }),
) as Judged[];

test.each(judged)('$rule', ({ by, fired }) => {
  if (by === null) expect(fired).toEqual([]);
  else expect(fired).toContain(by);
});
