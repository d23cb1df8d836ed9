//! The numbers of every layer, activation and loss, against PyTorch (`golden`), finite differences (`gradient`) and
//! what must hold by definition (`property`); the elementary functions against mpmath (`elementary`).

mod elementary;
mod golden;
mod gradient;
mod property;
