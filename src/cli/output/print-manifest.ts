import { dump } from 'js-yaml';
import type { KubernetesObject } from '../../platforms/kubernetes/manifest/intent.ts';
import { printData } from './print-data.ts';

/** In place of a link: the word itself, as a Secret holds it. */
const hidden = Buffer.from('hidden').toString('base64');

/** Prints objects so that kubectl could read them; what a Secret holds is not shown. */
export function printManifest(objects: readonly KubernetesObject[], format: 'json' | 'yaml'): void {
  const shown = objects.map((object) =>
    object.kind === 'Secret' ? Object.assign({}, object, { data: { query: hidden } }) : object,
  );
  if (format === 'json') {
    printData({ apiVersion: 'v1', kind: 'List', items: shown }, format);
    return;
  }
  process.stdout.write(shown.map((object) => dump(object, { lineWidth: 120, noRefs: true })).join('---\n'));
}
