//! Entry: what a component exports, generated but for `decide` and `cabi_realloc`.
//!
//! A decision about one workload costs mostly what surrounds it. So the lists of its answer are kept
//! and filled anew by the next one, where the generated code makes them and frees them again. Batches
//! with details cost more anyway, and go the generated way.
//!
//! The generated export macro is told to look for its functions here: what stands here hides what the
//! bindings have by the same name.

use std::cell::RefCell;

use crate::advice;
use crate::bindings as generated;
use crate::{Adapter, Host};

pub use crate::bindings::*;

/// The answer to `decide` as the canonical ABI lays it out in 32-bit memory: whether it is an error,
/// then pointer and length of each list of the advice, or of the message.
type Words = [usize; 15];

/// The last answer, which the host reads after the call has returned.
struct Answer {
    words: Words,
    advice: Advice,
    /// Row, pointer and length of each of the advice's explanations.
    explanations: Vec<[usize; 3]>,
    message: String,
}

thread_local! {
    static ANSWER: RefCell<Answer> = const { RefCell::new(Answer::new()) };
}

impl Answer {
    const fn new() -> Self {
        Self {
            words: [0; 15],
            advice: advice::empty(),
            explanations: Vec::new(),
            message: String::new(),
        }
    }

    /// Takes what a policy said in place of the last answer.
    #[inline]
    fn take(&mut self, said: Result<crate::Advice, String>) {
        match said {
            Ok(advice) => {
                advice.lower(&mut self.advice);
                self.words[0] = 0;
                self.lay_out();
            }
            Err(message) => {
                self.message = message;
                self.words[0] = 1;
                self.words[1..3].copy_from_slice(&list(self.message.as_bytes()));
            }
        }
    }

    #[inline]
    fn lay_out(&mut self) {
        let advice = &self.advice;
        self.explanations.clear();
        self.explanations.extend(advice.explanations.iter().map(|one| {
            let [json, length] = list(one.json.as_bytes());
            [one.row as usize, json, length]
        }));
        let lists = [
            list(&advice.targets),
            list(&advice.reasons),
            list(&advice.replicas),
            list(&advice.cpu_millicores),
            list(&advice.memory_bytes),
            list(&advice.buffer_requests),
            list(&self.explanations),
        ];
        self.words[1..].copy_from_slice(lists.as_flattened());
    }
}

fn list<T>(values: &[T]) -> [usize; 2] {
    [values.as_ptr().expose_provenance(), values.len()]
}

/// An exported type and the place of its policy.
pub trait Hosted {
    /// The place.
    type Host: Host;
}

impl<H: Host> Hosted for Adapter<H> {
    type Host = H;
}

/// Answers a batch. The arguments are the batch's fields, flattened.
///
/// # Safety
/// The lists came from `cabi_realloc` and are given away; the host calls nothing before it has read the
/// answer. The canonical ABI promises both.
#[expect(clippy::too_many_arguments, reason = "the canonical ABI flattens the record")]
pub unsafe fn _export_decide_cabi<T: Hosted>(
    now_nanoseconds: i64,
    tick: i64,
    workloads: *mut u8,
    workload_count: usize,
    values: *mut u8,
    value_count: usize,
    explore: i32,
    explain: i32,
    has_details: i32,
    details: *mut u8,
    detail_count: usize,
) -> *mut u8 {
    if has_details != 0 {
        // SAFETY: as for this function.
        return unsafe {
            generated::_export_decide_cabi::<Adapter<T::Host>>(
                now_nanoseconds,
                tick,
                workloads,
                workload_count,
                values,
                value_count,
                explore,
                explain,
                has_details,
                details,
                detail_count,
            )
        };
    }
    // SAFETY: as for this function.
    let (workloads, values) = unsafe {
        (
            Vec::from_raw_parts(workloads.cast(), workload_count, workload_count),
            Vec::from_raw_parts(values.cast(), value_count, value_count),
        )
    };
    let batch = crate::Batch::from(crate::RawBatch {
        now_nanoseconds,
        tick: tick as u64,
        workloads,
        values,
        explore: explore != 0,
        explain: explain != 0,
        details: Vec::new(),
    });
    let said = crate::export::decide::<T::Host>(&batch);
    ANSWER.with_borrow_mut(|answer| {
        answer.take(said);
        (&raw mut answer.words).cast()
    })
}

/// Frees an answer, unless it is the one that is kept.
///
/// # Safety
/// The answer is the one that `decide` gave last, and nobody reads it any more.
pub unsafe fn __post_return_decide<T: Guest>(answer: *mut u8) {
    let kept = ANSWER.with_borrow_mut(|kept| (&raw mut kept.words).cast::<u8>());
    if answer != kept {
        // SAFETY: it was the generated code that laid it out.
        unsafe { generated::__post_return_decide::<T>(answer) };
    }
}

/// Room for an argument: the generated code's way to the allocator, without its five calls.
///
/// # Safety
/// As the canonical ABI calls it: a block that grows has come from here, with this length and alignment.
#[cfg(target_arch = "wasm32")]
#[unsafe(no_mangle)]
unsafe extern "C" fn cabi_realloc(
    block: *mut u8,
    old_length: usize,
    alignment: usize,
    length: usize,
) -> *mut u8 {
    use std::alloc::{GlobalAlloc as _, Layout};

    use crate::ALLOCATOR;

    if length == 0 {
        return std::ptr::without_provenance_mut(alignment);
    }
    let Ok(layout) = Layout::from_size_align(length, alignment) else { std::process::abort() };
    // SAFETY: the layout is not empty, and an older block is as the caller promises.
    let room = unsafe {
        if old_length == 0 {
            ALLOCATOR.alloc(layout)
        } else {
            let old = Layout::from_size_align_unchecked(old_length, alignment);
            ALLOCATOR.realloc(block, old, length)
        }
    };
    if room.is_null() {
        std::process::abort();
    }
    room
}

#[cfg(test)]
mod tests;
