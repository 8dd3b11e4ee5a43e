import type { Account } from './account.ts';
import type { TestCluster } from './cluster.ts';

/** Where a deploy is tried, and what differs from the usual. */
export interface PreflightGiven {
  readonly place?: TestCluster;
  readonly namespace?: string;
  readonly kubeconfig?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** What the situations are made of. */
export interface SituationWorld {
  readonly plain: TestCluster;
  /** With a quota of two pods. */
  readonly counted: TestCluster;
  /** With a quota that wants limits. */
  readonly limited: TestCluster;
  /** With a LimitRange of 64Mi. */
  readonly small: TestCluster;
  /** Lacks two rights. */
  readonly weak: Account;
  /** Links to the store that may not write. */
  readonly links: { readonly readOnly: string; readonly byPolicy: string };
  readonly kubeconfigAt: (server: string, user: object) => string;
  /** Settings of a store with a link. */
  readonly sas: (query: string) => Readonly<Record<string, string>>;
  /** Settings of a store that cannot be reached. */
  readonly closed: () => Readonly<Record<string, string>>;
}

/** What stands in the way, the flags, what is said then, and where it is tried. */
export const situations: readonly (readonly [
  what: string,
  words: readonly string[],
  wanted: readonly (readonly [code: string, message: RegExp])[],
  given?: (world: SituationWorld) => PreflightGiven,
])[] = [
  [
    'neither cluster nor store can be reached',
    [],
    [
      ['cluster-unreachable', /^Cannot reach the cluster at https:\/\/127\.0\.0\.1:1: connection refused/],
      ['store-unreachable', /connection refused/],
    ],
    ({ kubeconfigAt, closed }) => ({ kubeconfig: kubeconfigAt('https://127.0.0.1:1', {}), env: closed() }),
  ],
  [
    'the cluster does not accept the credentials',
    [],
    [['cluster-denied', /^Cannot sign in to /]],
    ({ plain, kubeconfigAt }) => ({ kubeconfig: kubeconfigAt(plain.cluster.server, { token: 'wrong' }) }),
  ],
  [
    'the namespace is missing',
    [],
    [['cluster-refused', /namespaces "selfsame-nowhere" not found/]],
    // A deployer has no rights there, and hears of nothing else.
    ({ plain }) => ({ namespace: 'selfsame-nowhere', kubeconfig: plain.adminKubeconfig }),
  ],
  [
    'the account lacks rights',
    [],
    [['cluster-denied', /^Not allowed in namespace \S+ of https:\S+: create services; watch pods$/]],
    ({ weak }) => ({ kubeconfig: weak.kubeconfig }),
  ],
  [
    'no node has the label',
    ['--node-selector', 'disk=none'],
    [['no-matching-node', /^No node has the label disk=none$/]],
  ],
  [
    'the nodes that are left are of another architecture',
    ['--node-selector', 'kubernetes.io/arch=amd64', '--target', 'linux-arm64'],
    [['no-matching-node', /^No node runs linux-arm64: the nodes are amd64$/]],
  ],
  [
    'a replica is larger than every node',
    ['--cpu-request', '5000'],
    [
      [
        'no-matching-node',
        /^No node can hold one replica: it asks for cpu 5000, memory 128Mi, ephemeral-storage \d+Mi; nodes have at most cpu /,
      ],
    ],
  ],
  [
    'the quota is too small for all replicas',
    ['--replicas', '5'],
    [['cluster-refused', /^The quota the-quota of namespace \S+ has room for 2 of 5 replicas \(pods 2\)$/]],
    ({ counted }) => ({ place: counted }),
  ],
  [
    'the quota wants a limit',
    [],
    [
      [
        'cluster-refused',
        /^No pod would be admitted in namespace \S+: failed quota: the-quota: must specify limits.cpu/,
      ],
    ],
    ({ limited }) => ({ place: limited }),
  ],
  [
    'the limit of a replica is above the LimitRange',
    [],
    [['cluster-refused', /^No pod would be admitted in namespace \S+: .*maximum memory usage per Container is 64Mi/]],
    ({ small }) => ({ place: small }),
  ],
  [
    'the service account is missing',
    ['--service-account', 'nobody'],
    [['cluster-refused', /^No pod would be admitted in namespace \S+: .*serviceaccount "nobody" not found$/]],
  ],
  ['the name is taken by something else', ['--name', 'taken'], [['cluster-refused', /^Not ours: the Service "taken"/]]],
  [
    'the Secret to pull with is missing',
    ['--image-pull-secret', 'nothing'],
    [['cluster-refused', /^Cannot find the Secret nothing in namespace /]],
    // A deployer may read no Secret but its own.
    ({ plain }) => ({ kubeconfig: plain.adminKubeconfig }),
  ],
  [
    'the runner image is for another architecture',
    ['--node-selector', 'kubernetes.io/arch=amd64', '--runner-image', 'registry.test/runner:1-arm64'],
    [
      [
        'image-unfit',
        /^The runner image registry\.test\/runner:1-arm64 is named for arm64, and replicas go to amd64 nodes$/,
      ],
    ],
  ],
  [
    'a request is above its limit',
    ['--memory-request', '1Gi', '--memory-limit', '64Mi'],
    [['cluster-refused', /Deployment\.apps "hello-world" is invalid: .*must be less than or equal to memory limit/]],
  ],
  [
    'the store cannot be reached',
    [],
    [['store-unreachable', /connection refused/]],
    ({ closed }) => ({ env: closed() }),
  ],
  [
    'the link to the store is for reading',
    [],
    [['store-denied', /lets these credentials read, but not write$/]],
    ({ sas, links }) => ({ env: sas(links.readOnly) }),
  ],
  [
    'the policy of the link to the store is for reading',
    [],
    [['store-denied', /lets these credentials read, but not write$/]],
    ({ sas, links }) => ({ env: sas(links.byPolicy) }),
  ],
  [
    'several things are wrong',
    ['--service-account', 'nobody', '--name', 'taken', '--cpu-request', '5000'],
    [
      ['cluster-refused', /^Not ours: the Service "taken"/],
      ['cluster-refused', /serviceaccount "nobody" not found/],
      ['no-matching-node', /^No node can hold one replica/],
      ['store-unreachable', /connection refused/],
    ],
    ({ closed }) => ({ env: closed() }),
  ],
];
