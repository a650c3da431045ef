import type { ApolloDriverConfig } from '@nestjs/apollo';
import type { DomainError, ErrorRow } from '@halftone/kernel';
import { logFieldsOf, logger } from '@halftone/service';
import type { GraphQLError } from 'graphql';
import { refusalOf } from './format-error';

type Plugin = NonNullable<ApolloDriverConfig['plugins']>[number];

const log = logger('graphql');

const severity: readonly ErrorRow['log'][] = ['info', 'warn', 'error'];
const severityOf = ({ row }: DomainError) => severity.indexOf(row.log);

/**
 * Logs one line per operation, however many of its fields fail: the worst error, its path, and the number of errors.
 */
export const operationLog: Plugin = {
  async requestDidStart() {
    return {
      async didEncounterErrors({ errors }) {
        const failures = errors.flatMap(failureIn);
        const [first, ...rest] = failures;
        if (!first) return;
        const worst = rest.reduce(
          (worstSoFar, one) => (severityOf(one.refusal) > severityOf(worstSoFar.refusal) ? one : worstSoFar),
          first,
        );
        const { refusal, at } = worst;
        log[refusal.row.log]({ ...logFieldsOf(refusal), failures: failures.length }, `${at}: ${refusal.message}`);
      },
    };
  },
};

function failureIn(error: GraphQLError): { refusal: DomainError; at: string }[] {
  const refusal = refusalOf(error);
  return refusal ? [{ refusal, at: error.path?.join('.') ?? 'query' }] : [];
}
