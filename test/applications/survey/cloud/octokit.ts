// @octokit/rest@22.0.1
import { Octokit } from '@octokit/rest';

await new Octokit({ baseUrl: 'http://127.0.0.1:1', log: { debug() {}, info() {}, warn() {}, error() {} } }).meta
  .get()
  .catch((error) => console.log(error.status));
