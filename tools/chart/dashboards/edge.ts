import { grpcServices } from '../../shop/topology.ts';
import type { Layout } from './frame.ts';
import { series, spread } from './panel.ts';
import { orZero, perSecond, pickedAnd, quantile, share, total } from './query.ts';

const http = 'http_server_duration_seconds';
const grpc = 'grpc_server_duration_seconds';
const graphql = 'graphql_operation_duration_seconds';

/** Polls for events wait on purpose. */
const notWaiting = pickedAnd('route!="/v1/events"');

/** An answer that the service, not the caller, is to blame for. */
const grpcFaults = pickedAnd('code=~"INTERNAL|UNAVAILABLE|DEADLINE_EXCEEDED"');

const rows: Layout['rows'] = [
  {
    title: 'REST',
    panels: [
      series({
        title: 'Requests by route',
        description: 'Per second; "unmatched" is a path that no route has.',
        unit: 'reqps',
        queries: [{ expr: perSecond(`${http}_count`, 'method, route'), legend: '{{method}} {{route}}' }],
        stacked: true,
      }),
      series({
        title: 'Answers by status',
        description: '4xx: the client should change something. 429: it should slow down. 5xx: we failed.',
        unit: 'reqps',
        queries: [{ expr: perSecond(`${http}_count`, 'status'), legend: '{{status}}' }],
        stacked: true,
      }),
      series({
        title: 'Share of requests that fail',
        description: 'Answers of 5xx, by service.',
        unit: 'percentunit',
        queries: [
          {
            expr: share(
              perSecond(`${http}_count`, 'service', pickedAnd('status=~"5.."')),
              perSecond(`${http}_count`, 'service'),
            ),
            legend: '{{service}}',
          },
        ],
        limits: { warn: 0.001, bad: 0.01 },
      }),
      series({
        title: 'How long do requests take?',
        description:
          '95 of 100, by route; polls for events, which wait on purpose, are left out. A dot is one request; it opens its trace.',
        unit: 's',
        queries: [{ expr: quantile(0.95, http, 'method, route', notWaiting), legend: '{{method}} {{route}}' }],
        limits: { warn: 0.25, bad: 0.5 },
        exemplars: true,
      }),
      spread({
        title: 'Durations of requests',
        description: 'How many requests took how long, all routes but polls for events.',
        unit: 's',
        queries: [{ expr: perSecond(`${http}_bucket`, 'le', notWaiting), legend: '{{le}}' }],
      }),
      series({
        title: 'Requests in flight',
        description:
          'Begun and not answered, by service. It grows before anything else when something behind the edge is slow.',
        unit: 'short',
        queries: [{ expr: total('http_requests_in_flight', 'service'), legend: '{{service}}' }],
        stacked: true,
      }),
    ],
  },
  {
    title: 'GraphQL',
    panels: [
      series({
        title: 'Operations',
        description:
          'Per second at the router and the subgraphs, by kind and outcome. One query at the router is one or more at subgraphs.',
        unit: 'reqps',
        queries: [
          {
            expr: perSecond(`${graphql}_count`, 'service, operation_type, outcome'),
            legend: '{{service}} {{operation_type}} {{outcome}}',
          },
        ],
      }),
      series({
        title: 'How long do operations take?',
        description: '95 of 100, at the router and the subgraphs. The difference is the router’s own work and the way.',
        unit: 's',
        queries: [{ expr: quantile(0.95, graphql, 'service'), legend: '{{service}}' }],
        limits: { warn: 0.25, bad: 0.5 },
      }),
      series({
        title: 'Queries that ask for too much',
        description: 'Refused before any work, by the limit they are beyond; one query may be beyond several.',
        unit: 'reqps',
        queries: [
          { expr: perSecond('graphql_queries_refused_total', 'service, limit'), legend: '{{service}} {{limit}}' },
        ],
      }),
    ],
  },
  {
    title: 'gRPC between the services',
    panels: [
      series({
        title: 'Calls by method',
        description: 'Answered per second, whatever the code.',
        unit: 'reqps',
        queries: [{ expr: perSecond(`${grpc}_count`, 'method'), legend: '{{method}}' }],
        stacked: true,
      }),
      series({
        title: 'Share of calls that fail',
        description: 'INTERNAL, UNAVAILABLE and DEADLINE_EXCEEDED, by service; the other codes are answers.',
        unit: 'percentunit',
        queries: [
          {
            expr: share(perSecond(`${grpc}_count`, 'service', grpcFaults), perSecond(`${grpc}_count`, 'service')),
            legend: '{{service}}',
          },
        ],
        limits: { warn: 0.001, bad: 0.01 },
      }),
      series({
        title: 'How long do calls take at the server?',
        description: '95 of 100, by method. A dot opens the trace.',
        unit: 's',
        queries: [{ expr: quantile(0.95, grpc, 'method'), legend: '{{method}}' }],
        limits: { warn: 0.1, bad: 0.5 },
        exemplars: true,
      }),
      series({
        title: 'How long do calls take for the caller?',
        description:
          '95 of 100, by calling service. The difference to the time at the server is the network, the queue, or a try that failed before.',
        unit: 's',
        queries: [{ expr: quantile(0.95, 'grpc_client_duration_seconds', 'service'), legend: 'from {{service}}' }],
        limits: { warn: 0.1, bad: 0.5 },
        width: 12,
      }),
      series({
        title: 'Codes that callers get',
        description: 'Calls per second by code, seen from the calling side.',
        unit: 'reqps',
        queries: [{ expr: perSecond('grpc_client_duration_seconds_count', 'code'), legend: '{{code}}' }],
        stacked: true,
        width: 12,
      }),
    ],
  },
  {
    title: 'Keys and limits',
    panels: [
      series({
        title: 'Requests that came twice',
        description: 'Answered again by their Idempotency-Key, by route and by what remembered.',
        unit: 'reqps',
        queries: [
          { expr: perSecond('idempotent_replays_total', 'route, source'), legend: '{{route}} from {{source}}' },
        ],
      }),
      series({
        title: 'Keys used wrongly',
        description: 'With another body (422) or while the first request still runs (409).',
        unit: 'reqps',
        queries: [{ expr: perSecond('idempotency_conflicts_total', 'reason'), legend: '{{reason}}' }],
      }),
      series({
        title: 'Refused because of a limit',
        description: 'Answers of 429 per second, by service.',
        unit: 'reqps',
        queries: [
          {
            expr: orZero(
              perSecond(`${http}_count`, 'service', pickedAnd('status="429"')),
              perSecond(`${http}_count`, 'service'),
            ),
            legend: '{{service}}',
          },
        ],
      }),
    ],
  },
  {
    title: 'Signing in',
    panels: [
      series({
        title: 'Passwords',
        description:
          'Per second, by what became of them. limited: refused unseen after wrong ones for this account from this address (pair), from this address, or for this account.',
        unit: 'reqps',
        queries: [{ expr: perSecond('sign_ins_total', 'outcome'), legend: '{{outcome}}' }],
        stacked: true,
      }),
      series({
        title: 'Passwords that wait to be hashed',
        description: 'In payments, which hashes two at a time; more than 32 of a process are refused.',
        unit: 'short',
        queries: [{ expr: total('password_hashes_waiting', 'pod'), legend: '{{pod}}' }],
        limits: { warn: 16, bad: 32 },
      }),
      series({
        title: 'Refresh tokens',
        description: 'Used per second. revoke: one was used a second time, so somebody has a copy of it.',
        unit: 'reqps',
        queries: [{ expr: perSecond('refresh_tokens_used_total', 'outcome'), legend: '{{outcome}}' }],
      }),
    ],
  },
];

/** The answers that callers get: how many, how fast, how often an error. REST, GraphQL and gRPC. */
export const edge: Layout = {
  name: 'edge',
  title: 'Halftone: edge',
  description: 'Rate, errors and duration of REST, GraphQL and gRPC, the requests that came twice, and who signs in.',
  services: ['gateway', 'graph', 'realtime', ...grpcServices].join('|'),
  rows,
};
