import type { TestCluster } from './cluster.ts';

interface ServedIdentity {
  readonly host: string;
  readonly version: string;
  readonly runner: string;
  readonly target: string;
}

/** A path of the application, through its Service and the API server. */
export function serviceProxy({ namespace }: TestCluster, path: string): string {
  return `/api/v1/namespaces/${namespace}/services/hello-world:http/proxy${path}`;
}

/** Asks through the Service until so many replicas have answered; it picks one at random for each call. */
export async function askUntil(place: TestCluster, replicas: number): Promise<Map<string, ServedIdentity>> {
  const found = new Map<string, ServedIdentity>();
  for (let calls = 0; calls < 300 && found.size < replicas; calls += 1) {
    const identity = await place.cluster.request<ServedIdentity>('GET', serviceProxy(place, '/selfsame'));
    found.set(identity.host, identity);
  }
  return found;
}
