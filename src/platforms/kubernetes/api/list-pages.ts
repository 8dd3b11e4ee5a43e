import { mebibyte, TooLarge } from '../../../shared/bounded.ts';
import { refusalStatus } from './api-error.ts';
import type { Query } from './resource-paths.ts';

/** How many objects one answer has at most: each answer is held whole. */
const pageSize = 500;
/** Five thousand nodes, the most that Kubernetes is made for, are 75 MiB. */
const mostListBytes = 128 * mebibyte;

/** One page of a list. */
export interface ListPage<T> {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items: readonly T[];
}

/** Asks for a page. `sizeBytes` is that of the answer. */
type AskPage<T> = (page: Query) => Promise<{ readonly page: ListPage<T>; readonly sizeBytes: number }>;

/**
 * Reads a list page by page (https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks).
 *
 * @throws {TooLarge} if they do not end.
 */
export async function* listPages<T>(ask: AskPage<T>): AsyncGenerator<ListPage<T>, void, void> {
  let next: string | undefined;
  let readBytes = 0;
  do {
    const { page, sizeBytes } = await ask({ limit: pageSize, continue: next });
    readBytes += sizeBytes;
    if (readBytes > mostListBytes) throw new TooLarge(mostListBytes);
    yield page;
    next = page.metadata?.continue || undefined;
  } while (next !== undefined);
}

/** All pages in one. */
export async function wholeList<T>(ask: AskPage<T>): Promise<ListPage<T>> {
  try {
    const pages = await Array.fromAsync(listPages(ask));
    return { ...pages[0], items: pages.flatMap(({ items }) => items) };
  } catch (error) {
    if (refusalStatus(error) !== 410) throw error;
    // What was listed is no longer known, which is so after minutes: in one piece it goes faster.
    return (await ask({})).page;
  }
}
