/** The demo password is public, and one demo customer is an operator. */
import { checkSeedPassword } from '../config';

const problems = (SEED_PASSWORD: string | undefined, HTTP_HOST: string, GRPC_HOST = HTTP_HOST) =>
  checkSeedPassword({ SEED_PASSWORD, HTTP_HOST, GRPC_HOST }).map(({ path }) => path);

test.each([
  [undefined, '127.0.0.1', '127.0.0.1'],
  ['halftone', 'localhost', '::1'],
  ['a-secret-of-its-own', '0.0.0.0', '0.0.0.0'],
])('password %s is accepted on %s and %s', (password, http, grpc) => {
  expect(problems(password, http, grpc)).toEqual([]);
});

test.each([
  [undefined, '0.0.0.0', '0.0.0.0'],
  ['halftone', '0.0.0.0', '127.0.0.1'],
  [undefined, '127.0.0.1', '::'],
  [undefined, '10.1.2.3', '10.1.2.3'],
  [undefined, '127.0.0.1.example.com', '127.0.0.1'],
])('password %s is refused on %s and %s', (password, http, grpc) => {
  expect(problems(password, http, grpc)).toEqual(['SEED_PASSWORD']);
});
