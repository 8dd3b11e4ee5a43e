// axios@1.21.1 got@16.1.0 undici@8.13.1 node-fetch@3.3.2 superagent@10.4.2
import axios from 'axios';
import got from 'got';
import fetch from 'node-fetch';
import superagent from 'superagent';
import { request } from 'undici';

const url = 'http://127.0.0.1:1/';
const asks = [axios.get(url), got(url, { retry: { limit: 0 } }), fetch(url), superagent.get(url), request(url)];
console.log((await Promise.allSettled(asks)).map((each: any) => each.reason.code ?? each.reason.cause?.code));
