import type { Cluster } from '../../platforms/kubernetes/api/client.ts';
import type { Status } from '../../platforms/kubernetes/rollout/status.ts';
import { watchStatus } from '../../platforms/kubernetes/rollout/status-watch.ts';
import { noSuchDeployment } from '../context/deployment.ts';
import { isLive, openScreenLines } from '../terminal/screen-lines.ts';
import { type DataFormat, printItem, printLines } from '../output/print-data.ts';
import type { Session } from '../context/session.ts';
import { podTable, statusLine, statusNews } from '../terminal/status-text.ts';

interface Watched {
  readonly name: string;
  readonly format: DataFormat | undefined;
  /** What `self status` prints as data. */
  readonly documentOf: (status: Status) => unknown;
}

/**
 * `self status --watch`: what runs, anew whenever it changes, until Ctrl-C, which is how this ends well. In place on a terminal; else
 * what is new in lines, or a document for each change.
 *
 * @throws {DeployError} `no-such-deployment` once it is deleted.
 */
export async function watchedStatus(
  { terminal, signal }: Session,
  cluster: Cluster,
  { name, format, documentOf }: Watched,
): Promise<number> {
  const { show, close } = format === undefined ? viewOf() : printer(format, documentOf);
  const gone = new AbortController();
  let isTroubled = false;
  try {
    await watchStatus(cluster, name, {
      signal: AbortSignal.any([signal, gone.signal]),
      onChange: (status) => (status === undefined ? gone.abort() : show(status)),
      onTrouble(trouble) {
        if (trouble !== undefined && !isTroubled) terminal.report({ kind: 'warning', text: trouble.message });
        isTroubled = trouble !== undefined;
      },
    });
  } catch (error) {
    if (gone.signal.aborted) throw noSuchDeployment(name, cluster);
    if (!signal.aborted) throw error;
  } finally {
    close();
  }
  return 0;
}

interface View {
  readonly show: (status: Status) => void;
  readonly close: () => void;
}

function viewOf(): View {
  const stream = process.stdout;
  if (!isLive(stream)) {
    const news = statusNews();
    return { show: (status) => printLines(news(status)), close: () => undefined };
  }
  const frame = openScreenLines(stream);
  let latest: Status | undefined;
  const draw = (): void => {
    if (latest === undefined) return;
    const { pods } = latest;
    const lines = [statusLine(latest), ...podTable(pods)];
    frame.show(({ rows }) =>
      lines.length <= rows ? lines : [...lines.slice(0, rows - 1), `and ${lines.length - rows + 1} more`],
    );
  };
  // Ages grow without news.
  const clock = setInterval(draw, 1_000);
  return {
    show(status) {
      latest = status;
      draw();
    },
    close() {
      clearInterval(clock);
      frame.close({ keep: true });
    },
  };
}

function printer(format: DataFormat, documentOf: (status: Status) => unknown): View {
  let printed = '';
  return {
    show(status) {
      const document = documentOf(status);
      const text = JSON.stringify(document);
      if (text !== printed) printItem(document, format);
      printed = text;
    },
    close: () => undefined,
  };
}
