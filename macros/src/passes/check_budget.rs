//! Holds the network against its budget: here where the macro can count, otherwise in a check for the compiler.

mod cost;

use crate::diagnostics::Diagnostics;
use crate::model::{Check, Limit, Network, grouped};
use crate::size::{Size, number};
use cost::Row;
use quote::{format_ident, quote};

pub(super) fn check_budget(network: &mut Network, diagnostics: &mut Diagnostics) {
    // After another mistake the counts are guesses.
    if !diagnostics.network_is_sound() {
        return;
    }
    for limit in std::mem::take(&mut network.budget) {
        let allowed = limit
            .value
            .known()
            .and_then(|value| value.checked_mul(limit.unit));
        match (cost::count(network, limit.quantity), allowed) {
            (Some(found), Some(allowed)) if found > allowed => {
                diagnostics.about_budget(|diagnostics| {
                    report(network, &limit, found, allowed, diagnostics);
                });
            }
            (Some(_), Some(_)) => {}
            _ if limit.value.is_unknown() => {}
            _ => network.checks.push(ask_compiler(network, &limit)),
        }
        network.budget.push(limit);
    }
}

fn report(
    network: &Network,
    limit: &Limit,
    found: u64,
    allowed: u64,
    diagnostics: &mut Diagnostics,
) {
    let rows = cost::rows(network, limit.quantity);
    let error = diagnostics.error(
        limit.span,
        format!(
            "over budget: {} are {}, the limit is {}",
            limit.quantity.name(),
            grouped(found),
            grouped(allowed)
        ),
    );
    error.note(format!(
        "{}:\n{}",
        cost::heading(limit.quantity),
        table(&rows)
    ));
    let largest = rows.iter().find_map(|row| row.layer);
    error.help(match largest {
        Some(layer) => format!("shrink `{}`, or raise the limit", layer.called()),
        None => "raise the limit".into(),
    });
}

/// The dearest rows, one a line.
fn table(rows: &[Row<'_>]) -> String {
    const SHOWN: usize = 12;
    let widest = rows.first().map_or(0, |row| grouped(row.cost).len());
    let shown = rows.iter().take(SHOWN);
    let mut lines: Vec<String> = shown
        .map(|row| {
            format!(
                "  {:>widest$} {}  {}",
                grouped(row.cost),
                row.unit,
                row.called
            )
        })
        .collect();
    if rows.len() > SHOWN {
        lines.push(format!("  and {} more", rows.len() - SHOWN));
    }
    lines.join("\n")
}

fn ask_compiler(network: &Network, limit: &Limit) -> Check {
    let (name, arguments) = (&network.name, network.arguments());
    let (quantity, value, unit) = (limit.quantity.name(), &limit.value, number(limit.unit));
    let constant = format_ident!("{}", quantity.to_uppercase());
    let value = match value {
        Size::Known(value) => number(value.saturating_mul(limit.unit)),
        value if limit.unit == 1 => value.value(),
        value => quote!(::core::primitive::usize::saturating_mul(#value, #unit)),
    };
    Check {
        place: limit.span.into(),
        call: quote!(::chainrule::__private::check_budget::<#name #arguments>(
            #quantity,
            <#name #arguments as ::chainrule::Network>::#constant,
            #value
        )),
    }
}
