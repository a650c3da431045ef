/** The commands around a running shop. */
import { Argument } from 'commander';
import { appsOf } from '@halftone/tools/build/workspace.ts';
import { root } from '@halftone/tools/os/config.ts';
import { wayNames } from '../doctor/ways.ts';
import { command } from './halftone-command.ts';

const start = command('start', 'build, start the whole shop and take a tour of it', 'halftone start --once')
  .option('--once', 'stop after the tour; exit code 0 only if every step held', false)
  .option('--no-tour', 'start only')
  .json()
  .addHelpText(
    'after',
    [
      '',
      'GATEWAY_PORT, GRAPH_PORT, REALTIME_PORT: use these ports.',
      'HALFTONE_ENGINES=docker|path|packages: get the engines in this way only.',
      'DATABASE_URL, KAFKA_BROKERS, REDIS_URL: use engines that run elsewhere.',
    ].join('\n'),
  )
  .runs(() => import('../start.ts'));

const dev = command('dev', 'start the shop; build and restart what you change', 'halftone dev orders images')
  .argument('[service...]', 'watch these only')
  .offers('service', () => appsOf(root))
  .json()
  .runs(() => import('../dev.ts'));

const engines = command('engines', 'start PostgreSQL, Kafka and Valkey alone', 'halftone engines --detach')
  .argument('[stop]', '"stop" stops them; without it they are started')
  .offers('stop', () => ['stop'])
  .option('--detach', 'leave them running', false)
  .option('--test', 'those of integration tests, with data of their own', false)
  .json()
  .addHelpText(
    'after',
    [
      '',
      'Ctrl-C stops them unless another command uses them.',
      'DATABASE_URL, KAFKA_BROKERS, REDIS_URL: use these (not with --test).',
      'HALFTONE_ENGINES=docker|path|packages: start them in this way only.',
    ].join('\n'),
  )
  .runs(() => import('../engines.ts'));

const doctor = command('doctor', 'say what this machine lacks, and how to install it', 'halftone doctor k8s')
  .addArgument(new Argument('[way]', 'judge this way of running only').choices(wayNames))
  .json()
  .addHelpText(
    'after',
    '\nWithout a way: exit code 0 if npm start and npm test can run here, else 69. It installs nothing.',
  )
  .runs(() => import('../doctor.ts'));

export const shop = [start, dev, engines, doctor];
