// http-proxy-middleware@4.2.2 express@5.3.0
import express from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { ask } from './ask.ts';

const logger = { info() {}, warn() {}, error() {} };
console.log(await ask(express().use(createProxyMiddleware({ target: 'http://127.0.0.1:1', logger }))));
