//! Device: where tensors live.

use std::str::FromStr;

use tch::{Cuda, Device};
use thiserror::Error;

/// Which device to learn on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DeviceChoice {
    /// The first CUDA device if libtorch has one, else the CPU.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
    /// The CUDA device of this number.
    Cuda(usize),
}

/// A device that is not there.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DeviceError {
    /// Not the name of one.
    #[error("`{name}` is no device: say auto, cpu or cuda:N, such as cuda:0")]
    Unknown {
        /// What was said.
        name: String,
    },
    /// The CUDA devices are fewer.
    #[error(
        "there is no device cuda:{wanted}: libtorch sees {found} CUDA devices (LIBTORCH must name a \
         libtorch with CUDA when the program is built)"
    )]
    Missing {
        /// The number asked for.
        wanted: usize,
        /// How many there are.
        found: usize,
    },
}

impl FromStr for DeviceChoice {
    type Err = DeviceError;

    fn from_str(name: &str) -> Result<Self, DeviceError> {
        match name {
            "auto" => Ok(Self::Auto),
            "cpu" => Ok(Self::Cpu),
            _ => name
                .strip_prefix("cuda:")
                .and_then(|number| number.parse().ok())
                .map(Self::Cuda)
                .ok_or_else(|| DeviceError::Unknown { name: name.to_owned() }),
        }
    }
}

impl DeviceChoice {
    /// The device, if it is there.
    pub fn device(self) -> Result<Device, DeviceError> {
        let found = usize::try_from(Cuda::device_count()).unwrap_or(0);
        match self {
            Self::Cuda(wanted) if wanted >= found => Err(DeviceError::Missing { wanted, found }),
            Self::Cuda(number) => Ok(Device::Cuda(number)),
            Self::Auto if found > 0 => Ok(Device::Cuda(0)),
            Self::Auto | Self::Cpu => Ok(Device::Cpu),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_named_as_in_pytorch() {
        assert_eq!("auto".parse(), Ok(DeviceChoice::Auto));
        assert_eq!("cpu".parse(), Ok(DeviceChoice::Cpu));
        assert_eq!("cuda:3".parse(), Ok(DeviceChoice::Cuda(3)));
        for name in ["cuda", "cuda:", "cuda:-1", "gpu", ""] {
            let unknown = DeviceError::Unknown { name: name.to_owned() };
            assert_eq!(name.parse::<DeviceChoice>(), Err(unknown));
        }
        assert_eq!(DeviceChoice::Cpu.device(), Ok(Device::Cpu));
        let missing = DeviceChoice::Cuda(1_000).device();
        assert!(matches!(missing, Err(DeviceError::Missing { wanted: 1_000, .. })), "{missing:?}");
    }
}
