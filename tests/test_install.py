"""What `cmake --install` and the packages give to somebody who has neither the source tree nor its paths: every part, wherever it is moved to.

A bare machine, apt and Lmod: scripts/fresh-machine.sh --package."""
import ast
import gzip
import os
import re
import subprocess
import sys
import tarfile

import pytest
from conftest import BUILD, PROGRAM, SANITIZERS, TOP, call, content, sets

packaged = pytest.mark.skipif(SANITIZERS, reason="nobody packages a program with sanitizers: it needs their libraries and names its sources")
VERSION = call("--version").stdout.split()[1]
SHORT = sets(run__duration="2 days", domain__geometry="axisymmetric", output__snapshots="[0 days, 2 days]")
GLIBC = {"ld-linux-x86-64.so.2", "libc.so.6", "libm.so.6", "libresolv.so.2", "linux-vdso.so.1"}


def done(*words, **options):
    """Output of a command that must succeed."""
    result = subprocess.run(list(map(str, words)), **{"capture_output": True, "text": True, "timeout": 300} | options)
    assert result.returncode == 0, (words, result.stdout, result.stderr)
    return result.stdout


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    """An installation that was moved elsewhere afterwards."""
    folder = tmp_path_factory.mktemp("install")
    done("cmake", "--install", BUILD, "--prefix", folder / "first")
    return (folder / "first").rename(folder / "moved elsewhere")


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """The archive for machines without root, unpacked."""
    folder = tmp_path_factory.mktemp("archive")
    done("cpack", "--config", BUILD / "CPackConfig.cmake", "-G", "TGZ", "-B", folder / "pack")
    [path] = (folder / "pack").glob("needlework-*.tar.gz")
    with tarfile.open(path) as file:
        [top] = {name.split("/")[0] for name in file.getnames()}
        file.extractall(folder)
    return (folder / top).rename(folder / "unpacked here")


@pytest.fixture(scope="module")
def deb(tmp_path_factory):
    folder = tmp_path_factory.mktemp("deb")
    done("cpack", "--config", BUILD / "CPackConfig.cmake", "-G", "DEB", "-B", folder)
    [path] = folder.glob("*.deb")
    return path


def imports(folder):
    """Modules that the programs of a folder import and that are neither Python's nor their own."""
    found, own = set(), {path.stem for path in folder.glob("*.py")}
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [name.name for name in node.names] if isinstance(node, ast.Import) else [node.module] if isinstance(node, ast.ImportFrom) else []
            found |= {name.split(".")[0] for name in names}
    return found - own - set(sys.stdlib_module_names)


def test_a_moved_installation_goes_from_nothing_to_a_figure(prefix, tmp_path):
    program = prefix / "bin/needlework"
    assert done(program, "quickstart", *SHORT, "--quiet", cwd=tmp_path) == ""
    assert (tmp_path / "quickstart-timeline.png").read_bytes().startswith(b"\x89PNG")
    done(program, "check", "quickstart.yaml", cwd=tmp_path)
    done(program, "run", "quickstart.yaml", *SHORT, "-o", "again.h5", "--quiet", cwd=tmp_path)
    assert content(tmp_path / "again.h5", ("provenance",)) == content(tmp_path / "quickstart.h5", ("provenance",))
    done(program, "plot", "report", "quickstart.h5", "-o", "report.html", cwd=tmp_path)
    assert "uPlot" in (tmp_path / "report.html").read_text()
    assert done(program, "examples").endswith(f"the files: {prefix}/share/needlework/configs\n")


def test_an_installation_is_whole(prefix):
    share = prefix / "share/needlework"
    assert {path.name for path in (share / "analysis").glob("*.py")} == {path.name for path in (TOP / "analysis").glob("*.py")}
    assert {path.relative_to(share) for path in share.rglob("*.yaml")} == {path.relative_to(TOP) for path in (TOP / "configs").rglob("*.yaml")}
    assert gzip.open(prefix / "share/man/man1/needlework.1.gz", "rt").read() == call("manual").stdout
    for shell, path in (("bash", "bash-completion/completions/needlework"), ("zsh", "zsh/vendor-completions/_needlework"),
                        ("fish", "fish/vendor_completions.d/needlework.fish")):
        assert (prefix / "share" / path).read_text() == call("completion", shell).stdout
    assert os.access(share / "slurm/run.sbatch", os.X_OK)
    documents = prefix / "share/doc/needlework"
    assert {"README.md", "copyright", "changelog.gz", "CITATION.cff"} <= {path.name for path in documents.iterdir()}
    assert "MIT" in (documents / "copyright").read_text() and "uPlot" in (documents / "copyright").read_text()


@packaged
def test_an_installation_names_no_place_of_the_build(prefix):
    for path in prefix.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            assert str(TOP).encode() not in path.read_bytes(), f"{path} names the source tree"


