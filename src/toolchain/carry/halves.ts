/** What of selfsame itself goes into each application: made once, and the same in all. */
export interface Halves {
  /** The folder of selfsame: its own modules and packages are no part of an application's. */
  readonly folder: string;
  /** Makes sure of the module that an import of `selfsame` means, and answers its path. */
  library(): Promise<string>;
  /** By name: what starts the application, the half that deploys, both runners. */
  assets(): Promise<ReadonlyMap<string, Uint8Array>>;
}
