# fish: assetgen completion fish | source
function __assetgen_words
    set -l found (assetgen completion fish (commandline -cp | string collect) 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c assetgen -f -a '(__assetgen_words)'
