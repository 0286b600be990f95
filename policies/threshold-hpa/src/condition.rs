//! Conditions: what one turn says about the autoscaler, and the reasons that label recommendations.

macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $variant:ident = $label:literal,)+) => {
        /// Why a condition is as it is, in the ecosystem's words.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Reason { $($(#[doc = $doc])+ $variant,)+ }

        impl Reason {
            /// The labels of all reasons, in the order of their indices.
            pub const LABELS: &[&str] = &[$($label,)+];

            /// The ecosystem's name.
            pub fn name(self) -> &'static str {
                match self { $(Reason::$variant => stringify!($variant),)+ }
            }

            /// The reason of that name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $(stringify!($variant) => Some(Reason::$variant),)+ _ => None }
            }

            /// The index of its label.
            pub fn index(self) -> u32 {
                self as u32
            }
        }
    };
}

reasons! {
    /// The scale was read; no more was decided.
    SucceededGetScale = "succeeded-get-scale",
    /// The scale could not be read.
    FailedGetScale = "failed-get-scale",
    /// The recommendation is that of the metrics.
    ReadyForNewScale = "ready-for-new-scale",
    /// Lower recommendations of the recent past hold this one back.
    ScaleUpStabilized = "scale-up-stabilized",
    /// Higher recommendations of the recent past hold this one up.
    ScaleDownStabilized = "scale-down-stabilized",
    /// The replicas are changed.
    SucceededRescale = "succeeded-rescale",
    /// The change could not be written.
    FailedUpdateScale = "failed-update-scale",
    /// A metric gave a proposal.
    ValidMetricFound = "valid-metric-found",
    /// The replicas are zero and it was not the autoscaler that chose so.
    ScalingDisabled = "scaling-disabled",
    /// The workload's selector is missing or cannot be parsed.
    InvalidSelector = "invalid-selector",
    /// The workload's pods are selected by several autoscalers.
    AmbiguousSelector = "ambiguous-selector",
    /// The settings name a kind of metric that does not exist.
    InvalidMetricSourceType = "invalid-metric-source-type",
    /// A resource metric failed.
    FailedGetResourceMetric = "failed-get-resource-metric",
    /// A container resource metric failed.
    FailedGetContainerResourceMetric = "failed-get-container-resource-metric",
    /// A metric of pods failed.
    FailedGetPodsMetric = "failed-get-pods-metric",
    /// A metric of an object failed.
    FailedGetObjectMetric = "failed-get-object-metric",
    /// An external metric failed.
    FailedGetExternalMetric = "failed-get-external-metric",
    /// No limit changed the recommendation.
    DesiredWithinRange = "desired-within-range",
    /// The lower bound raised it.
    TooFewReplicas = "too-few-replicas",
    /// The upper bound lowered it.
    TooManyReplicas = "too-many-replicas",
    /// A limit on the speed of growth lowered it.
    ScaleUpLimit = "scale-up-limit",
    /// A limit on the speed of shrinking raised it.
    ScaleDownLimit = "scale-down-limit",
    /// Neither the settings nor the workload say how many replicas are allowed.
    MissingMaxReplicas = "missing-max-replicas",
}

impl Reason {
    /// For people.
    pub fn message(self) -> &'static str {
        match self {
            Self::SucceededGetScale => "the scale was read",
            Self::FailedGetScale => "the scale could not be read",
            Self::ReadyForNewScale => "the recommendation stands as the metrics gave it",
            Self::ScaleUpStabilized => "the lowest recommendation of the window applies",
            Self::ScaleDownStabilized => "the highest recommendation of the window applies",
            Self::SucceededRescale => "the scale is changed",
            Self::FailedUpdateScale => "the scale could not be written",
            Self::ValidMetricFound => "a metric gave a replica count",
            Self::ScalingDisabled => "the target has zero replicas, so scaling is off",
            Self::InvalidSelector => "the scale has no usable selector",
            Self::AmbiguousSelector => "several autoscalers select the same pods",
            Self::InvalidMetricSourceType => "there is no such kind of metric",
            Self::FailedGetResourceMetric
            | Self::FailedGetContainerResourceMetric
            | Self::FailedGetPodsMetric
            | Self::FailedGetObjectMetric
            | Self::FailedGetExternalMetric => "the metric gave no replica count",
            Self::DesiredWithinRange => "no limit was reached",
            Self::TooFewReplicas => "fewer replicas than the minimum were asked for",
            Self::TooManyReplicas => "more replicas than the maximum were asked for",
            Self::ScaleUpLimit => "the growth is faster than allowed",
            Self::ScaleDownLimit => "the shrinking is faster than allowed",
            Self::MissingMaxReplicas => {
                "there is no upper bound: set `maxReplicas`, or give the column `replicas_max`"
            }
        }
    }
}

/// The state of one condition after a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Condition {
    /// Its status: True or False.
    pub status: bool,
    /// Why.
    pub reason: Reason,
}

impl Condition {
    /// A condition that is True.
    pub fn yes(reason: Reason) -> Self {
        Self { status: true, reason }
    }

    /// A condition that is False.
    pub fn no(reason: Reason) -> Self {
        Self { status: false, reason }
    }
}

/// The conditions that a turn set; one that it did not touch is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conditions {
    /// Whether the scale can be read and written, and whether stabilisation held anything back.
    pub able_to_scale: Condition,
    /// Whether the metrics give a proposal.
    pub scaling_active: Option<Condition>,
    /// Whether a limit changed the stabilised recommendation.
    pub scaling_limited: Option<Condition>,
}

impl Conditions {
    /// Only `AbleToScale` is known.
    pub fn able(able_to_scale: Condition) -> Self {
        Self { able_to_scale, scaling_active: None, scaling_limited: None }
    }

    /// The one reason that tells most: a failure, else a limit, else what became of the scale.
    pub fn leading(&self) -> Reason {
        if !self.able_to_scale.status {
            return self.able_to_scale.reason;
        }
        match (self.scaling_active, self.scaling_limited) {
            (Some(Condition { status: false, reason }), _)
            | (_, Some(Condition { status: true, reason })) => reason,
            _ => self.able_to_scale.reason,
        }
    }
}
