import { selfsame } from 'selfsame';

void selfsame({
  name: 'json-import',
  address: () => ':8080',
  files: ['src/note.txt', 'src/shapes.json'],
  main: () => import('./main.ts'),
});
