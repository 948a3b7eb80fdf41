#compdef assetgen
# zsh: source <(assetgen completion zsh), after compinit
_assetgen() {
  local -a found
  found=("${(@f)$("$words[1]" completion zsh "${(j: :)words[1,CURRENT-1]} $PREFIX" 2>/dev/null)}")
  found=(${found:#})
  if (( $#found )); then _describe assetgen found; else _files; fi
}
compdef _assetgen assetgen
