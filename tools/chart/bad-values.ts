/** Values that must be refused, each with what the message has to say: the path of the key, or which one is missing. */
export interface BadValues {
  set: readonly string[];
  says: string;
}

export const badValues: readonly BadValues[] = [
  { set: ['services.gateway.replicas=two'], says: "at '/services/gateway/replicas': got string, want integer" },
  { set: ['services.gateway.replica=2'], says: "at '/services/gateway': additional properties 'replica' not allowed" },
  { set: ['services.Gate_way.replicas=2'], says: "at '/services': additional properties 'Gate_way' not allowed" },
  { set: ['services.orders.resources.limits.memory=lots'], says: "at '/services/orders/resources/limits/memory'" },
  { set: ['services.orders.calls[0]=postgress'], says: "at '/services/orders/calls/0'" },
  {
    set: ['services.orders.env.log_level=debug'],
    says: "at '/services/orders/env': additional properties 'log_level' not allowed",
  },
  { set: ['services.graph.expose.nodePort=80'], says: "at '/services/graph/expose/nodePort'" },
  { set: ['image.pullPolicy=Sometimes'], says: "at '/image/pullPolicy'" },
  { set: ['image.tag=v1 beta'], says: "at '/image/tag'" },
  { set: ['engine.postgres.enabled=false'], says: "additional properties 'engine' not allowed" },
  { set: ['engines.kafka.enabled=perhaps'], says: "at '/engines/kafka/enabled': got string, want boolean" },
  { set: ['engines.postgres.settings.Work-Mem=1MB'], says: "at '/engines/postgres/settings': additional properties" },
  { set: ['engines.redis.maxMemory=much'], says: "at '/engines/redis/maxMemory'" },
  { set: ['engines.postgres.image=postgres'], says: "at '/engines/postgres/image'" },
  { set: ['engines.postgres.storage.size=big'], says: "at '/engines/postgres/storage/size'" },
  { set: ['external.databaseUrl=db.example.com'], says: "at '/external/databaseUrl'" },
  { set: ['external.kafkaBrokers=kafka'], says: "at '/external/kafkaBrokers'" },
  { set: ['realtime.balancing=random'], says: "at '/realtime/balancing'" },
  { set: ['realtime.backplane=nats'], says: "at '/realtime/backplane'" },
  { set: ['stopping.graceMs=-1'], says: "at '/stopping/graceMs'" },
  { set: ['publicUrls.gateway=shop.example.com'], says: "at '/publicUrls/gateway'" },
  { set: ['observability.prometheus.retention=forever'], says: "at '/observability/prometheus/retention'" },
  { set: ['observability.grafana.nodePort=3000'], says: "at '/observability/grafana/nodePort'" },
  {
    set: ['engines.postgres.enabled=false'],
    says: 'engines.postgres.enabled is false: set external.databaseUrl to where it is instead',
  },
  {
    set: ['engines.kafka.enabled=false'],
    says: 'engines.kafka.enabled is false: set external.kafkaBrokers to where it is instead',
  },
  {
    set: ['engines.redis.enabled=false'],
    says: 'engines.redis.enabled is false: set external.redisUrl to where it is instead',
  },
  { set: ['services.graph.calls[0]=printing.http'], says: 'services.graph.calls: printing.http is neither an engine' },
  { set: ['services.graph.calls[0]=realtime.grpc'], says: 'services.graph.calls: realtime has no port grpc' },
  {
    set: ['services.realtime.calls[0]=postgres'],
    says: 'services.realtime.role: realtime has no role in the database',
  },
  {
    set: ['realtime.balancing=sticky', 'services.realtime.env.REALTIME_PROCESSES=2'],
    says: 'realtime.balancing is sticky: a pod can bring a client back to one process only',
  },
  {
    set: ['stopping.graceMs=40000'],
    says: 'stopping.terminationGracePeriodSeconds is 30: it must be more than preStopSeconds and graceMs together',
  },
  {
    set: ['exposure.ingress.enabled=true', 'exposure.ingress.tlsSecret=shop'],
    says: 'exposure.ingress.tlsSecret is set: set exposure.ingress.hostname',
  },
  {
    set: ['observability.grafana.enabled=true'],
    says: 'observability.grafana.enabled is true: set observability.prometheus.enabled',
  },
];
