import type { V1Container, V1PodSpec } from '@kubernetes/client-node';
import { changeTemplate, pausedName, type Tampering } from './tampering.ts';

const lie = "require('http').createServer((_,r)=>r.end('{}')).listen(8080)";

/** What can be done to the pods that a Deployment is about to make. */
export const templateTamperings: readonly Tampering[] = [
  tampering('another image', /containers\.app\.image "evil:1" is another/, (app) => (app.image = 'evil:1')),
  tampering('another command', /app\.command is another/, (app) => (app.command = ['node', '-e', lie])),
  tampering('a loader that checks nothing', /app\.command is another/, (app) => {
    app.command = (app.command ?? []).map((word) => word.replace('!==', '==='));
  }),
  tampering('more arguments', /app\.args was not asked for/, (app) => (app.args = ['--greeting', 'evil'])),
  tampering('a library to load first', /app\.env\.LD_PRELOAD was not asked for/, (app) => {
    app.env?.push({ name: 'LD_PRELOAD', value: '/tmp/evil.so' });
  }),
  tampering('other bytes to ask for', /app\.env\.SELFSAME_SHA256_X64\.value is another/, (app) => {
    const variable = app.env?.find(({ name }) => name === 'SELFSAME_SHA256_X64');
    if (variable) variable.value = '0'.repeat(64);
  }),
  tampering('another value', /app\.env\.COLOUR\.value is another/, (app) => {
    const variable = app.env?.find(({ name }) => name === 'COLOUR');
    if (variable) variable.value = 'red';
  }),
  tampering('a variable less', /app\.env\.COLOUR is missing/, (app) => {
    app.env = (app.env ?? []).filter(({ name }) => name !== 'COLOUR');
  }),
  tampering('variables from a Secret', /app\.envFrom was not asked for/, (app) => {
    app.envFrom = [{ secretRef: { name: 'evil', optional: true } }];
  }),
  tampering('another working directory', /app\.workingDir was not asked for/, (app) => (app.workingDir = '/tmp')),
  tampering('something to run after the start', /app\.lifecycle was not asked for/, (app) => {
    app.lifecycle = { postStart: { exec: { command: ['node', '-e', lie] } } };
  }),
  tampering('a probe that runs something', /app\.livenessProbe\.exec was not asked for/, (app) => {
    app.livenessProbe = { exec: { command: ['node', '-e', lie] } };
  }),
  tampering('rights of root', /app\.securityContext\.\w+ (?:true )?(?:is|was)/, (app) => {
    app.securityContext = { privileged: true };
  }),
  tampering('a mount over the certificates', /app\.volumeMounts\.\/etc\/ssl was not asked for/, (app, spec) => {
    spec.volumes?.push({ name: 'evil', configMap: { name: 'evil', optional: true } });
    app.volumeMounts?.push({ name: 'evil', mountPath: '/etc/ssl' });
  }),
  tampering('another volume in the place of the runner', /volumes\.runner\.configMap/, (_app, spec) => {
    spec.volumes = (spec.volumes ?? []).map((volume) =>
      volume.name === 'runner' ? { name: 'runner', emptyDir: {} } : volume,
    );
  }),
  tampering('a container beside it', /containers\.evil was not asked for/, (_app, spec) => {
    spec.containers.push({ name: 'evil', image: 'evil:1' });
  }),
  tampering('a container before it', /initContainers was not asked for/, (_app, spec) => {
    spec.initContainers = [{ name: 'evil', image: 'evil:1' }];
  }),
  tampering('processes in common', /shareProcessNamespace true was not asked for/, (_app, spec) => {
    spec.shareProcessNamespace = true;
  }),
  tampering('the network of the node', /hostNetwork true was not asked for/, (_app, spec) => (spec.hostNetwork = true)),
  tampering('another account', /serviceAccountName "evil" was not asked for/, (_app, spec) => {
    spec.serviceAccountName = 'evil';
  }),
  tampering('other names of hosts', /hostAliases was not asked for/, (_app, spec) => {
    spec.hostAliases = [{ ip: '198.18.9.9', hostnames: ['store.test'] }];
  }),
];

function tampering(title: string, reason: RegExp, change: (app: V1Container, spec: V1PodSpec) => unknown): Tampering {
  const run: Tampering['run'] = async (place) =>
    changeTemplate(place, pausedName, (spec) => {
      const app = spec.containers.find(({ name }) => name === 'app');
      if (app === undefined) throw new Error('There is no container app');
      change(app, spec);
    });
  return { title, on: pausedName, run, found: ['spec', reason] };
}
