import { page } from '../page.ts';

export const render = (pages: string[]): string => page(`home of ${pages.length}`);
