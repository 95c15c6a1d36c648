
# What only the configuration knows is asked of the program; the rest is above.
function __fish_contacts_known
    set -l words (commandline -opc)
    command contacts __complete $words[2..-1] (commandline -ct) 2>/dev/null | string replace -r -- '^--[a-z-]+=' ''
end

complete -c contacts -s p -l profile -x -a '(__fish_contacts_known)'
complete -c contacts -s o -l output -x -a '(__fish_contacts_known)'
complete -c contacts -l columns -x -a '(__fish_contacts_known)'
complete -c contacts -l sort -x -a '(__fish_contacts_known)'
complete -c contacts -l label -x -a '(__fish_contacts_known)'
complete -c contacts -l channel -x -a '(__fish_contacts_known)'
complete -c contacts -l vendor -x -a '(__fish_contacts_known)'
complete -c contacts -n '__fish_seen_subcommand_from profile login logout' -f -a '(__fish_contacts_known)'
