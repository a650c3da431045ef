import { decideRotation, lifetimes, openFamily, type TokenFamily } from './token-family';

const start = new Date('2026-01-01T00:00:00Z');
const after = (ms: number) => new Date(start.getTime() + ms);
const family = (more: Partial<TokenFamily> = {}): TokenFamily => ({ ...openFamily('f', 'alice', start), ...more });
const use = (generation: number, requestKey: string | null = null) => ({ generation, requestKey });
const codeOf = (rotation: ReturnType<typeof decideRotation>) =>
  'refusal' in rotation ? [rotation.decision, rotation.refusal.code] : [rotation.decision];

test('the newest token rotates to the next one', () => {
  const rotation = decideRotation(family(), use(1, 'k'), after(1_000));
  expect(rotation).toEqual({
    decision: 'rotate',
    family: family({
      generation: 2,
      rotatedAt: after(1_000),
      rotatedBy: 'k',
      expiresAt: after(1_000 + lifetimes.tokenMs),
    }),
  });
});

const used = family({ generation: 2, rotatedAt: after(0), rotatedBy: 'k' });

test('a retry with the same request key gets the same token', () => {
  expect(decideRotation(used, use(1, 'k'), after(59_000))).toEqual({ decision: 'repeat', family: used });
});

test.each<[string, TokenFamily, ReturnType<typeof use>, number]>([
  ['without a key', used, use(1), 1],
  ['with another key', used, use(1, 'other'), 1],
  ['with the key, but a minute later', used, use(1, 'k'), lifetimes.repeatMs],
  ['with the key, but its successor was used', { ...used, generation: 3 }, use(1, 'k'), 1],
  ['when the first use had no key either', { ...used, rotatedBy: null }, use(1), 1],
  ['of a generation that was never issued', used, use(9), 1],
])('a token that is used again %s revokes the family', (_what, known, again, ms) => {
  expect(codeOf(decideRotation(known, again, after(ms)))).toEqual(['revoke', 'TOKEN_REVOKED']);
});

test.each<[string, TokenFamily | undefined, number, string]>([
  ['unknown', undefined, 0, 'TOKEN_EXPIRED'],
  ['of a family that was revoked', family({ revokedAt: start }), 0, 'TOKEN_REVOKED'],
  ['that was not used for a day', family(), lifetimes.tokenMs, 'TOKEN_EXPIRED'],
])('a token %s is refused', (_what, known, ms, code) => {
  expect(codeOf(decideRotation(known, use(1), after(ms)))).toEqual(['refuse', code]);
});

test('no use makes a sign-in last longer than 30 days', () => {
  const late = after(lifetimes.familyMs - 1_000);
  const rotation = decideRotation(family({ expiresAt: after(lifetimes.familyMs) }), use(1), late);
  expect(rotation).toMatchObject({ decision: 'rotate', family: { expiresAt: after(lifetimes.familyMs) } });
});
