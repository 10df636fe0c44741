//! The files of `policies/`, embedded. A test holds this list to the folders.

use super::Product;

/// The name and text of every list of a product, the oldest first.
pub(super) const fn files(product: Product) -> &'static [(&'static str, &'static str)] {
    match product {
        Product::Lambda => LAMBDA,
        Product::CloudRun => CLOUD_RUN,
    }
}

macro_rules! embed {
    ($folder:literal: $($name:literal)*) => {
        &[$((
            concat!($name, ".json"),
            include_str!(concat!("../../policies/", $folder, "/", $name, ".json")),
        )),*]
    };
}

const LAMBDA: &[(&str, &str)] = embed!("lambda":
    "3.0.0"
    "3.3.8"
    "3.3.12"
    "3.3.54"
    "3.3.94"
    "4.0.39"
    "4.0.51"
    "4.0.74"
    "4.0.418"
    "4.0.512"
);

const CLOUD_RUN: &[(&str, &str)] = embed!("cloudrun":
    "4.0.56"
);
