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
  names=("\${(@f)$(hyperbyte complete --line "$BUFFER" --point "$CURSOR" 2>/dev/null)}")
  if [[ -n "\${names[1]}" ]]; then compadd -- "\${names[@]}"; else _files; fi
}
compdef _hyperbyte hyperbyte
`,
  fish: `# Completion of hyperbyte for fish: add to ~/.config/fish/config.fish
#   hyperbyte complete --script fish | source
complete -c hyperbyte -a '(hyperbyte complete --line (commandline) --point (commandline -C) 2>/dev/null)'
`,
} as const satisfies Record<string, string>

export type ShellName = keyof typeof SHELL_SCRIPTS
