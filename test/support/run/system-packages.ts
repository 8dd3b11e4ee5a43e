// What the tests need of the system beside Node.js: real tools to check our bytes with, and arm64 libraries for qemu.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Debian's package by the file or command that shows that it is there. */
const needed: Readonly<Record<string, string>> = {
  curl: 'curl',
  fish: 'fish',
  zsh: 'zsh',
  git: 'git',
  gpgv: 'gpgv',
  openssl: 'openssl',
  python3: 'python3',
  pip3: 'python3-pip',
  readelf: 'binutils',
  unshare: 'util-linux',
  faketime: 'faketime',
  strace: 'strace',
  pgrep: 'procps',
  setpriv: 'util-linux',
  'qemu-aarch64-static': 'qemu-user-static',
  '/usr/aarch64-linux-gnu/lib/libc.so.6': 'libc6-arm64-cross',
  '/usr/aarch64-linux-gnu/lib/libstdc++.so.6': 'libstdc++6-arm64-cross',
  '/usr/aarch64-linux-gnu/lib/libgcc_s.so.1': 'libgcc-s1-arm64-cross',
  '/usr/aarch64-linux-gnu/lib/libatomic.so.1': 'libatomic1-arm64-cross',
};

function isThere(what: string): boolean {
  if (what.startsWith('/')) return existsSync(what);
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', what]).status === 0;
}

/** Installs what is missing where we may, and else says how: the tests that need it then fail, and say so too. */
export function installMissing(): void {
  if (process.platform !== 'linux') return;
  const missing = Object.entries(needed)
    .filter(([what]) => !isThere(what))
    .map(([, name]) => name);
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !isThere('apt-get')) {
    console.log(`Some tests need packages that are missing. Run: sudo apt-get install ${missing.join(' ')}`);
    return;
  }
  console.log(`Installing ${missing.join(', ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['update', '-qq'], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const install = ['install', '-y', '-qq', '--no-install-recommends', ...missing];
  const { status } = spawnSync('apt-get', install, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) console.log(`apt-get could not install them: the tests that need them will fail`);
}
