import type { CommandLine, Completed, CompletedFlag, Scope } from './words.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** The script that completes a command line in a shell. It knows all words; for contexts alone it asks the program. */
export function completionScript(shell: Shell, line: CommandLine): string {
  const texts = { bash: bashScript, zsh: zshScript, fish: fishScript };
  return texts[shell](line);
}

/** A shell's word for the program, as a part of the name of a function. */
function functionOf([name = '']: readonly string[]): string {
  return `_${name.replaceAll(/\W/g, '_')}_selfsame`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

const contexts = 'self completion contexts 2>/dev/null';

function bashScript({ names, scopes }: CommandLine): string {
  const own = functionOf(names);
  // Not by compgen -W, which runs what stands in its words.
  const linesOf = (array: string, call: string): string =>
    `${array}=(); while IFS= read -r word; do ${array}+=("$word"); done < <(${call})`;
  const valueOf = ({ word, value }: CompletedFlag): string => {
    if (value === 'none') return '';
    const then =
      value === 'any'
        ? 'return'
        : value === 'file'
          ? `compopt -o filenames 2>/dev/null; ${linesOf('COMPREPLY', 'compgen -f -- "$cur"')}; return`
          : value === 'context'
            ? linesOf('words', `"\${COMP_WORDS[0]}" ${contexts}`)
            : `words=(${value.map(quoted).join(' ')})`;
    return `      ${word}) ${then} ;;`;
  };
  const caseOf = ({ path, words, flags }: Scope): string =>
    [
      `  ${quoted(path)})`,
      `    words=(${[...words, ...flags].map(({ word }) => quoted(word)).join(' ')})`,
      '    case "$prev" in',
      ...flags.map(valueOf).filter(Boolean),
      '    esac ;;',
    ].join('\n');
  return `# Completes ${names.join(', ')} in bash: eval "$(${names[0]} self completion bash)"
${own}() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD - 1]}" scope='' word words=()
  # bash takes --flag=value for three words.
  if [[ $cur == '=' ]]; then cur=''; elif [[ $prev == '=' ]]; then prev="\${COMP_WORDS[COMP_CWORD - 2]}"; fi
  if [[ \${COMP_WORDS[1]} == self && COMP_CWORD -gt 1 ]]; then
    scope='self'
    if [[ COMP_CWORD -gt 2 ]]; then scope="self \${COMP_WORDS[2]}"; fi
  fi
  COMPREPLY=()
  case "$scope" in
${scopes.map(caseOf).join('\n')}
  esac
  # As they have to be typed: bash puts them into the line as they are.
  for word in "\${words[@]}"; do
    printf -v word %q "$word"
    if [[ $word == "$cur"* ]]; then COMPREPLY+=("$word"); fi
  done
}
complete -F ${own} ${names.join(' ')}
`;
}

function zshScript({ names, scopes }: CommandLine): string {
  const own = functionOf(names);
  const described = ({ word, describe }: Completed): string =>
    quoted(`${word}:${describe.replaceAll(':', String.raw`\:`)}`);
  const valueOf = ({ word, value }: CompletedFlag): string => {
    if (value === 'none') return '';
    const then =
      value === 'any'
        ? 'return 1'
        : value === 'file'
          ? '_files; return'
          : value === 'context'
            ? `compadd -- \${(f)"$(\${words[1]} ${contexts})"}; return`
            : `compadd -- ${value.map(quoted).join(' ')}; return`;
    return `      ${word}) ${then} ;;`;
  };
  const caseOf = ({ path, words, flags }: Scope): string =>
    [
      `  ${quoted(path)})`,
      '    case "$prev" in',
      ...flags.map(valueOf).filter(Boolean),
      '    esac',
      `    found=(${[...words, ...flags].map(described).join(' ')}) ;;`,
    ].join('\n');
  return `#compdef ${names.join(' ')}
# Completes ${names.join(', ')} in zsh: eval "$(${names[0]} self completion zsh)", after compinit
${own}() {
  local scope='' prev="\${words[CURRENT-1]}"
  local -a found
  if [[ "\${words[CURRENT]}" == --*=* ]]; then prev="\${words[CURRENT]%%=*}"; compset -P '*='; fi
  if [[ "\${words[2]}" == self && CURRENT -gt 2 ]]; then
    scope='self'
    if (( CURRENT > 3 )); then scope="self \${words[3]}"; fi
  fi
  case "$scope" in
${scopes.map(caseOf).join('\n')}
  esac
  _describe -V 'word' found
}
if [[ "\${zsh_eval_context[-1]}" == loadautofunc ]]; then ${own} "$@"; else compdef ${own} ${names.join(' ')}; fi
`;
}

function fishScript({ names, scopes }: CommandLine): string {
  const own = functionOf(names);
  // In fish a quote within quotes follows a backslash.
  const text = (plain: string): string => `'${plain.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;
  const valueOf = ({ value }: CompletedFlag): string => {
    if (value === 'none') return '';
    if (value === 'any') return ' -x';
    if (value === 'file') return ' -r -F';
    if (value === 'context') return ` -x -a '(${own}_contexts)'`;
    return ` -x -a ${text(value.join(' '))}`;
  };
  const lines = names.flatMap((name) => {
    const begin = (path: string): string => `complete -c ${name} -n ${text(`${own}_at ${path}`.trim())}`;
    return [
      `complete -c ${name} -e`,
      `complete -c ${name} -f`,
      ...scopes.flatMap(({ path, words, flags }) => [
        ...words.map(({ word, describe }) => `${begin(path)} -a ${word} -d ${text(describe)}`),
        ...flags.map((flag) => `${begin(path)} -l ${flag.word.slice(2)}${valueOf(flag)} -d ${text(flag.describe)}`),
      ]),
    ];
  });
  return `# Completes ${names.join(', ')} in fish: ${names[0]} self completion fish | source
function ${own}_at
    set -l typed (commandline -opc)
    set -l scope
    if test "$typed[2]" = self
        set scope self $typed[3]
    end
    test "$scope" = "$argv"
end
function ${own}_contexts
    set -l typed (commandline -opc)
    $typed[1] ${contexts}
end
${lines.join('\n')}
`;
}
