// node-pty@1.1.0
import { spawn } from 'node-pty';

const shell = spawn('/bin/echo', ['from a terminal'], {});
shell.onData((text) => console.log(text.trim()));
shell.onExit(({ exitCode }) => console.log(exitCode));
