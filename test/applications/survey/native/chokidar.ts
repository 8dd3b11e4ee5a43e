// chokidar@6.0.0
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { watch } from 'chokidar';

const watcher = watch(process.env.HOME ?? '');
watcher.on('add', (path) => (console.log(path.split('/').at(-1)), watcher.close()));
watcher.on('ready', () => writeFileSync(join(process.env.HOME ?? '', 'a.txt'), ''));
