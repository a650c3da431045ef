/** Test doubles that are real things: engines, schemas, booted services, tokens; and decisions as specifications. */
export { bootService } from './boot-service';
export { engines, type Engines } from './config';
export { eventually } from './eventually';
export { freePort } from './free-port';
export { Gate } from './gate';
export { freshSchema, type FreshSchema } from './fresh-schema';
export { growth, scraped } from './scrape';
export { OwnRedis } from './own-redis';
export { type KeyAndCertificate, selfSigned } from './self-signed';
export { specification, type Rules } from './specification';
export { testKeys, testToken } from './tokens';
