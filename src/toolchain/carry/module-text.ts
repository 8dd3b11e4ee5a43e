// What the text of a module says of how it finds things by its own place, and the text that still finds them when it is part of a bundle.

/** How a module looks for what it does not import by a fixed name. */
export interface ModuleUses {
  /** It knows where it lies. */
  readonly place: boolean;
  /** It requires, or imports, what is known at run time only. */
  readonly computed: boolean;
  /** It starts threads or processes, or makes its own `require`. */
  readonly starts: boolean;
  /** What it asks the place of, by a fixed name. */
  readonly resolved: readonly string[];
}

const placeWords = /\b__dirname\b|\b__filename\b|\bimport\.meta\b|\brequire\.main\b/;
// Not a method's definition either: `require(names, message) {`.
const computed = String.raw`(?!\([^()]*\)\s*\{)(?=\(\s*(?:/\*[^*]*\*/\s*)*(?:(?!['"\x60)\s/])[^)]|"" \+|\x60(?!\.{1,2}/)[^\x60]*\$\{))`;
// Not a method of that name, such as mongoose's `paths.require(path)`; but `...require(name)`.
const free = String.raw`(?<![\w$]|(?<!\.\.)\.)`;
const computedRequire = new RegExp(String.raw`${free}require${computed}`, 'g');
const requireMember = /\brequire(?=\.(?:resolve|cache|extensions)\b)/g;
const computedImport = new RegExp(String.raw`${free}import${computed}`, 'g');
const requireOfItsOwn =
  /\bfunction\b[^()]*\([^()]*\brequire\b|\b(?:var|let|const)\s+require\b|\brequire\s*=(?!=)|\brequire\b[^()\n]*\)?\s*=>/;
