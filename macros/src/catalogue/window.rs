//! Windows that slide over a length, or over height and width: one rule, and one report, for both.

use super::Site;
use crate::diagnostics::Place;
use crate::size::{Size, Window};
use quote::quote;
use std::slice;

impl Site<'_> {
    /// How often a window fits along a length; a report when it does not fit even once.
    pub(super) fn slide_along(&mut self, window: &Window, place: Option<Place>) -> Size {
        if let Some([covered, available]) = window.extent() {
            if covered > available {
                let text = format!(
                    "the kernel of `{}`{} covers {covered}, but the length{} is only {available}",
                    self.kind,
                    dilated(slice::from_ref(window)),
                    padded(slice::from_ref(window))
                );
                let largest = largest(window, available);
                self.diagnostics
                    .error(place.unwrap_or(self.span.into()), text)
                    .note(self.origin)
                    .help(format!(
                        "use a kernel of at most {largest}, or more padding"
                    ));
                return Size::Unknown;
            }
        } else if !window.is_identity() {
            let measures = measures(window);
            if measures.iter().all(known_to_compiler) {
                let (kind, origin) = (self.kind, self.origin);
                self.check(
                    quote!(::chainrule::__private::check_window(#kind, [#(#measures),*], #origin)),
                );
            }
        }
        self.derive(|symbols| symbols.windows(window))
    }

    /// How often a window fits along height and width; one report when it does not fit even once.
    pub(super) fn slide(&mut self, windows: &[Window; 2], place: Option<Place>) -> [Size; 2] {
        if let [Some(rows), Some(columns)] = [windows[0].extent(), windows[1].extent()] {
            if rows[0] > rows[1] || columns[0] > columns[1] {
                self.report_window(windows, rows, columns, place);
                return [Size::Unknown, Size::Unknown];
            }
        } else if !windows.iter().all(Window::is_identity) {
            self.check_windows(windows);
        }
        windows
            .each_ref()
            .map(|window| self.derive(|symbols| symbols.windows(window)))
    }

    /// `rows` and `columns`: what the kernel covers, and what there is.
    fn report_window(
        &mut self,
        windows: &[Window; 2],
        rows: [u64; 2],
        columns: [u64; 2],
        place: Option<Place>,
    ) {
        let (dilated, padded) = (dilated(windows), padded(windows));
        let fails = |[covered, available]: [u64; 2]| covered > available;
        let ([covered, available], axes) = match (fails(rows), fails(columns)) {
            (true, true) if rows == columns => {
                (rows.map(|size| size.to_string()), "height and width")
            }
            (true, true) => (
                [0, 1].map(|index| format!("{}×{}", rows[index], columns[index])),
                "input",
            ),
            (true, false) => (rows.map(|size| size.to_string()), "height"),
            (false, _) => (columns.map(|size| size.to_string()), "width"),
        };
        let verb = if axes == "height and width" {
            "are"
        } else {
            "is"
        };
        let text = format!(
            "the kernel of `{}`{dilated} covers {covered}, but the {axes}{padded} {verb} only {available}",
            self.kind
        );
        let largest = [
            largest(&windows[0], rows[1]),
            largest(&windows[1], columns[1]),
        ];
        let one_number = windows[0].kernel == windows[1].kernel;
        let help = match largest {
            [height, width] if one_number => format!("{}", height.min(width)),
            [height, width] => format!("({height}, {width})"),
        };
        self.diagnostics
            .error(place.unwrap_or(self.span.into()), text)
            .note(self.origin)
            .help(format!("use a kernel of at most {help}, or more padding"));
    }

    /// Asks the compiler whether windows fit that the macro cannot measure.
    fn check_windows(&mut self, windows: &[Window; 2]) {
        let [rows, columns] = windows.each_ref().map(measures);
        if rows.iter().chain(&columns).all(known_to_compiler) {
            let (kind, origin) = (self.kind, self.origin);
            self.check(quote!(::chainrule::__private::check_windows(#kind, [#(#rows),*], [#(#columns),*], #origin)));
        }
    }
}

fn dilated(windows: &[Window]) -> &'static str {
    match windows
        .iter()
        .any(|window| window.dilation.known() > Some(1))
    {
        true => " with its dilation",
        false => "",
    }
}

fn padded(windows: &[Window]) -> &'static str {
    match windows
        .iter()
        .any(|window| window.padding.known() > Some(0))
    {
        true => " with its padding",
        false => "",
    }
}

/// The largest kernel that fits.
fn largest(window: &Window, available: u64) -> u64 {
    let dilation = window.dilation.known().unwrap_or(1).max(1);
    available.saturating_sub(1) / dilation + 1
}

fn known_to_compiler(size: &Size) -> bool {
    !matches!(size, Size::Generic(_) | Size::Unknown)
}

/// Input, kernel, padding and dilation. A window that keeps the size fits, whatever that is.
fn measures(window: &Window) -> [Size; 4] {
    if window.is_identity() {
        return [1, 1, 0, 1].map(Size::Known);
    }
    [
        &window.input,
        &window.kernel,
        &window.padding,
        &window.dilation,
    ]
    .map(Size::clone)
}
