#!/bin/sh
# The loops for 64-bit Arm, of the scanner and of base64, compiled for it and run by an emulator.
set -eu
compiler=aarch64-linux-gnu-gcc emulator=qemu-aarch64
for command in $compiler $emulator; do
    command -v $command >/dev/null 2>&1 || {
        echo "SKIP: $command is missing (Debian packages gcc-aarch64-linux-gnu, libc6-dev-arm64-cross, qemu-user)"
        exit 77
    }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for loops in scan_loops base64_loops; do
    $compiler -std=c11 -O2 -Wall -Wextra -Werror -D_POSIX_C_SOURCE=200809L -static \
        -I"$top_srcdir/include" -I"$top_srcdir/src" \
        "$top_srcdir/tests/integration/$loops.c" -o "$work/$loops"
    $emulator "$work/$loops"
done
