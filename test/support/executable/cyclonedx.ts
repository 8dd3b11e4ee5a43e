import { Spec, Validation } from '@cyclonedx/cyclonedx-library';

const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);

/** What the schema of CycloneDX 1.6 finds wrong with a document; undefined if nothing. */
export async function sbomFaults(text: string): Promise<unknown> {
  return (await validator.validate(text)) ?? undefined;
}
