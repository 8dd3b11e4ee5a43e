// npm run runtimes [-- VERSION]: rewrites src/executable/runtimes/runtimes-table.ts for the pinned Node, or for another version.
import { writeRuntimesTable } from '../src/toolchain/runtimes-table.ts';

await writeRuntimesTable(process.argv[2]);
