import { podIdentity, type PodIdentity } from '../../../src/platforms/kubernetes/pods/pod-identity.ts';
import type { TestCluster } from './cluster.ts';

/** A path of the application, through its Service and the API server. */
export function serviceProxy({ namespace }: TestCluster, path: string): string {
  return `/api/v1/namespaces/${namespace}/services/hello-world:http/proxy${path}`;
}

/** Asks through the Service until so many replicas have answered, at random, and then each of them what it runs. */
export async function askUntil(place: TestCluster, replicas: number): Promise<PodIdentity[]> {
  const pods = new Set<string>();
  for (let calls = 0; calls < 300 && pods.size < replicas; calls += 1) {
    const greeting = await place.cluster.request<string>('GET', serviceProxy(place, '/'));
    pods.add(/ from (\S+) \(/.exec(greeting)?.[1] ?? greeting);
  }
  return Promise.all([...pods].map(async (pod) => podIdentity(place.cluster, pod, { port: 8080 })));
}
