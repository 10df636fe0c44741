//! What `remperm policies …` prints, and the data under it.

mod data;
mod printed;
mod versions;
