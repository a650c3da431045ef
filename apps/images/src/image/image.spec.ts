import {
  cancelled,
  failed,
  type Image,
  type ImageState,
  type ImageStatus,
  ready,
  transitions,
  uploaded,
  working,
} from './image';
import { renditionContentType, type RenditionName, renditionNames } from './rendition';

const facts = { id: 'i1', customer: 'alice', contentType: 'image/png', size: 9, width: 30, height: 20 };
const at = new Date('2026-01-01T00:00:00Z');
const withRenditions = (image: Image, ...names: RenditionName[]): Image => ({
  ...image,
  renditions: names.map((name) => ({ name, contentType: renditionContentType, width: 3, height: 2, size: 1 })),
});
const blurred = { reason: 'blurred', code: 'NOT_A_PICTURE' } as const;
const statuses = Object.keys(transitions) as ImageStatus[];
const states: Record<ImageStatus, ImageState> = {
  queued: { status: 'queued', progress: 0, step: 'queued' },
  processing: { status: 'processing', progress: 25, step: 'preview' },
  ready: { status: 'ready', progress: 100, step: 'done' },
  failed: { status: 'failed', progress: 25, step: 'failed', ...blurred },
  cancelled: { status: 'cancelled', progress: 25, step: 'cancelled' },
};
const moves: Partial<Record<ImageStatus, (image: Image) => Image>> = {
  processing: working,
  ready,
  failed: (image) => failed(image, blurred),
  cancelled,
};

test('an uploaded photo is queued, at version 1', () => {
  expect(uploaded(facts, at)).toEqual({
    ...facts,
    createdAt: at,
    version: 1,
    renditions: [],
    state: { status: 'queued', progress: 0, step: 'queued' },
  });
});

test.each<[RenditionName[], Partial<ImageState>]>([
  [[], { progress: 0, step: 'thumbnail' }],
  [['thumbnail'], { progress: 25, step: 'preview' }],
  [['thumbnail', 'preview'], { progress: 50, step: 'print' }],
  [[...renditionNames], { progress: 90, step: 'print' }],
])('with %j done the state is %j', (names, expected) => {
  expect(working(withRenditions(uploaded(facts, at), ...names)).state).toEqual({ status: 'processing', ...expected });
});

test('only the end of processing increments the version', () => {
  const image = working(withRenditions(uploaded(facts, at), ...renditionNames));
  expect(image.version).toBe(1);
  expect(ready(image)).toMatchObject({ version: 2, state: states.ready });
  expect(failed(image, blurred)).toMatchObject({
    version: 2,
    state: { status: 'failed', progress: 90, ...blurred },
  });
});

test('a photo without all renditions is never ready', () => {
  const image = working(withRenditions(uploaded(facts, at), 'thumbnail', 'print'));
  expect(() => ready(image)).toThrow(expect.objectContaining({ code: 'INTERNAL', message: 'image i1 has no preview' }));
});

const pairs = statuses.flatMap((from) => statuses.filter((to) => moves[to]).map((to) => [from, to] as const));

test.each(pairs)('%s to %s happens exactly if the table allows it', (from, to) => {
  const image = withRenditions({ ...uploaded(facts, at), state: states[from] }, ...renditionNames);
  const move = () => moves[to]?.(image).state.status;
  if (transitions[from].includes(to)) expect(move()).toBe(to);
  else
    expect(move).toThrow(expect.objectContaining({ code: to === 'cancelled' ? 'IMAGE_NOT_CANCELLABLE' : 'INTERNAL' }));
});
