// (b) ko with a Go program of the same answer, and (f) the same pods with nothing to fetch: what no route can be faster than.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { kubectlApply, kubectlWait } from '../tools/bench-cluster.ts';
import { objectsFor } from './objects.ts';
import type { Registry } from './registry.ts';
import type { Route, RouteWorld } from './route.ts';
import { runTool } from '../tools/run-tool.ts';

export interface KoRoutes {
  readonly ko: Route;
  readonly floor: Route;
}

export async function koRoutes(
  world: RouteWorld,
  { registry, ko, path }: { readonly registry: Registry; readonly ko: string; readonly path: string },
): Promise<KoRoutes> {
  const { place, folder, signal } = world;
  const { namespace } = place;
  const source = join(folder, 'ko');
  await mkdir(source, { recursive: true });
  await writeFile(join(source, 'go.mod'), 'module hello-world\n\ngo 1.21\n');
  const base = `${registry.address}/static`;
  await pushEmptyBase(base, world);
  const env = {
    PATH: path,
    KO_DOCKER_REPO: `${registry.address}/ko`,
    KO_DEFAULTBASEIMAGE: base,
    KOCACHE: join(folder, 'ko-cache'),
    GOFLAGS: '-buildvcs=false',
  };
  let image = '';

  const nothing = { async close() {} };
  const traffic: Route['traffic'] = async () => {
    const { receivedBytes, sentBytes } = registry.counts();
    return { sentBytes: receivedBytes, pulledBytes: sentBytes };
  };
  const apply = async (name: string, change: string) => {
    const appliedPeak = await kubectlApply(place, objectsFor({ name, namespace, image, change }), signal);
    const appliedAt = performance.now();
    const waitedPeak = await kubectlWait(place, name, signal);
    return { appliedAt, peakBytes: Math.max(appliedPeak, waitedPeak) };
  };

  return {
    ko: {
      ...nothing,
      name: 'ko',
      what: 'a Go program of the same answer: ko, registry, kubectl',
      traffic,
      async change(text) {
        await writeFile(join(source, 'main.go'), programThatSays(text));
        let publishingAt = NaN;
        const built = await runTool([ko, 'build', '--bare', '--sbom=none', '--platform=linux/amd64', '.'], {
          cwd: source,
          signal,
          env,
          onLine: (line) => {
            if (/ Publishing /.test(line)) publishingAt = performance.now();
          },
        });
        const availableAt = performance.now();
        image = built.stdout.trim();
        const { appliedAt, peakBytes } = await apply('ko', '');
        // It does not tell where compiling ends and packing begins.
        const packagedAt = Number.isNaN(publishingAt) ? availableAt : publishingAt;
        const peak = Math.max(built.peakBytes, peakBytes);
        return { bundledAt: packagedAt, packagedAt, availableAt, appliedAt, peakBytes: peak };
      },
    },
    floor: {
      ...nothing,
      name: 'floor',
      what: 'nothing new: the Go program again, its image on the node',
      traffic,
      async change(text) {
        const at = performance.now();
        return { bundledAt: at, packagedAt: at, availableAt: at, ...(await apply('floor', text)) };
      },
    },
  };
}

/** ko's own default holds certificates and time zones, which this program does not need either. */
async function pushEmptyBase(base: string, { folder, signal }: RouteWorld): Promise<void> {
  const image = 'localhost/selfsame-bench-static:1';
  const file = join(folder, 'Dockerfile.static');
  await writeFile(file, 'FROM scratch\nLABEL static=1\n');
  await runTool(['buildah', 'build', '--quiet', '--isolation', 'chroot', '--tag', image, '--file', file, folder], {
    signal,
  });
  await runTool(['buildah', 'push', '--quiet', '--tls-verify=false', image, `docker://${base}:latest`], { signal });
  await runTool(['buildah', 'rmi', '--force', image], { signal });
}

/** What src/hello-world.ts does, as a Go user would write it. */
function programThatSays(greeting: string): string {
  return `package main

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"
)

const greeting = ${JSON.stringify(greeting)}

func main() {
	address := flag.String("http", ":8080", "Address to serve on")
	flag.Parse()
	host, _ := os.Hostname()
	server := &http.Server{Addr: *address, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, "%s from %s (%s)\\n", greeting, host, runtime.GOARCH)
	})}
	ending, _ := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	go func() {
		<-ending.Done()
		late, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		server.Shutdown(late)
	}()
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		panic(err)
	}
}
`;
}