def test_pages_of_an_installation_link_to_what_is_there(prefix):
    """Pictures; links to files of the source tree alone (sim/*.c, tests/) are for readers of the tree."""
    documents = prefix / "share/doc/needlework"
    pictures = [(page, link) for page in documents.rglob("*.md") for link in re.findall(r"!\[[^]]*\]\(([^)#:]+)\)", page.read_text())]
    assert len(pictures) > 5
    for page, link in pictures:
        assert (page.parent / link).exists(), f"{page.relative_to(documents)}: {link}"


def test_the_archive_brings_all_its_libraries_and_prefers_them(archive, tmp_path):
    (tmp_path / "libyaml-0.so.2").write_text("not a library")  # the loader would stumble over it
    clean = {"PATH": "/usr/bin:/bin", "LD_LIBRARY_PATH": str(tmp_path)}
    for path in (archive / "bin/needlework", archive / "lib/libneedlework.so"):
        needed = [(name, where) for name, where in re.findall(r"^\s+(\S+)(?: => (\S.*?))? \(0x", done("ldd", path, env=clean), re.M)]
        own = [name for name, where in needed if os.path.normpath(where or "/").startswith(f"{archive}/lib/needlework/")]
        assert len(own) > 3 and {os.path.basename(name) for name, _ in needed} - set(own) <= GLIBC, needed
    names = {path.name for path in (archive / "lib/needlework").iterdir()}
    assert not names & GLIBC and {"libhdf5_serial.so.103", "libgsl.so.27", "libudunits2.so.0", "libgomp.so.1"} <= names
    licences = archive / "share/doc/needlework/bundled"
    assert {"libgsl27", "libhdf5-103-1", "libudunits2-0", "zlib1g"} <= {path.name for path in licences.iterdir()}


def test_the_archive_computes_the_same_with_its_own_units(archive, tmp_path):
    program, config = archive / "bin/needlework", TOP / "configs/quickstart.yaml"
    clean = {"PATH": "/usr/bin:/bin"}
    done(program, "run", config, *SHORT, "-o", tmp_path / "a.h5", "--quiet", env=clean)
    done(PROGRAM, "run", config, *SHORT, "-o", tmp_path / "b.h5", "--quiet")
    assert content(tmp_path / "a.h5", ("provenance",)) == content(tmp_path / "b.h5", ("provenance",))
    done(program, "plot", "timeline", tmp_path / "a.h5", "-o", tmp_path / "a.png", env=clean)
    database = archive / "share/needlework/udunits/udunits2.xml"
    whole = database.read_text()
    database.write_text("")  # whoever reads another one does not notice
    try:
        refused = subprocess.run([program, "check", config], capture_output=True, text=True, env=clean)
        assert refused.returncode == 2 and "the database of UDUNITS-2 cannot be read" in refused.stderr
        done(program, "check", config, env=clean | {"UDUNITS2_XML_PATH": "/usr/share/xml/udunits/udunits2.xml"})
    finally:
        database.write_text(whole)


def test_the_module_file_leads_to_the_archive_wherever_it_is(archive):
    said = done("bash", "-c", r"""
        . /usr/share/modules/init/bash
        module use "$1/share/modulefiles"
        module load needlework
        command -v needlework; needlework --version; echo "$NEEDLEWORK_SHARE"; man -w needlework; pkg-config --variable=prefix needlework
        module unload needlework; command -v needlework || echo gone""", "-", archive, env={"PATH": "/usr/bin:/bin", "HOME": "/"}).splitlines()
    assert said[:4] == [f"{archive}/bin/needlework", call("--version").stdout.strip(), f"{archive}/share/needlework",
                        f"{archive}/share/man/man1/needlework.1.gz"] and said[-1] == "gone"
    assert os.path.normpath(said[4].replace("\\", "")) == str(archive)


@packaged
def test_the_debian_package_asks_for_what_it_needs(deb, tmp_path):
    def field(name):
        return re.findall(r"([a-z0-9.+-]+)(?: \([^)]*\))?(?:, |$)", done("dpkg-deb", "-f", deb, name).strip())

    needed = {"python3-" + {"PIL": "pil"}.get(name, name) for name in imports(TOP / "analysis")}
    assert {"python3-matplotlib", "python3-scipy"} <= needed <= {*field("Depends"), *field("Recommends")}
    assert set(field("Depends")) - needed == {"python3", "libc6", "libgomp1", "libgsl27", "libhdf5-103-1", "libhdf5-hl-100", "libssl3", "libudunits2-0",
                                              "libyaml-0-2"}
    done("dpkg-deb", "-x", deb, tmp_path)
    assert done(tmp_path / "usr/bin/needlework", "examples", "quickstart") == (TOP / "configs/quickstart.yaml").read_text()
    assert "RPATH" not in done("readelf", "-d", tmp_path / "usr/bin/needlework")
    assert all(oct(path.stat().st_mode)[-3:] in ("755", "644") for path in tmp_path.rglob("*") if not path.is_symlink())
    assert deb.name in (TOP / "scripts/needlework.def").read_text()
    assert VERSION in deb.name and f"version: {VERSION}\n" in (TOP / "CITATION.cff").read_text()
