/** The spellings of a service and of what it keeps. Pure. */
import { names as spellingsOf } from '@nx/devkit';

export interface Names {
  /** `gift-cards`: the folder, the schema in PostgreSQL, the name in the chart. */
  name: string;
  nameCamel: string;
  Name: string;
  NAME: string;
  nameSnake: string;
  /** `gift-card`: what one row is. */
  entity: string;
  entityCamel: string;
  Entity: string;
  ENTITY: string;
  entitySnake: string;
  /** `gift card` */
  entityWords: string;
  /** `giftCardsV1`: the export of the contracts. */
  version: string;
}

/** Words that other processes, files or the engines have already. */
const reserved = [
  ...[
    'postgres',
    'kafka',
    'redis',
    'prometheus',
    'grafana',
    'jaeger',
    'images-worker',
    'database',
    'verify',
    'secrets',
  ],
  ...['public', 'main', 'config', 'tables', 'migrations', 'wire', 'default', 'service', 'workspace', 'test'],
];

const kebabCase = /^[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*$/;
/** The chart allows 32 characters, and PostgreSQL 63 for a role with its prefix. */
const maxLength = 32;

/** Throws with what is wrong with a name. */
export function namesOf(name: string, given?: string): Names {
  assertName(name);
  const entity = given ?? singularOf(name);
  assertName(entity);
  const [ofName, ofEntity] = [spellingsOf(name), spellingsOf(entity)];
  return {
    name,
    nameCamel: ofName.propertyName,
    Name: ofName.className,
    NAME: ofName.constantName,
    nameSnake: ofName.constantName.toLowerCase(),
    entity,
    entityCamel: ofEntity.propertyName,
    Entity: ofEntity.className,
    ENTITY: ofEntity.constantName,
    entitySnake: ofEntity.constantName.toLowerCase(),
    entityWords: entity.replaceAll('-', ' '),
    version: `${ofName.propertyName}V1`,
  };
}

function assertName(word: string): void {
  if (!kebabCase.test(word))
    throw new Error(`${word}: a name is words of a-z and 0-9 joined by "-", such as gift-cards`);
  if (word.length > maxLength) throw new Error(`${word}: a name has at most ${maxLength} characters`);
  if (reserved.includes(word)) throw new Error(`${word} is reserved: it names something else already`);
  if (isKeyword(spellingsOf(word).propertyName)) throw new Error(`${word} is reserved: it is a keyword of TypeScript`);
}

function isKeyword(word: string): boolean {
  try {
    new Function(`'use strict'; const ${word} = 0;`);
    return false;
  } catch {
    return true;
  }
}

function singularOf(name: string): string {
  if (name.endsWith('ies')) return name.replace(/ies$/, 'y');
  if (/[^s]s$/.test(name)) return name.slice(0, -1);
  throw new Error(`${name}: say what one of them is called, such as --entity ${name}-entry`);
}
