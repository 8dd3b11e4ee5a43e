import { createHash } from 'node:crypto';
import type { Digest } from '../../shared/digest.ts';
import type { Target } from '../../shared/target.ts';
import { runtimes } from '../runtimes/runtimes-table.ts';
import type { LicensedPackage, ListedPackage, PackageList } from './package-list.ts';

/** The executables that a bill of materials is about. */
export interface SbomSubject {
  /** Of the application. */
  readonly name: string;
  readonly release: Digest;
  readonly files: readonly SbomFile[];
}

interface SbomFile {
  readonly target: Target;
  /** Of the file. */
  readonly name: string;
  readonly digest: Digest;
}

/**
 * The bill of materials of an application's executables, as CycloneDX 1.6 writes it in JSON: https://cyclonedx.org/docs/1.6/json/.
 * The same executables give the same document: it has no time, and its serial number is made of their digests.
 */
export function sbomOf({ application, node, packages }: PackageList, { name, release, files }: SbomSubject): object {
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf([release, ...files.map(({ digest }) => digest)].join('\n'))}`,
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': 'application',
        name,
        ...(application.version !== undefined && { version: application.version }),
        ...licensesOf(application),
        properties: [{ name: 'selfsame:release', value: release }],
        components: files.map((file) => ({
          type: 'file',
          'bom-ref': `application/${file.target}`,
          name: file.name,
          ...hashesOf(file.digest),
        })),
      },
    },
    components: [
      {
        type: 'platform',
        'bom-ref': 'node',
        name: node.name,
        version: node.version,
        purl: `pkg:generic/node@${node.version}`,
        ...licensesOf(node),
        components: files.map(({ target }) => ({
          type: 'file',
          'bom-ref': `node/${target}`,
          name: `node-${target}`,
          purl: purlOf(runtimes[target].package),
          ...hashesOf(runtimes[target].digest),
        })),
      },
      ...packages.map(componentOf),
    ],
  };
}

function componentOf({ name, version, license, parts }: ListedPackage): object {
  const [, group, rest = name] = /^(@[^/]+)\/(.*)$/.exec(name) ?? [];
  const purl = purlOf({ name, version });
  return {
    type: 'library',
    'bom-ref': purl,
    ...(group !== undefined && { group }),
    name: rest,
    version,
    purl,
    ...licensesOf({ license }),
    properties: parts.map((part) => ({ name: 'selfsame:part', value: part })),
  };
}

/** https://github.com/package-url/purl-spec/blob/main/types-doc/npm-definition.md */
export function purlOf({ name, version }: Pick<LicensedPackage, 'name' | 'version'>): string {
  const encoded = name.split('/').map(encodeURIComponent).join('/');
  return `pkg:npm/${encoded}@${encodeURIComponent(version)}`;
}

/** What is no expression of SPDX, as `SEE LICENSE IN terms.txt`, is a name. */
function licensesOf({ license }: { readonly license?: string | undefined }): object {
  if (license === undefined) return {};
  const isExpression = license !== 'UNLICENSED' && /^[\w.+()-]+(?: (?:(?:AND|OR|WITH) )[\w.+()-]+)*$/.test(license);
  return { licenses: [isExpression ? { expression: license } : { license: { name: license } }] };
}

function hashesOf(digest: Digest): object {
  return { hashes: [{ alg: 'SHA-256', content: digest }] };
}

/** RFC 9562, section 5.5, in the namespace of URLs. */
function uuidOf(text: string): string {
  const namespace = Buffer.from('6ba7b8119dad11d180b400c04fd430c8', 'hex');
  const bytes = createHash('sha1').update(namespace).update(`selfsame:${text}`).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
