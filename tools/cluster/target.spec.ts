import { onKind, onMinikube, targetOf } from './target.ts';

test('kind by default; its own context means the same', () => {
  expect(targetOf({ context: '' })).toEqual(onKind);
  expect(targetOf({ context: 'kind-halftone' })).toEqual(onKind);
});

test('a context is somebody else’s cluster', () => {
  expect(targetOf({ context: 'production' })).toMatchObject({ way: 'context', context: 'production' });
});

test('minikube is a cluster of its own', () => {
  expect(targetOf({ context: '', minikube: true })).toEqual(onMinikube);
  expect(() => targetOf({ context: 'production', minikube: true })).toThrow('--minikube makes a cluster of its own');
});
