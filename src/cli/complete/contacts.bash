
# What only the configuration knows is asked of the program; the rest is above.
_contacts_known() {
    local known word
    known=$(command contacts __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
    if [[ -n $known ]]; then
        COMPREPLY=()
        while IFS= read -r word; do
            COMPREPLY+=("$word")
        done <<<"$known"
        return 0
    fi
    _contacts "$@"
}

if [[ "${BASH_VERSINFO[0]}" -eq 4 && "${BASH_VERSINFO[1]}" -ge 4 || "${BASH_VERSINFO[0]}" -gt 4 ]]; then
    complete -F _contacts_known -o nosort -o bashdefault -o default contacts
else
    complete -F _contacts_known -o bashdefault -o default contacts
fi