const starts = /\bcreateRequire\b|\bworker_threads\b|\bchild_process\b|['"](?:node:)?cluster['"]/;
const resolvedName = /\b(?:require|import\.meta)\.resolve\(\s*['"]([^'"]+)['"]/g;

export function usesOf(text: string): ModuleUses {
  return {
    place: placeWords.test(text),
    computed: matches(computedRequire, text) || matches(computedImport, text),
    starts: mayStart(text),
    resolved: [...text.matchAll(resolvedName)].map(([, name = '']) => name),
  };
}

/** True for a module that may start threads or processes, or make its own `require`. */
export function mayStart(text: string): boolean {
  return starts.test(text);
}

/** True for `load = require`, which the bundler does not follow. */
export function renamesRequire(text: string): boolean {
  return /[\w$]\s*=\s*require\s*[;,\n]/.test(text) && !requireOfItsOwn.test(text);
}

/** What the bundler replaces in every module; {@link placed} declares what stands for it where a module uses it. */
export const placeDefines = {
  __dirname: '__selfsameDir',
  __filename: '__selfsameFile',
  'import.meta.dirname': '__selfsameDir',
  'import.meta.filename': '__selfsameFile',
  'import.meta.url': '__selfsameUrl',
  'import.meta.main': '__selfsameMain',
  'import.meta.resolve': '__selfsameResolve',
  'require.main': '__selfsameMainModule',
} as const;

/**
 * Gives a module its own place in the executable. No line moves, so that lines in traces stay right.
 *
 * @param place relative to the root of the project, or what stands for it until the layout is known.
 * @param isMain true for the module that `node FILE` would have started.
 */
export function placed(text: string, place: string, isMain: boolean): string {
  const own = requireOfItsOwn.test(text);
  const bound = (
    own ? text : text.replaceAll(computedRequire, '__selfsameRequire').replaceAll(requireMember, '__selfsameRequire')
  ).replaceAll(computedImport, '__selfsameImport');
  const at = `__selfsame.at(${JSON.stringify(place)})`;
  const declared = Object.entries({
    __selfsameFile: /\b__filename\b|\bimport\.meta\.filename\b/.test(text) && `${at}.file`,
    __selfsameDir: /\b__dirname\b|\bimport\.meta\.dirname\b/.test(text) && `${at}.folder`,
    __selfsameUrl: /\bimport\.meta\b/.test(text) && `${at}.url`,
    __selfsameResolve: /\bimport\.meta\.resolve\b/.test(text) && `${at}.resolve`,
    __selfsameMain: /\bimport\.meta\.main\b/.test(text) && String(isMain),
    __selfsameMainModule: /\brequire\.main\b/.test(text) && (isMain ? 'module' : '__selfsame.main'),
    __selfsameRequire: bound.includes('__selfsameRequire') && `${at}.require`,
    __selfsameImport: bound.includes('__selfsameImport') && `${at}.import`,
  }).flatMap(([name, value]) => (value === false ? [] : [`${name}=${value}`]));
  if (declared.length === 0) return text;
  const shebang = bound.startsWith('#!') ? '//' : '';
  const directive = isStrict(bound) ? '"use strict";' : '';
  const prefix = `${directive}var ${declared.join(',')};`;
  if (shebang !== '') return `${prefix}//${bound}`;
  return `${prefix}${bound}`;
}

/** One by one: a single pattern for all comments takes exponential time where many of them stand first. */
function isStrict(text: string): boolean {
  const skipped = /\s+|\/\/[^\n]*|\/\*[^]*?\*\//y;
  let start = 0;
  while (skipped.test(text)) start = skipped.lastIndex;
  return /^(['"])use strict\1/.test(text.slice(start, start + 12));
}

const makesRequire = String.raw`(?:\b\w+\.)?\bcreateRequire\(\s*(?:import\.meta\.(?:url|filename)|__filename)\s*\)`;
const declaredRequire = new RegExp(
  String.raw`(?<!\bexport\s+)\b((?:const|let|var)\s+)([\w$]+)(\s*(?::[^=;\n]+)?=\s*${makesRequire})`,
  'g',
);
const requireCalledAtOnce = new RegExp(String.raw`${makesRequire}(?=\(\s*['"])`, 'g');

/**
 * Lets the bundler follow a `require` that an ES module has made for its own place, by `createRequire(import.meta.url)`: it then is the one that the
 * bundler knows.
 */
export function withKnownRequire(text: string): string {
  let known = text;
  for (const [, , name = ''] of text.matchAll(declaredRequire)) {
    if (name !== 'require') {
      const calls = new RegExp(String.raw`(?<![\w$.])${asPattern(name)}(?=\(\s*['"])`, 'g');
      known = known.replaceAll(calls, 'require');
    } else if (isCalledAlone(text)) {
      known = known.replaceAll(declaredRequire, (all, kind: string, made: string, rest: string) =>
        made === 'require' ? `${kind}__selfsameMade${rest}` : all,
      );
    }
  }
  return known.replaceAll(requireCalledAtOnce, 'require');
}

/** A name of JavaScript in a pattern. */
export function asPattern(name: string): string {
  return name.replaceAll('$', String.raw`\$`);
}

/** False where `require` is given away, too. */
function isCalledAlone(text: string): boolean {
  const code = text.replaceAll(/\/\*[^]*?\*\/|\/\/[^\n]*/g, '').replaceAll(declaredRequire, '');
  return !/(?<!\.)\brequire\b(?!\s*\(|\.(?:resolve|cache|extensions|main)\b)/.test(code);
}

/** Hides from the bundler that an argument begins with a fixed folder. */
export function withoutPatterns(text: string): string {
  return text.replaceAll(/\b(require|import)\((?=\s*(?:(?:'[^'\n]*'|"[^"\n]*")\s*\+|`[^`]*\$\{))/g, '$1("" + ');
}

function matches(pattern: RegExp, text: string): boolean {
  pattern.lastIndex = 0;
  const found = pattern.test(text);
  pattern.lastIndex = 0;
  return found;
}
