// Does something with the store of an address, for tests that have faults happen to it: STORE-PROGRAM WORK ADDRESS
import { printError } from '../../../../src/cli/output/print-error.ts';
import { fileStore, parseFileAddress } from '../../../../src/store/file/file.ts';
import { generatedArtifact } from '../../programs/artifact.ts';

const [, , work, address = ''] = process.argv;
const store = fileStore(parseFileAddress(address), { publicUrl: undefined });
const artifact = await generatedArtifact(3);
try {
  if (work === 'put') await store.put(artifact, { onNotice: (text) => console.error(`warning: ${text}`) });
  if (work === 'collect') await store.removeUnused([artifact], { before: new Date() });
  if (work === 'remove') await store.remove(artifact.version);
} catch (error) {
  process.exitCode = printError(error, console.error);
}
