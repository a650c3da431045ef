import { UsageError } from '@halftone/tools/terminal/usage-error.ts';
import { NothingRuns, sourcesOf } from './sources.ts';

const shop = {
  postgres: { url: 'postgres://postgres:a@127.0.0.1:5001/halftone' },
  kafka: { brokers: '127.0.0.1:9001' },
};
const ofShop = { databaseUrl: shop.postgres.url, brokers: ['127.0.0.1:9001'] };
const elsewhere = 'postgres://verify:b@db.example:5432/shop';

const given = (postgres?: string, kafka?: string) => ({ postgres, kafka });

it('judges what the environment names, also while a shop runs here', () => {
  const named = { databaseUrl: elsewhere, brokers: ['k1:9092', 'k2:9092'] };
  expect(sourcesOf(given(elsewhere, 'k1:9092,k2:9092'), shop)).toEqual(named);
  expect(sourcesOf(given(elsewhere, 'k1:9092,k2:9092'), undefined)).toEqual(named);
});

it('judges the shop that runs here when the environment names nothing', () => {
  expect(sourcesOf(given(), shop)).toEqual(ofShop);
  expect(() => sourcesOf(given(), undefined)).toThrow(NothingRuns);
});

it('finds the database of a shop that runs on the engines of the environment', () => {
  expect(sourcesOf(given('postgres://postgres:a@127.0.0.1:5001/postgres'), shop)).toEqual(ofShop);
  expect(sourcesOf(given('postgres://postgres:a@127.0.0.1:5001/postgres', '127.0.0.1:9001'), shop)).toEqual(ofShop);
});

it('never takes the rows of one system and the records of another', () => {
  expect(() => sourcesOf(given(elsewhere), shop)).toThrow(
    new UsageError(`set KAFKA_BROKERS as well: DATABASE_URL names engines that no shop runs on here`),
  );
  expect(() => sourcesOf(given(undefined, 'k1:9092'), shop)).toThrow('set DATABASE_URL as well');
});
