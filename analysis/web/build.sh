#!/usr/bin/env bash
# Builds the page: the core, compiled to WebAssembly by Emscripten, and everything else in one HTML file without network.
# usage: analysis/web/build.sh [FILE]        (default: results/needlework.html)
output=$(realpath -m "${1:-$(dirname "${BASH_SOURCE[0]}")/../../results/needlework.html}")
. "$(dirname "${BASH_SOURCE[0]}")/../../scripts/common.sh"
web=analysis/web build=build/web
unset EM_CACHE                     # Debian's own is complete and read-only
export NODE_PATH=/usr/share/nodejs # where Debian keeps what emcc's optimiser needs
mkdir -p "$build"

command -v emcc >/dev/null || install_packages web

# The program's own files.  Not among them: what reads and writes files, and treatment_pattern.c (random patches, by GSL).
core=(sim/{status,json,units,config*,model*,device*,skin*,grid*,treatment,treatment_puncture,state*,transport*,reaction*,stepper*,events*}.c
    sim/{outcomes*,plan*,simulation*,summary*,timeline*}.c models/dermis.c)
# The flags of CMakeLists.txt: strict floating point.
flags=(-std=gnu11 -O3 -msimd128 -fopenmp-simd -ffp-contract=off -fno-math-errno -fno-trapping-math -Wall -Wextra)
version=$(sed -n 's/^project(needlework VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
cmake -DOUTPUT="$PWD/$build/version.h" -DSOURCE="$PWD" -DVERSION="$version" "-DCOMPILER=emcc $(emcc -dumpversion)" \
    "-DFLAGS=${flags[*]}" -DUDUNITS= -P scripts/version.cmake

# shellcheck disable=SC2068
emcc "${flags[@]}" -Werror -Isim -I"$build" -I$web/standins $web/page.c $web/standins/*.c ${core[@]} -o "$build/core.js" --no-entry \
    -s SINGLE_FILE=1 -s MODULARIZE=1 -s EXPORT_NAME=core -s ENVIRONMENT=worker,node -s STRICT=1 -s FILESYSTEM=0 -s ALLOW_MEMORY_GROWTH=1 \
    -s EXPORTED_RUNTIME_METHODS=ccall -s INCOMING_MODULE_JS_API=

"$python" $web/assemble.py "$build/core.js" "$output"
echo "$output: $(du -k "$output" | cut -f 1) kB"
