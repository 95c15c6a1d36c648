# What only the configuration knows is asked of the program; the rest is above.
functions[_contacts_static]=$functions[_contacts]

_contacts() {
    local -a known
    known=(${(f)"$(command contacts __complete "${(@Q)words[2,CURRENT-1]}" "${(Q)words[CURRENT]}" 2>/dev/null)"})
    if (( $#known )); then
        compadd -a known
    else
        _contacts_static "$@"
    fi
}

