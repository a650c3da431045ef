import { complaintAbout, type Transfer } from './transfers-verdict.ts';

const whole: Transfer = { about: 'upload', seconds: 55, bytes: 9, arrived: 9, same: true, status: 202 };

test('what is whole and slow is as promised', () => {
  expect(complaintAbout(whole, 55)).toBeUndefined();
  expect(complaintAbout({ about: 'chat', seconds: 90, sent: 9, lost: 0, duplicated: 0 }, 55)).toBeUndefined();
  expect(complaintAbout({ about: 'requests', count: 9, again: 2, failed: 0 }, 55)).toBeUndefined();
});

test.each([
  ['other bytes', { ...whole, same: false }],
  ['fewer bytes', { ...whole, arrived: 8 }],
  ['a refusal', { ...whole, status: 503 }],
  ['a connection that broke', { ...whole, status: 0, failure: 'aborted' }],
  ['one that was not slow', { ...whole, seconds: 5 }],
  ['a lost message', { about: 'chat', seconds: 90, sent: 9, lost: 1, duplicated: 0 } as const],
  ['a message twice', { about: 'chat', seconds: 90, sent: 9, lost: 0, duplicated: 1 } as const],
  ['a chat without a message', { about: 'chat', seconds: 90, sent: 0, lost: 0, duplicated: 0 } as const],
  ['a failed request', { about: 'requests', count: 9, again: 2, failed: 1 } as const],
])('%s is not', (_what, seen) => {
  expect(complaintAbout(seen, 55)).toEqual(expect.any(String));
});
