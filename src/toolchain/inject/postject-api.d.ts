// The package has no types. https://github.com/nodejs/postject#using-programmatically
declare module 'postject' {
  interface InjectOptions {
    readonly sentinelFuse?: string;
    readonly machoSegmentName?: string;
  }

  /** Changes the file in place. */
  export function inject(file: string, name: string, content: Buffer, options?: InjectOptions): Promise<void>;
}
