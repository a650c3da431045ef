import { describeConfig } from '@halftone/service';
import { settings } from './config';

test('the shutdown grace period covers the longest transfer', () => {
  const rows = new Map(describeConfig(settings, {}).map(({ name, value }) => [name, Number(value)]));
  expect(rows.get('SHUTDOWN_GRACE_MS')).toBeGreaterThanOrEqual((rows.get('TRANSFER_BUDGET_MS') ?? NaN) + 10_000);
});
