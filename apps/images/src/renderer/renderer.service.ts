import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { limits } from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';
import { counter, logger } from '@halftone/service';
import type { FactoryProvider } from '@nestjs/common';
import { tooLarge } from '../image/picture-refusal';
import type { RenderedPicture } from '../image/picture.service';
import type { RenditionPlan } from '../image/rendition';
import type { FromRenderer, ToRenderer } from './renderer.schema';

/** `late`: no answer in time. `other`: killed from outside, or crashed. */
const rendererEnds = counter(
  'images_renderer_ends_total',
  'Renderer processes that ended while decoding a picture, by cause',
  { cause: ['too-much-memory', 'too-much-time', 'late', 'other'] },
);

export interface RendererOptions {
  /** Memory limit of the renderer process, in bytes. */
  memoryBytes: number;
  /** Processor time of one rendition, decoding included; by default `limits.decodeTime`. */
  cpuMs?: number;
  /** Path of the program; by default next to this file. */
  program?: string;
}

/** Limits how long a rendition keeps a worker, also when the renderer gets no processor or does not answer. */
const answerTimeoutMs = 30_000;

/** A renderer with more memory than this is replaced; a new one has about 65 MiB. */
const reusableBytes = 128 * 2 ** 20;

/** A photo that was sent to a renderer. */
export interface OpenPhoto {
  /** Throws NOT_A_PICTURE, PICTURE_TOO_LARGE (also for too much memory or time), or UNAVAILABLE if the renderer ended otherwise. */
  render(plan: RenditionPlan): Promise<RenderedPicture>;
  /** Call it after the last rendition. */
  close(): void;
}

/**
 * Decodes pictures in a separate process, so a picture that exceeds the limit of memory or time kills only that process. The process
 * starts with the first photo and is reused for the next ones.
 */
export class Renderer {
  private child: RendererProcess | undefined;

  constructor(private readonly options: RendererOptions) {}

  /** Sends the photo in parts, so it is never in this process as a whole. */
  async open(size: number, parts: AsyncIterable<Uint8Array>): Promise<OpenPhoto> {
    if (!this.child?.isReusable) this.child = new RendererProcess(this.options);
    const { child } = this;
    const photo = await child.open(size, parts);
    return { render: (plan) => child.render(photo, plan), close: () => child.close(photo) };
  }

  /** Process id of the renderer, once it is started. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  stop(): void {
    this.child?.kill();
  }
}

type Waiting = ReturnType<typeof Promise.withResolvers<RenderedPicture>>;

class RendererProcess {
  private readonly waiting = new Map<number, Waiting>();
  private readonly process: ChildProcess;
  private readonly photos = new Set<number>();
  private requests = 0;
  private nextPhoto = 0;
  private rss = 0;
  private end: 'too-much-memory' | 'too-much-time' | 'late' | 'other' = 'other';

  constructor(private readonly options: RendererOptions) {
    const { program = join(__dirname, 'renderer.program.js'), memoryBytes, cpuMs = limits.decodeTime.value } = options;
    this.process = fork(program, [String(memoryBytes), String(cpuMs)], {
      serialization: 'advanced',
      // Pass on no secret. Two malloc arenas: glibc would keep one per thread and rarely return memory.
      env: { MALLOC_ARENA_MAX: '2' },
      execArgv: ['--max-old-space-size=64', '--max-semi-space-size=2'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.process.on('message', (message: FromRenderer) => this.handle(message));
    // `send` reports failures to its caller.
    this.process.on('error', () => undefined);
    this.process.once('exit', (code, signal) => this.ended(code, signal));
    // The child must not keep this process alive.
    this.process.unref();
    this.process.channel?.unref();
  }

  /** A process that kept much memory has too little left for the next photo. */
  get isReusable(): boolean {
    return this.process.connected && this.rss < reusableBytes;
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  kill(): void {
    this.process.kill('SIGKILL');
  }

  async open(size: number, parts: AsyncIterable<Uint8Array>): Promise<number> {
    const photo = this.nextPhoto++;
    this.photos.add(photo);
    try {
      await this.send({ kind: 'open', photo, size });
      for await (const bytes of parts) await this.send({ kind: 'part', photo, bytes });
      return photo;
    } catch (error) {
      this.close(photo);
      throw error;
    }
  }

  close(photo: number): void {
    this.photos.delete(photo);
    if (this.photos.size === 0 && !this.isReusable) return this.kill();
    // A process that has ended holds no photo.
    void this.send({ kind: 'close', photo }).catch(() => undefined);
  }

  private send(message: ToRenderer): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.process.connected) return reject(this.failure());
      this.process.send(message, (error) => (error ? reject(this.failure(error)) : resolve()));
    });
  }

  async render(photo: number, plan: RenditionPlan): Promise<RenderedPicture> {
    const request = this.requests++;
    const waiting = Promise.withResolvers<RenderedPicture>();
    this.waiting.set(request, waiting);
    const late = setTimeout(() => this.killUnresponsive(), answerTimeoutMs);
    try {
      await Promise.all([this.send({ kind: 'render', photo, request, plan }), waiting.promise]);
      return await waiting.promise;
    } finally {
      clearTimeout(late);
      this.waiting.delete(request);
    }
  }

  private handle(message: FromRenderer): void {
    switch (message.kind) {
      case 'too-much-memory':
      case 'too-much-time':
        return void (this.end = message.kind);
      case 'rendered':
        this.rss = message.rss;
        return this.waiting.get(message.request)?.resolve(message.picture);
      case 'refused':
        return this.waiting.get(message.request)?.reject(new DomainError(message.code, message.message));
    }
  }

  private killUnresponsive(): void {
    this.end = 'late';
    this.kill();
  }

  private ended(code: number | null, signal: string | null): void {
    if (this.waiting.size === 0) return;
    rendererEnds.inc({ cause: this.end });
    logger('images.renderer').warn({ code, signal, cause: this.end }, 'the renderer process ended');
    for (const { reject } of this.waiting.values()) reject(this.failure());
  }

  private failure(cause?: Error): DomainError {
    const { memoryBytes, cpuMs = limits.decodeTime.value } = this.options;
    switch (this.end) {
      case 'too-much-memory':
        return tooLarge(`decoding the picture takes more than ${Math.round(memoryBytes / 1e6)} MB`);
      case 'too-much-time':
        return tooLarge(`decoding the picture takes more than ${cpuMs / 1_000} s`);
      case 'late':
      case 'other':
        return new DomainError('UNAVAILABLE', 'the renderer process ended', [], { cause });
    }
  }
}

export const rendererOf = (options: RendererOptions): FactoryProvider<Renderer> => ({
  provide: Renderer,
  useFactory: () => new Renderer(options),
});
