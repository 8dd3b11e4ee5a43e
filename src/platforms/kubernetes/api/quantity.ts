const quantity = /^(\d+\.?\d*|\.\d+)(m|k|[KMGTPE]i|[MGTPE]|[eE][-+]?\d+)?$/;

/** True for an amount as Kubernetes writes it: `100m`, `0.5`, `256Mi`, `1e3`. */
export function isQuantity(text: string): boolean {
  return quantity.test(text);
}

/** The number that a quantity stands for: cores or bytes; NaN if it is none. */
export function amountOf(text: string): number {
  const [, digits = 'NaN', unit = ''] = quantity.exec(text) ?? [];
  if (/^[eE][-+\d]/.test(unit)) return Number(digits + unit);
  if (unit === 'm') return Number(digits) / 1000;
  const power = ' KMGTPE'.indexOf(unit.charAt(0).toUpperCase());
  return Number(digits) * (unit === '' ? 1 : (unit.endsWith('i') ? 1024 : 1000) ** power);
}

/**
 * What a node has of something, for people: kubelets tell memory in Ki. Rounded down, so that what does not fit does not look as
 * if it did.
 */
export function roomText(resource: string, text: string): string {
  if (resource !== 'memory' && resource !== 'ephemeral-storage') return text;
  const [gibibytes, mebibytes] = [amountOf(text) / 2 ** 30, amountOf(text) / 2 ** 20];
  if (gibibytes >= 1) return `${Math.floor(gibibytes * 10) / 10}Gi`;
  return mebibytes >= 1 ? `${Math.floor(mebibytes)}Mi` : text;
}

/** True if it may stand as the name of a variable. */
export function isEnvName(text: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text);
}
