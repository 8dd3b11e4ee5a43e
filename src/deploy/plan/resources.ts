import type { Application } from '../../app/application.ts';
import type { Resources } from '../../platforms/intent.ts';
import { amountOf } from '../../platforms/kubernetes/api/quantity.ts';
import { DeployError } from '../../shared/errors.ts';
import type { FlagsOf } from '../../shared/flag.ts';
import type { flagTable } from '../../shared/flags.ts';

/** As the command line gives them. */
type ResourceFlags = Pick<FlagsOf<typeof flagTable>, 'cpu-request' | 'cpu-limit' | 'memory-request' | 'memory-limit'>;

/**
 * What a replica gets: by the flags, else by the application. Defaults are for the manifest to add, once it is known what
 * they have to fit.
 *
 * @throws {DeployError} `bad-usage`, naming the flag.
 */
export function resourcesFrom(flags: ResourceFlags, asked: NonNullable<Application['resources']> = {}): Resources {
  const cpuRequest = flags['cpu-request'] ?? asked.cpuRequest;
  const cpuLimit = flags['cpu-limit'] ?? asked.cpuLimit;
  const memoryRequest = flags['memory-request'] ?? asked.memoryRequest;
  const memoryLimit = flags['memory-limit'] ?? asked.memoryLimit;
  return {
    ...(cpuRequest !== undefined && { cpuRequest: cpu('--cpu-request', cpuRequest) }),
    ...(cpuLimit !== undefined && { cpuLimit: cpu('--cpu-limit', cpuLimit) }),
    ...(memoryRequest !== undefined && { memoryRequest: memory('--memory-request', memoryRequest) }),
    ...(memoryLimit !== undefined && { memoryLimit: memory('--memory-limit', memoryLimit) }),
  };
}

function cpu(flag: string, text: string): string {
  return quantity(text, { flag, form: /^\d+(?:\.\d+)?m?$/, example: '250m' });
}

/** Without `m`, Kubernetes' word for a thousandth: whoever types 256m means megabytes, and would get a quarter of a byte. */
function memory(flag: string, text: string): string {
  return quantity(text, { flag, form: /^\d+(?:\.\d+)?(?:[kMGT]|[KMGT]i)?$/, example: '256Mi' });
}

interface AskedResources {
  readonly flag: string;
  readonly form: RegExp;
  readonly example: string;
}

/** Kubernetes' `resource.Quantity`, positive, in its plain decimal and binary forms. */
function quantity(text: string, { flag, form, example }: AskedResources): string {
  if (form.test(text) && amountOf(text) > 0) return text;
  throw new DeployError('bad-usage', `Cannot read ${flag} "${text}" as a quantity`, {
    hint: `Pass for example ${flag} ${example}.`,
  });
}
