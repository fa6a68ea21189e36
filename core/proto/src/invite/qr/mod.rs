//! QR codes: from text to something a camera can see, and back from a picture.
//!
//! Pictures are a stranger's bytes: their size is bounded before anything is allocated, the search
//! does bounded work whatever they show, and the text found is not yet believed to be an invite.

mod bitmap;
mod finder;
mod matrix;
mod picture;
mod sample;

pub use matrix::{Matrix, encode};
pub use picture::{Luma, MAX_PIXELS, MAX_PNG_BYTES, decode_luma, decode_png};

/// Why there is no code, in words for the person who made or showed the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QrError {
    /// More text than the largest code holds.
    #[error("This text is too long for a QR code. Share it as a link instead.")]
    TooLong,
    /// Not a picture that can be read.
    #[error("This file is not a PNG picture that can be read. Take a screenshot of the code and try that.")]
    NotAPicture,
    /// Too many bytes or pixels.
    #[error("This picture is too large. Cut it down to the QR code and try again.")]
    TooLarge,
    /// The numbers of a frame do not fit its bytes.
    #[error("The camera's picture is incomplete. Try again.")]
    BadFrame,
    /// Nothing that could be read.
    #[error(
        "No QR code was found in this picture. Show the whole code, flat and well lit, with its white border."
    )]
    NoCode,
    /// Several codes, and it is not plain which one is meant.
    #[error("There are several invites in this picture. Show one of them at a time.")]
    Several,
    /// A code that holds something other than text.
    #[error("The QR code in this picture holds no text, so it is no invite.")]
    NotText,
}

#[cfg(test)]
mod tests;
