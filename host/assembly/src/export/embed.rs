//! Embedding: a module with more data, of which its slot tells where it lies.

use wasm_encoder::{
    ConstExpr, DataCountSection, DataSection, MemorySection, MemoryType, Module, RawSection,
};
use wasmparser::{BinaryReaderError, Data, DataKind, Operator, Parser, Payload};

/// What stands in the slot's first place: `policies/network/src/slot.rs` has the same. Address and
/// length follow, as little-endian u32.
const MARK: [u8; 16] = *b"\x7fregatta-agent\x93\x1c";

const SLOT_BYTES: usize = MARK.len() + 8;

const PAGE_BYTES: u64 = 64 << 10;

/// The module with these bytes on pages of their own, right behind the memory that it starts with. All
/// that it grows later lies behind them. The error says what the module lacks.
pub(super) fn embed(module: &[u8], bytes: &[u8]) -> Result<Vec<u8>, String> {
    let parsed: Result<Vec<Payload>, BinaryReaderError> =
        Parser::new(0).parse_all(module).collect();
    let parsed = parsed.map_err(|error| error.to_string())?;
    let before = memory(&parsed)?;
    let address = u32::try_from(before.minimum * PAGE_BYTES)
        .map_err(|_| "it starts with 4 GiB of memory".to_owned())?;
    let pages = (bytes.len() as u64).div_ceil(PAGE_BYTES);
    let after = MemoryType {
        minimum: before.minimum + pages,
        maximum: before.maximum.map(|most| most + pages),
        ..before
    };
    let mut made = Module::new();
    let mut slots = 0;
    for payload in &parsed {
        match payload {
            Payload::MemorySection(_) => {
                made.section(MemorySection::new().memory(after));
            }
            Payload::DataCountSection { count, .. } => {
                made.section(&DataCountSection { count: count + 1 });
            }
            Payload::DataSection(reader) => {
                let mut section = DataSection::new();
                for segment in reader.clone() {
                    let (start, mut data) = active(segment.map_err(|error| error.to_string())?)?;
                    slots += fill_slot(&mut data, address, bytes.len());
                    section.active(0, &ConstExpr::i32_const(start), data);
                }
                section.active(
                    0,
                    &ConstExpr::i32_const(address.cast_signed()),
                    bytes.iter().copied(),
                );
                made.section(&section);
            }
            other => {
                if let Some((id, range)) = other.as_section() {
                    // It was parsed from there, so it lies within.
                    let data = &module[range.start as usize..range.end as usize];
                    made.section(&RawSection { id, data });
                }
            }
        }
    }
    match slots {
        1 => Ok(made.finish()),
        _ => Err(format!("it has {slots} slots for an agent in place of one")),
    }
}

/// The module's one memory.
fn memory(parsed: &[Payload]) -> Result<MemoryType, String> {
    let none = || "it has no memory of its own".to_owned();
    let section = parsed.iter().find_map(|payload| match payload {
        Payload::MemorySection(reader) => Some(reader.clone()),
        _ => None,
    });
    let memory = section.and_then(|reader| reader.into_iter().next()).ok_or_else(none)?;
    let memory = memory.map_err(|error| error.to_string())?;
    Ok(MemoryType {
        minimum: memory.initial,
        maximum: memory.maximum,
        memory64: memory.memory64,
        shared: memory.shared,
        page_size_log2: memory.page_size_log2,
    })
}

/// Where a segment goes, and what it holds.
fn active(segment: Data<'_>) -> Result<(i32, Vec<u8>), String> {
    let other = || "it has data that is not placed at a fixed address".to_owned();
    let DataKind::Active { memory_index: 0, offset_expr } = segment.kind else {
        return Err(other());
    };
    match offset_expr.get_operators_reader().read() {
        Ok(Operator::I32Const { value }) => Ok((value, segment.data.to_vec())),
        _ => Err(other()),
    }
}

/// Writes address and length into every slot in the data, and says how many there are.
fn fill_slot(data: &mut [u8], address: u32, length_bytes: usize) -> usize {
    let places: Vec<usize> = (0..data.len().saturating_sub(SLOT_BYTES - 1))
        .filter(|&place| data[place..].starts_with(&MARK))
        .collect();
    for &place in &places {
        let numbers = &mut data[place + MARK.len()..place + SLOT_BYTES];
        numbers[..4].copy_from_slice(&address.to_le_bytes());
        // Agents are far smaller than 4 GiB.
        numbers[4..].copy_from_slice(&(length_bytes as u32).to_le_bytes());
    }
    places.len()
}
