// The package ships no types of its own. This is the part we use.
declare module '@pnpm/npm-conf' {
  function npmConf(): { config: { get(key: string): unknown }; warnings: string[] };
  namespace npmConf {
    const defaults: { readonly registry: string };
  }
  export = npmConf;
}
