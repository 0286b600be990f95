//! Wide: loops compiled for the widest vectors that the machine has.
//!
//! The program itself is compiled for any x86-64. Multiplications and additions are never fused here, so
//! that all of its versions give the same bits.

/// Defines a function with one version for each width of vectors, the widest possible chosen as it runs.
macro_rules! wide {
    (
        $(#[$meta:meta])*
        $visibility:vis fn $name:ident($($argument:ident: $type:ty),* $(,)?) $(-> $result:ty)? $body:block
    ) => {
        $(#[$meta])*
        $visibility fn $name($($argument: $type),*) $(-> $result)? {
            #[inline(always)]
            fn any($($argument: $type),*) $(-> $result)? $body

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2")]
            fn eight($($argument: $type),*) $(-> $result)? {
                any($($argument),*)
            }

            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx512f")]
            fn sixteen($($argument: $type),*) $(-> $result)? {
                any($($argument),*)
            }

            // SAFETY: each is called only where the machine has what it is compiled for.
            #[cfg(target_arch = "x86_64")]
            #[expect(unsafe_code, reason = "whether the machine can is known only as it runs")]
            unsafe {
                if std::arch::is_x86_feature_detected!("avx512f") {
                    return sixteen($($argument),*);
                }
                if std::arch::is_x86_feature_detected!("avx2") {
                    return eight($($argument),*);
                }
            }
            any($($argument),*)
        }
    };
}

pub(crate) use wide;
