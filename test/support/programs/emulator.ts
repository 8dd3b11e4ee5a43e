/** The Linux machine that this one can only play, with what Debian's packages bring to do so. */
export const otherMachine =
  process.arch === 'arm64'
    ? {
        target: 'linux-x64',
        emulator: 'qemu-x86_64-static',
        libraries: '/usr/x86_64-linux-gnu',
        arch: 'amd64',
      }
    : {
        target: 'linux-arm64',
        emulator: 'qemu-aarch64-static',
        libraries: '/usr/aarch64-linux-gnu',
        arch: 'arm64',
      };
