import { once } from 'node:events';
import { createConnection } from 'node:net';
import { engines } from './engines';
import { eventually } from './eventually';
import { freePort } from '@halftone/local';
import { findProgram, type RedisProgram, type RunningRedis } from './redis-program';

/** The memory limit of a test's Redis; its own tables take a part of it. */
const memory = '4mb';

/**
 * A Redis (or Valkey) of one test, which may kill, pause, fill and empty it. It is a second, memory-only instance of
 * the program or image that the test engines run.
 */
export class OwnRedis {
  private running: RunningRedis | undefined;

  private constructor(
    private readonly program: RedisProgram,
    private readonly port: number,
  ) {}

  /** Does not start it. Throws when the engines' Redis is on another machine. */
  static async prepare(): Promise<OwnRedis> {
    const { hostname, port, password } = new URL(engines().redisUrl);
    const info = await ask(hostname, Number(port), 'INFO server', password);
    return new OwnRedis(await findProgram(info, port), await freePort());
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const volatile = ['--save', '', '--appendonly', 'no'];
    const limit = ['--maxmemory', memory, '--maxmemory-policy', 'noeviction'];
    this.running = this.program(this.port, [...volatile, ...limit]);
    await eventually(async () => {
      if (!(await this.ask('PING')).startsWith('+PONG')) throw new Error('Redis does not answer yet');
    }, 30_000);
  }

  /** Sends SIGKILL; all its data is lost. */
  async kill(): Promise<void> {
    const running = this.running;
    this.running = undefined;
    if (!running || running.process.exitCode !== null) return;
    const gone = once(running.process, 'exit');
    running.signal('SIGKILL');
    await gone;
  }

  /** It accepts data and answers nothing until `resume`. */
  pause(): void {
    this.running?.signal('SIGSTOP');
  }

  resume(): void {
    this.running?.signal('SIGCONT');
  }

  async flush(): Promise<void> {
    await this.ask('FLUSHALL');
  }

  /** From now on it refuses every write because its memory is full. */
  async fill(): Promise<void> {
    await this.ask('CONFIG SET maxmemory 1');
  }

  async empty(): Promise<void> {
    await this.ask(`CONFIG SET maxmemory ${memory}`);
  }

  /** Whether a key exists whose name has this ending. */
  async holds(ending: string): Promise<boolean> {
    return (await this.ask(`KEYS *${ending}`)).startsWith('*1');
  }

  private ask(command: string): Promise<string> {
    return ask('127.0.0.1', this.port, command);
  }
}

/** Sends one inline command on a new connection; returns the first chunk of the reply. */
async function ask(host: string, port: number, command: string, password = ''): Promise<string> {
  const socket = createConnection(port, host);
  const send = async (line: string): Promise<string> => {
    socket.write(`${line}\r\n`);
    const closed = once(socket, 'close').then(() => Promise.reject(new Error('Redis closed the connection')));
    const [reply] = (await Promise.race([once(socket, 'data'), closed])) as [Buffer];
    return reply.toString();
  };
  try {
    await once(socket, 'connect');
    if (password) await send(`AUTH ${password}`);
    return await send(command);
  } finally {
    socket.removeAllListeners().destroy();
  }
}
