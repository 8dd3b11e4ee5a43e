export default {
  output: 'standalone',
  outputFileTracingRoot: import.meta.dirname,
  // Scales images on the server, by native code of the machine that builds: left out, so that this runs on x64 and arm64.
  images: { unoptimized: true },
  outputFileTracingExcludes: { '*': ['node_modules/@img/**', 'node_modules/sharp/**'] },
};
