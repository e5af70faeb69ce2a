#!/bin/sh
# Install into a folder of its own, and build and run outside programs with pkg-config alone: no
# header, library or flag of the source tree. In C and C++, with gcc and with clang.
# usage: install.sh BUILD-DIR      configured with a --prefix that may be overwritten and removed
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$(sed -n 's/^prefix = //p' "$build/Makefile")
passed=0 failed=0 skipped=0

# check WHAT COMMAND...
check() {
    what=$1
    shift
    if "$@" >"$work/out" 2>&1; then
        passed=$((passed + 1))
        echo "ok: $what"
    else
        failed=$((failed + 1))
        echo "FAILED: $what: $*"
        sed 's/^/    /' "$work/out"
    fi
}

# The tree as a user would install it, and once more as a packager would: DESTDIR must hold all.
case $prefix in
/usr | /usr/local) echo "$build is configured for $prefix; configure it with another --prefix" && exit 2 ;;
esac
rm -rf "$prefix"
check 'make install DESTDIR' make -C "$build" install "DESTDIR=$work/staged"
check 'DESTDIR keeps the prefix itself untouched' test ! -e "$prefix"
check 'make install' make -C "$build" install
(cd "$prefix" && find . ! -type d | sort) >"$work/installed"
(cd "$work/staged" && find . ! -type d | sort) | sed "s|^\\.$prefix|.|" >"$work/staged.list"
check 'DESTDIR holds the same files' diff "$work/installed" "$work/staged.list"
for file in lib/libfiat.so lib/pkgconfig/fiat.pc include/fiat/fiat.h bin/fiat bin/fiat-lambda \
    lib/libfiat-mock.so lib/pkgconfig/fiat-mock.pc include/fiat/unstable/mock.h \
    share/man/man1/fiat.1 share/man/man5/fiat.conf.5 share/bash-completion/completions/fiat share/zsh/site-functions/_fiat; do
    check "$file is installed" test -e "$prefix/$file"
done
check 'fiat.pc names no build folder' sh -c "! grep -F '$build/' '$prefix/lib/pkgconfig/fiat.pc'"

# From here on only what is installed: another folder, a copy of the outside program.
export PKG_CONFIG_PATH="$prefix/lib/pkgconfig" LD_LIBRARY_PATH="$prefix/lib"
cp -R "$here/outside" "$work/outside"
cd "$work/outside"
cflags=$(pkg-config --cflags fiat) libs=$(pkg-config --libs fiat)
strict='-Wall -Wextra -Wpedantic -Werror'

rows_are_there() {
    [ "$(find logs -name '*.gz' -exec gzip -cd {} + | wc -l)" -eq 2 ]
}

# build_and_run COMPILER STANDARD LANGUAGE
build_and_run() {
    if ! command -v "$1" >/dev/null 2>&1; then
        echo "skipped: $1 $2: $1 is not installed"
        skipped=$((skipped + 1))
        return 0
    fi
    rm -rf program logs
    check "$1 $2 builds the outside program" $1 -std=$2 $strict $cflags -x $3 main.c -x none -o program $libs
    check "$1 $2: it runs" ./program logs
    check "$1 $2: its two audit rows are in files" rows_are_there
}
build_and_run gcc c11 c
build_and_run gcc c17 c
build_and_run clang c11 c
build_and_run g++ c++11 c++
build_and_run g++ c++20 c++
build_and_run clang++ c++11 c++
build_and_run clang++ c++17 c++
check 'pkg-config --static knows the private libraries' pkg-config --static --libs fiat

# With --enable-static: the same program with libfiat inside of it.
if [ -e "$prefix/lib/libfiat.a" ]; then
    needs_no_libfiat() {
        ! ldd ./program | grep libfiat
    }
    libs=$(pkg-config --libs fiat-static)
    build_and_run gcc c11 c
    check 'the static program needs no libfiat.so' needs_no_libfiat
else
    echo 'skipped: libfiat.a: configured without --enable-static'
    skipped=$((skipped + 1))
fi

# The examples are C programs; a C++ compiler takes the same text.
for example in "$root"/examples/*.c; do
    name=$(basename "$example" .c)
    # An example may use cJSON or zlib beside the library; its program names them itself.
    extra=
    ! grep -q '<cjson/cJSON.h>' "$example" || extra="$extra $(pkg-config --cflags --libs libcjson)"
    ! grep -q '<zlib.h>' "$example" || extra="$extra $(pkg-config --cflags --libs zlib)"
    for compiler in 'gcc -std=c11 -x c' 'g++ -std=c++11 -x c++' 'clang++ -std=c++17 -x c++'; do
        command -v "${compiler%% *}" >/dev/null 2>&1 || continue
        check "$name compiles with ${compiler}" $compiler -D_DEFAULT_SOURCE $strict $cflags "$example" \
            -x none -o "example-$name" $libs $extra
    done
done

# The mock is linked in the same way.
check 'the storm builds' gcc -std=c11 -D_DEFAULT_SOURCE $strict $(pkg-config --cflags fiat-mock fiat) \
    -I"$root/tests" "$root/tests/integration/storm.c" -o storm $(pkg-config --libs fiat-mock fiat) -pthread
check 'the storm runs' ./storm 1 2000

# The JSON Schema engine by itself.
echo '{"minimum": 2}' >schema.json
echo 1 >one.json
echo 2 >two.json
judges() {
    [ "$(./example-validate schema.json one.json flag 2>/dev/null)" = '{"valid":false}' ] &&
        [ "$(./example-validate schema.json one.json 2>&1)" = '1 is less than the minimum 2' ] &&
        ./example-validate schema.json two.json
}
check 'the installed engine judges documents' judges

cd "$work"
check 'make uninstall' make -C "$build" uninstall
check 'make uninstall leaves no file' test -z "$(find "$prefix" ! -type d)"
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ] && [ $passed -gt 20 ]
