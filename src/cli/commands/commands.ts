import type { Command } from '../context/command.ts';
import { completionCommand } from './completion.ts';
import { costCommand } from './cost.ts';
import { deleteCommand } from './delete.ts';
import { diffCommand } from './diff.ts';
import { doctorCommand } from './doctor.ts';
import { gcCommand } from './gc.ts';
import { historyCommand } from './history.ts';
import { logsCommand } from './logs.ts';
import { rebuildCommand } from './rebuild.ts';
import { rollbackCommand } from './rollback.ts';
import { scaleCommand } from './scale.ts';
import { statusCommand } from './status.ts';
import { verifyCommand } from './verify.ts';

/** The commands behind `self`, in the order of `--help`. */
export const commands: readonly Command[] = [
  statusCommand,
  logsCommand,
  verifyCommand,
  historyCommand,
  rollbackCommand,
  scaleCommand,
  diffCommand,
  costCommand,
  doctorCommand,
  deleteCommand,
  gcCommand,
  rebuildCommand,
  completionCommand,
];
