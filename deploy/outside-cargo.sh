# shellcheck shell=bash
# Sourced. Forgets what an enclosing cargo, clippy or make tells its children, so that a cargo started from
# here behaves as one started by hand: the guests' bytes must depend on the sources and the compiler alone.
# Where crates come from, the toolchain's name and the jobs to share are kept.
for name in ${!CARGO_@} ${!RUSTC@} ${!RUSTDOC@} ${!DEP_@} RUSTFLAGS CLIPPY_ARGS MAKEFLAGS MFLAGS \
    TARGET HOST PROFILE OPT_LEVEL DEBUG NUM_JOBS OUT_DIR; do
    case $name in
    CARGO_HOME | CARGO_TARGET_DIR | CARGO_MAKEFLAGS | CARGO_BUILD_JOBS) ;;
    CARGO_NET_* | CARGO_HTTP_* | CARGO_TERM_* | CARGO_SOURCE_* | CARGO_REGISTR*) ;;
    *) unset "$name" ;;
    esac
done
unset name
