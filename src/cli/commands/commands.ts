import type { Command } from '../context/command.ts';
import { completionCommand } from './completion.ts';
import { licensesCommand, sbomCommand } from './contents.ts';
import { costCommand } from './cost.ts';
import { deleteCommand } from './delete.ts';
import { diffCommand } from './diff.ts';
import { doctorCommand } from './doctor.ts';
import { gcCommand } from './store/gc.ts';
import { historyCommand } from './history.ts';
import { logsCommand } from './logs.ts';
import { rbacCommand } from './rbac.ts';
import { rebuildCommand } from './rebuild.ts';
import { revokeCommand } from './store/revoke.ts';
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
  rbacCommand,
  deleteCommand,
  gcCommand,
  revokeCommand,
  rebuildCommand,
  licensesCommand,
  sbomCommand,
  completionCommand,
];
