import { page } from '../page.ts';

export const render = (): string => page('about');
