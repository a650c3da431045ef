import { once } from 'node:events';
import { createConnection } from 'node:net';
import { engines } from './config';
import { eventually } from './eventually';
import { freePort } from './free-port';
import { findProgram, type RedisProgram, type RunningRedis } from './redis-program';

/** What a Redis of a test may hold; its own tables take a part of that. */
const memory = '4mb';

/**
 * A Redis (or Valkey) that belongs to one test, which may therefore kill, pause, fill and empty it: the program or the image that the engines
 * run, started once more, in memory only.
 */
export class OwnRedis {
  private running: RunningRedis | undefined;

  private constructor(
    private readonly program: RedisProgram,
    private readonly port: number,
  ) {}

  /** Not started yet. Throws where the engines' Redis is on another machine. */
  static async prepare(): Promise<OwnRedis> {
    const { hostname, port } = new URL(engines().redisUrl);
    const about = await ask(hostname, Number(port), 'INFO server');
    return new OwnRedis(await findProgram(about, port), await freePort());
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

  /** SIGKILL; all it held is lost. */
  async kill(): Promise<void> {
    const running = this.running;
    this.running = undefined;
    if (!running || running.process.exitCode !== null) return;
    const gone = once(running.process, 'exit');
    running.signal('SIGKILL');
    await gone;
  }

  /** It takes what is sent and answers nothing, until it is resumed. */
  pause(): void {
    this.running?.signal('SIGSTOP');
  }

  resume(): void {
    this.running?.signal('SIGCONT');
  }

  async flush(): Promise<void> {
    await this.ask('FLUSHALL');
  }

  /** From now on it refuses every write for want of memory. */
  async fill(): Promise<void> {
    await this.ask('CONFIG SET maxmemory 1');
  }

  async empty(): Promise<void> {
    await this.ask(`CONFIG SET maxmemory ${memory}`);
  }

  /** Whether a key exists whose name ends so. */
  async holds(ending: string): Promise<boolean> {
    return (await this.ask(`KEYS *${ending}`)).startsWith('*1');
  }

  private ask(command: string): Promise<string> {
    return ask('127.0.0.1', this.port, command);
  }
}

/** One inline command on a connection of its own; the beginning of the reply as it comes. */
function ask(host: string, port: number, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(port, host, () => socket.write(`${command}\r\n`));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('Redis closed the connection')));
    socket.once('data', (reply) => {
      resolve(reply.toString());
      socket.destroy();
    });
  });
}
