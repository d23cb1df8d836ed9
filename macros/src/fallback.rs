//! What stands behind a declaration with mistakes: the errors, and the type with its signatures, so that the rest of
//! the user's program shows no second error.

use crate::codegen;
use crate::diagnostics::Diagnostics;
use crate::model::Network;
use proc_macro2::TokenStream;

pub(crate) fn generate(network: &Network, diagnostics: Diagnostics) -> TokenStream {
    let mut tokens = diagnostics.into_tokens();
    tokens.extend(codegen::generate_signatures(network));
    tokens
}
