//! Raw: a tensor's numbers as a slice, where an operation of libtorch would cost more than the work.

use tch::{Device, Kind, Tensor};

fn check(tensor: &Tensor) {
    assert!(
        tensor.device() == Device::Cpu && tensor.kind() == Kind::Float && tensor.is_contiguous(),
        "only contiguous single precision on the CPU can be seen as a slice"
    );
}

/// The numbers of a contiguous f32 tensor on the CPU.
///
/// # Panics
/// If it is another one.
pub(crate) fn floats(tensor: &Tensor) -> &[f32] {
    check(tensor);
    // An empty tensor may have no storage at all.
    if tensor.numel() == 0 {
        return &[];
    }
    // SAFETY: the tensor is contiguous, so its data are `numel` initialised floats, aligned as libtorch
    // allocates; they live as long as the tensor, which is borrowed.
    #[expect(unsafe_code, reason = "tch gives a pointer only")]
    unsafe {
        std::slice::from_raw_parts(tensor.data_ptr().cast::<f32>(), tensor.numel())
    }
}

/// The numbers of a contiguous f32 tensor on the CPU, to be changed.
///
/// # Panics
/// If it is another one.
pub(crate) fn floats_mut(tensor: &mut Tensor) -> &mut [f32] {
    check(tensor);
    if tensor.numel() == 0 {
        return &mut [];
    }
    // SAFETY: as above. Tensors that share this storage are held by the same owner and are not read
    // while it is borrowed: every caller owns its tensors.
    #[expect(unsafe_code, reason = "tch gives a pointer only")]
    unsafe {
        std::slice::from_raw_parts_mut(tensor.data_ptr().cast::<f32>(), tensor.numel())
    }
}
