# What jq 1.7 has and jaq leaves to the program around it, or means otherwise.

def @csv: if type != "array" then error("cannot be written as CSV: " + type) else map(
  if type == "string" then "\"" + gsub("\""; "\"\"") + "\""
  elif . == null then "" elif type == "boolean" or type == "number" then tostring
  else error("cannot be a CSV cell: " + type) end) | join(",") end;
def @tsv: if type != "array" then error("cannot be written as TSV: " + type) else map(
  if type == "string" then gsub("\\\\"; "\\\\") | gsub("\t"; "\\t") | gsub("\n"; "\\n") | gsub("\r"; "\\r")
  elif . == null then "" elif type == "boolean" or type == "number" then tostring
  else error("cannot be a TSV cell: " + type) end) | join("\t") end;
def @base32: tostring | encode_base32;
def @base32d: tostring | decode_base32;
def format($name):
  if $name == "text" then @text elif $name == "json" then @json elif $name == "csv" then @csv
  elif $name == "tsv" then @tsv elif $name == "html" then @html elif $name == "uri" then @uri
  elif $name == "sh" then @sh elif $name == "base64" then @base64 elif $name == "base64d" then @base64d
  elif $name == "base32" then @base32 elif $name == "base32d" then @base32d
  else error($name + " is not a valid format") end;

# There is one input, the whole answer.
def input: error("No more inputs");
def inputs: empty;
def input_filename: null;
def input_line_number: 0;
def get_search_list: [];
def have_literal_numbers: true;
def have_decnum: false;
def env: $ENV;

def ascii: [.] | implode;
def date: todate;
def dateadd(unit; $seconds): . + $seconds;
def datesub(unit; $seconds): . - $seconds;
def leaf_paths: paths(scalars);
def toarray: if type == "array" then . else [.] end;
def flatten($depth):
  if $depth < 0 then error("flatten depth must not be negative")
  else [.[] | if type == "array" and $depth > 0 then flatten($depth - 1)[] else . end] end;
def ltrimstr($start):
  if type == "string" and ($start | type) == "string" and startswith($start) then .[($start | length):] else . end;
def rtrimstr($end):
  if type == "string" and ($end | type) == "string" and endswith($end) then .[:length - ($end | length)] else . end;

def from_entries: reduce .[] as $entry ({}; . + {
  ($entry | [.key, .k, .name, .Name, .K, .Key] | map(values) | first // null
    | if type == "string" then . else tojson end):
  ($entry | if has("value") then .value elif has("v") then .v elif has("Value") then .Value else .V end) });
def with_entries(f): to_entries | map(f) | from_entries;

def setpath($path; $value):
  if $path == [] then $value else
    $path[0] as $key | (.[$key] | setpath($path[1:]; $value)) as $inner
    | if ($key | type) == "string" then . + {($key): $inner}
      elif ($key | type) == "number" then
        (. // []) as $list | if $key < 0 then $list | .[$key] = $inner
        else [range([($list | length), $key + 1] | max) | if . == $key then $inner else $list[.] end] end
      else .[$key] = $inner end
  end;
def tostream:
  path(def walked: (.[]? | walked), .; walked) as $path | getpath($path)
  | reduce path(.[]?) as $inner ([$path, .]; [$path + $inner]);
def fromstream(stream):
  foreach stream as $event ({};
    (if .done then {} else . end) | ($event[0] | length) as $depth
    | if $event | length == 2 then {value: (.value | setpath($event[0]; $event[1])), done: ($depth == 0)}
      else .done = ($depth == 1) end;
    if .done then .value else empty end);
def truncate_stream(stream):
  . as $depth | stream | if (.[0] | length) > $depth then [.[0][$depth:]] + .[1:] else empty end;

def IN(stream): any(stream == .; .);
def IN(source; stream): any(source == stream; .);
def INDEX(stream; f): reduce stream as $row ({}; . + {($row | f | tostring): $row});
def INDEX(f): INDEX(.[]; f);
def JOIN($index; f): [.[] | [., $index[f]]];
def JOIN($index; stream; f): stream | [., $index[f]];
def JOIN($index; stream; f; join): stream | [., $index[f]] | join;
