#!/usr/bin/env bash
# From a fresh Debian 12 to a first result: installs what is missing, builds, runs 12 months of healing skin, draws its timeline.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
begin quickstart 4

step "installing system packages"
install_packages run

build_program -DNEEDLEWORK_TESTS=OFF

step "running configs/quickstart.yaml"
mkdir -p results
build/needlework run configs/quickstart.yaml -o results/quickstart.h5 --force

step "drawing results/quickstart-timeline.png"
"$python" analysis/timeline.py results/quickstart.h5 -o results/quickstart-timeline.png

cat <<'END'

Done.  Look at
  results/quickstart-timeline.png                  how this skin heals, at a glance
  analysis/lesson.py -o results/lesson.pdf         a sheet of questions for a class, with answers (add --style grey for a grey printer)
  analysis/animate.py --help                       films of healing skin
  build/needlework info results/quickstart.h5      what made this file, outcomes, mass balance
  configs/quickstart.yaml                          what was run; change a line and run again, or for one run:
      build/needlework run configs/quickstart.yaml --set treatment.needle.length="1.0 mm" -o results/shorter.h5
      /usr/bin/python3 analysis/timeline.py results/shorter.h5 -o results/shorter-timeline.png
END
