import type { ImageStatus } from '../../harness/clients/api.ts';
import { jsonOf } from '../../harness/clients/http.ts';
import { expecting } from '../../harness/clients/session.ts';
import { photo } from '../../harness/clients/shop.ts';
import { hold, type Step } from '../step.ts';

/** A real photo goes up, a worker makes its renditions, the WebSocket shows how far it is, one rendition comes down. */
export const uploadStep: Step = {
  name: 'upload',
  take: async (tour) => {
    const { alice, socket } = tour;
    const { name, bytes, contentType } = await photo('rocket.jpg');
    const accepted = expecting('upload', await alice.upload(bytes, contentType), 202);
    const { id } = jsonOf<{ id: string }>(accepted);
    const subject = `images/${id}`;
    const end = await socket.waitFor(
      `${subject} to be ready`,
      (event) => event.subject === subject && event.type !== 'image.uploaded',
    );
    hold(end.type === 'image.ready', 'the photo was not processed', end);
    const { result } = await alice.get<ImageStatus>(`/v1/images/${id}/status`);
    const preview = result?.renditions.preview;
    if (!preview) throw new Error(`photo ${id} is ready but has no preview`);
    const got = expecting('download', await alice.call(preview.url), 200);
    hold(got.bytes.length === preview.size && preview.size > 0, 'the preview has another size', {
      got: got.bytes.length,
      preview,
    });
    tour.imageId = id;
    const progress = socket.passing.filter((event) => event.subject === subject).map(({ data }) => data['progress']);
    return {
      imageId: id,
      photo: name,
      sentBytes: bytes.length,
      progress,
      renditions: Object.keys(result.renditions),
      preview: { bytes: got.bytes.length, width: preview.width, height: preview.height },
      tries: accepted.attempts,
    };
  },
};
