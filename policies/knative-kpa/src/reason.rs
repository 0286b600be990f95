//! Reasons: what decided a recommendation, the last rule first.

macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $variant:ident = $label:literal,)+) => {
        /// What decided a recommendation.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Reason { $($(#[doc = $doc])+ $variant,)+ }

        impl Reason {
            /// Every label, by index.
            pub const LABELS: &[&str] = &[$($label,)+];

            /// The label.
            pub fn label(self) -> &'static str {
                Self::LABELS[self as usize]
            }
        }
    };
}

reasons! {
    /// The stable window's count, as it is.
    Stable = "stable",
    /// In panic: the largest count since it began.
    Panicking = "panicking",
    /// The growth rate held the count down.
    ScaleUpLimited = "scale-up-limited",
    /// The shrink rate held the count up.
    ScaleDownLimited = "scale-down-limited",
    /// There is load, and the activation scale is more than it needs.
    ActivationScale = "activation-scale",
    /// A larger count is still in the delay window.
    ScaleDownDelayed = "scale-down-delayed",
    /// The initial scale has not been reached yet.
    InitialScale = "initial-scale",
    /// Raised to the minimum.
    MinScale = "min-scale",
    /// Lowered to the maximum.
    MaxScale = "max-scale",
    /// Zero is not allowed.
    ZeroDisabled = "zero-disabled",
    /// No load, but active for less than the stable window: one replica stays.
    ZeroIdle = "zero-idle",
    /// No load for the stable window: from now on inactive, nothing is changed yet.
    ZeroDeactivated = "zero-deactivated",
    /// Inactive, and the last replica is still retained.
    ZeroRetained = "zero-retained",
    /// Inactive, and the activator has not carried the traffic for the grace period.
    ZeroGrace = "zero-grace",
    /// Inactive for long enough.
    Zero = "zero",
    /// Wants zero while it is being activated: nothing is changed.
    Activating = "activating",
    /// The activation took too long and was given up.
    ActivationTimedOut = "activation-timed-out",
    /// Nothing was measured, so that the last count stands, if there is one.
    NoData = "no-data",
    /// The number of ready replicas is missing: nothing is decided.
    NoReadyCount = "no-ready-count",
}
