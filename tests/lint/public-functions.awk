# Prints "FILE:LINE NAME documented|undocumented" for each FIAT_API function of the given headers.
# Documented: a /** comment ends on the line before, or the function follows a documented one with
# nothing between them, as in a pair that shares its comment.
FNR == 1 { in_comment = in_doc = ready = in_api = in_other = 0 }
{
    text = $0
    if (in_comment) {
        if (!sub(/^.*\*\//, "", text)) next
        in_comment = 0
        ready = in_doc
        if (text ~ /^[ \t]*$/) next
    }
    if (text ~ /^[ \t]*\/\*/ && text !~ /\*\//) {
        in_comment = 1
        in_doc = text ~ /^[ \t]*\/\*\*/
        next
    }
    if (text ~ /^[ \t]*\/\*.*\*\/[ \t]*$/) { ready = text ~ /^[ \t]*\/\*\*/; next }
    if (!in_api && text ~ /^FIAT_API /) {
        in_api = 1
        declaration = ""
        place = FILENAME ":" FNR
    }
    if (!in_api) { ready = 0; next }
    declaration = declaration " " text
    if (text !~ /;/) next
    in_api = 0
    gsub(/FIAT_[A-Z_]+(\([^)]*\))?/, "", declaration)
    if (match(declaration, /[A-Za-z_][A-Za-z_0-9]*[ \t]*\(/)) {
        name = substr(declaration, RSTART, RLENGTH - 1)
        sub(/[ \t]+$/, "", name)
        print place, name, ready ? "documented" : "undocumented"
    }
}
