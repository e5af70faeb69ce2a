/* fiat completion: the script by which a shell completes the command's words. */
#include "cmd.h"
#include "complete.h"
#include "opt.h"

#include <stdio.h>
#include <string.h>

/* Bash takes words apart at "=" and ":"; they are joined again, and what is offered is cut to the
 * part that bash replaces. A file is left to readline (complete -o default), which quotes it. */
static const char s_bash[] =
    "# bash completion of fiat, made by `fiat completion bash`.\n"
    "_fiat() {\n"
    "    local word typed paths joined= words=()\n"
    "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD}\"; do\n"
    "        if [[ ${#words[@]} -gt 0 && ( $joined || $word == [=:] ) ]]; then\n"
    "            words[-1]+=$word\n"
    "        else\n"
    "            words+=(\"$word\")\n"
    "        fi\n"
    "        [[ $word == [=:] ]] && joined=yes || joined=\n"
    "    done\n"
    "    typed=${words[-1]}\n"
    "    typed=${typed%\"${typed##*[=:]}\"}\n"
    "    COMPREPLY=()\n"
    "    {\n"
    "        read -r paths\n"
    "        while IFS=$'\\t' read -r word _; do\n"
    "            COMPREPLY+=(\"${word#\"$typed\"}\")\n"
    "        done\n"
    "    } < <(\"${COMP_WORDS[0]}\" completion words -- \"${words[@]}\" 2>/dev/null)\n"
    "    case $paths in\n"
    "    files) ;;\n"
    "    dirs) compopt +o default -o dirnames ;;\n"
    "    *) compopt +o default ;;\n"
    "    esac\n"
    "    [[ ${#COMPREPLY[@]} -eq 1 && $COMPREPLY == *[=:] ]] && compopt -o nospace\n"
    "    return 0\n"
    "}\n"
    "complete -o default -F _fiat fiat\n";

static const char s_zsh[] =
    "#compdef fiat\n"
    "# zsh completion of fiat, made by `fiat completion zsh`.\n"
    "_fiat() {\n"
    "    local line word paths result=1\n"
    "    local -a lines closed open\n"
    "    lines=(\"${(@f)$(${(Q)words[1]} completion words -- \"${(@Q)words[2,CURRENT-1]}\" \\\n"
    "        \"${(Q)PREFIX}\" 2>/dev/null)}\")\n"
    "    paths=$lines[1]\n"
    "    for line in \"${(@)lines[2,-1]}\"; do\n"
    "        word=${line%%$'\\t'*}\n"
    "        line=${word//:/\\\\:}:${line#*$'\\t'}\n"
    "        if [[ $word == *[=:] ]]; then open+=(\"$line\"); else closed+=(\"$line\"); fi\n"
    "    done\n"
    "    (( $#closed )) && _describe -t words word closed && result=0\n"
    "    (( $#open )) && _describe -t words word open -S '' && result=0\n"
    "    [[ $PREFIX == --*=* ]] && compset -P '--*='\n"
    "    [[ $PREFIX == local:* ]] && compset -P 'local:'\n"
    "    case $paths in\n"
    "    files) _files && result=0 ;;\n"
    "    dirs) _files -/ && result=0 ;;\n"
    "    esac\n"
    "    return result\n"
    "}\n"
    "if [[ $funcstack[1] == _fiat ]]; then _fiat \"$@\"; else compdef _fiat fiat; fi\n";

static int print_words(int count, char **words) {
    static const char *const paths[] = {"none", "files", "dirs"};
    complete_answer answer;
    complete_find(&answer, count, words);
    puts(paths[answer.paths]);
    fputs(fiat__buf_cstr(&answer.words), stdout);
    fiat__buf_deinit(&answer.words);
    return EXIT_DONE;
}

static int run(int argc, char **argv) {
    if (strcmp(argv[0], "words") == 0) return print_words(argc - 1, argv + 1);
    if (argc > 1) return cmd_fail(EXIT_USAGE, "unexpected argument \"%.100s\"", argv[1]);
    if (strcmp(argv[0], "bash") == 0)
        fputs(s_bash, stdout);
    else if (strcmp(argv[0], "zsh") == 0)
        fputs(s_zsh, stdout);
    else
        return cmd_fail(EXIT_USAGE, "\"%.100s\" is none of bash, zsh", argv[0]);
    return EXIT_DONE;
}

const struct cmd cmd_completion = {
    .name = "completion",
    .synopsis = "bash|zsh",
    .summary = "Print what lets a shell complete fiat's words",
    .details =
        "`make install` puts both scripts where the shells look for them. By hand, in "
        "~/.bashrc:\n\n"
        "  source <(fiat completion bash)\n\n"
        "or in ~/.zshrc, after compinit:\n\n"
        "  source <(fiat completion zsh)\n\n"
        "Commands, options, their values, settings, streams and files are completed. The scripts "
        "ask `fiat completion words -- WORD...` for what may stand in the place of the last WORD; "
        "the first line of the answer says which paths may as well (none, files or dirs), each "
        "line below is a word, a tab and its meaning.",
    .min_args = 1,
    .max_args = -1,
    .run = run,
};
