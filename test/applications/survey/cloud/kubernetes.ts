// @kubernetes/client-node@2.0.1
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node';

const config = new KubeConfig();
config.loadFromClusterAndUser({ name: 'a', server: 'http://127.0.0.1:1', skipTLSVerify: false }, { name: 'b' });
await config
  .makeApiClient(CoreV1Api)
  .listNamespace()
  .catch((error) => console.log(error.code ?? error.cause?.code ?? error.message));
