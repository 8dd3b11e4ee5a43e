/** Which kind of store an address names; whatever is no bucket and no folder is taken for Azure's, and refused there. */
export function storeKindOf(address: string | undefined): 'azure' | 's3' | 'file' {
  const scheme = /^\s*([a-z0-9]+):/i.exec(address ?? '')?.[1]?.toLowerCase();
  return scheme === 's3' || scheme === 'file' ? scheme : 'azure';
}
