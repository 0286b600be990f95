//! Bombs: small files that are much work to read or to compile. They may only be let loose on a gate
//! that compiles in a process of its own.

use super::template::{component, component_with, policy};

/// The bomb that keeps a compiler busy for half a minute and more, if it may.
pub(crate) const FUNCTIONS_OF_MANY_LOOPS: &str = "functions-of-many-loops";

/// A file that is a lot of work, and its name.
#[derive(Debug, Clone)]
pub(crate) struct Bomb {
    /// Its name, which is its file's name too.
    pub(crate) name: &'static str,
    /// A component of our world with the bomb inside.
    pub(crate) bytes: Vec<u8>,
}

/// An unsigned number as WebAssembly writes it.
fn number(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = (value & 0x7f) as u8;
        value >>= 7;
        if value == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

fn section(id: u8, content: &[u8]) -> Vec<u8> {
    [&[id][..], &number(content.len()), content].concat()
}

/// So many times the same item, as a vector.
fn vector(count: usize, item: &[u8]) -> Vec<u8> {
    [number(count), item.repeat(count)].concat()
}

/// A module of functions without parameters or results, with other sections before their code.
fn module(functions: usize, sections: &[u8], locals: &[u8], instructions: &[u8]) -> Vec<u8> {
    let body = [locals, instructions, b"\x0b"].concat();
    let body = [number(body.len()), body].concat();
    [
        &b"\0asm\x01\0\0\0"[..],
        &section(1, b"\x01\x60\0\0"),
        &section(3, &vector(functions, b"\0")),
        sections,
        &section(10, &vector(functions, &body)),
    ]
    .concat()
}

/// A policy that carries another module, which is compiled with it.
fn carrying(name: &'static str, module: &[u8]) -> Bomb {
    let bytes = [component(&policy(&[])), section(1, module)].concat();
    Bomb { name, bytes }
}

/// One function of so many times the same instructions, with so many 64-bit locals.
fn function(name: &'static str, locals: usize, times: usize, instructions: &[u8]) -> Bomb {
    functions(name, 1, locals, times, instructions)
}

/// So many such functions.
fn functions(
    name: &'static str,
    count: usize,
    locals: usize,
    times: usize,
    instructions: &[u8],
) -> Bomb {
    let locals = [b"\x01".to_vec(), number(locals), b"\x7e".to_vec()].concat();
    carrying(name, &module(count, b"", &locals, &instructions.repeat(times)))
}

/// Components inside of components, each with twice the next.
fn doubling(levels: usize) -> String {
    (0..levels).fold("(core module $m) (core instance (instantiate $m))".to_owned(), |inner, _| {
        format!("(component $c {inner}) (instance (instantiate $c)) (instance (instantiate $c))")
    })
}

/// The bomb of this name.
pub(crate) fn bomb(name: &str) -> Bomb {
    bombs().into_iter().find(|bomb| bomb.name == name).expect("it has this name")
}

/// Every bomb.
pub(crate) fn bombs() -> Vec<Bomb> {
    let none = b"\0";
    let nested = |open: &[u8], times: usize| {
        module(1, b"", none, &[open.repeat(times), b"\x0b".repeat(times)].concat())
    };
    let exports: Vec<u8> = (0..1_000_000_usize)
        .flat_map(|index| {
            let name = format!("{index:06}");
            [number(name.len()), name.into_bytes(), vec![0, 0]].concat()
        })
        .collect();
    let exports = section(7, &[number(1_000_000), exports].concat());
    let table = [b"\x41\0\x0e".to_vec(), vector(1_000_000, b"\0"), b"\0".to_vec()].concat();
    let tuples = (1..40).fold("(type $t0 (tuple u64))".to_owned(), |types, level| {
        let inner = level - 1;
        format!("{types} (type $t{level} (tuple $t{inner} $t{inner}))")
    });
    let lists = (1..2000).fold("(type $l0 (list u8))".to_owned(), |types, level| {
        format!("{types} (type $l{level} (list $l{}))", level - 1)
    });
    let many_loops = b"\x03\x40\x20\0\xa7\x0d\0\x0b";
    let header = b"\0asm\x0d\0\x01\0";
    let components =
        (0..20_000).fold(header.to_vec(), |inner, _| [&header[..], &section(4, &inner)].concat());
    let text = |name, sections: &str| Bomb { name, bytes: component_with(sections) };
    vec![
        // local 0 becomes itself and one.
        function("one-huge-function", 1, 1_000_000, b"\x20\0\x42\x01\x7c\x21\0"),
        // A million values are read before the first is used.
        carrying(
            "one-function-of-a-million-values",
            &module(
                1,
                &section(5, b"\x01\0\x01"),
                none,
                &[b"\x41\0\x29\x03\0".repeat(1_000_000), b"\x7c".repeat(999_999), b"\x1a".to_vec()]
                    .concat(),
            ),
        ),
        function("one-function-of-50-thousand-locals", 49_999, 1_000_000, b"\x20\0\x21\x01"),
        carrying("a-million-functions", &module(1_000_000, b"", none, b"")),
        carrying("a-million-exports", &module(1, &exports, none, b"")),
        carrying(
            "20-thousand-functions-of-50-thousand-locals",
            &module(20_000, b"", b"\x01\xcf\x86\x03\x7e", b""),
        ),
        carrying("a-million-branches", &module(1, b"", none, &table)),
        carrying("deep-blocks", &nested(b"\x02\x40", 500_000)),
        carrying("deep-loops", &nested(b"\x03\x40", 500_000)),
        carrying("deep-ifs", &nested(b"\x41\0\x04\x40", 400_000)),
        carrying(
            "deep-sum",
            &module(
                1,
                b"",
                none,
                &[b"\x41\x01".repeat(1_000_000), b"\x6a".repeat(999_999), b"\x1a".to_vec()]
                    .concat(),
            ),
        ),
        // Each loop calls itself and nothing is known of what it gives.
        function("many-loops", 1, 200_000, many_loops),
        // As many as a function may have.
        functions(FUNCTIONS_OF_MANY_LOOPS, 8, 1, 49_000, many_loops),
        functions("functions-of-50-thousand-locals", 19, 49_999, 100_000, b"\x20\0\x21\x01"),
        carrying("blocks-just-deep-enough", &nested(b"\x02\x40", 4_990)),
        carrying("ifs-just-deep-enough", &nested(b"\x41\0\x04\x40", 4_990)),
        carrying("60-mib-of-nothing", &module(8, b"", none, &b"\x01".repeat(7_500_000))),
        text("components-that-double", &doubling(24)),
        Bomb {
            name: "components-in-components",
            bytes: [component(&policy(&[])), section(4, &components)].concat(),
        },
        text("components-by-the-thousand", &"(component (core module))".repeat(5000)),
        text("modules-by-the-thousand", &"(core module (func))".repeat(50_000)),
        text("types-that-double", &format!("(component {tuples})")),
        text("types-in-types", &format!("(component {lists})")),
    ]
}
