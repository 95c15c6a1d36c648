# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_contacts_global_optspecs
    string join \n demo p/profile= A/all-profiles local max-age= refresh config= o/output= columns= wide raw jq= template= csv-safe color= no-pager q/quiet v/verbose error-format= report= trace= timeout= max-retries= max-wait= concurrency= h/help V/version
end

function __fish_contacts_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_contacts_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_contacts_using_subcommand
    set -l cmd (__fish_contacts_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c contacts -n "__fish_contacts_needs_command" -s p -l profile -d 'Ask this profile (repeat, or separate by commas)' -r
complete -c contacts -n "__fish_contacts_needs_command" -l max-age -d 'Answer from the local mirror where it is at most this old, and ask the vendor where it is not' -r
complete -c contacts -n "__fish_contacts_needs_command" -l config -d 'Read this configuration file' -r -F
complete -c contacts -n "__fish_contacts_needs_command" -s o -l output -d 'Print as table, json, ndjson, csv, tsv, yaml, md or xlsx' -r
complete -c contacts -n "__fish_contacts_needs_command" -l columns -d 'Show these columns, in this order' -r
complete -c contacts -n "__fish_contacts_needs_command" -l jq -d 'Filter the JSON with a jq program; strings are printed raw' -r
complete -c contacts -n "__fish_contacts_needs_command" -l template -d 'Fill a template (Jinja) with the contacts' -r
complete -c contacts -n "__fish_contacts_needs_command" -l color -d 'Colour the output' -r
complete -c contacts -n "__fish_contacts_needs_command" -l error-format -d 'Write errors as text or as JSON, one object a line' -r -f -a "text\t''
json\t''"
complete -c contacts -n "__fish_contacts_needs_command" -l report -d 'Write a report of the query as JSON (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_needs_command" -l trace -d 'Record every exchange as a HAR file, without secrets (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_needs_command" -l timeout -d 'Give one request this long' -r
complete -c contacts -n "__fish_contacts_needs_command" -l max-retries -d 'Repeat a failed request so often' -r
complete -c contacts -n "__fish_contacts_needs_command" -l max-wait -d 'Wait so long for rate limits in all' -r
complete -c contacts -n "__fish_contacts_needs_command" -l concurrency -d 'Have so many requests under way at once' -r
complete -c contacts -n "__fish_contacts_needs_command" -l demo -d 'Try it without an account: made-up contacts from four vendors, served inside this process'
complete -c contacts -n "__fish_contacts_needs_command" -s A -l all-profiles -d 'Ask every profile'
complete -c contacts -n "__fish_contacts_needs_command" -l local -d 'Answer from the local mirror (`contacts sync` fills it)'
complete -c contacts -n "__fish_contacts_needs_command" -l refresh -d 'Read again at the vendor what the mirror answers, show it as it is now, and put the mirror right'
complete -c contacts -n "__fish_contacts_needs_command" -l wide -d 'Show every column, however wide'
complete -c contacts -n "__fish_contacts_needs_command" -l raw -d 'Add the vendor\'s own object to each contact as `raw`'
complete -c contacts -n "__fish_contacts_needs_command" -l csv-safe -d 'Guard cells that a spreadsheet would run as formulas (csv)'
complete -c contacts -n "__fish_contacts_needs_command" -l no-pager -d 'Do not send long output through a pager'
complete -c contacts -n "__fish_contacts_needs_command" -s q -l quiet -d 'Say nothing but errors'
complete -c contacts -n "__fish_contacts_needs_command" -s v -l verbose -d 'Say more: requests (-v), headers (-vv), bodies (-vvv); secrets are never shown'
complete -c contacts -n "__fish_contacts_needs_command" -s h -l help -d 'Print help'
complete -c contacts -n "__fish_contacts_needs_command" -s V -l version -d 'Print version'
complete -c contacts -n "__fish_contacts_needs_command" -f -a "list" -d 'List contacts, most recently active first'
complete -c contacts -n "__fish_contacts_needs_command" -f -a "search" -d 'Find contacts in which every word occurs'
complete -c contacts -n "__fish_contacts_needs_command" -f -a "pick" -d 'Choose a contact at the terminal and print its id'
complete -c contacts -n "__fish_contacts_needs_command" -f -a "show" -d 'Show everything that is known about a contact'
complete -c contacts -n "__fish_contacts_needs_command" -f -a "channels" -d 'Show the channels by which a contact is reached'
complete -c contacts -n "__fish_contacts_needs_command" -f -a "profile" -d 'Manage profiles: the accounts that can be asked'
complete -c contacts -n "__fish_contacts_needs_command" -f -a "login" -d 'Put a profile\'s secrets into the keyring'
complete -c contacts -n "__fish_contacts_needs_command" -f -a "logout" -d 'Take a profile\'s secrets out of the keyring'
complete -c contacts -n "__fish_contacts_needs_command" -f -a "sync" -d 'Fill and refresh the local mirror'
complete -c contacts -n "__fish_contacts_needs_command" -f -a "mirror" -d 'Look after the local mirror'
complete -c contacts -n "__fish_contacts_needs_command" -f -a "diff" -d 'Show what changed in the mirrored contacts'
complete -c contacts -n "__fish_contacts_needs_command" -f -a "log" -d 'Show what changed in one mirrored contact'
complete -c contacts -n "__fish_contacts_needs_command" -f -a "api" -d 'GET a path from the profile\'s vendor, the reply as it is'
complete -c contacts -n "__fish_contacts_needs_command" -f -a "doctor" -d 'Look at this machine and every profile, and say what to do'
complete -c contacts -n "__fish_contacts_needs_command" -f -a "vendors" -d 'Show what each vendor can do'
complete -c contacts -n "__fish_contacts_needs_command" -f -a "sandbox" -d 'Serve the vendors\' APIs on loopback with made-up contacts'
complete -c contacts -n "__fish_contacts_needs_command" -f -a "csv-unsafe" -d 'Restore a file that --csv-safe guarded, byte for byte'
complete -c contacts -n "__fish_contacts_needs_command" -f -a "completions" -d 'Print a completion script for a shell'
complete -c contacts -n "__fish_contacts_needs_command" -f -a "man" -d 'Print the manual page of a command'
complete -c contacts -n "__fish_contacts_needs_command" -f -a "schema" -d 'Print the JSON Schema of the output'
complete -c contacts -n "__fish_contacts_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c contacts -n "__fish_contacts_using_subcommand list" -l label -d 'Only contacts with this label (repeat: any of them)' -r
complete -c contacts -n "__fish_contacts_using_subcommand list" -l channel -d 'Only contacts with a channel of this kind, as `whatsapp`' -r
complete -c contacts -n "__fish_contacts_using_subcommand list" -l inbox -d 'Only contacts with a channel in this inbox (repeat: any of them)' -r
complete -c contacts -n "__fish_contacts_using_subcommand list" -l unknown -d 'Contacts marked unknown' -r -f -a "include\t''
exclude\t''
only\t''"
complete -c contacts -n "__fish_contacts_using_subcommand list" -l created-since -d 'Only contacts created since then: a time, a date, or as `7d`' -r
complete -c contacts -n "__fish_contacts_using_subcommand list" -l active-since -d 'Only contacts active since then: a time, a date, or as `24h`' -r
complete -c contacts -n "__fish_contacts_using_subcommand list" -s n -l limit -d 'Show at most so many [default: 50]' -r
complete -c contacts -n "__fish_contacts_using_subcommand list" -l skip -d 'Pass over the first so many' -r
complete -c contacts -n "__fish_contacts_using_subcommand list" -l sort -d 'Sort by this (repeat for further keys)' -r
complete -c contacts -n "__fish_contacts_using_subcommand list" -l page-size -d 'Ask for so many in one request' -r
complete -c contacts -n "__fish_contacts_using_subcommand list" -l out -d 'Write to this file, whole or not at all; `-` is stdout; without -o its ending says the format' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand list" -l resume -d 'Keep the state of an export here, and go on from it after an interruption' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand list" -s p -l profile -d 'Ask this profile (repeat, or separate by commas)' -r
complete -c contacts -n "__fish_contacts_using_subcommand list" -l max-age -d 'Answer from the local mirror where it is at most this old, and ask the vendor where it is not' -r
complete -c contacts -n "__fish_contacts_using_subcommand list" -l config -d 'Read this configuration file' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand list" -s o -l output -d 'Print as table, json, ndjson, csv, tsv, yaml, md or xlsx' -r
complete -c contacts -n "__fish_contacts_using_subcommand list" -l columns -d 'Show these columns, in this order' -r
complete -c contacts -n "__fish_contacts_using_subcommand list" -l jq -d 'Filter the JSON with a jq program; strings are printed raw' -r
complete -c contacts -n "__fish_contacts_using_subcommand list" -l template -d 'Fill a template (Jinja) with the contacts' -r
complete -c contacts -n "__fish_contacts_using_subcommand list" -l color -d 'Colour the output' -r
complete -c contacts -n "__fish_contacts_using_subcommand list" -l error-format -d 'Write errors as text or as JSON, one object a line' -r -f -a "text\t''
json\t''"
complete -c contacts -n "__fish_contacts_using_subcommand list" -l report -d 'Write a report of the query as JSON (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand list" -l trace -d 'Record every exchange as a HAR file, without secrets (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand list" -l timeout -d 'Give one request this long' -r
complete -c contacts -n "__fish_contacts_using_subcommand list" -l max-retries -d 'Repeat a failed request so often' -r
complete -c contacts -n "__fish_contacts_using_subcommand list" -l max-wait -d 'Wait so long for rate limits in all' -r
complete -c contacts -n "__fish_contacts_using_subcommand list" -l concurrency -d 'Have so many requests under way at once' -r
complete -c contacts -n "__fish_contacts_using_subcommand list" -l blocked -d 'Only contacts that are blocked'
complete -c contacts -n "__fish_contacts_using_subcommand list" -l all -d 'All of them, proved complete or said not to be'
complete -c contacts -n "__fish_contacts_using_subcommand list" -l no-channels -d 'Do not ask for channels where that is cheaper'
complete -c contacts -n "__fish_contacts_using_subcommand list" -l demo -d 'Try it without an account: made-up contacts from four vendors, served inside this process'
complete -c contacts -n "__fish_contacts_using_subcommand list" -s A -l all-profiles -d 'Ask every profile'
complete -c contacts -n "__fish_contacts_using_subcommand list" -l local -d 'Answer from the local mirror (`contacts sync` fills it)'
complete -c contacts -n "__fish_contacts_using_subcommand list" -l refresh -d 'Read again at the vendor what the mirror answers, show it as it is now, and put the mirror right'
complete -c contacts -n "__fish_contacts_using_subcommand list" -l wide -d 'Show every column, however wide'
complete -c contacts -n "__fish_contacts_using_subcommand list" -l raw -d 'Add the vendor\'s own object to each contact as `raw`'
complete -c contacts -n "__fish_contacts_using_subcommand list" -l csv-safe -d 'Guard cells that a spreadsheet would run as formulas (csv)'
complete -c contacts -n "__fish_contacts_using_subcommand list" -l no-pager -d 'Do not send long output through a pager'
complete -c contacts -n "__fish_contacts_using_subcommand list" -s q -l quiet -d 'Say nothing but errors'
complete -c contacts -n "__fish_contacts_using_subcommand list" -s v -l verbose -d 'Say more: requests (-v), headers (-vv), bodies (-vvv); secrets are never shown'
complete -c contacts -n "__fish_contacts_using_subcommand list" -s h -l help -d 'Print help'
complete -c contacts -n "__fish_contacts_using_subcommand search" -l name -d 'Must occur in the name' -r
complete -c contacts -n "__fish_contacts_using_subcommand search" -l email -d 'Must occur in an e-mail address' -r
complete -c contacts -n "__fish_contacts_using_subcommand search" -l phone -d 'Must occur in a phone number, however it is written' -r
complete -c contacts -n "__fish_contacts_using_subcommand search" -l label -d 'Only contacts with this label (repeat: any of them)' -r
complete -c contacts -n "__fish_contacts_using_subcommand search" -l channel -d 'Only contacts with a channel of this kind, as `whatsapp`' -r
complete -c contacts -n "__fish_contacts_using_subcommand search" -l inbox -d 'Only contacts with a channel in this inbox (repeat: any of them)' -r
complete -c contacts -n "__fish_contacts_using_subcommand search" -l unknown -d 'Contacts marked unknown' -r -f -a "include\t''
exclude\t''
only\t''"
complete -c contacts -n "__fish_contacts_using_subcommand search" -l created-since -d 'Only contacts created since then: a time, a date, or as `7d`' -r
complete -c contacts -n "__fish_contacts_using_subcommand search" -l active-since -d 'Only contacts active since then: a time, a date, or as `24h`' -r
complete -c contacts -n "__fish_contacts_using_subcommand search" -s n -l limit -d 'Show at most so many [default: 50]' -r
complete -c contacts -n "__fish_contacts_using_subcommand search" -l skip -d 'Pass over the first so many' -r
complete -c contacts -n "__fish_contacts_using_subcommand search" -l sort -d 'Sort by this (repeat for further keys)' -r
complete -c contacts -n "__fish_contacts_using_subcommand search" -l page-size -d 'Ask for so many in one request' -r
complete -c contacts -n "__fish_contacts_using_subcommand search" -l out -d 'Write to this file, whole or not at all; `-` is stdout; without -o its ending says the format' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand search" -l resume -d 'Keep the state of an export here, and go on from it after an interruption' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand search" -s p -l profile -d 'Ask this profile (repeat, or separate by commas)' -r
complete -c contacts -n "__fish_contacts_using_subcommand search" -l max-age -d 'Answer from the local mirror where it is at most this old, and ask the vendor where it is not' -r
complete -c contacts -n "__fish_contacts_using_subcommand search" -l config -d 'Read this configuration file' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand search" -s o -l output -d 'Print as table, json, ndjson, csv, tsv, yaml, md or xlsx' -r
complete -c contacts -n "__fish_contacts_using_subcommand search" -l columns -d 'Show these columns, in this order' -r
complete -c contacts -n "__fish_contacts_using_subcommand search" -l jq -d 'Filter the JSON with a jq program; strings are printed raw' -r
complete -c contacts -n "__fish_contacts_using_subcommand search" -l template -d 'Fill a template (Jinja) with the contacts' -r
complete -c contacts -n "__fish_contacts_using_subcommand search" -l color -d 'Colour the output' -r
complete -c contacts -n "__fish_contacts_using_subcommand search" -l error-format -d 'Write errors as text or as JSON, one object a line' -r -f -a "text\t''
json\t''"
complete -c contacts -n "__fish_contacts_using_subcommand search" -l report -d 'Write a report of the query as JSON (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand search" -l trace -d 'Record every exchange as a HAR file, without secrets (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand search" -l timeout -d 'Give one request this long' -r
complete -c contacts -n "__fish_contacts_using_subcommand search" -l max-retries -d 'Repeat a failed request so often' -r
complete -c contacts -n "__fish_contacts_using_subcommand search" -l max-wait -d 'Wait so long for rate limits in all' -r
complete -c contacts -n "__fish_contacts_using_subcommand search" -l concurrency -d 'Have so many requests under way at once' -r
complete -c contacts -n "__fish_contacts_using_subcommand search" -l exact -d 'Words and fields must equal a whole field'
complete -c contacts -n "__fish_contacts_using_subcommand search" -l blocked -d 'Only contacts that are blocked'
complete -c contacts -n "__fish_contacts_using_subcommand search" -l all -d 'All of them, proved complete or said not to be'
complete -c contacts -n "__fish_contacts_using_subcommand search" -l no-channels -d 'Do not ask for channels where that is cheaper'
complete -c contacts -n "__fish_contacts_using_subcommand search" -l scan -d 'Read every contact and match here, for what the vendor\'s own search cannot find'
complete -c contacts -n "__fish_contacts_using_subcommand search" -l fail-empty -d 'Exit with 5 when nothing matches'
complete -c contacts -n "__fish_contacts_using_subcommand search" -l demo -d 'Try it without an account: made-up contacts from four vendors, served inside this process'
complete -c contacts -n "__fish_contacts_using_subcommand search" -s A -l all-profiles -d 'Ask every profile'
complete -c contacts -n "__fish_contacts_using_subcommand search" -l local -d 'Answer from the local mirror (`contacts sync` fills it)'
complete -c contacts -n "__fish_contacts_using_subcommand search" -l refresh -d 'Read again at the vendor what the mirror answers, show it as it is now, and put the mirror right'
complete -c contacts -n "__fish_contacts_using_subcommand search" -l wide -d 'Show every column, however wide'
complete -c contacts -n "__fish_contacts_using_subcommand search" -l raw -d 'Add the vendor\'s own object to each contact as `raw`'
complete -c contacts -n "__fish_contacts_using_subcommand search" -l csv-safe -d 'Guard cells that a spreadsheet would run as formulas (csv)'
complete -c contacts -n "__fish_contacts_using_subcommand search" -l no-pager -d 'Do not send long output through a pager'
complete -c contacts -n "__fish_contacts_using_subcommand search" -s q -l quiet -d 'Say nothing but errors'
complete -c contacts -n "__fish_contacts_using_subcommand search" -s v -l verbose -d 'Say more: requests (-v), headers (-vv), bodies (-vvv); secrets are never shown'
complete -c contacts -n "__fish_contacts_using_subcommand search" -s h -l help -d 'Print help'
complete -c contacts -n "__fish_contacts_using_subcommand pick" -s n -l limit -d 'Choose among so many' -r
complete -c contacts -n "__fish_contacts_using_subcommand pick" -s p -l profile -d 'Ask this profile (repeat, or separate by commas)' -r
complete -c contacts -n "__fish_contacts_using_subcommand pick" -l max-age -d 'Answer from the local mirror where it is at most this old, and ask the vendor where it is not' -r
complete -c contacts -n "__fish_contacts_using_subcommand pick" -l config -d 'Read this configuration file' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand pick" -s o -l output -d 'Print as table, json, ndjson, csv, tsv, yaml, md or xlsx' -r
complete -c contacts -n "__fish_contacts_using_subcommand pick" -l columns -d 'Show these columns, in this order' -r
complete -c contacts -n "__fish_contacts_using_subcommand pick" -l jq -d 'Filter the JSON with a jq program; strings are printed raw' -r
complete -c contacts -n "__fish_contacts_using_subcommand pick" -l template -d 'Fill a template (Jinja) with the contacts' -r
complete -c contacts -n "__fish_contacts_using_subcommand pick" -l color -d 'Colour the output' -r
complete -c contacts -n "__fish_contacts_using_subcommand pick" -l error-format -d 'Write errors as text or as JSON, one object a line' -r -f -a "text\t''
json\t''"
complete -c contacts -n "__fish_contacts_using_subcommand pick" -l report -d 'Write a report of the query as JSON (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand pick" -l trace -d 'Record every exchange as a HAR file, without secrets (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand pick" -l timeout -d 'Give one request this long' -r
complete -c contacts -n "__fish_contacts_using_subcommand pick" -l max-retries -d 'Repeat a failed request so often' -r
complete -c contacts -n "__fish_contacts_using_subcommand pick" -l max-wait -d 'Wait so long for rate limits in all' -r
complete -c contacts -n "__fish_contacts_using_subcommand pick" -l concurrency -d 'Have so many requests under way at once' -r
complete -c contacts -n "__fish_contacts_using_subcommand pick" -l demo -d 'Try it without an account: made-up contacts from four vendors, served inside this process'
complete -c contacts -n "__fish_contacts_using_subcommand pick" -s A -l all-profiles -d 'Ask every profile'
complete -c contacts -n "__fish_contacts_using_subcommand pick" -l local -d 'Answer from the local mirror (`contacts sync` fills it)'
complete -c contacts -n "__fish_contacts_using_subcommand pick" -l refresh -d 'Read again at the vendor what the mirror answers, show it as it is now, and put the mirror right'
complete -c contacts -n "__fish_contacts_using_subcommand pick" -l wide -d 'Show every column, however wide'
complete -c contacts -n "__fish_contacts_using_subcommand pick" -l raw -d 'Add the vendor\'s own object to each contact as `raw`'
complete -c contacts -n "__fish_contacts_using_subcommand pick" -l csv-safe -d 'Guard cells that a spreadsheet would run as formulas (csv)'
complete -c contacts -n "__fish_contacts_using_subcommand pick" -l no-pager -d 'Do not send long output through a pager'
complete -c contacts -n "__fish_contacts_using_subcommand pick" -s q -l quiet -d 'Say nothing but errors'
complete -c contacts -n "__fish_contacts_using_subcommand pick" -s v -l verbose -d 'Say more: requests (-v), headers (-vv), bodies (-vvv); secrets are never shown'
complete -c contacts -n "__fish_contacts_using_subcommand pick" -s h -l help -d 'Print help'
complete -c contacts -n "__fish_contacts_using_subcommand show" -s p -l profile -d 'Ask this profile (repeat, or separate by commas)' -r
complete -c contacts -n "__fish_contacts_using_subcommand show" -l max-age -d 'Answer from the local mirror where it is at most this old, and ask the vendor where it is not' -r
complete -c contacts -n "__fish_contacts_using_subcommand show" -l config -d 'Read this configuration file' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand show" -s o -l output -d 'Print as table, json, ndjson, csv, tsv, yaml, md or xlsx' -r
complete -c contacts -n "__fish_contacts_using_subcommand show" -l columns -d 'Show these columns, in this order' -r
complete -c contacts -n "__fish_contacts_using_subcommand show" -l jq -d 'Filter the JSON with a jq program; strings are printed raw' -r
complete -c contacts -n "__fish_contacts_using_subcommand show" -l template -d 'Fill a template (Jinja) with the contacts' -r
complete -c contacts -n "__fish_contacts_using_subcommand show" -l color -d 'Colour the output' -r
complete -c contacts -n "__fish_contacts_using_subcommand show" -l error-format -d 'Write errors as text or as JSON, one object a line' -r -f -a "text\t''
json\t''"
complete -c contacts -n "__fish_contacts_using_subcommand show" -l report -d 'Write a report of the query as JSON (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand show" -l trace -d 'Record every exchange as a HAR file, without secrets (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand show" -l timeout -d 'Give one request this long' -r
complete -c contacts -n "__fish_contacts_using_subcommand show" -l max-retries -d 'Repeat a failed request so often' -r
complete -c contacts -n "__fish_contacts_using_subcommand show" -l max-wait -d 'Wait so long for rate limits in all' -r
complete -c contacts -n "__fish_contacts_using_subcommand show" -l concurrency -d 'Have so many requests under way at once' -r
complete -c contacts -n "__fish_contacts_using_subcommand show" -l demo -d 'Try it without an account: made-up contacts from four vendors, served inside this process'
complete -c contacts -n "__fish_contacts_using_subcommand show" -s A -l all-profiles -d 'Ask every profile'
complete -c contacts -n "__fish_contacts_using_subcommand show" -l local -d 'Answer from the local mirror (`contacts sync` fills it)'
complete -c contacts -n "__fish_contacts_using_subcommand show" -l refresh -d 'Read again at the vendor what the mirror answers, show it as it is now, and put the mirror right'
complete -c contacts -n "__fish_contacts_using_subcommand show" -l wide -d 'Show every column, however wide'
complete -c contacts -n "__fish_contacts_using_subcommand show" -l raw -d 'Add the vendor\'s own object to each contact as `raw`'
complete -c contacts -n "__fish_contacts_using_subcommand show" -l csv-safe -d 'Guard cells that a spreadsheet would run as formulas (csv)'
complete -c contacts -n "__fish_contacts_using_subcommand show" -l no-pager -d 'Do not send long output through a pager'
complete -c contacts -n "__fish_contacts_using_subcommand show" -s q -l quiet -d 'Say nothing but errors'
complete -c contacts -n "__fish_contacts_using_subcommand show" -s v -l verbose -d 'Say more: requests (-v), headers (-vv), bodies (-vvv); secrets are never shown'
complete -c contacts -n "__fish_contacts_using_subcommand show" -s h -l help -d 'Print help'
complete -c contacts -n "__fish_contacts_using_subcommand channels" -l search -d 'Channels of the contacts that this finds, instead of ids' -r
complete -c contacts -n "__fish_contacts_using_subcommand channels" -l label -d 'Only contacts with this label (repeat: any of them)' -r
complete -c contacts -n "__fish_contacts_using_subcommand channels" -l channel -d 'Only contacts with a channel of this kind, as `whatsapp`' -r
complete -c contacts -n "__fish_contacts_using_subcommand channels" -l inbox -d 'Only contacts with a channel in this inbox (repeat: any of them)' -r
complete -c contacts -n "__fish_contacts_using_subcommand channels" -l unknown -d 'Contacts marked unknown' -r -f -a "include\t''
exclude\t''
only\t''"
complete -c contacts -n "__fish_contacts_using_subcommand channels" -l created-since -d 'Only contacts created since then: a time, a date, or as `7d`' -r
complete -c contacts -n "__fish_contacts_using_subcommand channels" -l active-since -d 'Only contacts active since then: a time, a date, or as `24h`' -r
complete -c contacts -n "__fish_contacts_using_subcommand channels" -s n -l limit -d 'Show at most so many [default: 50]' -r
complete -c contacts -n "__fish_contacts_using_subcommand channels" -l skip -d 'Pass over the first so many' -r
complete -c contacts -n "__fish_contacts_using_subcommand channels" -l sort -d 'Sort by this (repeat for further keys)' -r
complete -c contacts -n "__fish_contacts_using_subcommand channels" -l page-size -d 'Ask for so many in one request' -r
complete -c contacts -n "__fish_contacts_using_subcommand channels" -l out -d 'Write to this file, whole or not at all; `-` is stdout; without -o its ending says the format' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand channels" -l resume -d 'Keep the state of an export here, and go on from it after an interruption' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand channels" -s p -l profile -d 'Ask this profile (repeat, or separate by commas)' -r
complete -c contacts -n "__fish_contacts_using_subcommand channels" -l max-age -d 'Answer from the local mirror where it is at most this old, and ask the vendor where it is not' -r
complete -c contacts -n "__fish_contacts_using_subcommand channels" -l config -d 'Read this configuration file' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand channels" -s o -l output -d 'Print as table, json, ndjson, csv, tsv, yaml, md or xlsx' -r
complete -c contacts -n "__fish_contacts_using_subcommand channels" -l columns -d 'Show these columns, in this order' -r
complete -c contacts -n "__fish_contacts_using_subcommand channels" -l jq -d 'Filter the JSON with a jq program; strings are printed raw' -r
complete -c contacts -n "__fish_contacts_using_subcommand channels" -l template -d 'Fill a template (Jinja) with the contacts' -r
complete -c contacts -n "__fish_contacts_using_subcommand channels" -l color -d 'Colour the output' -r
complete -c contacts -n "__fish_contacts_using_subcommand channels" -l error-format -d 'Write errors as text or as JSON, one object a line' -r -f -a "text\t''
json\t''"
complete -c contacts -n "__fish_contacts_using_subcommand channels" -l report -d 'Write a report of the query as JSON (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand channels" -l trace -d 'Record every exchange as a HAR file, without secrets (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand channels" -l timeout -d 'Give one request this long' -r
complete -c contacts -n "__fish_contacts_using_subcommand channels" -l max-retries -d 'Repeat a failed request so often' -r
complete -c contacts -n "__fish_contacts_using_subcommand channels" -l max-wait -d 'Wait so long for rate limits in all' -r
complete -c contacts -n "__fish_contacts_using_subcommand channels" -l concurrency -d 'Have so many requests under way at once' -r
complete -c contacts -n "__fish_contacts_using_subcommand channels" -l blocked -d 'Only contacts that are blocked'
complete -c contacts -n "__fish_contacts_using_subcommand channels" -l all -d 'All of them, proved complete or said not to be'
complete -c contacts -n "__fish_contacts_using_subcommand channels" -l no-channels -d 'Do not ask for channels where that is cheaper'
complete -c contacts -n "__fish_contacts_using_subcommand channels" -l demo -d 'Try it without an account: made-up contacts from four vendors, served inside this process'
complete -c contacts -n "__fish_contacts_using_subcommand channels" -s A -l all-profiles -d 'Ask every profile'
complete -c contacts -n "__fish_contacts_using_subcommand channels" -l local -d 'Answer from the local mirror (`contacts sync` fills it)'
complete -c contacts -n "__fish_contacts_using_subcommand channels" -l refresh -d 'Read again at the vendor what the mirror answers, show it as it is now, and put the mirror right'
complete -c contacts -n "__fish_contacts_using_subcommand channels" -l wide -d 'Show every column, however wide'
complete -c contacts -n "__fish_contacts_using_subcommand channels" -l raw -d 'Add the vendor\'s own object to each contact as `raw`'
complete -c contacts -n "__fish_contacts_using_subcommand channels" -l csv-safe -d 'Guard cells that a spreadsheet would run as formulas (csv)'
complete -c contacts -n "__fish_contacts_using_subcommand channels" -l no-pager -d 'Do not send long output through a pager'
complete -c contacts -n "__fish_contacts_using_subcommand channels" -s q -l quiet -d 'Say nothing but errors'
complete -c contacts -n "__fish_contacts_using_subcommand channels" -s v -l verbose -d 'Say more: requests (-v), headers (-vv), bodies (-vvv); secrets are never shown'
complete -c contacts -n "__fish_contacts_using_subcommand channels" -s h -l help -d 'Print help'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and not __fish_seen_subcommand_from list show add remove default check help" -s p -l profile -d 'Ask this profile (repeat, or separate by commas)' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and not __fish_seen_subcommand_from list show add remove default check help" -l max-age -d 'Answer from the local mirror where it is at most this old, and ask the vendor where it is not' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and not __fish_seen_subcommand_from list show add remove default check help" -l config -d 'Read this configuration file' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand profile; and not __fish_seen_subcommand_from list show add remove default check help" -s o -l output -d 'Print as table, json, ndjson, csv, tsv, yaml, md or xlsx' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and not __fish_seen_subcommand_from list show add remove default check help" -l columns -d 'Show these columns, in this order' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and not __fish_seen_subcommand_from list show add remove default check help" -l jq -d 'Filter the JSON with a jq program; strings are printed raw' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and not __fish_seen_subcommand_from list show add remove default check help" -l template -d 'Fill a template (Jinja) with the contacts' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and not __fish_seen_subcommand_from list show add remove default check help" -l color -d 'Colour the output' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and not __fish_seen_subcommand_from list show add remove default check help" -l error-format -d 'Write errors as text or as JSON, one object a line' -r -f -a "text\t''
json\t''"
complete -c contacts -n "__fish_contacts_using_subcommand profile; and not __fish_seen_subcommand_from list show add remove default check help" -l report -d 'Write a report of the query as JSON (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand profile; and not __fish_seen_subcommand_from list show add remove default check help" -l trace -d 'Record every exchange as a HAR file, without secrets (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand profile; and not __fish_seen_subcommand_from list show add remove default check help" -l timeout -d 'Give one request this long' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and not __fish_seen_subcommand_from list show add remove default check help" -l max-retries -d 'Repeat a failed request so often' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and not __fish_seen_subcommand_from list show add remove default check help" -l max-wait -d 'Wait so long for rate limits in all' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and not __fish_seen_subcommand_from list show add remove default check help" -l concurrency -d 'Have so many requests under way at once' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and not __fish_seen_subcommand_from list show add remove default check help" -l demo -d 'Try it without an account: made-up contacts from four vendors, served inside this process'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and not __fish_seen_subcommand_from list show add remove default check help" -s A -l all-profiles -d 'Ask every profile'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and not __fish_seen_subcommand_from list show add remove default check help" -l local -d 'Answer from the local mirror (`contacts sync` fills it)'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and not __fish_seen_subcommand_from list show add remove default check help" -l refresh -d 'Read again at the vendor what the mirror answers, show it as it is now, and put the mirror right'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and not __fish_seen_subcommand_from list show add remove default check help" -l wide -d 'Show every column, however wide'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and not __fish_seen_subcommand_from list show add remove default check help" -l raw -d 'Add the vendor\'s own object to each contact as `raw`'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and not __fish_seen_subcommand_from list show add remove default check help" -l csv-safe -d 'Guard cells that a spreadsheet would run as formulas (csv)'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and not __fish_seen_subcommand_from list show add remove default check help" -l no-pager -d 'Do not send long output through a pager'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and not __fish_seen_subcommand_from list show add remove default check help" -s q -l quiet -d 'Say nothing but errors'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and not __fish_seen_subcommand_from list show add remove default check help" -s v -l verbose -d 'Say more: requests (-v), headers (-vv), bodies (-vvv); secrets are never shown'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and not __fish_seen_subcommand_from list show add remove default check help" -s h -l help -d 'Print help'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and not __fish_seen_subcommand_from list show add remove default check help" -f -a "list" -d 'List the profiles'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and not __fish_seen_subcommand_from list show add remove default check help" -f -a "show" -d 'Show a profile and where its secrets are kept'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and not __fish_seen_subcommand_from list show add remove default check help" -f -a "add" -d 'Add a profile; asks for what is not given'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and not __fish_seen_subcommand_from list show add remove default check help" -f -a "remove" -d 'Remove a profile, and its secrets from the keyring'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and not __fish_seen_subcommand_from list show add remove default check help" -f -a "default" -d 'Make a profile the default, or say which one is'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and not __fish_seen_subcommand_from list show add remove default check help" -f -a "check" -d 'Make one authenticated call and say who one is'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and not __fish_seen_subcommand_from list show add remove default check help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from list" -s p -l profile -d 'Ask this profile (repeat, or separate by commas)' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from list" -l max-age -d 'Answer from the local mirror where it is at most this old, and ask the vendor where it is not' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from list" -l config -d 'Read this configuration file' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from list" -s o -l output -d 'Print as table, json, ndjson, csv, tsv, yaml, md or xlsx' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from list" -l columns -d 'Show these columns, in this order' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from list" -l jq -d 'Filter the JSON with a jq program; strings are printed raw' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from list" -l template -d 'Fill a template (Jinja) with the contacts' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from list" -l color -d 'Colour the output' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from list" -l error-format -d 'Write errors as text or as JSON, one object a line' -r -f -a "text\t''
json\t''"
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from list" -l report -d 'Write a report of the query as JSON (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from list" -l trace -d 'Record every exchange as a HAR file, without secrets (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from list" -l timeout -d 'Give one request this long' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from list" -l max-retries -d 'Repeat a failed request so often' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from list" -l max-wait -d 'Wait so long for rate limits in all' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from list" -l concurrency -d 'Have so many requests under way at once' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from list" -l demo -d 'Try it without an account: made-up contacts from four vendors, served inside this process'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from list" -s A -l all-profiles -d 'Ask every profile'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from list" -l local -d 'Answer from the local mirror (`contacts sync` fills it)'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from list" -l refresh -d 'Read again at the vendor what the mirror answers, show it as it is now, and put the mirror right'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from list" -l wide -d 'Show every column, however wide'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from list" -l raw -d 'Add the vendor\'s own object to each contact as `raw`'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from list" -l csv-safe -d 'Guard cells that a spreadsheet would run as formulas (csv)'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from list" -l no-pager -d 'Do not send long output through a pager'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing but errors'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more: requests (-v), headers (-vv), bodies (-vvv); secrets are never shown'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from show" -s p -l profile -d 'Ask this profile (repeat, or separate by commas)' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from show" -l max-age -d 'Answer from the local mirror where it is at most this old, and ask the vendor where it is not' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from show" -l config -d 'Read this configuration file' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from show" -s o -l output -d 'Print as table, json, ndjson, csv, tsv, yaml, md or xlsx' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from show" -l columns -d 'Show these columns, in this order' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from show" -l jq -d 'Filter the JSON with a jq program; strings are printed raw' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from show" -l template -d 'Fill a template (Jinja) with the contacts' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from show" -l color -d 'Colour the output' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from show" -l error-format -d 'Write errors as text or as JSON, one object a line' -r -f -a "text\t''
json\t''"
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from show" -l report -d 'Write a report of the query as JSON (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from show" -l trace -d 'Record every exchange as a HAR file, without secrets (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from show" -l timeout -d 'Give one request this long' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from show" -l max-retries -d 'Repeat a failed request so often' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from show" -l max-wait -d 'Wait so long for rate limits in all' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from show" -l concurrency -d 'Have so many requests under way at once' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from show" -l demo -d 'Try it without an account: made-up contacts from four vendors, served inside this process'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from show" -s A -l all-profiles -d 'Ask every profile'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from show" -l local -d 'Answer from the local mirror (`contacts sync` fills it)'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from show" -l refresh -d 'Read again at the vendor what the mirror answers, show it as it is now, and put the mirror right'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from show" -l wide -d 'Show every column, however wide'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from show" -l raw -d 'Add the vendor\'s own object to each contact as `raw`'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from show" -l csv-safe -d 'Guard cells that a spreadsheet would run as formulas (csv)'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from show" -l no-pager -d 'Do not send long output through a pager'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say nothing but errors'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more: requests (-v), headers (-vv), bodies (-vvv); secrets are never shown'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from add" -l vendor -d 'The vendor: rocketchat, livedesk, chatbotx or chatwoot' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from add" -l base-url -d 'Where the account lies: the base URL, or the address of one of its web pages' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from add" -l set -d 'Set a key that is no secret, as `account_id=1` (repeat)' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from add" -l secret -d 'Say where a secret is kept (repeat): KEY=keyring, KEY=env:NAME, KEY=command:CMD; or read it from standard input for the keyring (KEY=stdin) or for the file (KEY=plain)' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from add" -s p -l profile -d 'Ask this profile (repeat, or separate by commas)' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from add" -l max-age -d 'Answer from the local mirror where it is at most this old, and ask the vendor where it is not' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from add" -l config -d 'Read this configuration file' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from add" -s o -l output -d 'Print as table, json, ndjson, csv, tsv, yaml, md or xlsx' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from add" -l columns -d 'Show these columns, in this order' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from add" -l jq -d 'Filter the JSON with a jq program; strings are printed raw' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from add" -l template -d 'Fill a template (Jinja) with the contacts' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from add" -l color -d 'Colour the output' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from add" -l error-format -d 'Write errors as text or as JSON, one object a line' -r -f -a "text\t''
json\t''"
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from add" -l report -d 'Write a report of the query as JSON (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from add" -l trace -d 'Record every exchange as a HAR file, without secrets (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from add" -l timeout -d 'Give one request this long' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from add" -l max-retries -d 'Repeat a failed request so often' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from add" -l max-wait -d 'Wait so long for rate limits in all' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from add" -l concurrency -d 'Have so many requests under way at once' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from add" -l default -d 'Make it the default profile'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from add" -l no-check -d 'Do not try the connection'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from add" -l force -d 'Replace a profile of the same name'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from add" -l demo -d 'Try it without an account: made-up contacts from four vendors, served inside this process'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from add" -s A -l all-profiles -d 'Ask every profile'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from add" -l local -d 'Answer from the local mirror (`contacts sync` fills it)'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from add" -l refresh -d 'Read again at the vendor what the mirror answers, show it as it is now, and put the mirror right'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from add" -l wide -d 'Show every column, however wide'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from add" -l raw -d 'Add the vendor\'s own object to each contact as `raw`'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from add" -l csv-safe -d 'Guard cells that a spreadsheet would run as formulas (csv)'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from add" -l no-pager -d 'Do not send long output through a pager'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from add" -s q -l quiet -d 'Say nothing but errors'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from add" -s v -l verbose -d 'Say more: requests (-v), headers (-vv), bodies (-vvv); secrets are never shown'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from remove" -s p -l profile -d 'Ask this profile (repeat, or separate by commas)' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from remove" -l max-age -d 'Answer from the local mirror where it is at most this old, and ask the vendor where it is not' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from remove" -l config -d 'Read this configuration file' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from remove" -s o -l output -d 'Print as table, json, ndjson, csv, tsv, yaml, md or xlsx' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from remove" -l columns -d 'Show these columns, in this order' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from remove" -l jq -d 'Filter the JSON with a jq program; strings are printed raw' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from remove" -l template -d 'Fill a template (Jinja) with the contacts' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from remove" -l color -d 'Colour the output' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from remove" -l error-format -d 'Write errors as text or as JSON, one object a line' -r -f -a "text\t''
json\t''"
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from remove" -l report -d 'Write a report of the query as JSON (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from remove" -l trace -d 'Record every exchange as a HAR file, without secrets (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from remove" -l timeout -d 'Give one request this long' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from remove" -l max-retries -d 'Repeat a failed request so often' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from remove" -l max-wait -d 'Wait so long for rate limits in all' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from remove" -l concurrency -d 'Have so many requests under way at once' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from remove" -l keep-secrets -d 'Leave its secrets in the keyring'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from remove" -l demo -d 'Try it without an account: made-up contacts from four vendors, served inside this process'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from remove" -s A -l all-profiles -d 'Ask every profile'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from remove" -l local -d 'Answer from the local mirror (`contacts sync` fills it)'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from remove" -l refresh -d 'Read again at the vendor what the mirror answers, show it as it is now, and put the mirror right'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from remove" -l wide -d 'Show every column, however wide'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from remove" -l raw -d 'Add the vendor\'s own object to each contact as `raw`'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from remove" -l csv-safe -d 'Guard cells that a spreadsheet would run as formulas (csv)'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from remove" -l no-pager -d 'Do not send long output through a pager'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'Say nothing but errors'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from remove" -s v -l verbose -d 'Say more: requests (-v), headers (-vv), bodies (-vvv); secrets are never shown'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from default" -s p -l profile -d 'Ask this profile (repeat, or separate by commas)' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from default" -l max-age -d 'Answer from the local mirror where it is at most this old, and ask the vendor where it is not' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from default" -l config -d 'Read this configuration file' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from default" -s o -l output -d 'Print as table, json, ndjson, csv, tsv, yaml, md or xlsx' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from default" -l columns -d 'Show these columns, in this order' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from default" -l jq -d 'Filter the JSON with a jq program; strings are printed raw' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from default" -l template -d 'Fill a template (Jinja) with the contacts' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from default" -l color -d 'Colour the output' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from default" -l error-format -d 'Write errors as text or as JSON, one object a line' -r -f -a "text\t''
json\t''"
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from default" -l report -d 'Write a report of the query as JSON (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from default" -l trace -d 'Record every exchange as a HAR file, without secrets (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from default" -l timeout -d 'Give one request this long' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from default" -l max-retries -d 'Repeat a failed request so often' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from default" -l max-wait -d 'Wait so long for rate limits in all' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from default" -l concurrency -d 'Have so many requests under way at once' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from default" -l demo -d 'Try it without an account: made-up contacts from four vendors, served inside this process'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from default" -s A -l all-profiles -d 'Ask every profile'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from default" -l local -d 'Answer from the local mirror (`contacts sync` fills it)'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from default" -l refresh -d 'Read again at the vendor what the mirror answers, show it as it is now, and put the mirror right'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from default" -l wide -d 'Show every column, however wide'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from default" -l raw -d 'Add the vendor\'s own object to each contact as `raw`'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from default" -l csv-safe -d 'Guard cells that a spreadsheet would run as formulas (csv)'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from default" -l no-pager -d 'Do not send long output through a pager'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from default" -s q -l quiet -d 'Say nothing but errors'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from default" -s v -l verbose -d 'Say more: requests (-v), headers (-vv), bodies (-vvv); secrets are never shown'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from default" -s h -l help -d 'Print help'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from check" -s p -l profile -d 'Ask this profile (repeat, or separate by commas)' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from check" -l max-age -d 'Answer from the local mirror where it is at most this old, and ask the vendor where it is not' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from check" -l config -d 'Read this configuration file' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from check" -s o -l output -d 'Print as table, json, ndjson, csv, tsv, yaml, md or xlsx' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from check" -l columns -d 'Show these columns, in this order' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from check" -l jq -d 'Filter the JSON with a jq program; strings are printed raw' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from check" -l template -d 'Fill a template (Jinja) with the contacts' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from check" -l color -d 'Colour the output' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from check" -l error-format -d 'Write errors as text or as JSON, one object a line' -r -f -a "text\t''
json\t''"
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from check" -l report -d 'Write a report of the query as JSON (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from check" -l trace -d 'Record every exchange as a HAR file, without secrets (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from check" -l timeout -d 'Give one request this long' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from check" -l max-retries -d 'Repeat a failed request so often' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from check" -l max-wait -d 'Wait so long for rate limits in all' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from check" -l concurrency -d 'Have so many requests under way at once' -r
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from check" -l demo -d 'Try it without an account: made-up contacts from four vendors, served inside this process'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from check" -s A -l all-profiles -d 'Ask every profile'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from check" -l local -d 'Answer from the local mirror (`contacts sync` fills it)'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from check" -l refresh -d 'Read again at the vendor what the mirror answers, show it as it is now, and put the mirror right'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from check" -l wide -d 'Show every column, however wide'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from check" -l raw -d 'Add the vendor\'s own object to each contact as `raw`'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from check" -l csv-safe -d 'Guard cells that a spreadsheet would run as formulas (csv)'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from check" -l no-pager -d 'Do not send long output through a pager'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from check" -s q -l quiet -d 'Say nothing but errors'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from check" -s v -l verbose -d 'Say more: requests (-v), headers (-vv), bodies (-vvv); secrets are never shown'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the profiles'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show a profile and where its secrets are kept'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from help" -f -a "add" -d 'Add a profile; asks for what is not given'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from help" -f -a "remove" -d 'Remove a profile, and its secrets from the keyring'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from help" -f -a "default" -d 'Make a profile the default, or say which one is'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from help" -f -a "check" -d 'Make one authenticated call and say who one is'
complete -c contacts -n "__fish_contacts_using_subcommand profile; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c contacts -n "__fish_contacts_using_subcommand login" -l key -d 'Only this secret (repeat)' -r
complete -c contacts -n "__fish_contacts_using_subcommand login" -s p -l profile -d 'Ask this profile (repeat, or separate by commas)' -r
complete -c contacts -n "__fish_contacts_using_subcommand login" -l max-age -d 'Answer from the local mirror where it is at most this old, and ask the vendor where it is not' -r
complete -c contacts -n "__fish_contacts_using_subcommand login" -l config -d 'Read this configuration file' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand login" -s o -l output -d 'Print as table, json, ndjson, csv, tsv, yaml, md or xlsx' -r
complete -c contacts -n "__fish_contacts_using_subcommand login" -l columns -d 'Show these columns, in this order' -r
complete -c contacts -n "__fish_contacts_using_subcommand login" -l jq -d 'Filter the JSON with a jq program; strings are printed raw' -r
complete -c contacts -n "__fish_contacts_using_subcommand login" -l template -d 'Fill a template (Jinja) with the contacts' -r
complete -c contacts -n "__fish_contacts_using_subcommand login" -l color -d 'Colour the output' -r
complete -c contacts -n "__fish_contacts_using_subcommand login" -l error-format -d 'Write errors as text or as JSON, one object a line' -r -f -a "text\t''
json\t''"
complete -c contacts -n "__fish_contacts_using_subcommand login" -l report -d 'Write a report of the query as JSON (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand login" -l trace -d 'Record every exchange as a HAR file, without secrets (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand login" -l timeout -d 'Give one request this long' -r
complete -c contacts -n "__fish_contacts_using_subcommand login" -l max-retries -d 'Repeat a failed request so often' -r
complete -c contacts -n "__fish_contacts_using_subcommand login" -l max-wait -d 'Wait so long for rate limits in all' -r
complete -c contacts -n "__fish_contacts_using_subcommand login" -l concurrency -d 'Have so many requests under way at once' -r
complete -c contacts -n "__fish_contacts_using_subcommand login" -l stdin -d 'Read the secrets from standard input: `KEY=VALUE` lines, or the value alone if there is one'
complete -c contacts -n "__fish_contacts_using_subcommand login" -l no-check -d 'Do not try the secrets before they are kept'
complete -c contacts -n "__fish_contacts_using_subcommand login" -l demo -d 'Try it without an account: made-up contacts from four vendors, served inside this process'
complete -c contacts -n "__fish_contacts_using_subcommand login" -s A -l all-profiles -d 'Ask every profile'
complete -c contacts -n "__fish_contacts_using_subcommand login" -l local -d 'Answer from the local mirror (`contacts sync` fills it)'
complete -c contacts -n "__fish_contacts_using_subcommand login" -l refresh -d 'Read again at the vendor what the mirror answers, show it as it is now, and put the mirror right'
complete -c contacts -n "__fish_contacts_using_subcommand login" -l wide -d 'Show every column, however wide'
complete -c contacts -n "__fish_contacts_using_subcommand login" -l raw -d 'Add the vendor\'s own object to each contact as `raw`'
complete -c contacts -n "__fish_contacts_using_subcommand login" -l csv-safe -d 'Guard cells that a spreadsheet would run as formulas (csv)'
complete -c contacts -n "__fish_contacts_using_subcommand login" -l no-pager -d 'Do not send long output through a pager'
complete -c contacts -n "__fish_contacts_using_subcommand login" -s q -l quiet -d 'Say nothing but errors'
complete -c contacts -n "__fish_contacts_using_subcommand login" -s v -l verbose -d 'Say more: requests (-v), headers (-vv), bodies (-vvv); secrets are never shown'
complete -c contacts -n "__fish_contacts_using_subcommand login" -s h -l help -d 'Print help'
complete -c contacts -n "__fish_contacts_using_subcommand logout" -s p -l profile -d 'Ask this profile (repeat, or separate by commas)' -r
complete -c contacts -n "__fish_contacts_using_subcommand logout" -l max-age -d 'Answer from the local mirror where it is at most this old, and ask the vendor where it is not' -r
complete -c contacts -n "__fish_contacts_using_subcommand logout" -l config -d 'Read this configuration file' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand logout" -s o -l output -d 'Print as table, json, ndjson, csv, tsv, yaml, md or xlsx' -r
complete -c contacts -n "__fish_contacts_using_subcommand logout" -l columns -d 'Show these columns, in this order' -r
complete -c contacts -n "__fish_contacts_using_subcommand logout" -l jq -d 'Filter the JSON with a jq program; strings are printed raw' -r
complete -c contacts -n "__fish_contacts_using_subcommand logout" -l template -d 'Fill a template (Jinja) with the contacts' -r
complete -c contacts -n "__fish_contacts_using_subcommand logout" -l color -d 'Colour the output' -r
complete -c contacts -n "__fish_contacts_using_subcommand logout" -l error-format -d 'Write errors as text or as JSON, one object a line' -r -f -a "text\t''
json\t''"
complete -c contacts -n "__fish_contacts_using_subcommand logout" -l report -d 'Write a report of the query as JSON (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand logout" -l trace -d 'Record every exchange as a HAR file, without secrets (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand logout" -l timeout -d 'Give one request this long' -r
complete -c contacts -n "__fish_contacts_using_subcommand logout" -l max-retries -d 'Repeat a failed request so often' -r
complete -c contacts -n "__fish_contacts_using_subcommand logout" -l max-wait -d 'Wait so long for rate limits in all' -r
complete -c contacts -n "__fish_contacts_using_subcommand logout" -l concurrency -d 'Have so many requests under way at once' -r
complete -c contacts -n "__fish_contacts_using_subcommand logout" -l demo -d 'Try it without an account: made-up contacts from four vendors, served inside this process'
complete -c contacts -n "__fish_contacts_using_subcommand logout" -s A -l all-profiles -d 'Ask every profile'
complete -c contacts -n "__fish_contacts_using_subcommand logout" -l local -d 'Answer from the local mirror (`contacts sync` fills it)'
complete -c contacts -n "__fish_contacts_using_subcommand logout" -l refresh -d 'Read again at the vendor what the mirror answers, show it as it is now, and put the mirror right'
complete -c contacts -n "__fish_contacts_using_subcommand logout" -l wide -d 'Show every column, however wide'
complete -c contacts -n "__fish_contacts_using_subcommand logout" -l raw -d 'Add the vendor\'s own object to each contact as `raw`'
complete -c contacts -n "__fish_contacts_using_subcommand logout" -l csv-safe -d 'Guard cells that a spreadsheet would run as formulas (csv)'
complete -c contacts -n "__fish_contacts_using_subcommand logout" -l no-pager -d 'Do not send long output through a pager'
complete -c contacts -n "__fish_contacts_using_subcommand logout" -s q -l quiet -d 'Say nothing but errors'
complete -c contacts -n "__fish_contacts_using_subcommand logout" -s v -l verbose -d 'Say more: requests (-v), headers (-vv), bodies (-vvv); secrets are never shown'
complete -c contacts -n "__fish_contacts_using_subcommand logout" -s h -l help -d 'Print help'
complete -c contacts -n "__fish_contacts_using_subcommand sync" -l watch -d 'Stay, and refresh again and again after this long' -r
complete -c contacts -n "__fish_contacts_using_subcommand sync" -s p -l profile -d 'Ask this profile (repeat, or separate by commas)' -r
complete -c contacts -n "__fish_contacts_using_subcommand sync" -l max-age -d 'Answer from the local mirror where it is at most this old, and ask the vendor where it is not' -r
complete -c contacts -n "__fish_contacts_using_subcommand sync" -l config -d 'Read this configuration file' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand sync" -s o -l output -d 'Print as table, json, ndjson, csv, tsv, yaml, md or xlsx' -r
complete -c contacts -n "__fish_contacts_using_subcommand sync" -l columns -d 'Show these columns, in this order' -r
complete -c contacts -n "__fish_contacts_using_subcommand sync" -l jq -d 'Filter the JSON with a jq program; strings are printed raw' -r
complete -c contacts -n "__fish_contacts_using_subcommand sync" -l template -d 'Fill a template (Jinja) with the contacts' -r
complete -c contacts -n "__fish_contacts_using_subcommand sync" -l color -d 'Colour the output' -r
complete -c contacts -n "__fish_contacts_using_subcommand sync" -l error-format -d 'Write errors as text or as JSON, one object a line' -r -f -a "text\t''
json\t''"
complete -c contacts -n "__fish_contacts_using_subcommand sync" -l report -d 'Write a report of the query as JSON (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand sync" -l trace -d 'Record every exchange as a HAR file, without secrets (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand sync" -l timeout -d 'Give one request this long' -r
complete -c contacts -n "__fish_contacts_using_subcommand sync" -l max-retries -d 'Repeat a failed request so often' -r
complete -c contacts -n "__fish_contacts_using_subcommand sync" -l max-wait -d 'Wait so long for rate limits in all' -r
complete -c contacts -n "__fish_contacts_using_subcommand sync" -l concurrency -d 'Have so many requests under way at once' -r
complete -c contacts -n "__fish_contacts_using_subcommand sync" -l full -d 'Walk everything again, not only what changed'
complete -c contacts -n "__fish_contacts_using_subcommand sync" -l demo -d 'Try it without an account: made-up contacts from four vendors, served inside this process'
complete -c contacts -n "__fish_contacts_using_subcommand sync" -s A -l all-profiles -d 'Ask every profile'
complete -c contacts -n "__fish_contacts_using_subcommand sync" -l local -d 'Answer from the local mirror (`contacts sync` fills it)'
complete -c contacts -n "__fish_contacts_using_subcommand sync" -l refresh -d 'Read again at the vendor what the mirror answers, show it as it is now, and put the mirror right'
complete -c contacts -n "__fish_contacts_using_subcommand sync" -l wide -d 'Show every column, however wide'
complete -c contacts -n "__fish_contacts_using_subcommand sync" -l raw -d 'Add the vendor\'s own object to each contact as `raw`'
complete -c contacts -n "__fish_contacts_using_subcommand sync" -l csv-safe -d 'Guard cells that a spreadsheet would run as formulas (csv)'
complete -c contacts -n "__fish_contacts_using_subcommand sync" -l no-pager -d 'Do not send long output through a pager'
complete -c contacts -n "__fish_contacts_using_subcommand sync" -s q -l quiet -d 'Say nothing but errors'
complete -c contacts -n "__fish_contacts_using_subcommand sync" -s v -l verbose -d 'Say more: requests (-v), headers (-vv), bodies (-vvv); secrets are never shown'
complete -c contacts -n "__fish_contacts_using_subcommand sync" -s h -l help -d 'Print help'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and not __fish_seen_subcommand_from status verify rebuild forget encrypt decrypt help" -s p -l profile -d 'Ask this profile (repeat, or separate by commas)' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and not __fish_seen_subcommand_from status verify rebuild forget encrypt decrypt help" -l max-age -d 'Answer from the local mirror where it is at most this old, and ask the vendor where it is not' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and not __fish_seen_subcommand_from status verify rebuild forget encrypt decrypt help" -l config -d 'Read this configuration file' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and not __fish_seen_subcommand_from status verify rebuild forget encrypt decrypt help" -s o -l output -d 'Print as table, json, ndjson, csv, tsv, yaml, md or xlsx' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and not __fish_seen_subcommand_from status verify rebuild forget encrypt decrypt help" -l columns -d 'Show these columns, in this order' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and not __fish_seen_subcommand_from status verify rebuild forget encrypt decrypt help" -l jq -d 'Filter the JSON with a jq program; strings are printed raw' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and not __fish_seen_subcommand_from status verify rebuild forget encrypt decrypt help" -l template -d 'Fill a template (Jinja) with the contacts' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and not __fish_seen_subcommand_from status verify rebuild forget encrypt decrypt help" -l color -d 'Colour the output' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and not __fish_seen_subcommand_from status verify rebuild forget encrypt decrypt help" -l error-format -d 'Write errors as text or as JSON, one object a line' -r -f -a "text\t''
json\t''"
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and not __fish_seen_subcommand_from status verify rebuild forget encrypt decrypt help" -l report -d 'Write a report of the query as JSON (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and not __fish_seen_subcommand_from status verify rebuild forget encrypt decrypt help" -l trace -d 'Record every exchange as a HAR file, without secrets (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and not __fish_seen_subcommand_from status verify rebuild forget encrypt decrypt help" -l timeout -d 'Give one request this long' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and not __fish_seen_subcommand_from status verify rebuild forget encrypt decrypt help" -l max-retries -d 'Repeat a failed request so often' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and not __fish_seen_subcommand_from status verify rebuild forget encrypt decrypt help" -l max-wait -d 'Wait so long for rate limits in all' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and not __fish_seen_subcommand_from status verify rebuild forget encrypt decrypt help" -l concurrency -d 'Have so many requests under way at once' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and not __fish_seen_subcommand_from status verify rebuild forget encrypt decrypt help" -l demo -d 'Try it without an account: made-up contacts from four vendors, served inside this process'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and not __fish_seen_subcommand_from status verify rebuild forget encrypt decrypt help" -s A -l all-profiles -d 'Ask every profile'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and not __fish_seen_subcommand_from status verify rebuild forget encrypt decrypt help" -l local -d 'Answer from the local mirror (`contacts sync` fills it)'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and not __fish_seen_subcommand_from status verify rebuild forget encrypt decrypt help" -l refresh -d 'Read again at the vendor what the mirror answers, show it as it is now, and put the mirror right'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and not __fish_seen_subcommand_from status verify rebuild forget encrypt decrypt help" -l wide -d 'Show every column, however wide'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and not __fish_seen_subcommand_from status verify rebuild forget encrypt decrypt help" -l raw -d 'Add the vendor\'s own object to each contact as `raw`'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and not __fish_seen_subcommand_from status verify rebuild forget encrypt decrypt help" -l csv-safe -d 'Guard cells that a spreadsheet would run as formulas (csv)'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and not __fish_seen_subcommand_from status verify rebuild forget encrypt decrypt help" -l no-pager -d 'Do not send long output through a pager'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and not __fish_seen_subcommand_from status verify rebuild forget encrypt decrypt help" -s q -l quiet -d 'Say nothing but errors'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and not __fish_seen_subcommand_from status verify rebuild forget encrypt decrypt help" -s v -l verbose -d 'Say more: requests (-v), headers (-vv), bodies (-vvv); secrets are never shown'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and not __fish_seen_subcommand_from status verify rebuild forget encrypt decrypt help" -s h -l help -d 'Print help'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and not __fish_seen_subcommand_from status verify rebuild forget encrypt decrypt help" -f -a "status" -d 'Show what is stored of each profile, and how old it is'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and not __fish_seen_subcommand_from status verify rebuild forget encrypt decrypt help" -f -a "verify" -d 'Check the database, every contact and the index, and compare a few contacts with their vendors'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and not __fish_seen_subcommand_from status verify rebuild forget encrypt decrypt help" -f -a "rebuild" -d 'Make the index anew from the stored contacts, without the network'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and not __fish_seen_subcommand_from status verify rebuild forget encrypt decrypt help" -f -a "forget" -d 'Remove a contact, or all of a profile, and every trace of it'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and not __fish_seen_subcommand_from status verify rebuild forget encrypt decrypt help" -f -a "encrypt" -d 'Encrypt the database with a key from the keyring, or from where `key` under `[mirror]` says'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and not __fish_seen_subcommand_from status verify rebuild forget encrypt decrypt help" -f -a "decrypt" -d 'Store the database unencrypted again'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and not __fish_seen_subcommand_from status verify rebuild forget encrypt decrypt help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from status" -s p -l profile -d 'Ask this profile (repeat, or separate by commas)' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from status" -l max-age -d 'Answer from the local mirror where it is at most this old, and ask the vendor where it is not' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from status" -l config -d 'Read this configuration file' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from status" -s o -l output -d 'Print as table, json, ndjson, csv, tsv, yaml, md or xlsx' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from status" -l columns -d 'Show these columns, in this order' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from status" -l jq -d 'Filter the JSON with a jq program; strings are printed raw' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from status" -l template -d 'Fill a template (Jinja) with the contacts' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from status" -l color -d 'Colour the output' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from status" -l error-format -d 'Write errors as text or as JSON, one object a line' -r -f -a "text\t''
json\t''"
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from status" -l report -d 'Write a report of the query as JSON (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from status" -l trace -d 'Record every exchange as a HAR file, without secrets (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from status" -l timeout -d 'Give one request this long' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from status" -l max-retries -d 'Repeat a failed request so often' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from status" -l max-wait -d 'Wait so long for rate limits in all' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from status" -l concurrency -d 'Have so many requests under way at once' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from status" -l demo -d 'Try it without an account: made-up contacts from four vendors, served inside this process'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from status" -s A -l all-profiles -d 'Ask every profile'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from status" -l local -d 'Answer from the local mirror (`contacts sync` fills it)'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from status" -l refresh -d 'Read again at the vendor what the mirror answers, show it as it is now, and put the mirror right'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from status" -l wide -d 'Show every column, however wide'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from status" -l raw -d 'Add the vendor\'s own object to each contact as `raw`'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from status" -l csv-safe -d 'Guard cells that a spreadsheet would run as formulas (csv)'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from status" -l no-pager -d 'Do not send long output through a pager'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from status" -s q -l quiet -d 'Say nothing but errors'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from status" -s v -l verbose -d 'Say more: requests (-v), headers (-vv), bodies (-vvv); secrets are never shown'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from verify" -l sample -d 'Compare so many contacts of each profile with its vendor; 0: none' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from verify" -s p -l profile -d 'Ask this profile (repeat, or separate by commas)' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from verify" -l max-age -d 'Answer from the local mirror where it is at most this old, and ask the vendor where it is not' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from verify" -l config -d 'Read this configuration file' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from verify" -s o -l output -d 'Print as table, json, ndjson, csv, tsv, yaml, md or xlsx' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from verify" -l columns -d 'Show these columns, in this order' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from verify" -l jq -d 'Filter the JSON with a jq program; strings are printed raw' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from verify" -l template -d 'Fill a template (Jinja) with the contacts' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from verify" -l color -d 'Colour the output' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from verify" -l error-format -d 'Write errors as text or as JSON, one object a line' -r -f -a "text\t''
json\t''"
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from verify" -l report -d 'Write a report of the query as JSON (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from verify" -l trace -d 'Record every exchange as a HAR file, without secrets (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from verify" -l timeout -d 'Give one request this long' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from verify" -l max-retries -d 'Repeat a failed request so often' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from verify" -l max-wait -d 'Wait so long for rate limits in all' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from verify" -l concurrency -d 'Have so many requests under way at once' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from verify" -l demo -d 'Try it without an account: made-up contacts from four vendors, served inside this process'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from verify" -s A -l all-profiles -d 'Ask every profile'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from verify" -l local -d 'Answer from the local mirror (`contacts sync` fills it)'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from verify" -l refresh -d 'Read again at the vendor what the mirror answers, show it as it is now, and put the mirror right'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from verify" -l wide -d 'Show every column, however wide'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from verify" -l raw -d 'Add the vendor\'s own object to each contact as `raw`'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from verify" -l csv-safe -d 'Guard cells that a spreadsheet would run as formulas (csv)'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from verify" -l no-pager -d 'Do not send long output through a pager'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from verify" -s q -l quiet -d 'Say nothing but errors'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from verify" -s v -l verbose -d 'Say more: requests (-v), headers (-vv), bodies (-vvv); secrets are never shown'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from rebuild" -s p -l profile -d 'Ask this profile (repeat, or separate by commas)' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from rebuild" -l max-age -d 'Answer from the local mirror where it is at most this old, and ask the vendor where it is not' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from rebuild" -l config -d 'Read this configuration file' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from rebuild" -s o -l output -d 'Print as table, json, ndjson, csv, tsv, yaml, md or xlsx' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from rebuild" -l columns -d 'Show these columns, in this order' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from rebuild" -l jq -d 'Filter the JSON with a jq program; strings are printed raw' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from rebuild" -l template -d 'Fill a template (Jinja) with the contacts' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from rebuild" -l color -d 'Colour the output' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from rebuild" -l error-format -d 'Write errors as text or as JSON, one object a line' -r -f -a "text\t''
json\t''"
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from rebuild" -l report -d 'Write a report of the query as JSON (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from rebuild" -l trace -d 'Record every exchange as a HAR file, without secrets (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from rebuild" -l timeout -d 'Give one request this long' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from rebuild" -l max-retries -d 'Repeat a failed request so often' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from rebuild" -l max-wait -d 'Wait so long for rate limits in all' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from rebuild" -l concurrency -d 'Have so many requests under way at once' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from rebuild" -l demo -d 'Try it without an account: made-up contacts from four vendors, served inside this process'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from rebuild" -s A -l all-profiles -d 'Ask every profile'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from rebuild" -l local -d 'Answer from the local mirror (`contacts sync` fills it)'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from rebuild" -l refresh -d 'Read again at the vendor what the mirror answers, show it as it is now, and put the mirror right'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from rebuild" -l wide -d 'Show every column, however wide'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from rebuild" -l raw -d 'Add the vendor\'s own object to each contact as `raw`'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from rebuild" -l csv-safe -d 'Guard cells that a spreadsheet would run as formulas (csv)'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from rebuild" -l no-pager -d 'Do not send long output through a pager'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from rebuild" -s q -l quiet -d 'Say nothing but errors'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from rebuild" -s v -l verbose -d 'Say more: requests (-v), headers (-vv), bodies (-vvv); secrets are never shown'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from rebuild" -s h -l help -d 'Print help'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from forget" -s p -l profile -d 'Ask this profile (repeat, or separate by commas)' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from forget" -l max-age -d 'Answer from the local mirror where it is at most this old, and ask the vendor where it is not' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from forget" -l config -d 'Read this configuration file' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from forget" -s o -l output -d 'Print as table, json, ndjson, csv, tsv, yaml, md or xlsx' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from forget" -l columns -d 'Show these columns, in this order' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from forget" -l jq -d 'Filter the JSON with a jq program; strings are printed raw' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from forget" -l template -d 'Fill a template (Jinja) with the contacts' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from forget" -l color -d 'Colour the output' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from forget" -l error-format -d 'Write errors as text or as JSON, one object a line' -r -f -a "text\t''
json\t''"
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from forget" -l report -d 'Write a report of the query as JSON (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from forget" -l trace -d 'Record every exchange as a HAR file, without secrets (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from forget" -l timeout -d 'Give one request this long' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from forget" -l max-retries -d 'Repeat a failed request so often' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from forget" -l max-wait -d 'Wait so long for rate limits in all' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from forget" -l concurrency -d 'Have so many requests under way at once' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from forget" -l demo -d 'Try it without an account: made-up contacts from four vendors, served inside this process'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from forget" -s A -l all-profiles -d 'Ask every profile'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from forget" -l local -d 'Answer from the local mirror (`contacts sync` fills it)'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from forget" -l refresh -d 'Read again at the vendor what the mirror answers, show it as it is now, and put the mirror right'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from forget" -l wide -d 'Show every column, however wide'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from forget" -l raw -d 'Add the vendor\'s own object to each contact as `raw`'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from forget" -l csv-safe -d 'Guard cells that a spreadsheet would run as formulas (csv)'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from forget" -l no-pager -d 'Do not send long output through a pager'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from forget" -s q -l quiet -d 'Say nothing but errors'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from forget" -s v -l verbose -d 'Say more: requests (-v), headers (-vv), bodies (-vvv); secrets are never shown'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from forget" -s h -l help -d 'Print help'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from encrypt" -s p -l profile -d 'Ask this profile (repeat, or separate by commas)' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from encrypt" -l max-age -d 'Answer from the local mirror where it is at most this old, and ask the vendor where it is not' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from encrypt" -l config -d 'Read this configuration file' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from encrypt" -s o -l output -d 'Print as table, json, ndjson, csv, tsv, yaml, md or xlsx' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from encrypt" -l columns -d 'Show these columns, in this order' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from encrypt" -l jq -d 'Filter the JSON with a jq program; strings are printed raw' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from encrypt" -l template -d 'Fill a template (Jinja) with the contacts' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from encrypt" -l color -d 'Colour the output' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from encrypt" -l error-format -d 'Write errors as text or as JSON, one object a line' -r -f -a "text\t''
json\t''"
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from encrypt" -l report -d 'Write a report of the query as JSON (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from encrypt" -l trace -d 'Record every exchange as a HAR file, without secrets (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from encrypt" -l timeout -d 'Give one request this long' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from encrypt" -l max-retries -d 'Repeat a failed request so often' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from encrypt" -l max-wait -d 'Wait so long for rate limits in all' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from encrypt" -l concurrency -d 'Have so many requests under way at once' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from encrypt" -l demo -d 'Try it without an account: made-up contacts from four vendors, served inside this process'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from encrypt" -s A -l all-profiles -d 'Ask every profile'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from encrypt" -l local -d 'Answer from the local mirror (`contacts sync` fills it)'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from encrypt" -l refresh -d 'Read again at the vendor what the mirror answers, show it as it is now, and put the mirror right'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from encrypt" -l wide -d 'Show every column, however wide'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from encrypt" -l raw -d 'Add the vendor\'s own object to each contact as `raw`'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from encrypt" -l csv-safe -d 'Guard cells that a spreadsheet would run as formulas (csv)'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from encrypt" -l no-pager -d 'Do not send long output through a pager'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from encrypt" -s q -l quiet -d 'Say nothing but errors'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from encrypt" -s v -l verbose -d 'Say more: requests (-v), headers (-vv), bodies (-vvv); secrets are never shown'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from encrypt" -s h -l help -d 'Print help'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from decrypt" -s p -l profile -d 'Ask this profile (repeat, or separate by commas)' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from decrypt" -l max-age -d 'Answer from the local mirror where it is at most this old, and ask the vendor where it is not' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from decrypt" -l config -d 'Read this configuration file' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from decrypt" -s o -l output -d 'Print as table, json, ndjson, csv, tsv, yaml, md or xlsx' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from decrypt" -l columns -d 'Show these columns, in this order' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from decrypt" -l jq -d 'Filter the JSON with a jq program; strings are printed raw' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from decrypt" -l template -d 'Fill a template (Jinja) with the contacts' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from decrypt" -l color -d 'Colour the output' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from decrypt" -l error-format -d 'Write errors as text or as JSON, one object a line' -r -f -a "text\t''
json\t''"
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from decrypt" -l report -d 'Write a report of the query as JSON (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from decrypt" -l trace -d 'Record every exchange as a HAR file, without secrets (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from decrypt" -l timeout -d 'Give one request this long' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from decrypt" -l max-retries -d 'Repeat a failed request so often' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from decrypt" -l max-wait -d 'Wait so long for rate limits in all' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from decrypt" -l concurrency -d 'Have so many requests under way at once' -r
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from decrypt" -l demo -d 'Try it without an account: made-up contacts from four vendors, served inside this process'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from decrypt" -s A -l all-profiles -d 'Ask every profile'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from decrypt" -l local -d 'Answer from the local mirror (`contacts sync` fills it)'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from decrypt" -l refresh -d 'Read again at the vendor what the mirror answers, show it as it is now, and put the mirror right'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from decrypt" -l wide -d 'Show every column, however wide'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from decrypt" -l raw -d 'Add the vendor\'s own object to each contact as `raw`'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from decrypt" -l csv-safe -d 'Guard cells that a spreadsheet would run as formulas (csv)'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from decrypt" -l no-pager -d 'Do not send long output through a pager'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from decrypt" -s q -l quiet -d 'Say nothing but errors'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from decrypt" -s v -l verbose -d 'Say more: requests (-v), headers (-vv), bodies (-vvv); secrets are never shown'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from decrypt" -s h -l help -d 'Print help'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from help" -f -a "status" -d 'Show what is stored of each profile, and how old it is'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from help" -f -a "verify" -d 'Check the database, every contact and the index, and compare a few contacts with their vendors'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from help" -f -a "rebuild" -d 'Make the index anew from the stored contacts, without the network'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from help" -f -a "forget" -d 'Remove a contact, or all of a profile, and every trace of it'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from help" -f -a "encrypt" -d 'Encrypt the database with a key from the keyring, or from where `key` under `[mirror]` says'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from help" -f -a "decrypt" -d 'Store the database unencrypted again'
complete -c contacts -n "__fish_contacts_using_subcommand mirror; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c contacts -n "__fish_contacts_using_subcommand diff" -l since -d 'Changes seen since then: a time, a date, or as `7d`' -r
complete -c contacts -n "__fish_contacts_using_subcommand diff" -s p -l profile -d 'Ask this profile (repeat, or separate by commas)' -r
complete -c contacts -n "__fish_contacts_using_subcommand diff" -l max-age -d 'Answer from the local mirror where it is at most this old, and ask the vendor where it is not' -r
complete -c contacts -n "__fish_contacts_using_subcommand diff" -l config -d 'Read this configuration file' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand diff" -s o -l output -d 'Print as table, json, ndjson, csv, tsv, yaml, md or xlsx' -r
complete -c contacts -n "__fish_contacts_using_subcommand diff" -l columns -d 'Show these columns, in this order' -r
complete -c contacts -n "__fish_contacts_using_subcommand diff" -l jq -d 'Filter the JSON with a jq program; strings are printed raw' -r
complete -c contacts -n "__fish_contacts_using_subcommand diff" -l template -d 'Fill a template (Jinja) with the contacts' -r
complete -c contacts -n "__fish_contacts_using_subcommand diff" -l color -d 'Colour the output' -r
complete -c contacts -n "__fish_contacts_using_subcommand diff" -l error-format -d 'Write errors as text or as JSON, one object a line' -r -f -a "text\t''
json\t''"
complete -c contacts -n "__fish_contacts_using_subcommand diff" -l report -d 'Write a report of the query as JSON (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand diff" -l trace -d 'Record every exchange as a HAR file, without secrets (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand diff" -l timeout -d 'Give one request this long' -r
complete -c contacts -n "__fish_contacts_using_subcommand diff" -l max-retries -d 'Repeat a failed request so often' -r
complete -c contacts -n "__fish_contacts_using_subcommand diff" -l max-wait -d 'Wait so long for rate limits in all' -r
complete -c contacts -n "__fish_contacts_using_subcommand diff" -l concurrency -d 'Have so many requests under way at once' -r
complete -c contacts -n "__fish_contacts_using_subcommand diff" -l demo -d 'Try it without an account: made-up contacts from four vendors, served inside this process'
complete -c contacts -n "__fish_contacts_using_subcommand diff" -s A -l all-profiles -d 'Ask every profile'
complete -c contacts -n "__fish_contacts_using_subcommand diff" -l local -d 'Answer from the local mirror (`contacts sync` fills it)'
complete -c contacts -n "__fish_contacts_using_subcommand diff" -l refresh -d 'Read again at the vendor what the mirror answers, show it as it is now, and put the mirror right'
complete -c contacts -n "__fish_contacts_using_subcommand diff" -l wide -d 'Show every column, however wide'
complete -c contacts -n "__fish_contacts_using_subcommand diff" -l raw -d 'Add the vendor\'s own object to each contact as `raw`'
complete -c contacts -n "__fish_contacts_using_subcommand diff" -l csv-safe -d 'Guard cells that a spreadsheet would run as formulas (csv)'
complete -c contacts -n "__fish_contacts_using_subcommand diff" -l no-pager -d 'Do not send long output through a pager'
complete -c contacts -n "__fish_contacts_using_subcommand diff" -s q -l quiet -d 'Say nothing but errors'
complete -c contacts -n "__fish_contacts_using_subcommand diff" -s v -l verbose -d 'Say more: requests (-v), headers (-vv), bodies (-vvv); secrets are never shown'
complete -c contacts -n "__fish_contacts_using_subcommand diff" -s h -l help -d 'Print help'
complete -c contacts -n "__fish_contacts_using_subcommand log" -s p -l profile -d 'Ask this profile (repeat, or separate by commas)' -r
complete -c contacts -n "__fish_contacts_using_subcommand log" -l max-age -d 'Answer from the local mirror where it is at most this old, and ask the vendor where it is not' -r
complete -c contacts -n "__fish_contacts_using_subcommand log" -l config -d 'Read this configuration file' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand log" -s o -l output -d 'Print as table, json, ndjson, csv, tsv, yaml, md or xlsx' -r
complete -c contacts -n "__fish_contacts_using_subcommand log" -l columns -d 'Show these columns, in this order' -r
complete -c contacts -n "__fish_contacts_using_subcommand log" -l jq -d 'Filter the JSON with a jq program; strings are printed raw' -r
complete -c contacts -n "__fish_contacts_using_subcommand log" -l template -d 'Fill a template (Jinja) with the contacts' -r
complete -c contacts -n "__fish_contacts_using_subcommand log" -l color -d 'Colour the output' -r
complete -c contacts -n "__fish_contacts_using_subcommand log" -l error-format -d 'Write errors as text or as JSON, one object a line' -r -f -a "text\t''
json\t''"
complete -c contacts -n "__fish_contacts_using_subcommand log" -l report -d 'Write a report of the query as JSON (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand log" -l trace -d 'Record every exchange as a HAR file, without secrets (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand log" -l timeout -d 'Give one request this long' -r
complete -c contacts -n "__fish_contacts_using_subcommand log" -l max-retries -d 'Repeat a failed request so often' -r
complete -c contacts -n "__fish_contacts_using_subcommand log" -l max-wait -d 'Wait so long for rate limits in all' -r
complete -c contacts -n "__fish_contacts_using_subcommand log" -l concurrency -d 'Have so many requests under way at once' -r
complete -c contacts -n "__fish_contacts_using_subcommand log" -l demo -d 'Try it without an account: made-up contacts from four vendors, served inside this process'
complete -c contacts -n "__fish_contacts_using_subcommand log" -s A -l all-profiles -d 'Ask every profile'
complete -c contacts -n "__fish_contacts_using_subcommand log" -l local -d 'Answer from the local mirror (`contacts sync` fills it)'
complete -c contacts -n "__fish_contacts_using_subcommand log" -l refresh -d 'Read again at the vendor what the mirror answers, show it as it is now, and put the mirror right'
complete -c contacts -n "__fish_contacts_using_subcommand log" -l wide -d 'Show every column, however wide'
complete -c contacts -n "__fish_contacts_using_subcommand log" -l raw -d 'Add the vendor\'s own object to each contact as `raw`'
complete -c contacts -n "__fish_contacts_using_subcommand log" -l csv-safe -d 'Guard cells that a spreadsheet would run as formulas (csv)'
complete -c contacts -n "__fish_contacts_using_subcommand log" -l no-pager -d 'Do not send long output through a pager'
complete -c contacts -n "__fish_contacts_using_subcommand log" -s q -l quiet -d 'Say nothing but errors'
complete -c contacts -n "__fish_contacts_using_subcommand log" -s v -l verbose -d 'Say more: requests (-v), headers (-vv), bodies (-vvv); secrets are never shown'
complete -c contacts -n "__fish_contacts_using_subcommand log" -s h -l help -d 'Print help'
complete -c contacts -n "__fish_contacts_using_subcommand api" -s f -l field -d 'Add a parameter to the query (repeat)' -r
complete -c contacts -n "__fish_contacts_using_subcommand api" -s p -l profile -d 'Ask this profile (repeat, or separate by commas)' -r
complete -c contacts -n "__fish_contacts_using_subcommand api" -l max-age -d 'Answer from the local mirror where it is at most this old, and ask the vendor where it is not' -r
complete -c contacts -n "__fish_contacts_using_subcommand api" -l config -d 'Read this configuration file' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand api" -s o -l output -d 'Print as table, json, ndjson, csv, tsv, yaml, md or xlsx' -r
complete -c contacts -n "__fish_contacts_using_subcommand api" -l columns -d 'Show these columns, in this order' -r
complete -c contacts -n "__fish_contacts_using_subcommand api" -l jq -d 'Filter the JSON with a jq program; strings are printed raw' -r
complete -c contacts -n "__fish_contacts_using_subcommand api" -l template -d 'Fill a template (Jinja) with the contacts' -r
complete -c contacts -n "__fish_contacts_using_subcommand api" -l color -d 'Colour the output' -r
complete -c contacts -n "__fish_contacts_using_subcommand api" -l error-format -d 'Write errors as text or as JSON, one object a line' -r -f -a "text\t''
json\t''"
complete -c contacts -n "__fish_contacts_using_subcommand api" -l report -d 'Write a report of the query as JSON (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand api" -l trace -d 'Record every exchange as a HAR file, without secrets (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand api" -l timeout -d 'Give one request this long' -r
complete -c contacts -n "__fish_contacts_using_subcommand api" -l max-retries -d 'Repeat a failed request so often' -r
complete -c contacts -n "__fish_contacts_using_subcommand api" -l max-wait -d 'Wait so long for rate limits in all' -r
complete -c contacts -n "__fish_contacts_using_subcommand api" -l concurrency -d 'Have so many requests under way at once' -r
complete -c contacts -n "__fish_contacts_using_subcommand api" -l demo -d 'Try it without an account: made-up contacts from four vendors, served inside this process'
complete -c contacts -n "__fish_contacts_using_subcommand api" -s A -l all-profiles -d 'Ask every profile'
complete -c contacts -n "__fish_contacts_using_subcommand api" -l local -d 'Answer from the local mirror (`contacts sync` fills it)'
complete -c contacts -n "__fish_contacts_using_subcommand api" -l refresh -d 'Read again at the vendor what the mirror answers, show it as it is now, and put the mirror right'
complete -c contacts -n "__fish_contacts_using_subcommand api" -l wide -d 'Show every column, however wide'
complete -c contacts -n "__fish_contacts_using_subcommand api" -l raw -d 'Add the vendor\'s own object to each contact as `raw`'
complete -c contacts -n "__fish_contacts_using_subcommand api" -l csv-safe -d 'Guard cells that a spreadsheet would run as formulas (csv)'
complete -c contacts -n "__fish_contacts_using_subcommand api" -l no-pager -d 'Do not send long output through a pager'
complete -c contacts -n "__fish_contacts_using_subcommand api" -s q -l quiet -d 'Say nothing but errors'
complete -c contacts -n "__fish_contacts_using_subcommand api" -s v -l verbose -d 'Say more: requests (-v), headers (-vv), bodies (-vvv); secrets are never shown'
complete -c contacts -n "__fish_contacts_using_subcommand api" -s h -l help -d 'Print help'
complete -c contacts -n "__fish_contacts_using_subcommand doctor" -s p -l profile -d 'Ask this profile (repeat, or separate by commas)' -r
complete -c contacts -n "__fish_contacts_using_subcommand doctor" -l max-age -d 'Answer from the local mirror where it is at most this old, and ask the vendor where it is not' -r
complete -c contacts -n "__fish_contacts_using_subcommand doctor" -l config -d 'Read this configuration file' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand doctor" -s o -l output -d 'Print as table, json, ndjson, csv, tsv, yaml, md or xlsx' -r
complete -c contacts -n "__fish_contacts_using_subcommand doctor" -l columns -d 'Show these columns, in this order' -r
complete -c contacts -n "__fish_contacts_using_subcommand doctor" -l jq -d 'Filter the JSON with a jq program; strings are printed raw' -r
complete -c contacts -n "__fish_contacts_using_subcommand doctor" -l template -d 'Fill a template (Jinja) with the contacts' -r
complete -c contacts -n "__fish_contacts_using_subcommand doctor" -l color -d 'Colour the output' -r
complete -c contacts -n "__fish_contacts_using_subcommand doctor" -l error-format -d 'Write errors as text or as JSON, one object a line' -r -f -a "text\t''
json\t''"
complete -c contacts -n "__fish_contacts_using_subcommand doctor" -l report -d 'Write a report of the query as JSON (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand doctor" -l trace -d 'Record every exchange as a HAR file, without secrets (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand doctor" -l timeout -d 'Give one request this long' -r
complete -c contacts -n "__fish_contacts_using_subcommand doctor" -l max-retries -d 'Repeat a failed request so often' -r
complete -c contacts -n "__fish_contacts_using_subcommand doctor" -l max-wait -d 'Wait so long for rate limits in all' -r
complete -c contacts -n "__fish_contacts_using_subcommand doctor" -l concurrency -d 'Have so many requests under way at once' -r
complete -c contacts -n "__fish_contacts_using_subcommand doctor" -l demo -d 'Try it without an account: made-up contacts from four vendors, served inside this process'
complete -c contacts -n "__fish_contacts_using_subcommand doctor" -s A -l all-profiles -d 'Ask every profile'
complete -c contacts -n "__fish_contacts_using_subcommand doctor" -l local -d 'Answer from the local mirror (`contacts sync` fills it)'
complete -c contacts -n "__fish_contacts_using_subcommand doctor" -l refresh -d 'Read again at the vendor what the mirror answers, show it as it is now, and put the mirror right'
complete -c contacts -n "__fish_contacts_using_subcommand doctor" -l wide -d 'Show every column, however wide'
complete -c contacts -n "__fish_contacts_using_subcommand doctor" -l raw -d 'Add the vendor\'s own object to each contact as `raw`'
complete -c contacts -n "__fish_contacts_using_subcommand doctor" -l csv-safe -d 'Guard cells that a spreadsheet would run as formulas (csv)'
complete -c contacts -n "__fish_contacts_using_subcommand doctor" -l no-pager -d 'Do not send long output through a pager'
complete -c contacts -n "__fish_contacts_using_subcommand doctor" -s q -l quiet -d 'Say nothing but errors'
complete -c contacts -n "__fish_contacts_using_subcommand doctor" -s v -l verbose -d 'Say more: requests (-v), headers (-vv), bodies (-vvv); secrets are never shown'
complete -c contacts -n "__fish_contacts_using_subcommand doctor" -s h -l help -d 'Print help'
complete -c contacts -n "__fish_contacts_using_subcommand vendors" -s p -l profile -d 'Ask this profile (repeat, or separate by commas)' -r
complete -c contacts -n "__fish_contacts_using_subcommand vendors" -l max-age -d 'Answer from the local mirror where it is at most this old, and ask the vendor where it is not' -r
complete -c contacts -n "__fish_contacts_using_subcommand vendors" -l config -d 'Read this configuration file' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand vendors" -s o -l output -d 'Print as table, json, ndjson, csv, tsv, yaml, md or xlsx' -r
complete -c contacts -n "__fish_contacts_using_subcommand vendors" -l columns -d 'Show these columns, in this order' -r
complete -c contacts -n "__fish_contacts_using_subcommand vendors" -l jq -d 'Filter the JSON with a jq program; strings are printed raw' -r
complete -c contacts -n "__fish_contacts_using_subcommand vendors" -l template -d 'Fill a template (Jinja) with the contacts' -r
complete -c contacts -n "__fish_contacts_using_subcommand vendors" -l color -d 'Colour the output' -r
complete -c contacts -n "__fish_contacts_using_subcommand vendors" -l error-format -d 'Write errors as text or as JSON, one object a line' -r -f -a "text\t''
json\t''"
complete -c contacts -n "__fish_contacts_using_subcommand vendors" -l report -d 'Write a report of the query as JSON (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand vendors" -l trace -d 'Record every exchange as a HAR file, without secrets (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand vendors" -l timeout -d 'Give one request this long' -r
complete -c contacts -n "__fish_contacts_using_subcommand vendors" -l max-retries -d 'Repeat a failed request so often' -r
complete -c contacts -n "__fish_contacts_using_subcommand vendors" -l max-wait -d 'Wait so long for rate limits in all' -r
complete -c contacts -n "__fish_contacts_using_subcommand vendors" -l concurrency -d 'Have so many requests under way at once' -r
complete -c contacts -n "__fish_contacts_using_subcommand vendors" -l demo -d 'Try it without an account: made-up contacts from four vendors, served inside this process'
complete -c contacts -n "__fish_contacts_using_subcommand vendors" -s A -l all-profiles -d 'Ask every profile'
complete -c contacts -n "__fish_contacts_using_subcommand vendors" -l local -d 'Answer from the local mirror (`contacts sync` fills it)'
complete -c contacts -n "__fish_contacts_using_subcommand vendors" -l refresh -d 'Read again at the vendor what the mirror answers, show it as it is now, and put the mirror right'
complete -c contacts -n "__fish_contacts_using_subcommand vendors" -l wide -d 'Show every column, however wide'
complete -c contacts -n "__fish_contacts_using_subcommand vendors" -l raw -d 'Add the vendor\'s own object to each contact as `raw`'
complete -c contacts -n "__fish_contacts_using_subcommand vendors" -l csv-safe -d 'Guard cells that a spreadsheet would run as formulas (csv)'
complete -c contacts -n "__fish_contacts_using_subcommand vendors" -l no-pager -d 'Do not send long output through a pager'
complete -c contacts -n "__fish_contacts_using_subcommand vendors" -s q -l quiet -d 'Say nothing but errors'
complete -c contacts -n "__fish_contacts_using_subcommand vendors" -s v -l verbose -d 'Say more: requests (-v), headers (-vv), bodies (-vvv); secrets are never shown'
complete -c contacts -n "__fish_contacts_using_subcommand vendors" -s h -l help -d 'Print help'
complete -c contacts -n "__fish_contacts_using_subcommand sandbox" -l contacts -d 'Make up so many contacts for each vendor' -r
complete -c contacts -n "__fish_contacts_using_subcommand sandbox" -l seed -d 'Make up other people with another seed' -r
complete -c contacts -n "__fish_contacts_using_subcommand sandbox" -l port -d 'Listen on this port of loopback (0: any free one)' -r
complete -c contacts -n "__fish_contacts_using_subcommand sandbox" -l latency -d 'Delay each answer by so many milliseconds' -r
complete -c contacts -n "__fish_contacts_using_subcommand sandbox" -l fault -d 'Let something go wrong: [VENDOR:]KIND[=VALUE][@N[xM]] (repeat; --help lists the kinds)' -r
complete -c contacts -n "__fish_contacts_using_subcommand sandbox" -l churn -d 'Change contacts between requests, as delete=1,append=1,insert=1,rename=1,flip=1,every=2,until=9,seed=7' -r
complete -c contacts -n "__fish_contacts_using_subcommand sandbox" -l era -d 'Imitate ChatbotX of June 2026 (A), July (B) or later (C)' -r
complete -c contacts -n "__fish_contacts_using_subcommand sandbox" -l direction -d 'Let LiveDesk sort descending by `direction=desc` (param), by `-field` (prefix) or by both' -r
complete -c contacts -n "__fish_contacts_using_subcommand sandbox" -s p -l profile -d 'Ask this profile (repeat, or separate by commas)' -r
complete -c contacts -n "__fish_contacts_using_subcommand sandbox" -l max-age -d 'Answer from the local mirror where it is at most this old, and ask the vendor where it is not' -r
complete -c contacts -n "__fish_contacts_using_subcommand sandbox" -l config -d 'Read this configuration file' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand sandbox" -s o -l output -d 'Print as table, json, ndjson, csv, tsv, yaml, md or xlsx' -r
complete -c contacts -n "__fish_contacts_using_subcommand sandbox" -l columns -d 'Show these columns, in this order' -r
complete -c contacts -n "__fish_contacts_using_subcommand sandbox" -l jq -d 'Filter the JSON with a jq program; strings are printed raw' -r
complete -c contacts -n "__fish_contacts_using_subcommand sandbox" -l template -d 'Fill a template (Jinja) with the contacts' -r
complete -c contacts -n "__fish_contacts_using_subcommand sandbox" -l color -d 'Colour the output' -r
complete -c contacts -n "__fish_contacts_using_subcommand sandbox" -l error-format -d 'Write errors as text or as JSON, one object a line' -r -f -a "text\t''
json\t''"
complete -c contacts -n "__fish_contacts_using_subcommand sandbox" -l report -d 'Write a report of the query as JSON (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand sandbox" -l trace -d 'Record every exchange as a HAR file, without secrets (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand sandbox" -l timeout -d 'Give one request this long' -r
complete -c contacts -n "__fish_contacts_using_subcommand sandbox" -l max-retries -d 'Repeat a failed request so often' -r
complete -c contacts -n "__fish_contacts_using_subcommand sandbox" -l max-wait -d 'Wait so long for rate limits in all' -r
complete -c contacts -n "__fish_contacts_using_subcommand sandbox" -l concurrency -d 'Have so many requests under way at once' -r
complete -c contacts -n "__fish_contacts_using_subcommand sandbox" -l rate-limit -d 'Refuse requests beyond each vendor\'s rate limit'
complete -c contacts -n "__fish_contacts_using_subcommand sandbox" -l old -d 'Imitate older servers: Rocket.Chat\'s refusals before 7.0, Chatwoot\'s search before 4.11'
complete -c contacts -n "__fish_contacts_using_subcommand sandbox" -l ties -d 'Let contacts that Chatwoot or LiveDesk sorts as equal change places from page to page'
complete -c contacts -n "__fish_contacts_using_subcommand sandbox" -l demo -d 'Try it without an account: made-up contacts from four vendors, served inside this process'
complete -c contacts -n "__fish_contacts_using_subcommand sandbox" -s A -l all-profiles -d 'Ask every profile'
complete -c contacts -n "__fish_contacts_using_subcommand sandbox" -l local -d 'Answer from the local mirror (`contacts sync` fills it)'
complete -c contacts -n "__fish_contacts_using_subcommand sandbox" -l refresh -d 'Read again at the vendor what the mirror answers, show it as it is now, and put the mirror right'
complete -c contacts -n "__fish_contacts_using_subcommand sandbox" -l wide -d 'Show every column, however wide'
complete -c contacts -n "__fish_contacts_using_subcommand sandbox" -l raw -d 'Add the vendor\'s own object to each contact as `raw`'
complete -c contacts -n "__fish_contacts_using_subcommand sandbox" -l csv-safe -d 'Guard cells that a spreadsheet would run as formulas (csv)'
complete -c contacts -n "__fish_contacts_using_subcommand sandbox" -l no-pager -d 'Do not send long output through a pager'
complete -c contacts -n "__fish_contacts_using_subcommand sandbox" -s q -l quiet -d 'Say nothing but errors'
complete -c contacts -n "__fish_contacts_using_subcommand sandbox" -s v -l verbose -d 'Say more: requests (-v), headers (-vv), bodies (-vvv); secrets are never shown'
complete -c contacts -n "__fish_contacts_using_subcommand sandbox" -s h -l help -d 'Print help'
complete -c contacts -n "__fish_contacts_using_subcommand csv-unsafe" -l out -d 'Write to this file, whole or not at all; it may be the same' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand csv-unsafe" -s p -l profile -d 'Ask this profile (repeat, or separate by commas)' -r
complete -c contacts -n "__fish_contacts_using_subcommand csv-unsafe" -l max-age -d 'Answer from the local mirror where it is at most this old, and ask the vendor where it is not' -r
complete -c contacts -n "__fish_contacts_using_subcommand csv-unsafe" -l config -d 'Read this configuration file' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand csv-unsafe" -s o -l output -d 'Print as table, json, ndjson, csv, tsv, yaml, md or xlsx' -r
complete -c contacts -n "__fish_contacts_using_subcommand csv-unsafe" -l columns -d 'Show these columns, in this order' -r
complete -c contacts -n "__fish_contacts_using_subcommand csv-unsafe" -l jq -d 'Filter the JSON with a jq program; strings are printed raw' -r
complete -c contacts -n "__fish_contacts_using_subcommand csv-unsafe" -l template -d 'Fill a template (Jinja) with the contacts' -r
complete -c contacts -n "__fish_contacts_using_subcommand csv-unsafe" -l color -d 'Colour the output' -r
complete -c contacts -n "__fish_contacts_using_subcommand csv-unsafe" -l error-format -d 'Write errors as text or as JSON, one object a line' -r -f -a "text\t''
json\t''"
complete -c contacts -n "__fish_contacts_using_subcommand csv-unsafe" -l report -d 'Write a report of the query as JSON (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand csv-unsafe" -l trace -d 'Record every exchange as a HAR file, without secrets (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand csv-unsafe" -l timeout -d 'Give one request this long' -r
complete -c contacts -n "__fish_contacts_using_subcommand csv-unsafe" -l max-retries -d 'Repeat a failed request so often' -r
complete -c contacts -n "__fish_contacts_using_subcommand csv-unsafe" -l max-wait -d 'Wait so long for rate limits in all' -r
complete -c contacts -n "__fish_contacts_using_subcommand csv-unsafe" -l concurrency -d 'Have so many requests under way at once' -r
complete -c contacts -n "__fish_contacts_using_subcommand csv-unsafe" -l demo -d 'Try it without an account: made-up contacts from four vendors, served inside this process'
complete -c contacts -n "__fish_contacts_using_subcommand csv-unsafe" -s A -l all-profiles -d 'Ask every profile'
complete -c contacts -n "__fish_contacts_using_subcommand csv-unsafe" -l local -d 'Answer from the local mirror (`contacts sync` fills it)'
complete -c contacts -n "__fish_contacts_using_subcommand csv-unsafe" -l refresh -d 'Read again at the vendor what the mirror answers, show it as it is now, and put the mirror right'
complete -c contacts -n "__fish_contacts_using_subcommand csv-unsafe" -l wide -d 'Show every column, however wide'
complete -c contacts -n "__fish_contacts_using_subcommand csv-unsafe" -l raw -d 'Add the vendor\'s own object to each contact as `raw`'
complete -c contacts -n "__fish_contacts_using_subcommand csv-unsafe" -l csv-safe -d 'Guard cells that a spreadsheet would run as formulas (csv)'
complete -c contacts -n "__fish_contacts_using_subcommand csv-unsafe" -l no-pager -d 'Do not send long output through a pager'
complete -c contacts -n "__fish_contacts_using_subcommand csv-unsafe" -s q -l quiet -d 'Say nothing but errors'
complete -c contacts -n "__fish_contacts_using_subcommand csv-unsafe" -s v -l verbose -d 'Say more: requests (-v), headers (-vv), bodies (-vvv); secrets are never shown'
complete -c contacts -n "__fish_contacts_using_subcommand csv-unsafe" -s h -l help -d 'Print help'
complete -c contacts -n "__fish_contacts_using_subcommand completions" -s p -l profile -d 'Ask this profile (repeat, or separate by commas)' -r
complete -c contacts -n "__fish_contacts_using_subcommand completions" -l max-age -d 'Answer from the local mirror where it is at most this old, and ask the vendor where it is not' -r
complete -c contacts -n "__fish_contacts_using_subcommand completions" -l config -d 'Read this configuration file' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand completions" -s o -l output -d 'Print as table, json, ndjson, csv, tsv, yaml, md or xlsx' -r
complete -c contacts -n "__fish_contacts_using_subcommand completions" -l columns -d 'Show these columns, in this order' -r
complete -c contacts -n "__fish_contacts_using_subcommand completions" -l jq -d 'Filter the JSON with a jq program; strings are printed raw' -r
complete -c contacts -n "__fish_contacts_using_subcommand completions" -l template -d 'Fill a template (Jinja) with the contacts' -r
complete -c contacts -n "__fish_contacts_using_subcommand completions" -l color -d 'Colour the output' -r
complete -c contacts -n "__fish_contacts_using_subcommand completions" -l error-format -d 'Write errors as text or as JSON, one object a line' -r -f -a "text\t''
json\t''"
complete -c contacts -n "__fish_contacts_using_subcommand completions" -l report -d 'Write a report of the query as JSON (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand completions" -l trace -d 'Record every exchange as a HAR file, without secrets (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand completions" -l timeout -d 'Give one request this long' -r
complete -c contacts -n "__fish_contacts_using_subcommand completions" -l max-retries -d 'Repeat a failed request so often' -r
complete -c contacts -n "__fish_contacts_using_subcommand completions" -l max-wait -d 'Wait so long for rate limits in all' -r
complete -c contacts -n "__fish_contacts_using_subcommand completions" -l concurrency -d 'Have so many requests under way at once' -r
complete -c contacts -n "__fish_contacts_using_subcommand completions" -l demo -d 'Try it without an account: made-up contacts from four vendors, served inside this process'
complete -c contacts -n "__fish_contacts_using_subcommand completions" -s A -l all-profiles -d 'Ask every profile'
complete -c contacts -n "__fish_contacts_using_subcommand completions" -l local -d 'Answer from the local mirror (`contacts sync` fills it)'
complete -c contacts -n "__fish_contacts_using_subcommand completions" -l refresh -d 'Read again at the vendor what the mirror answers, show it as it is now, and put the mirror right'
complete -c contacts -n "__fish_contacts_using_subcommand completions" -l wide -d 'Show every column, however wide'
complete -c contacts -n "__fish_contacts_using_subcommand completions" -l raw -d 'Add the vendor\'s own object to each contact as `raw`'
complete -c contacts -n "__fish_contacts_using_subcommand completions" -l csv-safe -d 'Guard cells that a spreadsheet would run as formulas (csv)'
complete -c contacts -n "__fish_contacts_using_subcommand completions" -l no-pager -d 'Do not send long output through a pager'
complete -c contacts -n "__fish_contacts_using_subcommand completions" -s q -l quiet -d 'Say nothing but errors'
complete -c contacts -n "__fish_contacts_using_subcommand completions" -s v -l verbose -d 'Say more: requests (-v), headers (-vv), bodies (-vvv); secrets are never shown'
complete -c contacts -n "__fish_contacts_using_subcommand completions" -s h -l help -d 'Print help'
complete -c contacts -n "__fish_contacts_using_subcommand man" -l dir -d 'Write every page into this folder, as contacts.1, contacts-search.1 and so on' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand man" -s p -l profile -d 'Ask this profile (repeat, or separate by commas)' -r
complete -c contacts -n "__fish_contacts_using_subcommand man" -l max-age -d 'Answer from the local mirror where it is at most this old, and ask the vendor where it is not' -r
complete -c contacts -n "__fish_contacts_using_subcommand man" -l config -d 'Read this configuration file' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand man" -s o -l output -d 'Print as table, json, ndjson, csv, tsv, yaml, md or xlsx' -r
complete -c contacts -n "__fish_contacts_using_subcommand man" -l columns -d 'Show these columns, in this order' -r
complete -c contacts -n "__fish_contacts_using_subcommand man" -l jq -d 'Filter the JSON with a jq program; strings are printed raw' -r
complete -c contacts -n "__fish_contacts_using_subcommand man" -l template -d 'Fill a template (Jinja) with the contacts' -r
complete -c contacts -n "__fish_contacts_using_subcommand man" -l color -d 'Colour the output' -r
complete -c contacts -n "__fish_contacts_using_subcommand man" -l error-format -d 'Write errors as text or as JSON, one object a line' -r -f -a "text\t''
json\t''"
complete -c contacts -n "__fish_contacts_using_subcommand man" -l report -d 'Write a report of the query as JSON (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand man" -l trace -d 'Record every exchange as a HAR file, without secrets (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand man" -l timeout -d 'Give one request this long' -r
complete -c contacts -n "__fish_contacts_using_subcommand man" -l max-retries -d 'Repeat a failed request so often' -r
complete -c contacts -n "__fish_contacts_using_subcommand man" -l max-wait -d 'Wait so long for rate limits in all' -r
complete -c contacts -n "__fish_contacts_using_subcommand man" -l concurrency -d 'Have so many requests under way at once' -r
complete -c contacts -n "__fish_contacts_using_subcommand man" -l markdown -d 'Print all commands in one document, as Markdown'
complete -c contacts -n "__fish_contacts_using_subcommand man" -l demo -d 'Try it without an account: made-up contacts from four vendors, served inside this process'
complete -c contacts -n "__fish_contacts_using_subcommand man" -s A -l all-profiles -d 'Ask every profile'
complete -c contacts -n "__fish_contacts_using_subcommand man" -l local -d 'Answer from the local mirror (`contacts sync` fills it)'
complete -c contacts -n "__fish_contacts_using_subcommand man" -l refresh -d 'Read again at the vendor what the mirror answers, show it as it is now, and put the mirror right'
complete -c contacts -n "__fish_contacts_using_subcommand man" -l wide -d 'Show every column, however wide'
complete -c contacts -n "__fish_contacts_using_subcommand man" -l raw -d 'Add the vendor\'s own object to each contact as `raw`'
complete -c contacts -n "__fish_contacts_using_subcommand man" -l csv-safe -d 'Guard cells that a spreadsheet would run as formulas (csv)'
complete -c contacts -n "__fish_contacts_using_subcommand man" -l no-pager -d 'Do not send long output through a pager'
complete -c contacts -n "__fish_contacts_using_subcommand man" -s q -l quiet -d 'Say nothing but errors'
complete -c contacts -n "__fish_contacts_using_subcommand man" -s v -l verbose -d 'Say more: requests (-v), headers (-vv), bodies (-vvv); secrets are never shown'
complete -c contacts -n "__fish_contacts_using_subcommand man" -s h -l help -d 'Print help'
complete -c contacts -n "__fish_contacts_using_subcommand schema" -s p -l profile -d 'Ask this profile (repeat, or separate by commas)' -r
complete -c contacts -n "__fish_contacts_using_subcommand schema" -l max-age -d 'Answer from the local mirror where it is at most this old, and ask the vendor where it is not' -r
complete -c contacts -n "__fish_contacts_using_subcommand schema" -l config -d 'Read this configuration file' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand schema" -s o -l output -d 'Print as table, json, ndjson, csv, tsv, yaml, md or xlsx' -r
complete -c contacts -n "__fish_contacts_using_subcommand schema" -l columns -d 'Show these columns, in this order' -r
complete -c contacts -n "__fish_contacts_using_subcommand schema" -l jq -d 'Filter the JSON with a jq program; strings are printed raw' -r
complete -c contacts -n "__fish_contacts_using_subcommand schema" -l template -d 'Fill a template (Jinja) with the contacts' -r
complete -c contacts -n "__fish_contacts_using_subcommand schema" -l color -d 'Colour the output' -r
complete -c contacts -n "__fish_contacts_using_subcommand schema" -l error-format -d 'Write errors as text or as JSON, one object a line' -r -f -a "text\t''
json\t''"
complete -c contacts -n "__fish_contacts_using_subcommand schema" -l report -d 'Write a report of the query as JSON (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand schema" -l trace -d 'Record every exchange as a HAR file, without secrets (`-` is stderr)' -r -F
complete -c contacts -n "__fish_contacts_using_subcommand schema" -l timeout -d 'Give one request this long' -r
complete -c contacts -n "__fish_contacts_using_subcommand schema" -l max-retries -d 'Repeat a failed request so often' -r
complete -c contacts -n "__fish_contacts_using_subcommand schema" -l max-wait -d 'Wait so long for rate limits in all' -r
complete -c contacts -n "__fish_contacts_using_subcommand schema" -l concurrency -d 'Have so many requests under way at once' -r
complete -c contacts -n "__fish_contacts_using_subcommand schema" -l demo -d 'Try it without an account: made-up contacts from four vendors, served inside this process'
complete -c contacts -n "__fish_contacts_using_subcommand schema" -s A -l all-profiles -d 'Ask every profile'
complete -c contacts -n "__fish_contacts_using_subcommand schema" -l local -d 'Answer from the local mirror (`contacts sync` fills it)'
complete -c contacts -n "__fish_contacts_using_subcommand schema" -l refresh -d 'Read again at the vendor what the mirror answers, show it as it is now, and put the mirror right'
complete -c contacts -n "__fish_contacts_using_subcommand schema" -l wide -d 'Show every column, however wide'
complete -c contacts -n "__fish_contacts_using_subcommand schema" -l raw -d 'Add the vendor\'s own object to each contact as `raw`'
complete -c contacts -n "__fish_contacts_using_subcommand schema" -l csv-safe -d 'Guard cells that a spreadsheet would run as formulas (csv)'
complete -c contacts -n "__fish_contacts_using_subcommand schema" -l no-pager -d 'Do not send long output through a pager'
complete -c contacts -n "__fish_contacts_using_subcommand schema" -s q -l quiet -d 'Say nothing but errors'
complete -c contacts -n "__fish_contacts_using_subcommand schema" -s v -l verbose -d 'Say more: requests (-v), headers (-vv), bodies (-vvv); secrets are never shown'
complete -c contacts -n "__fish_contacts_using_subcommand schema" -s h -l help -d 'Print help'
complete -c contacts -n "__fish_contacts_using_subcommand help; and not __fish_seen_subcommand_from list search pick show channels profile login logout sync mirror diff log api doctor vendors sandbox csv-unsafe completions man schema help" -f -a "list" -d 'List contacts, most recently active first'
complete -c contacts -n "__fish_contacts_using_subcommand help; and not __fish_seen_subcommand_from list search pick show channels profile login logout sync mirror diff log api doctor vendors sandbox csv-unsafe completions man schema help" -f -a "search" -d 'Find contacts in which every word occurs'
complete -c contacts -n "__fish_contacts_using_subcommand help; and not __fish_seen_subcommand_from list search pick show channels profile login logout sync mirror diff log api doctor vendors sandbox csv-unsafe completions man schema help" -f -a "pick" -d 'Choose a contact at the terminal and print its id'
complete -c contacts -n "__fish_contacts_using_subcommand help; and not __fish_seen_subcommand_from list search pick show channels profile login logout sync mirror diff log api doctor vendors sandbox csv-unsafe completions man schema help" -f -a "show" -d 'Show everything that is known about a contact'
complete -c contacts -n "__fish_contacts_using_subcommand help; and not __fish_seen_subcommand_from list search pick show channels profile login logout sync mirror diff log api doctor vendors sandbox csv-unsafe completions man schema help" -f -a "channels" -d 'Show the channels by which a contact is reached'
complete -c contacts -n "__fish_contacts_using_subcommand help; and not __fish_seen_subcommand_from list search pick show channels profile login logout sync mirror diff log api doctor vendors sandbox csv-unsafe completions man schema help" -f -a "profile" -d 'Manage profiles: the accounts that can be asked'
complete -c contacts -n "__fish_contacts_using_subcommand help; and not __fish_seen_subcommand_from list search pick show channels profile login logout sync mirror diff log api doctor vendors sandbox csv-unsafe completions man schema help" -f -a "login" -d 'Put a profile\'s secrets into the keyring'
complete -c contacts -n "__fish_contacts_using_subcommand help; and not __fish_seen_subcommand_from list search pick show channels profile login logout sync mirror diff log api doctor vendors sandbox csv-unsafe completions man schema help" -f -a "logout" -d 'Take a profile\'s secrets out of the keyring'
complete -c contacts -n "__fish_contacts_using_subcommand help; and not __fish_seen_subcommand_from list search pick show channels profile login logout sync mirror diff log api doctor vendors sandbox csv-unsafe completions man schema help" -f -a "sync" -d 'Fill and refresh the local mirror'
complete -c contacts -n "__fish_contacts_using_subcommand help; and not __fish_seen_subcommand_from list search pick show channels profile login logout sync mirror diff log api doctor vendors sandbox csv-unsafe completions man schema help" -f -a "mirror" -d 'Look after the local mirror'
complete -c contacts -n "__fish_contacts_using_subcommand help; and not __fish_seen_subcommand_from list search pick show channels profile login logout sync mirror diff log api doctor vendors sandbox csv-unsafe completions man schema help" -f -a "diff" -d 'Show what changed in the mirrored contacts'
complete -c contacts -n "__fish_contacts_using_subcommand help; and not __fish_seen_subcommand_from list search pick show channels profile login logout sync mirror diff log api doctor vendors sandbox csv-unsafe completions man schema help" -f -a "log" -d 'Show what changed in one mirrored contact'
complete -c contacts -n "__fish_contacts_using_subcommand help; and not __fish_seen_subcommand_from list search pick show channels profile login logout sync mirror diff log api doctor vendors sandbox csv-unsafe completions man schema help" -f -a "api" -d 'GET a path from the profile\'s vendor, the reply as it is'
complete -c contacts -n "__fish_contacts_using_subcommand help; and not __fish_seen_subcommand_from list search pick show channels profile login logout sync mirror diff log api doctor vendors sandbox csv-unsafe completions man schema help" -f -a "doctor" -d 'Look at this machine and every profile, and say what to do'
complete -c contacts -n "__fish_contacts_using_subcommand help; and not __fish_seen_subcommand_from list search pick show channels profile login logout sync mirror diff log api doctor vendors sandbox csv-unsafe completions man schema help" -f -a "vendors" -d 'Show what each vendor can do'
complete -c contacts -n "__fish_contacts_using_subcommand help; and not __fish_seen_subcommand_from list search pick show channels profile login logout sync mirror diff log api doctor vendors sandbox csv-unsafe completions man schema help" -f -a "sandbox" -d 'Serve the vendors\' APIs on loopback with made-up contacts'
complete -c contacts -n "__fish_contacts_using_subcommand help; and not __fish_seen_subcommand_from list search pick show channels profile login logout sync mirror diff log api doctor vendors sandbox csv-unsafe completions man schema help" -f -a "csv-unsafe" -d 'Restore a file that --csv-safe guarded, byte for byte'
complete -c contacts -n "__fish_contacts_using_subcommand help; and not __fish_seen_subcommand_from list search pick show channels profile login logout sync mirror diff log api doctor vendors sandbox csv-unsafe completions man schema help" -f -a "completions" -d 'Print a completion script for a shell'
complete -c contacts -n "__fish_contacts_using_subcommand help; and not __fish_seen_subcommand_from list search pick show channels profile login logout sync mirror diff log api doctor vendors sandbox csv-unsafe completions man schema help" -f -a "man" -d 'Print the manual page of a command'
complete -c contacts -n "__fish_contacts_using_subcommand help; and not __fish_seen_subcommand_from list search pick show channels profile login logout sync mirror diff log api doctor vendors sandbox csv-unsafe completions man schema help" -f -a "schema" -d 'Print the JSON Schema of the output'
complete -c contacts -n "__fish_contacts_using_subcommand help; and not __fish_seen_subcommand_from list search pick show channels profile login logout sync mirror diff log api doctor vendors sandbox csv-unsafe completions man schema help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c contacts -n "__fish_contacts_using_subcommand help; and __fish_seen_subcommand_from profile" -f -a "list" -d 'List the profiles'
complete -c contacts -n "__fish_contacts_using_subcommand help; and __fish_seen_subcommand_from profile" -f -a "show" -d 'Show a profile and where its secrets are kept'
complete -c contacts -n "__fish_contacts_using_subcommand help; and __fish_seen_subcommand_from profile" -f -a "add" -d 'Add a profile; asks for what is not given'
complete -c contacts -n "__fish_contacts_using_subcommand help; and __fish_seen_subcommand_from profile" -f -a "remove" -d 'Remove a profile, and its secrets from the keyring'
complete -c contacts -n "__fish_contacts_using_subcommand help; and __fish_seen_subcommand_from profile" -f -a "default" -d 'Make a profile the default, or say which one is'
complete -c contacts -n "__fish_contacts_using_subcommand help; and __fish_seen_subcommand_from profile" -f -a "check" -d 'Make one authenticated call and say who one is'
complete -c contacts -n "__fish_contacts_using_subcommand help; and __fish_seen_subcommand_from mirror" -f -a "status" -d 'Show what is stored of each profile, and how old it is'
complete -c contacts -n "__fish_contacts_using_subcommand help; and __fish_seen_subcommand_from mirror" -f -a "verify" -d 'Check the database, every contact and the index, and compare a few contacts with their vendors'
complete -c contacts -n "__fish_contacts_using_subcommand help; and __fish_seen_subcommand_from mirror" -f -a "rebuild" -d 'Make the index anew from the stored contacts, without the network'
complete -c contacts -n "__fish_contacts_using_subcommand help; and __fish_seen_subcommand_from mirror" -f -a "forget" -d 'Remove a contact, or all of a profile, and every trace of it'
complete -c contacts -n "__fish_contacts_using_subcommand help; and __fish_seen_subcommand_from mirror" -f -a "encrypt" -d 'Encrypt the database with a key from the keyring, or from where `key` under `[mirror]` says'
complete -c contacts -n "__fish_contacts_using_subcommand help; and __fish_seen_subcommand_from mirror" -f -a "decrypt" -d 'Store the database unencrypted again'

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
