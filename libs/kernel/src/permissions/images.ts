import { type Permission, ownersOnly, signedIn, signedOut } from './row';

const images = (method: string) => `gRPC halftone.images.v1.ImagesService/${method}`;

export const ofImages = {
  'images.UploadImage': { at: [images('UploadImage'), 'REST POST /v1/images'], may: signedIn },
  'images.GetImage': {
    at: [images('GetImage'), 'REST GET /v1/images/:id', 'REST GET /v1/images/:id/status', 'GraphQL image'],
    may: ownersOnly('IMAGE_NOT_FOUND'),
  },
  'images.DownloadImage': {
    at: [images('DownloadImage'), 'REST GET /v1/images/:id/original', 'REST GET /v1/images/:id/renditions/:name'],
    may: ownersOnly('IMAGE_NOT_FOUND'),
  },
  'images.ListImages': { at: [images('ListImages'), 'REST GET /v1/images'], may: signedIn },
  'images.CancelImage': {
    at: [images('CancelImage'), 'REST DELETE /v1/images/:id/job', 'WebSocket cancel'],
    of: 'photo',
    may: {
      anonymous: signedOut,
      other: 'IMAGE_NOT_FOUND',
      owner: { cancelled: 'ok', ready: 'IMAGE_NOT_CANCELLABLE' },
      operator: 'IMAGE_NOT_FOUND',
    },
  },
  // Returns which of the images are the caller's; it leaves out those of others.
  'images.FilterPrintable': { at: [images('FilterPrintable')], may: signedIn },
} as const satisfies Record<string, Permission>;
