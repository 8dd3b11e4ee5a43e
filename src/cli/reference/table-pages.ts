import { rulesFor } from '../../platforms/kubernetes/manifest/role.ts';
import { exitStatus, type ErrorCode } from '../../shared/errors.ts';
import { environmentVariables } from './environment-variables.ts';
import { errorMeanings, statusMeanings } from './error-meanings.ts';
import { code, page, table } from './markdown.ts';

export function environmentPage(): string {
  const about =
    'Environment variables that selfsame reads, or sets for a replica. Those of the application are its own: `--env` and the definition set them.';
  const sections = environmentVariables.map(({ title, about: aboutGroup, variables }) => {
    const rows = Object.entries(variables).map(([name, { describe }]) => [code(name), describe]);
    return [`## ${title}`, aboutGroup, table(['variable', 'means'], rows)].join('\n\n');
  });
  return page('Environment', about, sections);
}

export function errorsPage(): string {
  const about =
    'A failure has a code and an exit status. The code is `error.code` of what `--output json` prints ([json.md](json.md#error)); scripts may rely on both. Where several things stand in the way, each is one of `error.findings`, and the status is that of the first.';
  const codes = Object.entries(errorMeanings) as [ErrorCode, string][];
  return page('Errors and exit statuses', about, [
    '## Exit statuses',
    statusTable(),
    '## Codes',
    table(
      ['code', 'exit status', 'means'],
      codes.map(([name, meaning]) => [code(name), String(exitStatus[name]), meaning]),
    ),
    'Two more stand in data alone: `bug` (70), a failure of selfsame itself, and `ended`, a signal that came before the command was done.',
  ]);
}

export function statusTable(): string {
  return table(['exit status', 'means'], statusMeanings);
}

/** Which rights the commands use in a namespace, by what `self rbac` prints. */
export function rightsTable(): string {
  const looking = new Map(rulesFor('NAME', 'look').map(({ rule }) => [String(rule.resources), rule.verbs]));
  const rows = rulesFor('NAME', 'deploy').map(({ rule, purposes, isOptional }) => {
    const { resources = [], resourceNames = [], verbs } = rule;
    const looked = verbs.filter((verb) => looking.get(String(resources))?.includes(verb) === true);
    const named = resourceNames.map((name) => ` ${code(name)}`).join('');
    return [
      `${resources.join()}${named}`,
      verbs.join(', '),
      looked.join(', '),
      `${isOptional ? 'optional: ' : ''}${purposes.join('; ')}`,
    ];
  });
  return table(['objects', 'to deploy', 'to look', 'for'], rows);
}
