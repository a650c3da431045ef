/** Wrong settings for a replica of orders, and how each is repaired without touching the pod. */
import { kubectl } from '@halftone/tools/cluster/kubectl.ts';
import type { Target } from '@halftone/tools/cluster/target.ts';
import { applyObjects } from '../network/test-pods.ts';

export interface BadInput {
  name: string;
  what: string;
  env(target: Target): Record<string, string>;
  /** One line of its log must match. */
  mustSay: RegExp;
  prepare(target: Target): Promise<void>;
  repair(target: Target): Promise<void>;
  cleanUp(target: Target): Promise<void>;
}

const broker = 'e2e-broker';

/** Creates the missing name, which leads to the existing broker. */
const brokerService = ({ release }: Target): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: broker },
  spec: {
    selector: { 'app.kubernetes.io/instance': release, 'app.kubernetes.io/component': 'kafka' },
    ports: [{ port: 9092, targetPort: 'kafka' }],
  },
});

const brokerMissing: BadInput = {
  name: 'e2e-no-broker',
  what: 'a broker that is not there yet',
  env: () => ({ KAFKA_BROKERS: `${broker}:9092` }),
  mustSay: new RegExp(`${broker}|[Kk]afka`),
  prepare: () => Promise.resolve(),
  repair: (target) => applyObjects(target, [brokerService(target)]),
  cleanUp: async (target) => void (await kubectl(target, ['delete', 'service', broker, '--ignore-not-found'])),
};

const role = 'halftone_e2e';
const password = 'the-password-the-pod-was-given';

/** As the superuser, inside PostgreSQL's own pod. */
async function sql(target: Target, ...statements: string[]): Promise<void> {
  const script =
    'PGPASSWORD="$POSTGRES_PASSWORD" exec psql -h 127.0.0.1 -U postgres -d halftone -v ON_ERROR_STOP=1 -qc "$0"';
  const pod = `${target.release}-postgres-0`;
  await kubectl(target, ['exec', pod, '--', 'sh', '-c', script, statements.join('; ')], { timeoutMs: 30_000 });
}

/** A separate role with the rights of orders, because the other replicas use the real one. */
const wrongPassword: BadInput = {
  name: 'e2e-wrong-password',
  what: 'a wrong database password',
  env: ({ release }) => ({ DATABASE_URL: `postgres://${role}:${password}@${release}-postgres:5432/halftone` }),
  mustSay: /password/,
  prepare: (target) =>
    sql(
      target,
      `drop role if exists ${role}`,
      `create role ${role} login password 'another' in role halftone_orders`,
      `alter role ${role} in database halftone set search_path = orders`,
    ),
  repair: (target) => sql(target, `alter role ${role} password '${password}'`),
  cleanUp: (target) => sql(target, `drop role if exists ${role}`),
};

export const badInputs: readonly BadInput[] = [brokerMissing, wrongPassword];
