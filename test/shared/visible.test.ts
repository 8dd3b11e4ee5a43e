import { describe, expect, it } from '@jest/globals';
import { load } from 'js-yaml';
import { yamlText } from '../../src/cli/output/print-data.ts';
import { hidesSomething, jsonText, visible, visibleLines } from '../../src/shared/visible.ts';
import { payloads } from '../support/foreign-text.ts';

describe.each(payloads)('%s', (_what, text) => {
  it('is seen, and does nothing', () => {
    expect(hidesSomething(text.replaceAll('\n', ''))).toBe(text.replaceAll('\n', '') !== 'All 5 pods run these bytes.');
    expect(hidesSomething(visible(text))).toBe(false);
    expect(visible(text)).not.toContain('\n');
    expect(visibleLines(`${text}\nAll 5 pods`)).not.toMatch(/^All/m);
  });

  it('is the same in JSON and YAML, where it is escaped too', () => {
    const data = { [text]: [text], many: `a\n${text}\nb` };
    for (const [written, read] of [
      [jsonText(data, 2), JSON.parse(jsonText(data, 2))],
      [yamlText(data), load(yamlText(data))],
    ] as const) {
      expect(hidesSomething(written)).toBe(false);
      expect(read).toEqual(data);
    }
  });
});

describe('visible()', () => {
  it.each(['plain', 'a\tb', 'Grüße, 日本語', '👩‍🚀 👩🏽‍🚀 🏳️‍🌈', String.raw`C:\new`])('leaves %j as it is', (text) => {
    expect(visible(text)).toBe(text);
    expect(hidesSomething(text)).toBe(false);
  });

  it('writes what it finds as code points', () => {
    expect(visible('\u001B[2J\u009B\u202E\u{E0041}\r\na\u200Db')).toBe(
      String.raw`\u{1b}[2J\u{9b}\u{202e}\u{e0041}\u{d}\u{a}a\u{200d}b`,
    );
  });
});
