import { selfsame } from 'selfsame';

void selfsame({
  name: 'surveyed',
  run: async () => {
    await import('./main.ts');
  },
});
