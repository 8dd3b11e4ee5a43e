import type { HoldOptions } from '../kubernetes/gate.ts';

/** Exit status by signal. */
export const stageStatus = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
export type EndingSignal = keyof typeof stageStatus;

export const nothing = ['Stopped: nothing on the cluster was changed. The same command finishes the job.'];
const watching = ['Stopped watching: the rollout of it goes on without this program.', 'self delete --name it'];
const kept = ['Secret it-source', 'Service it', 'Deployment it'];

/** Where a deploy is stopped, by what, what it says then and which objects are there. `it` stands for its name. */
export const stages: [
  stage: string,
  name: EndingSignal,
  at: [wanted: RegExp, options?: HoldOptions],
  said: readonly string[],
  there: readonly string[],
][] = [
  ['upload', 'SIGINT', [/^PUT \/devstoreaccount1\/selfsame\/[0-9a-f]{64}\/.*comp=block&/], nothing, []],
  ['connect', 'SIGINT', [/^GET \/version/], nothing, []],
  ['connect', 'SIGHUP', [/^GET \/version/], nothing, []],
  ['plan', 'SIGINT', [/^GET .*\/deployments\/it$/], nothing, []],
  ['preflight: nodes', 'SIGINT', [/^GET \/api\/v1\/nodes/], nothing, []],
  ['preflight: rights', 'SIGTERM', [/^POST .*selfsubjectrulesreviews/], nothing, []],
  ['preflight: store', 'SIGINT', [/^HEAD /], nothing, []],
  ['preflight: dry run', 'SIGINT', [/^PATCH .*\/deployments\/it\?.*dryRun=All/], nothing, []],
  ['link', 'SIGINT', [/^(GET|PUT) .*comp=acl/], nothing, []],
  ['before applying', 'SIGHUP', [/^POST .*selfsubjectreviews/], nothing, []],
  [
    'apply: first object',
    'SIGINT',
    [/^PATCH .*\/secrets\/it-source\?.*force=true$/],
    ['Stopped while applying: some objects may be there. The same', 'self delete --name it'],
    [],
  ],
  [
    'apply: between two objects',
    'SIGINT',
    [/^PATCH .*\/services\/it\?.*force=true$/],
    ['Stopped while applying: some objects may be there. Applied: Secret it-source.', 'self delete --name it'],
    ['Secret it-source'],
  ],
  [
    'apply: done, and no answer',
    'SIGTERM',
    [/^PATCH .*\/deployments\/it\?.*force=true$/, { isDone: true }],
    ['some objects may be there. Applied: Secret it-source, Service it.', 'self status --name it'],
    kept,
  ],
  ['watch', 'SIGINT', [/^GET .*\/deployments\?.*watch=true/], watching, kept],
  ['watch', 'SIGTERM', [/^GET .*\/pods\?/, { after: /^PATCH .*\/deployments\/it\?.*force=true$/ }], watching, kept],
  ['watch', 'SIGHUP', [/^GET .*\/deployments\?.*watch=true/], watching, kept],
];
