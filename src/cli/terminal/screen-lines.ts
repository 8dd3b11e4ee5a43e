import cliTruncate from 'cli-truncate';
import { createLogUpdate } from 'log-update';
import stringWidth from 'string-width';
import { visible } from '../../shared/visible.ts';

/** The lines of a frame, for a terminal of that size. */
export type ScreenLayout = (size: { readonly columns: number; readonly rows: number }) => readonly string[];

/** Lines at the end of a terminal that change in place. */
export interface ScreenLines {
  /** Puts lines in the place of those before. Each is cut at the width, and all to what fits. */
  readonly show: (layout: ScreenLayout) => void;
  /** Writes what stays, above. */
  readonly above: (text: string) => void;
  /** Takes the lines away; or leaves them, and the cursor below. */
  readonly close: (options?: { readonly keep: boolean }) => void;
}

/** True for a terminal where lines can change in place, and somebody who looks at it. */
export function isLive(stream: NodeJS.WriteStream): boolean {
  // Without a width (a pseudoterminal that nobody gave a size) nothing can move: lines would be cleared for ever.
  return stream.isTTY && stream.columns > 0 && process.env['TERM'] !== 'dumb' && process.env['CI'] === undefined;
}

/** The cursor stays where it is seen: whatever ends the program, there is nothing to put right. */
export function openScreenLines(stream: NodeJS.WriteStream): ScreenLines {
  const opened = (): ReturnType<typeof createLogUpdate> => createLogUpdate(stream, { showCursor: true });
  let update = opened();
  let layout: ScreenLayout | undefined;
  let shown: readonly string[] = [];

  const draw = (): void => {
    if (layout === undefined) return;
    const { columns, rows } = sizeOf(stream);
    // The line below is the cursor's.
    const room = Math.max(1, rows - 1);
    shown = layout({ columns, rows: room })
      .slice(0, room)
      .map((line) => cliTruncate(visible(line), columns));
    update(shown.join('\n'));
  };
  const wipe = (): void => {
    if (shown.length > 0) {
      const { columns } = sizeOf(stream);
      // A terminal that became narrower has wrapped them.
      const rows = shown.reduce((sum, line) => sum + Math.max(1, Math.ceil(stringWidth(line) / columns)), 0);
      stream.write(`\u001B[${rows}A\r\u001B[J`);
    }
    shown = [];
    update = opened();
  };
  const redraw = (): void => {
    wipe();
    draw();
  };
  return {
    show(next) {
      if (layout === undefined) stream.on('resize', redraw);
      layout = next;
      draw();
    },
    above(text) {
      wipe();
      stream.write(text);
      draw();
    },
    close({ keep } = { keep: false }) {
      stream.off('resize', redraw);
      layout = undefined;
      if (!keep) wipe();
      shown = [];
      update = opened();
    },
  };
}

/** Some terminals say that they are 0 wide. */
function sizeOf({ columns, rows }: NodeJS.WriteStream): { columns: number; rows: number } {
  return { columns: columns || 80, rows: rows || 24 };
}
