/** What people type after `self`, for `--help`: the words, and what they do. */
export const selfExamples: Readonly<Record<string, readonly (readonly [words: string, what: string])[]>> = {
  status: [
    ['status', 'what runs where?'],
    ['status --watch', 'and whenever it changes'],
    ['status --output json', 'for a script'],
  ],
  logs: [
    ['logs', 'everything that replicas say'],
    ['logs --tail 10', 'begin with their last lines'],
    ['logs --since 5m', 'begin five minutes ago'],
  ],
  verify: [['verify', 'are these the bytes that run?']],
  history: [['history', 'who deployed what, and when?']],
  rollback: [
    ['rollback', 'the release before'],
    ['rollback d399c6b6', 'that release'],
    ['rollback --to 3', 'that revision'],
  ],
  scale: [
    ['scale 5', 'five replicas'],
    ['scale 0', 'none, for a while'],
  ],
  diff: [
    ['diff', 'what would a deploy change?'],
    ['diff --replicas 3', 'and one with this flag?'],
  ],
  cost: [
    ['cost', 'what do they cost?'],
    ['cost --replicas 50', 'and what would 50?'],
  ],
  doctor: [['doctor', 'which store would a deploy take?']],
  delete: [
    ['delete', 'show what goes, and ask'],
    ['delete --yes', 'do not ask'],
  ],
  gc: [
    ['gc', 'show what goes, and ask'],
    ['gc --min-age 24h', 'leave what is younger'],
  ],
  completion: [
    ['completion bash', 'print the script for bash'],
    ['completion fish', 'and for fish'],
  ],
  rebuild: [['rebuild --target linux-arm64 -o app', 'the same for another machine']],
};
