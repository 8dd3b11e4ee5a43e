// Types that decorators read at run time (`emitDecoratorMetadata`), which esbuild leaves out.
// https://www.typescriptlang.org/tsconfig/#emitDecoratorMetadata
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parseTsconfig } from 'get-tsconfig';
import { DeployError } from '../../shared/errors.ts';
import { isModuleFile, nearestFolder } from '../installed/project.ts';

/** The part of TypeScript's API that is used: the same in 4.x to 6.x. */
interface TypeScript {
  readonly transpileModule: (
    text: string,
    options: { readonly fileName: string; readonly compilerOptions: Readonly<Record<string, unknown>> },
  ) => { readonly outputText: string };
}

/** TypeScript's own numbers: `ScriptTarget.ESNext`, `JsxEmit.Preserve`. */
const numbers = { target: 99, jsx: 1 } as const;
/** `ModuleKind.CommonJS`, `ModuleKind.ESNext`. */
const moduleKinds = { commonjs: 1, module: 99 } as const;

/**
 * Compiles a module by the project's own TypeScript, if it has decorators and its tsconfig.json asks for their metadata.
 *
 * @returns JavaScript with a source map in it; undefined where nothing is to be done.
 * @throws {DeployError} `bad-usage` if the project has no TypeScript that can.
 */
export function withDecoratorMetadata(text: string, file: string): string | undefined {
  if (!/^\s*@\w+/m.test(text) || !/\.[cm]?tsx?$/.test(file)) return undefined;
  const folder = nearestFolder(dirname(file), (at) => existsSync(join(at, 'tsconfig.json')));
  if (folder === undefined) return undefined;
  const { compilerOptions = {} } = parseTsconfig(join(folder, 'tsconfig.json'));
  if (compilerOptions.emitDecoratorMetadata !== true) return undefined;
  const { useDefineForClassFields = /^es(?:next|202[2-9])$/i.test(compilerOptions.target ?? '') } = compilerOptions;
  const { outputText } = typescriptFor(file).transpileModule(text, {
    fileName: file,
    compilerOptions: {
      ...numbers,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      useDefineForClassFields,
      // In a project of CommonJS, as it would be compiled: a type that is imported beside values is undefined there, and an error in a module.
      module: isModuleFile(file) ? moduleKinds.module : moduleKinds.commonjs,
      esModuleInterop: compilerOptions.esModuleInterop ?? true,
      inlineSourceMap: true,
    },
  });
  return outputText;
}

function typescriptFor(file: string): TypeScript {
  const refusal = (reason: string, cause?: unknown): DeployError =>
    new DeployError('bad-usage', `Cannot compile the decorators of ${file}: ${reason}`, {
      hint: 'Install one in the project, e.g.: npm install -D typescript@5.',
      cause,
    });
  let found: Partial<TypeScript>;
  try {
    found = createRequire(file)('typescript') as Partial<TypeScript>;
  } catch (error) {
    throw refusal('the project has no TypeScript that can be loaded', error);
  }
  const { transpileModule } = found;
  if (transpileModule === undefined) throw refusal('its TypeScript has no API for that');
  return { transpileModule };
}
