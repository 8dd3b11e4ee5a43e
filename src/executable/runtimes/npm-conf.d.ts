// The package ships no types of its own. This is the part we use.
declare module '@pnpm/npm-conf' {
  function npmConf(options?: { global?: boolean }): {
    config: {
      get(key: string): unknown;
      readonly snapshot: Readonly<Record<string, string>>;
      readonly sources: Sources;
    };
    warnings: string[];
  };
  type Sources = Readonly<Record<string, { readonly path?: string } | undefined>>;
  namespace npmConf {
    const defaults: { readonly registry: string };
  }
  export = npmConf;
}
