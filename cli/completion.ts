/** `halftone completion bash|zsh`. Where the command offers nothing, both shells offer file names. */

const bash = `_halftone() {
  local IFS=$'\\n'
  COMPREPLY=($("\${COMP_WORDS[0]}" complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _halftone halftone ./halftone
`;

const zsh = `#compdef halftone
_halftone() {
  local -a found
  found=(\${(f)"$("\${words[1]}" complete "\${(@)words[2,CURRENT]}" 2>/dev/null)"})
  if (( $#found )); then compadd -a found; else _files; fi
}
compdef _halftone halftone ./halftone
`;

export function run(_: object, shell: string): Promise<number> {
  process.stdout.write(shell === 'bash' ? bash : zsh);
  return Promise.resolve(0);
}
