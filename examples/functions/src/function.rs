//! Function: real work that a server does for whoever asks, after an initialisation as real.

mod aes;
mod email;
mod fibonacci;
mod hotel_geo;
mod hotel_profile;
mod image_resize;
mod input;
mod knn;
mod sleep;

use std::time::Duration;

use clap::ValueEnum;
use serde::Serialize;

pub use aes::Aes;
pub use email::Email;
pub use fibonacci::Fibonacci;
pub use hotel_geo::HotelGeo;
pub use hotel_profile::HotelProfile;
pub use image_resize::ImageResize;
pub use input::InputError;
pub use knn::Knn;
pub use sleep::Sleep;

/// Work that can be called many times, from many threads at once. The same seed and the same input give
/// the same answer.
pub trait Function: Send + Sync {
    /// Loads what the calls need; the type's documentation says what that is. Takes tens to hundreds
    /// of milliseconds.
    fn initialise(seed: u64) -> Self
    where
        Self: Sized;

    /// The input of a call that brings none.
    fn default_input(&self) -> &'static str;

    /// Does the work.
    fn call(&self, input: &str) -> Result<Answer, InputError>;
}

/// What a call gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// A JSON object.
    pub body: String,
    /// How long to wait before it is sent, as for somebody else's answer. It takes no processor.
    pub wait: Duration,
}

impl Answer {
    fn json(body: &impl Serialize) -> Self {
        let body = serde_json::to_string(body)
            .expect("answers are structs of numbers, strings and lists, which always become JSON");
        Self { body, wait: Duration::ZERO }
    }
}

/// The name of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Name {
    /// [`Fibonacci`].
    Fibonacci,
    /// [`HotelGeo`].
    HotelGeo,
    /// [`HotelProfile`].
    HotelProfile,
    /// [`Aes`].
    Aes,
    /// [`ImageResize`].
    ImageResize,
    /// [`Knn`].
    Knn,
    /// [`Email`].
    Email,
    /// [`Sleep`].
    Sleep,
}

impl Name {
    /// Initialises the function.
    pub fn initialise(self, seed: u64) -> Box<dyn Function> {
        match self {
            Self::Fibonacci => Box::new(Fibonacci::initialise(seed)),
            Self::HotelGeo => Box::new(HotelGeo::initialise(seed)),
            Self::HotelProfile => Box::new(HotelProfile::initialise(seed)),
            Self::Aes => Box::new(Aes::initialise(seed)),
            Self::ImageResize => Box::new(ImageResize::initialise(seed)),
            Self::Knn => Box::new(Knn::initialise(seed)),
            Self::Email => Box::new(Email::initialise(seed)),
            Self::Sleep => Box::new(Sleep::initialise(seed)),
        }
    }
}

#[cfg(test)]
mod tests;
