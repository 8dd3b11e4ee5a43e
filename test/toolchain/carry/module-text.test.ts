import { describe, expect, it } from '@jest/globals';
import { placed, usesOf, withKnownRequire, withoutPatterns } from '../../../src/toolchain/carry/module-text.ts';

const at = '__selfsame.at("p")';

describe('placed()', () => {
  it('leaves a module alone that does not look for anything by its place', () => {
    const text = "import { a } from 'a';\nexport const b = require('b');\n";
    expect(placed(text, 'p', false)).toBe(text);
  });

  it.each([
    ['read(__dirname)', `var __selfsameDir=${at}.folder;read(__dirname)`],
    ['read(__filename)', `var __selfsameFile=${at}.file;read(__filename)`],
    ['new URL("x", import.meta.url)', `var __selfsameUrl=${at}.url;new URL("x", import.meta.url)`],
    ['if (import.meta.main) go()', `var __selfsameUrl=${at}.url,__selfsameMain=false;if (import.meta.main) go()`],
    ['require(name)', `var __selfsameRequire=${at}.require;__selfsameRequire(name)`],
    ['require(`@a/${b}`)', `var __selfsameRequire=${at}.require;__selfsameRequire(\`@a/\${b}\`)`],
    ['[...require(name)]', `var __selfsameRequire=${at}.require;[...__selfsameRequire(name)]`],
    ['require.resolve("a")', `var __selfsameRequire=${at}.require;__selfsameRequire.resolve("a")`],
    ['import(/* @a */ /*b*/ name)', `var __selfsameImport=${at}.import;__selfsameImport(/* @a */ /*b*/ name)`],
    ['await import(name)', `var __selfsameImport=${at}.import;await __selfsameImport(name)`],
  ])('gives %j its place', (text, expected) => {
    expect(placed(text, 'p', false)).toBe(expected);
  });

  it.each([
    "require('a')",
    'import("a")',
    'require(`./${a}.js`)',
    'function f(require) { require(a); }',
    'const require = createRequire(x); require(a)',
    'class A { require(a, b) { return b; } }',
    'paths.require(name); this.import(name); $require(name)',
  ])('leaves %j to the bundler', (text) => {
    expect(placed(text, 'p', false)).toBe(text);
  });

  it('moves no line, keeps a directive first, and makes a comment of what starts a script', () => {
    expect(placed("// a\n'use strict';\n__dirname", 'p', false)).toBe(
      `"use strict";var __selfsameDir=${at}.folder;// a\n'use strict';\n__dirname`,
    );
    expect(placed('#!/usr/bin/env node\n__dirname', 'p', false)).toBe(
      `var __selfsameDir=${at}.folder;//#!/usr/bin/env node\n__dirname`,
    );
  });

  it('reads what begins with hundreds of comments at once', () => {
    const comments = '/* a */ // b\n'.repeat(500);
    expect(placed(`${comments}read(__dirname)`, 'p', false)).toBe(
      `var __selfsameDir=${at}.folder;${comments}read(__dirname)`,
    );
    expect(placed(`${comments}"use strict"; read(__dirname)`, 'p', false)).toMatch(/^"use strict";var/);
  });

  it('tells the main module that it is it', () => {
    expect(placed('if (require.main === module) go()', 'p', true)).toBe(
      'var __selfsameMainModule=module;if (require.main === module) go()',
    );
    expect(placed('if (require.main === module) go()', 'p', false)).toContain('__selfsameMainModule=__selfsame.main;');
  });
});

describe('usesOf()', () => {
  it.each([
    ['join(__dirname, "x")', { place: true, computed: false, starts: false }],
    ['require(name)', { place: false, computed: true, starts: false }],
    ['import("node:worker_threads")', { place: false, computed: false, starts: true }],
    ["import a from 'a'", { place: false, computed: false, starts: false }],
  ])('reads %j', (text, uses) => expect(usesOf(text)).toMatchObject(uses));

  it('names what is asked for by its place', () => {
    expect(usesOf("require.resolve('a/b.wasm'); import.meta.resolve('c')").resolved).toEqual(['a/b.wasm', 'c']);
  });
});

describe('withoutPatterns()', () => {
  it('hides what begins with a fixed folder, and nothing else', () => {
    expect(withoutPatterns("require('./a/' + b); require('c'); import(`./d/${e}`)")).toBe(
      'require("" + \'./a/\' + b); require(\'c\'); import("" + `./d/${e}`)',
    );
  });
});

describe('withKnownRequire()', () => {
  const made = 'createRequire(import.meta.url)';

  it.each([
    [`const require = ${made};\nrequire('a');`, `const __selfsameMade = ${made};\nrequire('a');`],
    [`let require: X = ${made}, b = require("b")`, `let __selfsameMade: X = ${made}, b = require("b")`],
    [`const load = module.${made}; load('a'); load(b)`, `const load = module.${made}; require('a'); load(b)`],
    [
      `const $r = createRequire(__filename); x.$r('a'); $r('a')`,
      `const $r = createRequire(__filename); x.$r('a'); require('a')`,
    ],
    [`${made}('a')`, "require('a')"],
  ])('lets the bundler follow %j', (text, expected) => {
    expect(withKnownRequire(text)).toBe(expected);
  });

  it.each([
    `const require = ${made}; give(require); require('a')`,
    `export const require = ${made};`,
    "const require = createRequire(elsewhere); require('a')",
    `${made}(name)`,
    "const load = other; load('a')",
  ])('leaves %j', (text) => {
    expect(withKnownRequire(text)).toBe(text);
  });
});
