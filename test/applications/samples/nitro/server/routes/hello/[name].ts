import { defineEventHandler, getRouterParam } from 'h3';

export default defineEventHandler((event) => ({ hello: getRouterParam(event, 'name') }));
