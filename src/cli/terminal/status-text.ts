import prettyMilliseconds from 'pretty-ms';
import type { PodStatus, Status } from '../../platforms/kubernetes/rollout/status.ts';
import { tableLines } from './plain-table.ts';
import { short } from '../../shared/digest.ts';

/** How many are ready, and of which release. */
export function statusLine({ name, namespace, ready, wanted, release, versions }: Status): string {
  const archs = Object.entries(versions).map(([arch, version]) => `${arch} ${short(version)}`);
  return `${name} in ${namespace}: ${ready}/${wanted} ready, release ${short(release)} (${archs.join(', ')})`;
}

/** A row a pod; nothing where there are none. */
export function podTable(pods: readonly PodStatus[]): string[] {
  if (pods.length === 0) return [];
  const rows = pods.map(({ name, node, arch, version, state, restarts, createdAt }) => {
    const age = createdAt === undefined ? '' : prettyMilliseconds(Date.now() - createdAt.getTime(), { compact: true });
    return [name, node ?? '', arch ?? '', version === undefined ? '' : short(version), state, restarts, age];
  });
  return tableLines(['POD', 'NODE', 'ARCH', 'VERSION', 'STATE', 'RESTARTS', 'AGE'], rows);
}

/** What is new since the status before, in lines. */
export function statusNews(): (status: Status) => string[] {
  let shown = new Map<string, string>();
  return (status) => {
    const pods = status.pods.map(({ name, node, state, restarts }): [string, string] => {
      const where = node === undefined ? '' : ` on ${node}`;
      return [name, `  ${name}${where}: ${state}${restarts === 0 ? '' : `, ${restarts} restarts`}`];
    });
    const now = new Map([['', statusLine(status)], ...pods]);
    const gone = [...shown.keys()].filter((name) => !now.has(name)).map((name) => `  ${name}: gone`);
    const news = [...now].flatMap(([name, line]) => (shown.get(name) === line ? [] : [line]));
    shown = now;
    return [...news, ...gone];
  };
}
