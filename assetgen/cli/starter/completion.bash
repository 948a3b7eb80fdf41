# bash: source <(assetgen completion bash)
_assetgen() {
  local line="${COMP_LINE:0:COMP_POINT}" word typed
  # readline divides words at ':' too: what stands before it is typed already, and must not come twice.
  typed="${line##*[[:space:]]}"
  typed="${typed%"${COMP_WORDS[COMP_CWORD]}"}"
  [[ "${COMP_WORDS[COMP_CWORD]}" == ":" ]] && typed="$typed:"
  COMPREPLY=()
  while IFS= read -r word; do
    COMPREPLY+=("${word#"$typed"}")
  done < <("$1" completion bash "$line" 2>/dev/null)
}
complete -o default -F _assetgen assetgen
