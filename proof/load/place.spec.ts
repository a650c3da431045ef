import { placeAsked } from './place.ts';

test('the gateway of a cluster gives the other URLs', () => {
  expect(placeAsked({ url: 'http://127.0.0.1:30080/' })).toEqual({
    urls: {
      gateway: 'http://127.0.0.1:30080',
      graphql: 'http://127.0.0.1:30081/graphql',
      realtime: ['http://127.0.0.1:30090'],
    },
    grpc: undefined,
  });
});

test('elsewhere the other two are named', () => {
  const asked = { url: 'https://shop.example', graph: 'https://graph.example', realtime: 'http://a:1,http://b:2/' };
  expect(placeAsked(asked)?.urls).toEqual({
    gateway: 'https://shop.example',
    graphql: 'https://graph.example/graphql',
    realtime: ['http://a:1', 'http://b:2'],
  });
  expect(() => placeAsked({ url: 'http://127.0.0.1:8080' })).toThrow('--graph URL and --realtime URL');
});

test('a graph with a path of its own keeps it', () => {
  const asked = { url: 'http://h:30080', graph: 'http://h/api/graph' };
  expect(placeAsked(asked)?.urls.graphql).toBe('http://h/api/graph');
});

test('an invalid address is refused, and so are other URLs without a gateway', () => {
  expect(() => placeAsked({ url: 'shop:30080' })).toThrow('--url shop:30080: an address like');
  expect(() => placeAsked({ graph: 'http://h:30081' })).toThrow('--url names');
});

test('without an address it is the system that runs here', () => {
  expect(placeAsked({})).toBeUndefined();
});
