//! Shape: what would keep a compiler busy out of all proportion to its bytes. No toolchain writes such
//! code, so it is turned away while it is read.

use wasmparser::{
    BinaryReaderError, FuncValidator, FuncValidatorAllocations, FunctionBody, Parser, Payload,
    ValidPayload, Validator, WasmFeatures, WasmModuleResources,
};

use crate::load::LoadError;
use crate::text::quoted;

/// What is counted, and how much of it is taken. What the largest toolchain makes (componentize-py
/// 0.25, 18 MB) stands behind each.
const FUNCTIONS: Measure = Measure { what: "functions", limit: 100_000 }; // 13,494
const LOCALS: Measure = Measure { what: "locals of all functions together", limit: 1_000_000 }; // 47,796
const FUNCTION_BYTES: Measure = Measure { what: "bytes of one function", limit: 2 << 20 }; // 426,843
const NESTING: Measure = Measure { what: "blocks in blocks of one function", limit: 5_000 }; // 781
const BLOCKS: Measure = Measure { what: "blocks of one function", limit: 50_000 }; // 3,112
const PARTS: Measure = Measure { what: "modules and components", limit: 1_000 }; // 39

struct Measure {
    what: &'static str,
    limit: u64,
}

impl Measure {
    fn check(&self, found: u64) -> Result<(), LoadError> {
        let Measure { what, limit } = *self;
        if found > limit { Err(LoadError::Unwieldy { what, found, limit }) } else { Ok(()) }
    }
}

/// Whether these bytes are valid, and of a shape that a compiler copes with.
pub(super) fn validate(bytes: &[u8], features: WasmFeatures) -> Result<(), LoadError> {
    let mut validator = Validator::new_with_features(features);
    let mut parser = Parser::new(0);
    parser.set_features(features);
    let mut bodies = Vec::new();
    let (mut locals, mut parts) = (0, 0);
    for payload in parser.parse_all(bytes) {
        let payload = payload.map_err(malformed)?;
        match &payload {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => {
                parts += 1;
                PARTS.check(parts)?;
            }
            Payload::CodeSectionStart { count, .. } => {
                FUNCTIONS.check(bodies.len() as u64 + u64::from(*count))?;
            }
            Payload::CodeSectionEntry(body) => {
                FUNCTION_BYTES.check(body.range().end - body.range().start)?;
                locals += declared_locals(body).map_err(malformed)?;
                LOCALS.check(locals)?;
            }
            _ => {}
        }
        if let ValidPayload::Func(function, body) =
            validator.payload(&payload).map_err(malformed)?
        {
            bodies.push((function, body));
        }
    }
    // Types of modules may come after what uses them, so bodies come last.
    let mut allocations = FuncValidatorAllocations::default();
    for (function, body) in bodies {
        let mut validator = function.into_validator(allocations);
        walk(&mut validator, &body)?;
        allocations = validator.into_allocations();
    }
    Ok(())
}

/// `FuncValidator::validate`, with an eye on how deep it is.
fn walk<R: WasmModuleResources>(
    validator: &mut FuncValidator<R>,
    body: &FunctionBody<'_>,
) -> Result<(), LoadError> {
    let mut reader = body.get_binary_reader();
    validator.read_locals(&mut reader).map_err(malformed)?;
    reader.set_features(*validator.features());
    let (mut blocks, mut height) = (0, validator.control_stack_height());
    while !reader.eof() {
        let place = reader.original_position();
        let visited = reader.visit_operator(&mut validator.visitor(place));
        visited.and_then(|valid| valid).map_err(malformed)?;
        let before = std::mem::replace(&mut height, validator.control_stack_height());
        if height > before {
            blocks += 1;
            BLOCKS.check(blocks)?;
            NESTING.check(u64::from(height))?;
        }
    }
    let end = reader.original_position();
    reader.finish_expression(&validator.visitor(end)).map_err(malformed)
}

fn declared_locals(body: &FunctionBody<'_>) -> Result<u64, BinaryReaderError> {
    body.get_locals_reader()?
        .into_iter()
        .try_fold(0_u64, |sum, group| Ok(sum.saturating_add(u64::from(group?.0))))
}

fn malformed(error: BinaryReaderError) -> LoadError {
    LoadError::Malformed { cause: quoted(&error.to_string()) }
}
