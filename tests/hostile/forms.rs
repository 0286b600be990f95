//! Forms: files that are no component of ours.

use super::case::Expected::Refused;
use super::case::Hostile;
use super::ordeal::Ordeal;
use super::template::{component, policy};

/// Attacks by files.
pub(crate) fn cases() -> Vec<Hostile> {
    let file = |name: &str, bytes: &[u8], words| Hostile::new(name, bytes.to_vec(), Refused(words));
    let wat = |text: &str| wat::parse_str(text).expect("it parses");
    let module = policy(&[]);
    let made = component(&module);
    let foreign = b"\0asm\x0d\0\x01\0";
    let with_header = |header: &[u8], bytes: &[u8]| [header, &bytes[8..]].concat();
    let trailing = |bytes: &[u8]| [bytes, b"trailing".as_slice()].concat();
    let without_wit = wat("(module (func (export \"decide\")))");
    let mut garbled_wit = without_wit.clone();
    let section = b"\x14component-type:bogusgarbage";
    garbled_wit.extend([0, section.len() as u8]);
    garbled_wit.extend(section);
    // A function of the interface that is made to have the type of another.
    let (batch, other) = (b"\x05batch\x17\0\x27", b"\x05batch\x17\0\x07");
    let place = module.windows(batch.len()).position(|bytes| bytes == batch).expect("it is there");
    let mut twisted_wit = module.clone();
    twisted_wit[place..place + other.len()].copy_from_slice(other);
    vec![
        file("empty", b"", "not a WebAssembly"),
        file("one-byte", b"\0", "not a WebAssembly"),
        file("text", b"(component)", "not a WebAssembly"),
        file("script", b"#!/bin/sh\nrm -rf /\n", "not a WebAssembly"),
        file("gzip", b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0", "not a WebAssembly"),
        file("zip", b"PK\x03\x04\x14\0\0\0\x08\0", "not a WebAssembly"),
        // What wasmtime keeps compiled code in; it must never be loaded as code.
        file("compiled", b"\x7fELF\x02\x01\x01\xc8\0\0\0\0\0\0\0\0\x01\0\xb7\0", "compiled code"),
        file("header-of-a-module", &module[..8], "no component of ours"),
        file("header-of-a-component", &made[..8], "no component of ours"),
        file("header-of-a-later-version", b"\0asm\x02\0\0\0", "not a WebAssembly"),
        file("header-of-a-later-layer", b"\0asm\x0d\0\x02\0", "not a WebAssembly"),
        file("module-as-component", &with_header(foreign, &module), "not valid"),
        file("component-as-module", &with_header(&module[..8], &made), "not valid"),
        file("module-and-more", &trailing(&module), "not valid"),
        file("component-and-more", &trailing(&made), "not valid"),
        file("module-without-interface", &without_wit, "no component of ours"),
        file("module-with-a-garbled-interface", &garbled_wit, "component"),
        file("interface-that-panics-the-encoder", &twisted_wit, "does not make a component"),
        file("component-in-a-component", &wat("(component (component))"), "no component of ours"),
        Hostile::new("zeroes", vec![0; 1 << 20], Refused("not a WebAssembly")),
    ]
}

#[test]
fn a_file_that_is_no_component_of_ours_is_refused_by_name() {
    Ordeal::new().undergo(&cases());
}
