export const managedBy = 'selfsame';
export const releaseAnnotation = 'selfsame.dev/release';
export const versionAnnotation = 'selfsame.dev/version.';

/** What tells the objects of one application apart from all others. It never changes: selectors cannot. */
export function selectorLabels(name: string): Record<string, string> {
  return { 'app.kubernetes.io/name': name, 'app.kubernetes.io/instance': name };
}

/** The selector of everything that is ours and of this name, as the API takes it in a query. */
export function labelSelector(name: string): string {
  return Object.entries(objectLabels(name))
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

/** What every object of ours carries. */
export function objectLabels(name: string): Record<string, string> {
  return { ...selectorLabels(name), 'app.kubernetes.io/managed-by': managedBy };
}

/** The versions that annotations name, by Kubernetes' word for the architecture. */
export function versionsIn(annotations: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(annotations)
      .filter(([key]) => key.startsWith(versionAnnotation))
      .map(([key, version]) => [key.slice(versionAnnotation.length), version]),
  );
}
