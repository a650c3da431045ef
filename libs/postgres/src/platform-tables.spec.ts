import { createHash } from 'node:crypto';
import { platformMigrations } from './platform-tables';

test('migrations that have run in every schema do not change; new ones may follow', () => {
  const checksums = platformMigrations.map(({ id, up }) => [
    id,
    createHash('sha256').update(up).digest('hex').slice(0, 16),
  ]);
  expect(checksums.slice(0, 2)).toEqual([
    ['0000-platform', '6b7c59b4541d5c1a'],
    ['0000-platform-idempotency-lifetime', 'c58157202389e4d2'],
  ]);
});
