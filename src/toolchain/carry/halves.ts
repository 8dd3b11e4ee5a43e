import type { LicensedPackage } from '../../executable/packages/package-list.ts';

/** What is in the halves, for whoever has to know it. */
export interface OwnPackages {
  readonly node: LicensedPackage;
  /** Selfsame, and what is bundled with it. */
  readonly packages: readonly LicensedPackage[];
}

/** What of selfsame itself goes into each application: made once, and the same in all. */
export interface Halves {
  /** The folder of selfsame: its own modules and packages are no part of an application's. */
  readonly folder: string;
  /** Makes sure of the module that an import of `selfsame` means, and answers its path. */
  library(): Promise<string>;
  /** Makes what goes in. */
  parts(): Promise<{
    /** By name: what starts the application, the half that deploys, both runners. */
    readonly assets: ReadonlyMap<string, Uint8Array>;
    readonly packages: OwnPackages;
  }>;
}
