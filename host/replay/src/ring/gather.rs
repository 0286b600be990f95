//! Gather: the drawn rows copied into a batch, with returns over several steps.
//!
//! Returns are made when a batch is drawn and not when rows are appended, so that the log and the ring
//! hold single steps and `steps` may change later.

use scaling::Ending;

use crate::batch::{Batch, RowId};
use crate::bits;
use crate::draw::Draw;
use crate::experience::{ending_at, half};
use crate::ring::Ring;

impl Ring {
    /// Copies the rows of the batch's slots.
    pub(crate) fn gather(&self, draw: &Draw, batch: &mut Batch) {
        let layout = self.columns.layout;
        let (inputs, heads, options) = (layout.inputs, layout.heads, layout.options);
        batch.size(batch.slots.len(), inputs, heads, options);
        batch.touched = self.columns.touch(&batch.slots);
        self.touch_ahead(draw.steps.get(), batch);
        let (score, probability, allowed) =
            (layout.score(draw.score), layout.probability(), layout.allowed());
        for row in 0..batch.slots.len() {
            let slot = batch.slots[row];
            let words = self.columns.words(slot);
            copy(&words[..inputs], &mut batch.before[row * inputs..][..inputs]);
            for (head, choice) in batch.choices[row * heads..][..heads].iter_mut().enumerate() {
                *choice = i64::from(half(words, &layout, head));
            }
            batch.probability[row] = f32::from_bits(words[probability]);
            batch.ids[row] = RowId { slot, sequence: self.columns.sequence(slot) };

            // Sutton and Barto (2018), equation 7.1: R = Σ γ^i r_i, the value after k steps times γ^k.
            let mut last = words;
            let mut reward = f64::from(f32::from_bits(words[score]));
            let mut discount = draw.gamma;
            let mut ending = ending_at(words, &layout);
            let (mut at, mut steps) = (slot, 1);
            while steps < draw.steps.get() && ending == Ending::Running {
                let Some(next) = self.columns.next(at) else { break };
                last = self.columns.words(next);
                reward += discount * f64::from(f32::from_bits(last[score]));
                discount *= draw.gamma;
                ending = ending_at(last, &layout);
                (at, steps) = (next, steps + 1);
            }
            if ending == Ending::Terminated {
                discount = 0.0;
            }
            batch.reward[row] = reward as f32;
            batch.discount[row] = discount as f32;
            batch.endings[row] = ending;
            copy(&last[inputs..2 * inputs], &mut batch.after[row * inputs..][..inputs]);
            bits::unpack(
                &last[allowed..allowed + bits::words(options)],
                &mut batch.allowed_after[row * options..][..options],
            );
        }
    }

    /// Touches the rows that follow, a step of all at a time.
    fn touch_ahead(&self, steps: u32, batch: &mut Batch) {
        batch.ahead.clone_from(&batch.slots);
        for _ in 1..steps {
            for slot in &mut batch.ahead {
                *slot = self.columns.next(*slot).unwrap_or(*slot);
            }
            batch.touched ^= self.columns.touch(&batch.ahead);
        }
    }
}

#[inline]
fn copy(words: &[u32], values: &mut [f32]) {
    for (value, &word) in values.iter_mut().zip(words) {
        *value = f32::from_bits(word);
    }
}
