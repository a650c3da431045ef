import type { ErrorCode } from '@halftone/kernel';
import type { RenderedPicture } from '../image/picture.service';
import type { RenditionPlan } from '../image/rendition';

/** Messages from the service to the renderer: the bytes of a photo in parts, then the plans to render. */
export type ToRenderer =
  | { kind: 'open'; photo: number; size: number }
  | { kind: 'part'; photo: number; bytes: Uint8Array }
  | { kind: 'render'; photo: number; request: number; plan: RenditionPlan }
  | { kind: 'close'; photo: number };

/** Answers. `rss` is the renderer's memory after rendering, in bytes. `too-much-memory` or `too-much-time` is its last message. */
export type FromRenderer =
  | { kind: 'rendered'; request: number; picture: RenderedPicture; rss: number }
  | { kind: 'refused'; request: number; code: ErrorCode; message: string }
  | { kind: 'too-much-memory' | 'too-much-time' };
