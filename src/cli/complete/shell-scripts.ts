/** What a shell has to read once to ask us on a Tab. */

export const SHELL_SCRIPTS = {
  bash: `# Completion of hyperbyte for bash: add to ~/.bashrc
#   eval "$(hyperbyte complete --script bash)"
_hyperbyte() {
  local word names name quoted
  word="\${COMP_LINE:0:COMP_POINT}"
  word="\${word##*[[:space:]]}"
  mapfile -t names < <(hyperbyte complete --line "$COMP_LINE" --point "$COMP_POINT" 2>/dev/null)
  COMPREPLY=()
  for name in "\${names[@]}"; do
    # bash takes "=" for the end of a word.
    [[ $word == *=* ]] && name="\${name#*=}"
    printf -v quoted %q "$name"
    COMPREPLY+=("$quoted")
  done
}
complete -o default -F _hyperbyte hyperbyte
`,
  zsh: `# Completion of hyperbyte for zsh: add to ~/.zshrc, after compinit
#   eval "$(hyperbyte complete --script zsh)"
_hyperbyte() {
  local -a names
  local line="\${(j: :)words[1,CURRENT-1]} $PREFIX"
  names=("\${(@f)$(hyperbyte complete --line "$line" 2>/dev/null)}")
  if [[ -n "\${names[1]}" ]]; then compadd -- "\${names[@]}"; else _files; fi
}
compdef _hyperbyte hyperbyte
`,
  fish: `# Completion of hyperbyte for fish: add to ~/.config/fish/config.fish
#   hyperbyte complete --script fish | source
function __hyperbyte_complete
  set -l names (hyperbyte complete --line (commandline -cp | string collect) 2>/dev/null)
  if set -q names[1]
    printf '%s\\n' $names
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c hyperbyte -f -a '(__hyperbyte_complete)'
`,
} as const satisfies Record<string, string>

export type ShellName = keyof typeof SHELL_SCRIPTS
