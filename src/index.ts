/** The public API: what an application imports. */
export { parseAddress, type Address } from './app/address.ts';
export type { Application, RunContext } from './app/application.ts';
export type { OptionSpec, OptionSpecs, OptionsOf } from './app/options.ts';
export { selfsame } from './cli/main.ts';
export type { Digest } from './shared/digest.ts';
export { DeployError } from './shared/errors.ts';
