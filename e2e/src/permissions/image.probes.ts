import { imagesV1 } from '@halftone/contracts';
import { photo } from '@halftone/proof/harness/clients/shop.ts';
import { patientSend } from '../patient-send';
import { system } from '../system';
import { grpc, outcomeOf, sessionOf, talk } from './ask';
import { isGrpc, isRest, key, type Probe, restAt, simply } from './probe';
import { cancelledPhoto, type Things } from './things';
const image = ({ imageId: id }: Things) => ({ id, name: 'thumbnail' });

const uploadImage: Probe = async ({ who }, endpoint) => {
  const { bytes, contentType } = await photo('coffee.png');
  if (isGrpc(endpoint)) {
    const header = { contentType, idempotencyKey: key() };
    const messages = [imagesV1.UploadImageRequest.fromPartial({ header })];
    const answer = await grpc(who, endpoint, messages);
    // Half an upload gets past the question of who it is, and no further.
    return answer === 'UNAUTHENTICATED' ? answer : 'ok';
  }
  const headers = {
    'content-type': contentType,
    'idempotency-key': key(),
    ...(await (await sessionOf(who))?.authorization()),
  };
  return outcomeOf(await patientSend(`${system().urls.gateway}/v1/images`, { method: 'POST', headers, body: bytes }));
};

const cancelImage: Probe = async ({ who, state }, endpoint, things) => {
  const id = state === 'cancelled' ? await cancelledPhoto(things) : things.imageId;
  if (isRest(endpoint)) return restAt(who, endpoint, { id });
  if (isGrpc(endpoint)) return grpc(who, endpoint, imagesV1.CancelImageRequest.fromPartial({ id }));
  return talk(who, [{ type: 'cancel', imageId: id }], ['cancelling']);
};

export const imageProbes: Readonly<Record<string, Probe>> = {
  'images.UploadImage': uploadImage,
  'images.GetImage': simply({
    request: image,
    names: image,
    query: 'query ($id: ID!) { image(id: $id) { id } }',
    variables: ({ imageId: id }) => ({ id }),
  }),
  'images.DownloadImage': simply({
    request: ({ imageId: id }) => imagesV1.DownloadImageRequest.fromPartial({ id, rendition: 'thumbnail' }),
    names: image,
  }),
  'images.ListImages': simply({ request: () => ({ limit: 1, cursor: '' }) }),
  'images.CancelImage': cancelImage,
  'images.FilterPrintable': simply({ request: ({ imageId }) => ({ ids: [imageId] }) }),
};
