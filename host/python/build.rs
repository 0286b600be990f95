//! Tells the linker that the interpreter's functions come later, on systems where it asks.

fn main() {
    pyo3_build_config::add_extension_module_link_args();
}
