/** An environment variable that is read, or set for others to read. */
interface Variable {
  readonly describe: string;
  /** What reads it, where that is a library or Node.js itself: its name does not stand in our sources. */
  readonly readBy?: string;
}

interface VariableGroup {
  readonly title: string;
  readonly about: string;
  readonly variables: Readonly<Record<string, Variable>>;
}

/** Every variable that counts, by who it is for. `*` stands for X64 or ARM64. */
export const environmentVariables: readonly VariableGroup[] = [
  {
    title: 'Settings',
    about: 'Read by the commands that deploy or look at what is deployed. A flag goes before its variable.',
    variables: {
      SELFSAME_STORE: { describe: 'Where executables are stored, as `--store`.' },
      SELFSAME_RUNNER_IMAGE: { describe: 'The image that starts pods, as `--runner-image`.' },
      SELFSAME_RUNTIME_SOURCE: { describe: 'Where Node.js for another target comes from, as `--runtime-source`.' },
      SELFSAME_PRICES: { describe: 'File with prices, as `--prices`.' },
      KUBECONFIG: { describe: 'Kubeconfig files to read, separated as in `PATH`; default `~/.kube/config`.' },
      HOME: { describe: 'The folder of `.kube/config`.' },
      USERPROFILE: { describe: 'The same on Windows, where `HOME` is not set.' },
      KUBERNETES_SERVICE_HOST: {
        describe:
          'Set in every pod. Without a kubeconfig, the API server to deploy to. An application that serves there waits, when it ends, until clients have left.',
      },
      KUBERNETES_SERVICE_PORT: { describe: 'The port of that API server; default 443.' },
      XDG_CACHE_HOME: {
        describe:
          'On Linux the folder of the cache `selfsame`: prefixes, packages for the other architecture, and the executables that `--local` keeps without a store.',
        readBy: 'env-paths',
      },
    },
  },
  {
    title: 'Azure Blob Storage',
    about: 'Credentials for `--store azure://ACCOUNT/CONTAINER`; the first that is set counts, in this order.',
    variables: {
      AZURE_STORAGE_CONNECTION_STRING: {
        describe: 'Account and key, or account and SAS. Without `--store` it chooses the store.',
      },
      AZURE_STORAGE_ACCOUNT: { describe: 'The account, where `--store` names none.' },
      AZURE_STORAGE_KEY: { describe: 'Key of the account.' },
      AZURE_STORAGE_ACCOUNT_KEY: { describe: 'The same, under its older name.' },
      AZURE_STORAGE_SAS_TOKEN: { describe: 'A SAS, which pods are given as well.' },
      AZURE_TENANT_ID: { describe: 'Tenant of the identity that signs in where none of the above is set.' },
      AZURE_CLIENT_ID: { describe: 'Client of that identity.' },
      AZURE_CLIENT_SECRET: { describe: 'Its secret.' },
      AZURE_CLIENT_CERTIFICATE_PATH: { describe: 'Its certificate, in the place of a secret.' },
      AZURE_FEDERATED_TOKEN_FILE: { describe: 'Its token, as workload identity sets it.' },
      AZURE_AUTHORITY_HOST: { describe: 'Where it signs in, for other clouds.' },
    },
  },
  {
    title: 'S3',
    about: 'Credentials and place for `--store s3://BUCKET`. What its query says goes before them.',
    variables: {
      AWS_ACCESS_KEY_ID: { describe: 'Key that signs requests.' },
      AWS_SECRET_ACCESS_KEY: { describe: 'Its secret.' },
      AWS_SESSION_TOKEN: { describe: 'Token of a session, with keys that belong to one.' },
      AWS_CREDENTIAL_EXPIRATION: { describe: 'When that session ends: links end with it.' },
      AWS_REGION: { describe: 'Region of the bucket.' },
      AWS_DEFAULT_REGION: { describe: 'The same, where `AWS_REGION` is not set; default `us-east-1`.' },
      AWS_ENDPOINT_URL_S3: { describe: 'Address of a service other than AWS.' },
      AWS_ENDPOINT_URL: { describe: 'The same, where `AWS_ENDPOINT_URL_S3` is not set.' },
    },
  },
  {
    title: 'Network',
    about:
      'Names in lower case count as well. In the password of a proxy, `#` is written `%23`, `/` `%2F` and `@` `%40`.',
    variables: {
      HTTPS_PROXY: { describe: 'Proxy to the API server, the store and registries with https.', readBy: 'undici' },
      HTTP_PROXY: { describe: 'The same for http.', readBy: 'undici' },
      NO_PROXY: { describe: 'Hosts and networks that are reached without a proxy.', readBy: 'undici' },
      NODE_EXTRA_CA_CERTS: { describe: 'File with certificate authorities to trust as well.', readBy: 'Node.js' },
      NODE_TLS_REJECT_UNAUTHORIZED: { describe: '`0` is ignored, with a warning; the application obeys it.' },
      'npm_config_*': {
        describe:
          "npm's settings, also those of the user's `.npmrc`, not of the folder one is in: registry, proxy, CA.",
        readBy: 'npm-conf',
      },
    },
  },
  {
    title: 'Libraries and Node.js',
    about:
      'What Node.js and libraries of the deploying half read beside. Of Node.js it counts for the application, too.',
    variables: {
      ALL_PROXY: { describe: 'Proxy to Azure, where none of the above is set.', readBy: '@typespec/ts-http-runtime' },
      'AZURE_CLIENT_CERTIFICATE_*': {
        describe: '`AZURE_CLIENT_CERTIFICATE_PASSWORD` and others that a sign-in to Azure takes.',
        readBy: '@azure/identity',
      },
      AZURE_LOG_LEVEL: {
        describe: '`verbose`: calls to Azure on stderr, without their secrets.',
        readBy: '@azure/logger',
      },
      NODE_DEBUG: {
        describe: 'Calls of parts of Node.js on stderr, for example `tls`: they may show secrets.',
        readBy: 'Node.js',
      },
      NODE_USE_ENV_PROXY: { describe: 'Proxies for the application.', readBy: 'Node.js' },
      NODE_USE_SYSTEM_CA: { describe: "`1`: the system's authorities as well.", readBy: 'Node.js' },
      NODE_COMPILE_CACHE: {
        describe: 'Folder with code that was compiled before, and is run: none that others can write.',
        readBy: 'Node.js',
      },
      NODE_V8_COVERAGE: { describe: 'Folder to write coverage into.', readBy: 'Node.js' },
      NODE_REDIRECT_WARNINGS: { describe: 'File to append warnings to.', readBy: 'Node.js' },
    },
  },
  {
    title: 'Terminal',
    about: 'How people see what happens. They change nothing in data.',
    variables: {
      NO_COLOR: { describe: 'Set: no colours.' },
      FORCE_COLOR: { describe: 'Set: colours, also where stderr is not a terminal.' },
      CLICOLOR: { describe: '`0`: no colours, unless `NO_COLOR` or `FORCE_COLOR` is set.' },
      CLICOLOR_FORCE: { describe: 'Other than `0`: colours, unless `NO_COLOR` or `FORCE_COLOR` is set.' },
      TERM: { describe: '`dumb`: plain lines in the place of lines that are redrawn.' },
      CI: { describe: 'Set: the same.' },
    },
  },
  {
    title: 'In a replica',
    about: 'The application may read these. `--local` sets SELFSAME_PORT alone of the first three.',
    variables: {
      POD_NAME: { describe: 'Name of the pod.' },
      NODE_NAME: { describe: 'Name of its node.' },
      SELFSAME_RELEASE: { describe: 'The release that was deployed: SHA-256 of the versions of both targets.' },
      SELFSAME_PORT: { describe: 'Address to serve on in the place of the one in the options; for `--local`.' },
      PORT: {
        describe: 'The port of the address, set for an application with `main`.',
        readBy: 'the application',
      },
      SELFSAME_RUNNER_SHA256: { describe: 'The SHA-256 that the runner computed of the executable.' },
      SELFSAME_RUNNER_TIMES: { describe: 'Milliseconds that the runner took, e.g. `fetch=412 verify=133`.' },
      SELFSAME_RUNNER_BYTES: { describe: 'Bytes that came over the network.' },
    },
  },
  {
    title: 'For the runner',
    about: 'A deploy sets these in a pod, `--local` in a process; the runner reads them.',
    variables: {
      SELFSAME_NAME: { describe: 'File name to run as.' },
      SELFSAME_DIR: { describe: 'Folder for it; default `/selfsame`.' },
      'SELFSAME_URL_*': { describe: 'Where the executable is, without its query.' },
      'SELFSAME_SHA256_*': { describe: 'Its SHA-256.' },
      'SELFSAME_SIZE_*': { describe: 'Its size in bytes.' },
      'SELFSAME_PREFIX_SHA256_*': { describe: 'SHA-256 of its first part, which many executables share.' },
      'SELFSAME_PREFIX_SIZE_*': { describe: 'Size of that part in bytes.' },
      SELFSAME_PREFIX_DIR: { describe: 'Folder with first parts; default `/runner/prefixes`.' },
      SELFSAME_BLOB_DIR: { describe: 'Folder where ConfigMaps with the application are mounted.' },
      SELFSAME_BLOB_SHA256: { describe: 'SHA-256 of what they hold.' },
      SELFSAME_BLOB_SIZE: { describe: 'Its size in bytes.' },
      SELFSAME_SIGNED_BY: { describe: 'Public key that has to have signed the release: Ed25519, DER in base64.' },
      SELFSAME_SIGNATURE: { describe: 'Its signature over the versions of both targets, in base64.' },
      SELFSAME_QUERY_FILE: { describe: 'File with the secret query of the URL.' },
      SELFSAME_CA_FILE: { describe: 'Certificate authorities (PEM) to trust.' },
      SELFSAME_FETCH_LIMIT: { describe: 'Seconds without one more byte until it gives up; default 300.' },
      SELFSAME_DENIED_LIMIT: { describe: 'Seconds of 403 until it gives up; default 45.' },
      SELFSAME_STALL_LIMIT: { describe: 'Seconds of silence until it drops a connection; default 20.' },
      SELFSAME_TERMINATION_LOG: { describe: 'File for the reason of a failure; default `/dev/termination-log`.' },
      'SELFSAME_ENV_*': {
        describe: 'Becomes the variable of the rest of its name in the application: what `node` would obey itself.',
      },
    },
  },
  {
    title: 'Building',
    about: 'For `npm run runner-image`.',
    variables: {
      SELFSAME_RUNNER_BASE: { describe: 'Debian image to take the files of a runner image from.' },
    },
  },
];
