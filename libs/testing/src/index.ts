/** Real things for tests: engines, schemas, booted services, tokens; and specifications of decisions. */
export { answeringWith } from './answering-with';
export { bootService } from './boot-service';
export { engines } from './engines';
export { eventually } from './eventually';
export { buildProgram } from '@halftone/local/build-program';
export { freePort, type KeyAndCertificate, selfSigned, TcpProxy } from '@halftone/local';
export { freshSchema, type FreshSchema } from './fresh-schema';
export { growth, scraped } from './scrape';
export { OwnRedis } from './own-redis';
export { Program } from './program.fixture';
export { logLines } from './log-lines';
export { type Reads, readsOf } from './reads-of';
export { addressOf, routesOf, type ServedRoute } from './routes-of';
export { specification } from './specification';
export { stagesOf } from './stages-of';
export { testKeys, testToken } from './tokens';
export { askUnknownParameter } from './unknown-parameter';
export { unboundedIn } from './unbounded';
