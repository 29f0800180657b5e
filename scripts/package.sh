#!/usr/bin/env bash
# Builds the Debian package and the archive for machines without root, into build/package/, and says what they need.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
begin package 3
out=build/package

step "installing system packages"
install_packages run package

step "building $out"
rm -f "$out"/needlework*.deb "$out"/needlework*.tar.gz
configure "$out" -DCMAKE_BUILD_TYPE=Release -DNEEDLEWORK_TESTS=OFF
logged "$out/build.log" cmake --build "$out" --parallel "$jobs"

step "packing"
umask 022 # what is installed can be read by everybody, whatever the checkout is like
logged "$out/deb.log" cpack --config "$out/CPackConfig.cmake" -G DEB -B "$out"
logged "$out/tgz.log" cpack --config "$out/CPackConfig.cmake" -G TGZ -B "$out"
packed=$(echo "$out"/_CPack_Packages/*/TGZ/needlework-*/)

# The newest version of glibc that any of the files asks for: the archive runs where glibc is at least as new.
newest()
{
    find "$@" -type f \( -name needlework -o -name '*.so*' \) -exec objdump -T {} + 2>/dev/null | grep -oE 'GLIBC_[0-9.]+' | sort -Vu | tail -n 1
}
deb=$(echo "$out"/needlework_*.deb) archive=$(echo "$out"/needlework-*.tar.gz)
cat <<END

$deb    $(du -k "$deb" | cut -f 1) kB
    $(dpkg-deb -f "$deb" Depends | sed 's/^/Depends: /')
$archive    $(du -k "$archive" | cut -f 1) kB, $(du -sk "$packed" | cut -f 1) kB unpacked
    brings $(find "$packed/lib/needlework" -type f | wc -l) libraries along; needs $(newest "$packed"), the program by itself $(newest "$packed/bin")

    sudo apt install ./${deb##*/}        # from the folder it is in; then: needlework quickstart
    tar -xf ${archive##*/}               # anywhere; then: needlework-.../bin/needlework quickstart
END
