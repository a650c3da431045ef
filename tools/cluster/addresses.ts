/** Lists the addresses and commands that a person needs once the release is up. */
import { passwordCommand } from './release-password.ts';
import type { Target } from './target.ts';
import type { ReleaseUrls } from './urls.ts';

export function addresses(urls: ReleaseUrls, target: Target): string[] {
  const { context, namespace, way } = target;
  const at = way === 'context' ? ` --context ${context}` : way === 'minikube' ? ' --minikube' : '';
  const lines = [
    `REST        ${urls.gateway}   (customers alice and bob, operator olga)`,
    `password    ${passwordCommand(target)}`,
    `GraphQL     ${urls.graphql}`,
    ...urls.realtime.map((url) => `events      ${url}/v1/events`),
    urls.console && `page        ${urls.console}/console/`,
    urls.prometheus && `Prometheus  ${urls.prometheus}`,
    urls.grafana && `Grafana     ${urls.grafana}`,
    urls.jaeger && `Jaeger      ${urls.jaeger}`,
    `look        kubectl --context ${context} -n ${namespace} get pods`,
    `kill a pod  ./halftone k8s kill realtime${at}`,
    `load        SEED_PASSWORD=… npm run load -- smoke --url ${urls.gateway}`,
    `measure     ./halftone k8s report${at}`,
    `stop        ./halftone k8s down${at}`,
  ];
  return lines.filter((line): line is string => line !== undefined);
}
