import type { PutOptions } from './store.ts';

/** Why a store did not copy bytes that it holds. */
export interface CopyRefusal {
  /** The object is not there; its bytes are others, or fewer; the store does not do it; nobody asked it to. */
  readonly kind: 'gone' | 'damaged' | 'refused' | 'not wanted';
  /** In the store's words, e.g. `403 CannotVerifyCopySource`. */
  readonly text: string;
}

/** Tells the user, where there is something to know: what is only gone is stored again. */
export function tellRefusal(
  { kind, text }: CopyRefusal,
  { address, onNotice }: { readonly address: string; readonly onNotice?: PutOptions['onNotice'] | undefined },
): void {
  if (kind === 'refused') onNotice?.(`${address} does not copy inside itself (${text}): sending the whole executable`);
  if (kind === 'damaged') {
    onNotice?.(`The runtime kept in ${address} is damaged (${text}): sending the whole executable and replacing it`);
  }
}
