import { XMLParser, XMLValidator } from 'fast-xml-parser';

/** An element of S3's answers: its text, or the elements in it by name. S3 uses no attributes and no mixed content. */
export type Xml = string | { readonly [name: string]: Xml | readonly Xml[] };

const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  // A name or an id may look like a number.
  parseTagValue: false,
  trimValues: true,
  // Also the numeric ones, as in &#34;, which some servers put around an ETag.
  htmlEntities: true,
});

/**
 * Reads an answer.
 *
 * @returns its root element by name, or undefined if it is no XML, or none that anybody would read. Space may come first: S3 sends
 *   it to keep a connection alive while it is at work.
 */
export function readXml(text: string): { readonly root: string; readonly node: Xml } | undefined {
  const document = text.trim();
  if (!document.startsWith('<') || isDeep(document) || XMLValidator.validate(document) !== true) return undefined;
  const [[root, node] = []] = Object.entries(parser.parse(document) as Record<string, Xml>);
  return root === undefined || node === undefined ? undefined : { root, node };
}

/** True of elements in elements in elements: S3 has four of them in each other, and the parser calls itself for each. */
function isDeep(document: string): boolean {
  let depth = 0;
  for (const [tag] of document.matchAll(/<[a-z][^>]*>|<\/[a-z]/gi)) {
    if (tag.startsWith('</')) depth -= 1;
    else if (!tag.endsWith('/>')) depth += 1;
    if (depth > 32) return true;
  }
  return false;
}

/** The elements of a name in another, be there none, one or many. */
export function elements(node: Xml | undefined, name: string): readonly Xml[] {
  if (node === undefined || typeof node === 'string') return [];
  const found = node[name];
  if (found === undefined) return [];
  return Array.isArray(found) ? (found as readonly Xml[]) : [found as Xml];
}

/** The text of the first element of a name in another; empty if there is none. */
export function xmlText(node: Xml | undefined, name: string): string {
  const [first] = elements(node, name);
  return typeof first === 'string' ? first : '';
}
