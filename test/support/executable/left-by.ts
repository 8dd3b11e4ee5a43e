import { temporaryFile } from '../../../src/executable/format/leftovers.ts';

/** A process that left something; by default one that this one could see. */
interface Leaver {
  readonly pid: number;
  readonly host?: string;
  readonly namespace?: string;
}

/** The path of what a process has made for a purpose and left behind. */
export async function leftBy(leaver: Leaver, folder: string, purpose: string): Promise<string> {
  const own = await temporaryFile(folder, purpose);
  return own.replace(/(\w+)-(\d*)-\d+-\d+\.tmp$/, (_, host: string, namespace: string) =>
    [leaver.host ?? host, leaver.namespace ?? namespace, leaver.pid, 'aBc123'].join('-'),
  );
}
